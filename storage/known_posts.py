"""What the store knows to have stood in a stretch of a source's answers: for seeing what is gone from there."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage import schema
from storage.engine import any_of
from storage.instant import to_text
from storage.tag import fold


class KnownPost(NamedTuple):
    """A post by its two names: that of the platform, and that of the server which gave it."""

    platform_id: str
    local_id: str


class Asked(NamedTuple):
    """Whom a source asks for posts of which platform."""

    platform: str
    source: str
    server: str


def read_known_posts(
    connection: Connection, where: Asked, tags: Iterable[str], starts_at: datetime, ends_at: datetime
) -> tuple[KnownPost, ...]:
    """List posts of [starts_at, ends_at) that were found there, carry any of the tags and are not deleted.

    Tags count by their key: a spelling that was not asked for may be among them.
    """
    posts, ids, found = schema.posts, schema.post_ids, schema.found
    keys = sorted({fold(tag) for tag in tags})
    tagged = (
        select(schema.post_hashtags.c.post_id)
        .join(schema.hashtags, schema.hashtags.c.id == schema.post_hashtags.c.hashtag_id)
        .where(schema.hashtags.c.key.in_(any_of(keys)), schema.post_hashtags.c.post_id == posts.c.id)
    )
    query = (
        select(posts.c.platform_id, ids.c.local_id)
        .join(found, found.c.post_id == posts.c.id)
        .join(ids, ids.c.post_id == posts.c.id)
        .where(
            posts.c.platform == where.platform,
            found.c.source == where.source,
            found.c.server == where.server,
            ids.c.server == where.server,
            posts.c.created_at >= to_text(starts_at),
            posts.c.created_at < to_text(ends_at),
            posts.c.deleted_at.is_(None),
            tagged.exists(),
        )
        .order_by(posts.c.created_at, ids.c.local_id)
    )
    return tuple(KnownPost(*row) for row in connection.execute(query))
