"""What is known of posts of which somebody has a list of ids: which are here, which are gone, and of what time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, exists, select

from storage import schema
from storage.engine import any_of
from storage.instant import Instant
from storage.post import Kind

_AT_ONCE: Final = 50_000


class Known(NamedTuple):
    """Of some ids, those whose posts a source has found and are not deleted, and those that are known to be gone."""

    there: frozenset[str]
    gone: frozenset[str]

    def left_of(self, ids: Sequence[str]) -> tuple[str, ...]:
        """List the ids of which neither is known, in their order."""
        return tuple(key for key in ids if key not in self.there and key not in self.gone)


def read_known(connection: Connection, platform: str, ids: Sequence[str]) -> Known:
    """Tell of posts by any of their ids whether they are here, or gone."""
    there: set[str] = set()
    gone: set[str] = set()
    for some in _cut(ids):
        for key, deleted_at in _named(connection, platform, some, schema.posts.c.deleted_at):
            (there if deleted_at is None else gone).add(key)
        deletions = schema.deletions.c
        query = select(deletions.platform_id).where(
            deletions.platform == platform, deletions.platform_id.in_(any_of(some))
        )
        gone.update(connection.scalars(query))
    return Known(frozenset(there), frozenset(gone - there))


def read_spans(connection: Connection, platform: str, ids: Sequence[str]) -> Mapping[Kind, tuple[Instant, Instant]]:
    """Tell when the first and the last of the posts that were found were posted, posts and reposts apart."""
    spans: dict[Kind, tuple[Instant, Instant]] = {}
    posts = schema.posts.c
    for some in _cut(ids):
        for _key, is_repost, created_at in _named(connection, platform, some, posts.is_repost, posts.created_at):
            kind: Kind = "reposts" if is_repost else "posts"
            first, last = spans.get(kind, (created_at, created_at))
            spans[kind] = min(first, created_at), max(last, created_at)
    return spans


def _cut(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _named(connection: Connection, platform: str, ids: Sequence[str], *columns: Any) -> Iterator[tuple[Any, ...]]:
    """Find posts that a source has found, or that are deleted, by their own ids and by those of their versions."""
    posts, names = schema.posts, schema.post_ids
    by_own: Select[Any] = select(posts.c.platform_id, *columns).where(
        posts.c.platform == platform, posts.c.platform_id.in_(any_of(ids))
    )
    by_any: Select[Any] = (
        select(names.c.local_id, *columns)
        .join_from(names, posts, posts.c.id == names.c.post_id)
        .where(posts.c.platform == platform, names.c.server == platform, names.c.local_id.in_(any_of(ids)))
    )
    is_known = exists().where(schema.found.c.post_id == posts.c.id) | posts.c.deleted_at.is_not(None)
    for query in (by_own, by_any):
        yield from (tuple(row) for row in connection.execute(query.where(is_known)))
