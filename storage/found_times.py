"""When the posts were written that are here of some tags: what a platform's own counts are held against."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from storage import schema
from storage.engine import any_of
from storage.instant import from_text, to_text
from storage.tag import fold


def read_found_times(
    connection: Connection, platform: str, tags: Iterable[str], since: datetime, until: datetime
) -> tuple[datetime, ...]:
    """List when those posts of [since, until) were written, in order, that a search for the tags would have counted.

    They were found, carry a tag of their own, by its key, and are no reposts; those that are gone since are among them.
    """
    query = _found(platform, tags, since, until, schema.posts.c.created_at).order_by(schema.posts.c.created_at)
    return tuple(map(from_text, connection.scalars(query)))


def count_found(connection: Connection, platform: str, tags: Iterable[str], since: datetime, until: datetime) -> int:
    """Count the posts that `read_found_times` lists."""
    return int(connection.scalar(_found(platform, tags, since, until, func.count())) or 0)


def _found(
    platform: str, tags: Iterable[str], since: datetime, until: datetime, wanted: ColumnElement[Any]
) -> Select[Any]:
    posts, uses, hashtags = schema.posts.c, schema.post_hashtags.c, schema.hashtags.c
    of_tags = (
        select(uses.post_id)
        .join(schema.hashtags, hashtags.id == uses.hashtag_id)
        .where(hashtags.key.in_(any_of(sorted({fold(tag) for tag in tags}))))
    )
    return select(wanted).where(
        posts.platform == platform,
        posts.is_repost.is_(False),
        posts.created_at >= to_text(since),
        posts.created_at < to_text(until),
        posts.id.in_(of_tags),
        posts.id.in_(select(schema.found.c.post_id)),
    )
