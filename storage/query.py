"""Read-only SQL on a store: what a query may do is decided by its connection, never by reading its text.

Three bolts, no one of them enough alone: the file is opened `mode=ro` and `query_only` is on (both still let
ATTACH and VACUUM INTO make files), and an authorizer allows a short list of actions and denies all others.
This module imports neither SQLAlchemy nor pandas, so a query starts as fast as sqlite3 does.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeAlias

from storage.errors import (
    NO_DRIVER,
    NotReadOnly,
    QueryFailed,
    QueryStopped,
    StorageError,
    StoreLocked,
    StoreTooNew,
    StoreUnreadable,
    StoreUnwritable,
)
from storage.sqlite_file import BUSY_SECONDS, connect, find, is_refused_write, look_at, primary_code, tidy, wal_of
from storage.version import HEAD

Params: TypeAlias = Sequence[Any] | Mapping[str, Any]
Rows: TypeAlias = Iterator[tuple[Any, ...]]

STEPS_BETWEEN_LOOKS: Final = 20_000
"""Instructions of SQLite's machine between two looks at whether to stop: well under a millisecond."""

_HARMLESS: Final = """
    SELECT name FROM pragma_function_list
    WHERE flags & 0x200000 OR name GLOB 'json*' OR name GLOB '->*'
"""
"""The functions that only give a result: SQLITE_INNOCUOUS, a mark that JSON's lack in older versions."""

_TABLE_FUNCTIONS: Final = "json_each, json_tree, pragma_table_info"
"""Tables that SQLite makes when they are first named; under the authorizer that making would be denied."""

_ACTIONS: Final = {
    getattr(sqlite3, f"SQLITE_{name.replace(' ', '_')}"): name
    for name in (
        *("INSERT", "UPDATE", "DELETE", "PRAGMA", "TRANSACTION", "SAVEPOINT", "ATTACH", "DETACH"),
        *("ALTER TABLE", "REINDEX", "ANALYZE", "FUNCTION", "CREATE VTABLE", "DROP VTABLE"),
        *(
            f"{verb} {temp}{what}"
            for verb in ("CREATE", "DROP")
            for temp in ("", "TEMP ")
            for what in ("TABLE", "INDEX", "VIEW", "TRIGGER")
        ),
    )
}


class Asked(Protocol):
    """A store that is asked in SQL, whichever database it is in; see Reader."""

    def rows(self, sql: str, params: Params = ()) -> tuple[tuple[str, ...], Rows]:
        """Run one statement; returns the names of its columns and an iterator over its rows."""

    def stop(self) -> None:
        """Stop the query that is running."""

    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        """Give the reader itself."""

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Close the reader."""


def open_reader(store: str | Path) -> Asked:
    """Open a store for reading by its path or URL; raises as Reader.open and PostgresReader.open do."""
    if not str(store).startswith(("postgresql:", "postgresql+")):
        return Reader.open(store)
    try:
        from storage.postgres_query import PostgresReader  # noqa: PLC0415  # its driver is an extra
    except ModuleNotFoundError as error:
        raise StorageError(NO_DRIVER) from error
    return PostgresReader.open(str(store))


class Reader:
    """A read-only connection to one store, for one thread; a context manager.

    It answers while a writer works, each query from the state of the moment in which it begins.
    """

    def __init__(self, path: Path) -> None:
        """Open and bolt the connection; for `Reader.open`, which names what goes wrong."""
        self._path = path
        self._alone = not wal_of(path).exists()
        self._connection, self._seen = connect(path)
        self._stopping = False
        self._refused: str | None = None
        try:
            self._functions = self._bolt()
        except BaseException:  # also Ctrl-C: what was opened is closed, and the error goes on
            self.close()
            raise

    @classmethod
    def open(cls, store: str | Path) -> Self:
        """Open a store by its path or its `sqlite:///` URL; one that is not there is never made.

        A store that nobody is writing, in a folder where we may not write, is read as a file that does not
        change. Raises StoreNotFound, StoreTooNew, StoreLocked or StoreUnreadable.
        """
        path = find(store)
        with _named_errors(path):
            return cls(path)

    def rows(self, sql: str, params: Params = ()) -> tuple[tuple[str, ...], Rows]:
        """Run one statement; returns the names of its columns and an iterator over its rows.

        `params` are the values of `?` (a sequence) or of `:name` (a mapping). Raises, also while its rows are
        read: NotReadOnly for a statement that would do more than read, QueryFailed for one that SQLite does
        not understand, QueryStopped after `stop` or Ctrl-C, StoreLocked, StoreUnreadable.
        """
        self._refused, self._stopping = None, False
        with self._errors():
            cursor = self._connection.execute(sql, params)
        if cursor.description is None:
            raise QueryFailed("the statement has no result")
        return tuple(column[0] for column in cursor.description), self._rest(cursor)

    def stop(self) -> None:
        """Stop the query that is running, from another thread or a signal handler; it raises QueryStopped."""
        self._stopping = True
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection; no file that it made stays beside the store."""
        self._connection.close()
        if self._alone and self._seen is None:
            tidy(self._path)

    def __enter__(self) -> Self:
        """Give the reader itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Close the reader."""
        self.close()

    def _rest(self, cursor: sqlite3.Cursor) -> Rows:
        with self._errors():
            for row in cursor:  # noqa: UP028 (`yield from` would close the cursor of a closed connection)
                yield row
        if self._seen is not None and self._seen != look_at(self._path):
            raise StoreUnreadable(f"{self._path} changed while it was read")

    def _bolt(self) -> frozenset[str]:
        _check_version(self._connection, self._path)
        functions = frozenset(name for (name,) in self._connection.execute(_HARMLESS))
        self._connection.execute(f"SELECT 1 FROM {_TABLE_FUNCTIONS}").close()  # noqa: S608 (our own words)
        self._connection.execute("PRAGMA query_only=ON").close()
        self._connection.set_progress_handler(lambda: self._stopping, STEPS_BETWEEN_LOOKS)
        self._connection.set_authorizer(self._authorize)
        return functions

    def _authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        allowed = (
            action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)
            or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in self._functions)
            or (action == sqlite3.SQLITE_PRAGMA and str(first).lower() == "table_info")
        )
        if allowed:
            return sqlite3.SQLITE_OK
        self._refused = self._refused or _described(action, first, second)
        return sqlite3.SQLITE_DENY

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with _named_errors(self._path):
                yield
        except StorageError as error:
            if self._refused is None:
                raise
            raise NotReadOnly(self._refused) from error


def _described(action: int, first: str | None, second: str | None) -> str:
    """Say in SQL's words what was asked for, such as `DELETE posts` or `PRAGMA journal_mode`."""
    name = _ACTIONS.get(action, f"action {action}")
    if str(first).startswith("sqlite_"):
        return f"a table function besides {_TABLE_FUNCTIONS}" if name == "UPDATE" else "a change of the tables"
    what = second if name in ("FUNCTION", "ALTER TABLE") else first
    return name if what is None or name in ("ATTACH", "TRANSACTION") else f"{name} {what}"


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    versions: list[tuple[object]] = []
    if "alembic_version" in tables:
        versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if not versions:
        raise StoreUnreadable(f"{path} is not a Groundswell store")
    newest = max(str(version) for (version,) in versions)
    if newest > HEAD:
        raise StoreTooNew(f"{path} has version {newest}; this program reads up to {HEAD}")


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _named(error, path) from error
    except (ValueError, OverflowError) as error:
        raise QueryFailed(str(error)) from error


def _named(error: Exception, path: Path) -> StorageError:
    code = primary_code(error) if isinstance(error, sqlite3.Error) else 0
    if "one statement at a time" in str(error):
        return NotReadOnly("several statements at once")
    if code == sqlite3.SQLITE_READONLY:
        return NotReadOnly(str(error))
    if code == sqlite3.SQLITE_INTERRUPT:
        return QueryStopped("the query was stopped")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked(f"{path} is held by another program for more than {BUSY_SECONDS:.0f} s")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        # Where nobody has the store open a reader makes the -shm: on a full disk it cannot.
        kind = StoreUnwritable if code == sqlite3.SQLITE_IOERR and is_refused_write(error) else StoreUnreadable
        return kind(f"{path}: {error}")
    return QueryFailed(str(error))
