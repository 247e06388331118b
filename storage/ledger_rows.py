"""Ledgers of coverage as rows, and the writing of stretches into them."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, delete, select

from storage import coverage, schema
from storage.coverage import Key, Ledger, State, Stretch
from storage.engine import insert_rows
from storage.instant import from_text, to_text

_Row: TypeAlias = tuple[Any, ...]
_AT_ONCE: Final = 500


def write_coverage(connection: Connection, key: Key, new: Sequence[Stretch], run_id: int | None) -> None:
    """Write stretches into a key's ledger, in their order; only rows that lie where they do are read and written."""
    since, until = min(one.starts_at for one in new), max(one.ends_at for one in new)
    touched = _read(connection, key, since, until)
    before = [stretch for stretch, _run in touched]
    after = reduce(coverage.write, new, tuple(before))
    were, are = set(before), set(after)
    _forget(connection, key, [row for row in before if row not in are])
    insert_rows(connection, schema.coverage, [_row(key, row, run_id) for row in after if row not in were])


def _forget(connection: Connection, key: Key, gone: Sequence[Stretch]) -> None:
    """Take out rows; many at a time, as an hour of a sample is a dozen."""
    table = schema.coverage
    for first in range(0, len(gone), _AT_ONCE):
        starts = [to_text(row.starts_at) for row in gone[first : first + _AT_ONCE]]
        connection.execute(delete(table).where(*_mine(key), table.c.starts_at.in_(starts)))


def read_coverage(connection: Connection, key: Key) -> Ledger:
    """Read a key's whole ledger."""
    query = select(schema.coverage).where(*_mine(key)).order_by(schema.coverage.c.starts_at)
    return tuple(_stretch(row) for row in connection.execute(query))


def is_complete(connection: Connection, key: Key, moments: Sequence[datetime]) -> tuple[bool, ...]:
    """Tell of each moment whether it lies in a complete stretch of a key's ledger."""
    near = [stretch for stretch, _run in _read(connection, key, min(moments), max(moments))]
    complete = [row for row in near if row.state is State.COMPLETE]
    starts = [row.starts_at for row in complete]
    places = (bisect_right(starts, moment) - 1 for moment in moments)
    return tuple(place >= 0 and moment < complete[place].ends_at for moment, place in zip(moments, places, strict=True))


def read_keys(connection: Connection) -> Sequence[Key]:
    """List the keys that have any coverage."""
    table = schema.coverage.c
    columns = (table.platform, table.source, table.server, table.tag, table.kind)
    return [Key(*row) for row in connection.execute(select(*columns).distinct().order_by(*columns))]


def _mine(key: Key) -> tuple[ColumnElement[bool], ...]:
    table = schema.coverage.c
    return (
        table.platform == key.platform,
        table.source == key.source,
        table.server == key.server,
        table.tag == key.tag,
        table.kind == key.kind,
    )


def _read(connection: Connection, key: Key, starts_at: datetime, ends_at: datetime) -> list[tuple[Stretch, int | None]]:
    table = schema.coverage.c
    near = (table.starts_at <= to_text(ends_at), table.ends_at >= to_text(starts_at))
    query = select(schema.coverage).where(*_mine(key), *near).order_by(table.starts_at)
    return [(_stretch(row), row.run_id) for row in connection.execute(query)]


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
