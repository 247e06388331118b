"""When the posts of a campaign were last counted: for reading them again as they grow."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, or_, select

from storage import schema
from storage.asked_as import asked_as, own_posts_of
from storage.engine import stream_rows
from storage.instant import from_text, to_text

_AT_ONCE: Final = 10_000


class LastCounted(NamedTuple):
    """A post by the id that it is asked for, when it was posted, and when its counters were last told; None: never."""

    asked_as: str
    created_at: datetime
    counted_at: datetime | None


def read_last_counted(
    connection: Connection, platform: str, campaign: str, spans: Sequence[tuple[datetime, datetime]]
) -> Iterator[LastCounted]:
    """Tell of a campaign's posts from some stretches of time, the edges of each among them.

    Left out are reposts, whose counters are their target's; see `own_posts_of`.
    """
    posts, counted = schema.posts, schema.engagement
    last = (
        select(counted.c.observed_at)
        .where(counted.c.post_id == posts.c.id, counted.c.observed_at.is_not(None))
        .order_by(counted.c.observed_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    within = [
        and_(posts.c.created_at >= to_text(since), posts.c.created_at <= to_text(until)) for since, until in spans
    ]
    query = select(asked_as(posts.c), posts.c.created_at, last).where(*own_posts_of(platform, campaign), or_(*within))
    for rows in stream_rows(connection, query, _AT_ONCE):
        for key, created_at, counted_at in rows:
            yield LastCounted(key, from_text(created_at), None if counted_at is None else from_text(counted_at))
