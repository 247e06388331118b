"""Posts that are not known to be gone, by all of their ids: what a platform is asked about, range by range."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select

from storage import schema
from storage.engine import any_of, reading, stream_rows
from storage.instant import Instant

STEP: Final = 50_000
"""Numbers of posts that are looked at in one transaction."""
_AT_ONCE: Final = 10_000


def living(
    engine: Engine, platform: str, after: int = 0, until: int | None = None
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give each post of a platform that is not known to be gone: its number, and its ids there.

    They come in the order of their numbers, those above `after` and up to `until` (None: the newest), found or only
    referred to, posts and reposts. It reads a range in a transaction of its own, and holds none while it waits.
    """
    with reading(engine) as connection:
        newest = connection.scalar(select(func.max(schema.posts.c.id))) or 0
        is_there = connection.execute(select(schema.posts.c.id).where(_of(platform)).limit(1)).first() is not None
    last = newest if until is None else min(newest, until)
    for first in range(after, last, STEP) if is_there else ():
        with reading(engine) as connection:
            told = list(_range(connection, platform, first, min(first + STEP, last)))
        yield from told


def last_seen(engine: Engine, platform: str, names: Sequence[str]) -> dict[str, Instant]:
    """Tell of ids when a source last saw their posts; those are left out of whose posts that is not known."""
    posts, ids = schema.posts.c, schema.post_ids.c
    known = posts.observed_at.is_not(None)
    own = select(posts.platform_id, posts.observed_at).where(_of(platform), posts.platform_id.in_(any_of(names)), known)
    other = (
        select(ids.local_id, posts.observed_at)
        .join(schema.posts, posts.id == ids.post_id)
        .where(ids.server == platform, ids.local_id.in_(any_of(names)), known)
    )
    with reading(engine) as connection:
        return {name: seen_at for query in (own, other) for name, seen_at in connection.execute(query)}


def _of(platform: str) -> ColumnElement[bool]:
    return schema.posts.c.platform == platform


def _range(connection: Connection, platform: str, after: int, until: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    posts, ids = schema.posts.c, schema.post_ids.c
    query = (
        select(posts.id, posts.platform_id, ids.local_id)
        .join_from(schema.posts, schema.post_ids, and_(ids.post_id == posts.id, ids.server == platform), isouter=True)
        .where(_of(platform), posts.deleted_at.is_(None), posts.id > after, posts.id <= until)
        .order_by(posts.id, ids.local_id)
    )
    rows = (row for rows in stream_rows(connection, query, _AT_ONCE) for row in rows)
    for number, told in groupby(rows, itemgetter(0)):
        names = {name: None for row in told for name in row[1:] if name is not None}
        yield number, tuple(names)
