"""The store in a database of PostgreSQL, on a server that several machines may use.

Writers take turns by one advisory lock, which is held to the end of a transaction: the program hands out numbers by
counting on from the greatest, as it does where SQLite lets one write at a time. A reader sees one moment throughout.
The password is never in the URL: libpq takes it from PGPASSWORD or ~/.pgpass.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Column, Connection, Engine, Select, Table, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from storage import postgres_rows
from storage.database import Row, Use
from storage.errors import (
    StorageError,
    StoreLocked,
    StoreNotFound,
    StoreUnreachable,
    StoreUnreadable,
    StoreUnwritable,
)
from storage.instant import from_text
from storage.postgres_values import read_as_rows_do, write_as_rows_do

CONNECT_SECONDS: Final = 10
WRITERS: Final = int.from_bytes(b"grndswel")
"""The advisory lock that a writing transaction holds; any number that no other program is likely to take."""

_OPTIONS: Final[Mapping[Use, Mapping[str, Any]]] = {
    "reading": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    "writing": {"writing": True},
    "bare": {"isolation_level": "AUTOCOMMIT"},
}
# Compiling plans to machine code takes longer than the many small questions of a save.
_SETTINGS: Final = """
SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false),
    set_config('jit', 'off', false), set_config('cursor_tuple_fraction', '1', false),
    set_config('client_min_messages', 'warning', false),
    set_config('lock_timeout', %s, false)
"""
# A snapshot taken before a transaction keeps what was deleted until then, also through VACUUM FULL, without any lock.
_HELD: Final = """
SELECT EXISTS (
    SELECT FROM (
        SELECT unnest(ARRAY[backend_xmin, backend_xid]) AS seen FROM pg_stat_activity WHERE pid <> pg_backend_pid()
            AND (datid IS NULL OR datid = (SELECT oid FROM pg_database WHERE datname = current_database()))
        UNION ALL SELECT xmin FROM pg_replication_slots
        UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
    ) AS held WHERE age(seen) >= age(%s::xid8::xid)
)
"""
_OTHERS_TABLES: Final = """
SELECT count(*) FROM pg_class WHERE oid = ANY(%s::regclass[]) AND NOT pg_has_role(relowner, 'USAGE')
"""
_DOUBLED: Final = """
SELECT relname FROM pg_class
WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 2 * 8192 * GREATEST(relpages, 50)
    AND pg_has_role(relowner, 'USAGE')
"""
"""Tables of more than 800 kB that have twice the pages of when they were last analysed, and are ours to analyse."""


class Postgres:
    """PostgreSQL, as storage.database.Database says."""

    failures: Final = (DBAPIError, psycopg.Error)

    def open(self, url: URL, *, create: bool, patience: float) -> Engine:
        """Make an engine; raises StoreNotFound where the database has no store and none may be made.

        StoreUnreachable where the server cannot be reached or does not let us in.
        """
        patiently = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"fallback_application_name": "groundswell", **patiently},
            pool_pre_ping=True,
            use_native_hstore=False,
        )
        event.listen(engine, "connect", partial(_prepare, patience=patience, where=self.where(url)))
        event.listen(engine, "begin", _begin)
        if not create:
            self._check_made(engine)
        return engine

    def _check_made(self, engine: Engine) -> None:
        where = self.where(engine.url)
        try:
            is_made = inspect(engine).has_table("alembic_version")
        except DBAPIError as error:
            raise self.named(error, where, CONNECT_SECONDS) or error from error
        finally:
            engine.dispose()
        if not is_made:
            raise StoreNotFound(f"there is no store at {where}")

    def where(self, url: URL) -> str:
        """Name the server, the database and the role."""
        return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)

    def make_ready(self, connection: Connection) -> None:
        """Do nothing: a database that is there is ready."""

    def options(self, use: Use) -> Mapping[str, Any]:
        """Say how the transaction of a connection begins."""
        return _OPTIONS[use]

    def bide(self, connection: Connection, seconds: float) -> None:
        """Set how long a connection waits for others."""
        connection.exec_driver_sql("SELECT set_config('lock_timeout', %s, false)", (_milliseconds(seconds),))

    def named(self, error: Exception, where: str, patience: float) -> StorageError | None:
        """Name an error by its SQLSTATE; an error of the connection itself has none."""
        orig = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(orig, psycopg.Error):
            return None
        state = orig.sqlstate or ""
        said = f"{where}: {' '.join(str(orig).split())}"
        if state in ("55P03", "40P01"):
            return StoreLocked(f"{where} is held by another program for more than {patience:.0f} s")
        kind = _KINDS.get(state) or _KINDS.get(state[:2])
        if kind is None and not state and isinstance(orig, psycopg.OperationalError):
            kind = StoreUnreachable
        return None if kind is None else kind(said)

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row], *, new: bool) -> int:
        """Insert rows by COPY."""
        if new:
            return postgres_rows.copy(_driver(connection), table, rows)
        return postgres_rows.insert_missing(_driver(connection), table, rows)

    def update(self, connection: Connection, table: Table, key: Column[Any], rows: Sequence[Row]) -> None:
        """Write whole rows again by their key."""
        postgres_rows.update(_driver(connection), table, key, rows)

    def delete(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Delete the rows that equal the given ones."""
        postgres_rows.delete(_driver(connection), table, rows)

    def stream(self, connection: Connection, statement: Select[Any], at_once: int) -> Iterator[Sequence[Row]]:
        """Read rows from a cursor on the server: the driver's own way would have all of them here at once."""
        compiled = statement.compile(dialect=connection.dialect)
        with _driver(connection).cursor("streamed") as cursor:
            cursor.execute(str(compiled).encode(), compiled.params)
            while rows := cursor.fetchmany(at_once):
                yield rows

    def clock(self, connection: Connection, machine: datetime) -> datetime:
        """Go by the server's clock: those of the machines that use it may differ."""
        return from_text(connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one())

    def rewrite(self, connection: Connection, tables: Sequence[Table]) -> bool:
        """Write tables anew by VACUUM FULL; raises StoreUnwritable for tables of another role, which it passes over."""
        names = [table.name for table in tables]
        if connection.exec_driver_sql(_OTHERS_TABLES, (names,)).scalar_one():
            where = self.where(connection.engine.url)
            raise StoreUnwritable(f"{where}: only the role that owns the tables can write them anew")
        now = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
        if connection.exec_driver_sql(_HELD, (now,)).scalar_one():
            return False
        for name in names:
            connection.exec_driver_sql(f'VACUUM FULL "{name}"')
        return True

    def notice_growth(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Analyse tables that have doubled: autovacuum comes a minute later, when a first import is half done."""
        names = [table.name for table in tables]
        doubled = connection.exec_driver_sql(_DOUBLED, (names,)).scalars().all()
        if doubled:
            # A rough look is enough to plan by and takes a third of the time; autovacuum takes a closer one.
            connection.exec_driver_sql("SET LOCAL default_statistics_target = 20")
        for name in doubled:
            # Somebody's VACUUM may hold it for minutes: a save does not wait for that.
            connection.exec_driver_sql(f'ANALYZE (SKIP_LOCKED) "{name}"')


POSTGRES: Final = Postgres()

_KINDS: Final[Mapping[str, type[StorageError]]] = {
    "08": StoreUnreachable,
    "57": StoreUnreachable,
    "53": StoreUnwritable,
    "25006": StoreUnwritable,
    "42501": StoreUnwritable,
    "58": StoreUnreadable,
    "XX": StoreUnreadable,
}
"""Kinds of errors by SQLSTATE or its class: connections, the server stopping; resources, rights; damage."""


def _prepare(connection: "psycopg.Connection[Any]", _record: object, *, patience: float, where: str) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreUnreadable(f"{where} is a database in {encoding}, which has not all letters; make one in UTF8")
    read_as_rows_do(connection.adapters)
    write_as_rows_do(connection.adapters)
    # Plans made once for all values are bad ones where the values are a list of one post or of five thousand.
    connection.prepare_threshold = None
    connection.autocommit = True
    connection.execute(_SETTINGS, (_milliseconds(patience),))
    connection.autocommit = False


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITERS,))


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    return driver
