"""Which hashtags stand in the posts of a family of tags, and how often."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from storage import schema
from storage.engine import any_of

_NOT: Final = bindparam(None, value=False, type_=schema.Flag)


class TagUse(NamedTuple):
    """A spelling of a hashtag in the store.

    Attributes:
        key: what it folds to.
        written: as posts spell it, without '#'.
        together: posts that carry it beside a tag of the family; of the family's own keys, all that carry it.
        posts: posts that carry it at all, whether of the family or not.
    """

    key: str
    written: str
    together: int
    posts: int


def tags_beside(connection: Connection, keys: Iterable[str]) -> list[TagUse]:
    """Count the spellings that stand in posts with any tag of a family, given by its keys; reposts do not count."""
    carried, tags, posts = schema.post_hashtags.c, schema.hashtags.c, schema.posts.c
    own = select(tags.id).where(tags.key.in_(any_of(list(keys))))
    family = select(carried.post_id).where(carried.hashtag_id.in_(own))
    together = func.count(carried.post_id.distinct())
    query = (
        select(carried.hashtag_id, tags.key, carried.written, together)
        .join_from(schema.post_hashtags, schema.hashtags, tags.id == carried.hashtag_id)
        .join(schema.posts, posts.id == carried.post_id)
        .where(carried.post_id.in_(family), posts.is_repost == _NOT)
        .group_by(carried.hashtag_id, tags.key, carried.written)
    )
    rows = connection.execute(query).all()
    whole = _posts_of(connection, {row[0] for row in rows})
    return [TagUse(key, written, count, whole[number, written]) for number, key, written, count in rows]


def _posts_of(connection: Connection, hashtags: set[int]) -> dict[tuple[int, str], int]:
    carried, posts = schema.post_hashtags.c, schema.posts.c
    query = (
        select(carried.hashtag_id, carried.written, func.count(carried.post_id.distinct()))
        .join_from(schema.post_hashtags, schema.posts, posts.id == carried.post_id)
        .where(carried.hashtag_id.in_(any_of(list(hashtags))), posts.is_repost == _NOT)
        .group_by(carried.hashtag_id, carried.written)
    )
    return {(number, written): count for number, written, count in connection.execute(query)}
