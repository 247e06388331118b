"""How many posts a platform says that there are: numbers alone, of stretches that a query was counted for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from storage import schema
from storage.engine import insert_rows
from storage.instant import from_text, to_text
from storage.post import Kind


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """A number of posts in [starts_at, ends_at), as it was counted at a moment."""

    starts_at: datetime
    ends_at: datetime
    posts: int
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class CountedOf:
    """Whose numbers they are: of a query to a source, for one kind of posts.

    Attributes:
        query: the tags as asked, sorted, a space between them.
    """

    source: str
    server: str
    query: str
    kind: Kind = "posts"


@dataclass(frozen=True, slots=True)
class Counted:
    """What an answer counted: stretches that do not overlap."""

    of: CountedOf
    counts: Sequence[Count]


def save_counts(connection: Connection, counted: Counted) -> None:
    """Put new numbers in the place of all that they overlap."""
    if not counted.counts:
        return
    table = schema.counts
    since, until = min(one.starts_at for one in counted.counts), max(one.ends_at for one in counted.counts)
    new = [(to_text(one.starts_at), to_text(one.ends_at)) for one in counted.counts]
    query = select(table.c.starts_at, table.c.ends_at).where(*_mine(counted.of), *_within(since, until))
    for starts_at, ends_at in [tuple(row) for row in connection.execute(query)]:
        if any(first < ends_at and last > starts_at for first, last in new):
            key = (table.c.starts_at == starts_at, table.c.ends_at == ends_at)
            connection.execute(delete(table).where(*_mine(counted.of), *key))
    whose = (counted.of.source, counted.of.server, counted.of.query, counted.of.kind)
    rows = [
        (*whose, *edges, one.posts, to_text(one.observed_at)) for edges, one in zip(new, counted.counts, strict=True)
    ]
    insert_rows(connection, table, rows)


def read_counts(connection: Connection, of: CountedOf, since: datetime, until: datetime) -> tuple[Count, ...]:
    """List the numbers of stretches that touch [since, until), in the order of time."""
    table = schema.counts.c
    query = (
        select(table.starts_at, table.ends_at, table.posts, table.observed_at)
        .where(*_mine(of), *_within(since, until))
        .order_by(table.starts_at)
    )
    return tuple(
        Count(from_text(first), from_text(last), posts, from_text(seen))
        for first, last, posts, seen in connection.execute(query)
    )


def _mine(of: CountedOf) -> tuple[ColumnElement[bool], ...]:
    table = schema.counts.c
    return (table.source == of.source, table.server == of.server, table.query == of.query, table.kind == of.kind)


def _within(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    table = schema.counts.c
    return (table.starts_at < to_text(until), table.ends_at > to_text(since))
