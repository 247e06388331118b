"""Ledgers of coverage as rows, and the writing of stretches into them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Select, delete, select

from storage import coverage, schema
from storage.coverage import Key, Ledger, State, Stretch
from storage.engine import insert_rows
from storage.instant import from_text, to_text

_Row: TypeAlias = tuple[Any, ...]


def write_coverage(connection: Connection, key: Key, new: Stretch, run_id: int | None) -> None:
    """Write one stretch into a key's ledger; only rows that it touches are read and written."""
    touched = _read(connection, key, new.starts_at, new.ends_at)
    before = {_row(key, stretch, run) for stretch, run in touched}
    runs = dict(touched)
    after = {
        _row(key, stretch, runs.get(stretch, run_id))
        for stretch in coverage.write([stretch for stretch, _run in touched], new)
    }
    table = schema.coverage
    for row in before - after:
        connection.execute(
            delete(table).where(
                *(column == value for column, value in zip(table.c, row, strict=True) if column.name in _KEY)
            )
        )
    insert_rows(connection, table, sorted(after - before))


_KEY = {column.name for column in schema.coverage.primary_key}


def read_coverage(connection: Connection, key: Key) -> Ledger:
    """Read a key's whole ledger."""
    return tuple(_stretch(row) for row in connection.execute(_of(key).order_by(schema.coverage.c.starts_at)))


def read_keys(connection: Connection) -> Sequence[Key]:
    """List the keys that have any coverage."""
    table = schema.coverage.c
    columns = (table.platform, table.source, table.server, table.tag, table.kind)
    return [Key(*row) for row in connection.execute(select(*columns).distinct().order_by(*columns))]


def _of(key: Key) -> Select[Any]:
    table = schema.coverage
    return select(table).where(
        table.c.platform == key.platform,
        table.c.source == key.source,
        table.c.server == key.server,
        table.c.tag == key.tag,
        table.c.kind == key.kind,
    )


def _read(connection: Connection, key: Key, starts_at: datetime, ends_at: datetime) -> list[tuple[Stretch, int | None]]:
    table = schema.coverage.c
    query = _of(key).where(table.starts_at <= to_text(ends_at), table.ends_at >= to_text(starts_at))
    return [(_stretch(row), row.run_id) for row in connection.execute(query.order_by(table.starts_at))]


def _stretch(row: Row[Any]) -> Stretch:
    return Stretch(from_text(row.starts_at), from_text(row.ends_at), State(row.state), row.reason, row.sampled_share)


def _row(key: Key, stretch: Stretch, run_id: int | None) -> _Row:
    return (
        key.platform,
        key.source,
        key.server,
        key.tag,
        key.kind,
        to_text(stretch.starts_at),
        to_text(stretch.ends_at),
        stretch.state.value,
        stretch.reason,
        stretch.share,
        run_id,
    )
