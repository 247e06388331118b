"""The store in a file of SQLite.

Every writing transaction starts with BEGIN IMMEDIATE: on SQLite a read that turns into a write fails at once with
"database is locked", whatever the timeout.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Column, Connection, Engine, Select, Table, bindparam, create_engine, event, insert
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DatabaseError, OperationalError

from storage.database import Row, Use
from storage.errors import StorageError, StoreLocked, StoreNotFound, StoreUnreadable, StoreUnwritable
from storage.sqlite_file import is_refused_write

PRAGMAS: Final = (
    "PRAGMA synchronous=NORMAL",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-131072",
    "PRAGMA temp_store=MEMORY",
)
_DIALECT: Final = sqlite_dialect.dialect(paramstyle="qmark")
_OPTIONS: Final[Mapping[Use, Mapping[str, Any]]] = {"reading": {}, "writing": {"writing": True}, "bare": {"bare": True}}


class Sqlite:
    """SQLite, as storage.database.Database says; rows are written by its driver's executemany over tuples."""

    failures: Final = (DatabaseError,)

    def __init__(self) -> None:
        """Remember no statement yet."""
        self._compiled: dict[tuple[str, bool], str] = {}

    def open(self, url: URL, *, create: bool, patience: float) -> Engine:
        """Make an engine for a file; unless one may be made, StoreNotFound is raised, or StoreUnreadable if empty."""
        if not create and url.database and not Path(url.database).exists():
            raise StoreNotFound(f"there is no store at {url.database}")
        if not create and url.database and not Path(url.database).stat().st_size:
            # As a crash or a full disk may leave it: a store made in it would say that there are no posts.
            raise StoreUnreadable(f"{url.database} is an empty file")
        engine = create_engine(url, connect_args={"timeout": patience})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def where(self, url: URL) -> str:
        """Name the file."""
        return str(url.database)

    def make_ready(self, connection: Connection) -> None:
        """Put a store's file in the mode that lets readers and a writer work at once; it stays so."""
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")

    def options(self, use: Use) -> Mapping[str, Any]:
        """Say how the transaction of a connection begins."""
        return _OPTIONS[use]

    def bide(self, connection: Connection, seconds: float) -> None:
        """Set how long a connection waits for others."""
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def named(self, error: Exception, where: str, patience: float) -> StorageError | None:
        """Name an error of the driver by what it says."""
        said = str(getattr(error, "orig", error))
        if is_refused_write(getattr(error, "orig", error)):
            return StoreUnwritable(f"{where}: {said if 'I/O' not in said else f'the disk takes no write ({said})'}")
        if isinstance(error, OperationalError):
            return _named(said, where, patience)
        if "not a database" in said or "malformed" in said:
            return StoreUnreadable(f"{where}: {said}")
        return None

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row], *, new: bool) -> int:
        """Insert rows; tuples run through the driver five times faster than dicts through the ORM's processing."""
        return connection.exec_driver_sql(self._insert_sql(table, new), list(rows)).rowcount

    def _insert_sql(self, table: Table, new: bool) -> str:
        sql = self._compiled.get((table.name, new))
        if sql is None:
            statement = insert(table) if new else insert(table).prefix_with("OR IGNORE")
            columns: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
            sql = self._compiled[table.name, new] = str(statement.values(columns).compile(dialect=_DIALECT))
        return sql

    def update(self, connection: Connection, table: Table, key: Column[Any], rows: Sequence[Row]) -> None:
        """Write whole rows again by their key."""
        columns = [column for column in table.columns if column is not key]
        statement = table.update().where(key == bindparam("_key")).values({c.name: bindparam(c.name) for c in columns})
        sql = str(statement.compile(dialect=_DIALECT))
        at = list(table.columns).index(key)
        connection.exec_driver_sql(sql, [(*row[:at], *row[at + 1 :], row[at]) for row in rows])

    def delete(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Delete the rows that equal the given ones."""
        same = [column.is_not_distinct_from(bindparam(column.name)) for column in table.columns]
        connection.exec_driver_sql(str(table.delete().where(*same).compile(dialect=_DIALECT)), list(rows))

    def stream(self, connection: Connection, statement: Select[Any], at_once: int) -> Iterator[Sequence[Row]]:
        """Read rows as SQLite finds them."""
        with connection.execute(statement) as result:
            while rows := result.cursor.fetchmany(at_once):
                yield rows

    def clock(self, connection: Connection, machine: datetime) -> datetime:
        """Go by the machine's clock: all who use the file are on it."""
        return machine

    def rewrite(self, connection: Connection, tables: Sequence[Table]) -> bool:
        """Write the whole file anew, without the pages on which copies of what was erased may lie."""
        connection.exec_driver_sql("VACUUM")
        return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()

    def notice_growth(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Do nothing: its plans go by the indexes, not by how many rows there are."""


SQLITE: Final = Sqlite()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # We say BEGIN ourselves; the driver's own would come too late to be IMMEDIATE.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("bare", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing", False) else "BEGIN")


def _named(said: str, where: str, patience: float) -> StorageError:
    if "locked" in said or "busy" in said:
        return StoreLocked(f"{where} is held by another program for more than {patience:.0f} s")
    return StoreUnreadable(f"{where}: {said}")
