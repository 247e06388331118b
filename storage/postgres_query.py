"""Read-only SQL on a store in PostgreSQL: what a query may do is decided by its role and its transaction.

Four bolts, no one of them enough alone. The transaction is READ ONLY and never committed; the statement is that of a
cursor, which takes a SELECT and nothing else; the protocol takes one statement at a time; and a role that could reach
past its database, as a superuser can, is refused: the server's files and programs are nobody's to ask.
This module imports no SQLAlchemy, so that a query starts fast.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import urlsplit

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.types.string import TextLoader

from storage.address import PASSWORD, has_password
from storage.errors import (
    NotReadOnly,
    QueryFailed,
    QueryStopped,
    RoleRefused,
    StorageError,
    StoreLocked,
    StoreTooNew,
    StoreUnreachable,
    StoreUnreadable,
)
from storage.postgres_values import read_as_rows_do
from storage.version import HEAD

Params: TypeAlias = Sequence[Any] | Mapping[str, Any]
Rows: TypeAlias = Iterator[tuple[Any, ...]]

CONNECT_SECONDS: Final = 10
BUSY_SECONDS: Final = 5.0
ROWS_AT_ONCE: Final = 1_000

_ROLES: Final = """
SELECT rolname, rolsuper OR rolreplication, ARRAY(
    SELECT power.rolname::text FROM pg_roles AS power
    WHERE power.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
        AND pg_has_role(mine.oid, power.oid, 'MEMBER')
)
FROM pg_roles AS mine WHERE rolname IN (current_user, session_user)
"""
_SETTINGS: Final = """
SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false),
    set_config('cursor_tuple_fraction', '1', false), set_config('lock_timeout', %s, false)
"""
_NO_SELECT: Final = re.compile(r"\s*(EXPLAIN|SHOW)\b", re.IGNORECASE)
"""What a cursor does not take, although it only reads; its few rows come at once."""
_VERBS: Final = frozenset(
    (
        *("ALTER", "ANALYZE", "BEGIN", "CALL", "CHECKPOINT", "CLUSTER", "COMMENT", "COMMIT", "COPY", "CREATE"),
        *("DECLARE", "DELETE", "DO", "DROP", "END", "EXECUTE", "FETCH", "GRANT", "INSERT", "LISTEN", "LOCK", "MERGE"),
        *("MOVE", "NOTIFY", "PREPARE", "REFRESH", "REINDEX", "RESET", "REVOKE", "ROLLBACK", "SAVEPOINT", "SET"),
        *("START", "TRUNCATE", "UPDATE", "VACUUM"),
    )
)
"""What statements begin with that a cursor does not take because they do more than read: only to name them."""
_KEPT: Final = frozenset(
    ("int2", "int4", "int8", "oid", "float4", "float8", "bytea", "text", "varchar", "bpchar", "name")
)
"""Types whose values are what they are on SQLite; those of other types come as their text."""

_PLACES: Final = re.compile(r"""'[^']*'|"[^"]*"|::|:(?P<name>[a-z_]\w*)|(?P<next>\?)|%""")


class PostgresReader:
    """A read-only connection to one store, for one thread; a context manager. It does as storage.query.Reader does."""

    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]", where: str) -> None:
        """Bolt a connection; for `PostgresReader.open`, which names what goes wrong."""
        self._connection = connection
        self._where = where
        self._cursor = connection.cursor()
        with _named_errors(where):
            _check_role(connection, where)
            connection.execute(_SETTINGS, (str(int(BUSY_SECONDS * 1000)),))
            _check_version(connection, where)
            _read_as_sqlite_does(connection.adapters)
            connection.autocommit = False
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store by its `postgresql://` URL; the password comes from PGPASSWORD or ~/.pgpass.

        Raises RoleRefused for a role that may do much more than read; StorageError for a password in the URL,
        StoreUnreachable, StoreTooNew, StoreLocked or StoreUnreadable.
        """
        where = _where(url)
        with _named_errors(where):
            connection = psycopg.connect(
                url.replace("postgresql+psycopg:", "postgresql:", 1),
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=CONNECT_SECONDS,
                fallback_application_name="groundswell query",
            )
        try:
            return cls(connection, where)
        except BaseException:  # also Ctrl-C: what was opened is closed, and the error goes on
            connection.close()
            raise

    def rows(self, sql: str, params: Params = ()) -> tuple[tuple[str, ...], Rows]:
        """Run one statement; returns the names of its columns and an iterator over its rows.

        Rows that are still to come from the statement before are given up. Values are those that SQLite would give,
        or texts. Raises as storage.query.Reader.rows does.
        """
        with _named_errors(self._where):
            self._give_up()
            self._cursor = self._connection.cursor("" if _NO_SELECT.match(sql) else "asked")
            with _named_verb(sql):
                self._cursor.execute((_placed(sql, params) if params else sql).encode(), params or None)
            names = tuple(column.name for column in self._cursor.description or ())
            first = self._cursor.fetchmany(ROWS_AT_ONCE)
        return names, self._rest(self._cursor, first)

    def stop(self) -> None:
        """Stop the query that is running, from another thread or a signal handler; it raises QueryStopped."""
        self._connection.cancel_safe(timeout=BUSY_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        with suppress(psycopg.Error):
            self._cursor.close()
        self._connection.close()

    def __enter__(self) -> Self:
        """Give the reader itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Close the reader."""
        self.close()

    def _rest(self, cursor: "psycopg.Cursor[tuple[Any, ...]]", rows: list[tuple[Any, ...]]) -> Rows:
        with _named_errors(self._where):
            while rows:
                yield from rows
                rows = cursor.fetchmany(ROWS_AT_ONCE)

    def _give_up(self) -> None:
        """End what is left of the statement before, and with it its transaction."""
        self._connection.rollback()
        self._cursor.close()


def _where(url: str) -> str:
    """Name the server, the database and the role; raises StorageError for a URL with a password."""
    if has_password(url):
        raise StorageError(PASSWORD)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise StorageError("that is no database URL such as postgresql://me@host/groundswell") from None
    return f"postgresql://{parts.netloc}{parts.path}"


def _check_role(connection: "psycopg.Connection[tuple[Any, ...]]", where: str) -> None:
    for name, is_powerful, powers in connection.execute(_ROLES):
        if is_powerful or powers:
            what = "a superuser or may replicate" if is_powerful else f"a member of {', '.join(powers)}"
            raise RoleRefused(f"{where}: the role {name} is {what}, which a query must not be")


def _check_version(connection: "psycopg.Connection[tuple[Any, ...]]", where: str) -> None:
    found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if found != (True,):
        raise StoreUnreadable(f"{where} is not a Groundswell store")
    newest = max(str(version) for (version,) in connection.execute("SELECT version_num FROM alembic_version"))
    if newest > HEAD:
        raise StoreTooNew(f"{where} has version {newest}; this program reads up to {HEAD}")


def _read_as_sqlite_does(adapters: AdaptersMap) -> None:
    for kind in adapters.types:
        if kind.name not in _KEPT:
            adapters.register_loader(kind.oid, TextLoader)
        if kind.array_oid:
            adapters.register_loader(kind.array_oid, TextLoader)
    read_as_rows_do(adapters)


def _placed(sql: str, params: Params) -> str:
    """Write the driver's own places for values where `?` or `:name` stand; what is in quotes is left as it is."""

    def place(found: re.Match[str]) -> str:
        if found["name"]:
            return f"%({found['name']})s"
        return "%s" if found["next"] else found[0].replace("%", "%%")

    return _PLACES.sub(place, sql)


@contextmanager
def _named_verb(sql: str) -> Iterator[None]:
    """Name what a statement wanted that a cursor does not even parse."""
    try:
        yield
    except psycopg.errors.SyntaxError as error:
        verb = next(iter(sql.split()), "").upper()
        if verb not in _VERBS:
            raise
        raise NotReadOnly(verb) from error


@contextmanager
def _named_errors(where: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise _named(error, where) from error
    except UnicodeEncodeError as error:
        raise QueryFailed(str(error)) from error


def _named(error: psycopg.Error, where: str) -> StorageError:
    state, said = error.sqlstate or "", error.diag.message_primary or " ".join(str(error).split())
    if state in ("25006", "25001", "42P11") or "multiple commands" in said:
        return NotReadOnly(said)
    if state == "57014":
        return QueryStopped("the query was stopped")
    if state == "55P03":
        return StoreLocked(f"{where} is held by another program for more than {BUSY_SECONDS:.0f} s")
    if state[:2] in ("08", "57") or (not state and isinstance(error, psycopg.OperationalError)):
        return StoreUnreachable(f"{where}: {said}")
    if state[:2] in ("58", "XX"):
        return StoreUnreadable(f"{where}: {said}")
    return QueryFailed(said)
