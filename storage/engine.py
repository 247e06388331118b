"""Connections to the store, and what is said to a database in its own words: the one place that asks which it is."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Engine, Select, Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from storage.address import PASSWORD, has_password
from storage.database import Database, Row, Use
from storage.errors import NO_DRIVER, StorageError
from storage.expressions import any_of, day_of
from storage.sqlite import PRAGMAS, SQLITE

BUSY_SECONDS: Final = 30.0

__all__ = [
    "BUSY_SECONDS",
    "PRAGMAS",
    "any_of",
    "bare",
    "clock",
    "day_of",
    "delete_rows",
    "insert_rows",
    "make_ready",
    "open_engine",
    "place_of",
    "reading",
    "rewrite",
    "stream_rows",
    "update_rows",
    "writing",
]


def open_engine(url: str, *, create: bool = True) -> Engine:
    """Make the engine for a store's URL, such as `sqlite:///groundswell.db` or `postgresql://me@host/groundswell`.

    Raises StorageError for a wrong URL, and for one with a password, which is never repeated; and, unless it may be
    created, StoreNotFound where there is no file.
    """
    if has_password(url):
        raise StorageError(PASSWORD)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError("that is no database URL such as sqlite:///groundswell.db") from None
    name = parsed.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise StorageError(f"a store at {name} is not supported; sqlite:///FILE and postgresql://HOST/DATABASE are")
    return _database(name).open(parsed, create=create, patience=BUSY_SECONDS)


def _database(name: str) -> Database:
    """Choose by the name of SQLAlchemy's dialect; PostgreSQL's driver is an extra, and takes 0.1 s to import."""
    if name == "sqlite":
        return SQLITE
    try:
        from storage.postgres import POSTGRES  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StorageError(NO_DRIVER) from error
    return POSTGRES


def _of(connection: Connection) -> Database:
    return _database(connection.dialect.name)


def place_of(engine: Engine) -> str:
    """Name a store in a message: its file, or its server and database, never with a password."""
    return _database(engine.dialect.name).where(engine.url)


def make_ready(engine: Engine) -> None:
    """Prepare a database for its first table."""
    with bare(engine) as connection:
        _of(connection).make_ready(connection)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write, alone: it commits at the end and rolls back on any error."""
    with _named_errors(engine), _connected(engine, "writing") as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads: all of its answers are of one moment."""
    with _named_errors(engine), _connected(engine, "reading") as connection:
        yield connection


@contextmanager
def bare(engine: Engine, *, patience: float | None = None) -> Iterator[Connection]:
    """Open a connection without a transaction, for what cannot stand in one; it waits `patience` seconds for others."""
    with _named_errors(engine), _connected(engine, "bare") as connection:
        _of(connection).bide(connection, BUSY_SECONDS if patience is None else patience)
        try:
            yield connection
        finally:
            _of(connection).bide(connection, BUSY_SECONDS)


def _connected(engine: Engine, use: Use) -> Connection:
    return engine.connect().execution_options(**_database(engine.dialect.name).options(use))


@contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    database = _database(engine.dialect.name)
    try:
        yield
    except database.failures as error:
        named = database.named(error, database.where(engine.url), BUSY_SECONDS)
        if named is None:
            raise
        raise named from error


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row], *, new: bool = True) -> int:
    """Insert rows given as tuples in the order of the table's columns; returns how many rows came in.

    With `new=False` a row that is there already is left as it is.
    """
    return _of(connection).insert(connection, table, rows, new=new) if rows else 0


def update_rows(connection: Connection, table: Table, key: Column[Any], rows: Sequence[Row]) -> None:
    """Write whole rows again by their key; tuples are in the order of the table's columns."""
    if rows:
        _of(connection).update(connection, table, key, rows)


def delete_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Delete the rows that equal the given ones in all columns; tuples are in the order of the table's columns."""
    if rows:
        _of(connection).delete(connection, table, rows)


def stream_rows(connection: Connection, statement: Select[Any], at_once: int) -> Iterator[Sequence[Row]]:
    """Read the rows of a statement in the driver's own tuples, at most so many in memory at a time.

    Making SQLAlchemy's rows of them takes as long again as reading does.
    """
    return _of(connection).stream(connection, statement, at_once)


def clock(connection: Connection, machine: datetime) -> datetime:
    """Tell the time by which leases run: this machine's for a file, the server's for a database on a server."""
    return _of(connection).clock(connection, machine)


def rewrite(connection: Connection, tables: Iterable[Table]) -> bool:
    """Write tables anew, on a bare connection, without what was deleted from them.

    False where some of it had to stay, because a reader still sees it; raises StoreLocked where one is in the way.
    """
    return _of(connection).rewrite(connection, list(tables))


def notice_growth(connection: Connection, tables: Iterable[Table]) -> None:
    """Have the database look again at tables that have grown much, where it would plan by what they were."""
    _of(connection).notice_growth(connection, list(tables))
