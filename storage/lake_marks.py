"""Marks of what changed in the store since: which parts of the lake have to be written again."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, select, tuple_

from storage import schema
from storage.engine import delete_rows, insert_rows
from storage.meta import set_meta

IDS_A_PART: Final = 100_000
"""How many ids a part of a table without days holds."""


def mark(
    connection: Connection,
    days: Iterable[tuple[str, str]] = (),
    authors: Iterable[int] = (),
    hashtags: Iterable[int] = (),
    links: Iterable[int] = (),
) -> int:
    """Give the store its next revision and mark with it what changed; returns the revision.

    An author's mark stands for its history too.
    """
    revision = next_revision(connection)
    parts = {("posts", platform, day) for platform, day in days}
    for name, numbers in (("authors", authors), ("hashtags", hashtags), ("links", links)):
        parts |= {(name, "", str(part)) for part in {number // IDS_A_PART for number in numbers}}
    table = schema.lake_parts
    place = tuple_(table.c.name, table.c.platform, table.c.part)
    before = [tuple(row) for row in connection.execute(select(table).where(place.in_(sorted(parts))))] if parts else []
    delete_rows(connection, table, before)
    insert_rows(connection, table, [(*part, revision) for part in sorted(parts)])
    return revision


def next_revision(connection: Connection) -> int:
    """Count the store's revision up by one."""
    table = schema.meta
    before = connection.scalar(select(table.c.value).where(table.c.key == "revision"))
    revision = int(before or 0) + 1
    set_meta(connection, "revision", str(revision))
    return revision
