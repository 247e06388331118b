"""Connections to the store: the one place that knows which database is behind them.

Every writing transaction starts with BEGIN IMMEDIATE: on SQLite a read that turns into a write fails at once with
"database is locked", whatever the timeout.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from storage.errors import StorageError, StoreLocked, StoreNotFound, StoreUnreadable, StoreUnwritable

BUSY_SECONDS: Final = 30.0
PRAGMAS: Final = (
    "PRAGMA synchronous=NORMAL",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-131072",
    "PRAGMA temp_store=MEMORY",
)
_DIALECT: Final = sqlite_dialect.dialect(paramstyle="qmark")


def open_engine(url: str, *, create: bool = True) -> Engine:
    """Make the engine for a store's URL, such as `sqlite:///groundswell.db`.

    Raises StorageError for a wrong URL and, unless it may be created, StoreNotFound where there is no file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(f"{url!r} is not a database URL") from error
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(f"a store at {parsed.get_backend_name()} is not supported; sqlite:///FILE is")
    if not create and parsed.database and not Path(parsed.database).exists():
        raise StoreNotFound(f"there is no store at {parsed.database}")
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # We say BEGIN ourselves; the driver's own would come too late to be IMMEDIATE.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("bare", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing", False) else "BEGIN")


def make_ready(engine: Engine) -> None:
    """Put a store's file in the mode that lets readers and a writer work at once; it stays so."""
    with bare(engine) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write; it commits at the end and rolls back on any error."""
    with (
        _named_errors(engine),
        engine.connect().execution_options(writing=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads: all of its answers are of one moment."""
    with _named_errors(engine), engine.connect() as connection:
        yield connection


@contextmanager
def bare(engine: Engine, *, patience: float = BUSY_SECONDS) -> Iterator[Connection]:
    """Open a connection without a transaction, for what cannot stand in one; it waits `patience` seconds for others."""
    with _named_errors(engine), engine.connect().execution_options(bare=True) as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        try:
            yield connection
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


@contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise _named(error, str(engine.url.database)) from error
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise StoreUnreadable(f"{engine.url.database}: {error.orig}") from error
        raise


def _named(error: OperationalError, where: str) -> StorageError:
    said = str(error.orig)
    if "locked" in said or "busy" in said:
        return StoreLocked(f"{where} is held by another program for more than {BUSY_SECONDS:.0f} s")
    if "readonly" in said or "unable to open" in said or "full" in said:
        return StoreUnwritable(f"{where}: {said}")
    return StoreUnreadable(f"{where}: {said}")


def any_of(values: Iterable[object]) -> Select[Any]:
    """Make a subquery of many values that is one bound parameter, for `column.in_(any_of(values))`."""
    listed = orjson.dumps(list(values)).decode()
    return select(func.json_each(bindparam(None, listed, Text)).table_valued("value").c.value)


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], *, new: bool = True) -> int:
    """Insert rows given as tuples in the order of the table's columns; returns how many rows came in.

    With `new=False` a row that is there already is left as it is. Tuples run through the driver five times faster
    than dicts through the ORM's parameter processing.
    """
    if not rows:
        return 0
    return connection.exec_driver_sql(_insert_sql(table, new), list(rows)).rowcount


_compiled: dict[tuple[str, bool], str] = {}


def _insert_sql(table: Table, new: bool) -> str:
    sql = _compiled.get((table.name, new))
    if sql is None:
        statement = insert(table) if new else insert(table).prefix_with("OR IGNORE")
        columns: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
        sql = _compiled[table.name, new] = str(statement.values(columns).compile(dialect=_DIALECT))
    return sql


def update_rows(connection: Connection, table: Table, key: Column[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write whole rows again by their key; tuples are in the order of the table's columns."""
    if not rows:
        return
    columns = [column for column in table.columns if column is not key]
    statement = table.update().where(key == bindparam("_key")).values({c.name: bindparam(c.name) for c in columns})
    sql = str(statement.compile(dialect=_DIALECT))
    at = list(table.columns).index(key)
    connection.exec_driver_sql(sql, [(*row[:at], *row[at + 1 :], row[at]) for row in rows])


def delete_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Delete the rows that equal the given ones in all columns; tuples are in the order of the table's columns."""
    if not rows:
        return
    same = [column.is_not_distinct_from(bindparam(column.name)) for column in table.columns]
    connection.exec_driver_sql(str(table.delete().where(*same).compile(dialect=_DIALECT)), list(rows))
