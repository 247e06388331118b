"""Payloads as they were kept, to be read again."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage import schema
from storage.engine import any_of
from storage.instant import Instant
from storage.packing import Packer


class Kept(NamedTuple):
    """A payload whose body was kept.

    Attributes:
        number: its internal number; they grow in the order of coming.
        source, server: who sent it.
        is_read: it was read as a post when it came, or since.
        observed_at: when the platform said so; None where that is not known.
        body: canonical JSON, or the bytes received of what could not be read.
    """

    number: int
    source: str
    server: str
    is_read: bool
    observed_at: Instant | None
    body: bytes


def read_kept(connection: Connection, after: int, most: int, *, unread: bool = False) -> list[Kept]:
    """Read the payloads that come after a number, at most so many; with `unread` those never read as posts."""
    raw, runs = schema.raw_payloads.c, schema.runs.c
    query = (
        select(raw.id, raw.source, runs.server, raw.post_id, raw.observed_at, raw.body)
        .join_from(schema.raw_payloads, schema.runs, runs.id == raw.run_id)
        .where(raw.id > after, raw.body.is_not(None))
        .order_by(raw.id)
        .limit(most)
    )
    if unread:
        query = query.where(raw.post_id.is_(None))
    rows = connection.execute(query).all()
    packer = Packer()
    if rows:
        packer.read(connection)
    return [
        Kept(row.id, row.source, row.server, row.post_id is not None, row.observed_at, packer.unpack(row.body))
        for row in rows
    ]


def last_kept(connection: Connection, *, unread: bool = False) -> int:
    """Tell the greatest number of a payload that `read_kept` may give; 0 where there is none."""
    raw = schema.raw_payloads.c
    query = select(raw.id).where(raw.body.is_not(None)).order_by(raw.id.desc()).limit(1)
    return connection.scalar(query.where(raw.post_id.is_(None)) if unread else query) or 0


def without_body(connection: Connection) -> set[tuple[str, str]]:
    """Name the (source, server) of payloads that could not be read and are not kept: what was in them is unknown."""
    raw, runs = schema.raw_payloads.c, schema.runs.c
    query = (
        select(raw.source, runs.server)
        .join_from(schema.raw_payloads, schema.runs, runs.id == raw.run_id)
        .where(raw.post_id.is_(None), raw.body.is_(None))
        .distinct()
    )
    return {(row.source, row.server) for row in connection.execute(query)}


def drop_unread(connection: Connection, numbers: Iterable[int]) -> None:
    """Drop payloads that could not be read once what they hold is stored as posts, with payloads of their own."""
    raw = schema.raw_payloads
    chosen: Sequence[int] = list(numbers)
    if chosen:
        connection.execute(raw.delete().where(raw.c.id.in_(any_of(chosen)), raw.c.post_id.is_(None)))
