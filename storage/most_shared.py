"""The posts of a campaign that were passed on most, and how much of that the store knows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from storage import schema
from storage.asked_as import own_posts_of
from storage.engine import any_of


class Shared(NamedTuple):
    """A post that was passed on.

    Attributes:
        number: its number in this store.
        reposts: how many there are, by the newest count that a source told.
        known: how many of them are here and not deleted.
    """

    number: int
    platform_id: str
    reposts: int
    known: int


def read_most_shared(connection: Connection, platform: str, campaign: str, most: int) -> tuple[Shared, ...]:
    """List so many of a campaign's posts that were passed on, those with most reposts first.

    See `storage.asked_as.own_posts_of` for which.
    """
    posts = schema.posts
    counted = (
        select(posts.c.id, posts.c.created_at, posts.c.platform_id, _newest_count().label("reposts"))
        .where(*own_posts_of(platform, campaign))
        .subquery()
    )
    order = (counted.c.reposts.desc(), counted.c.created_at, counted.c.platform_id)
    query = select(counted.c.id).where(counted.c.reposts > 0).order_by(*order).limit(most)
    numbers = list(connection.scalars(query))
    told = read_shared(connection, numbers)
    return tuple(told[number] for number in numbers)


def read_shared(connection: Connection, numbers: Sequence[int]) -> dict[int, Shared]:
    """Tell of some posts how much they were passed on, and how much of that is known by now."""
    posts = schema.posts
    told = (
        select(posts.c.id, posts.c.platform, posts.c.platform_id, _newest_count().label("reposts"))
        .where(posts.c.id.in_(any_of(numbers)))
        .subquery()
    )
    query = select(told.c.id, told.c.platform_id, func.coalesce(told.c.reposts, 0), _known(told))
    return {number: Shared(number, *rest) for number, *rest in connection.execute(query)}


def read_names(connection: Connection, number: int) -> tuple[str, ...]:
    """List the ids of a post and of its versions on its platform, oldest first."""
    posts, ids = schema.posts, schema.post_ids
    own = connection.execute(select(posts.c.platform, posts.c.platform_id).where(posts.c.id == number)).one()
    query = select(ids.c.local_id).where(ids.c.post_id == number, ids.c.server == own.platform)
    names = {own.platform_id, *connection.scalars(query)}
    return tuple(sorted(names, key=lambda name: (len(name), name)))


def read_reposts(connection: Connection, platform: str, names: Sequence[str]) -> frozenset[str]:
    """List the reposts of a post that are known, by its ids."""
    posts = schema.posts.c
    query = select(posts.platform_id).where(posts.platform == platform, posts.repost_of.in_(any_of(names)))
    return frozenset(connection.scalars(query))


def _newest_count() -> ColumnElement[int]:
    """Make the expression for a post's newest count of reposts, NULL where none was told."""
    counted = schema.engagement
    mine = select(counted.c.reposts).where(counted.c.post_id == schema.posts.c.id, counted.c.reposts.is_not(None))
    dated = mine.where(counted.c.observed_at.is_not(None)).order_by(counted.c.observed_at.desc(), counted.c.server)
    undated = mine.where(counted.c.observed_at.is_(None)).order_by(counted.c.server)
    return func.coalesce(dated.limit(1).scalar_subquery(), undated.limit(1).scalar_subquery())


def _known(of: FromClause) -> ColumnElement[int]:
    """Make the expression for how many reposts of a post are known, of whichever of its versions."""
    reposts, ids = schema.posts.alias(), schema.post_ids
    here = select(func.count()).select_from(reposts).where(reposts.c.platform == of.c.platform)
    here = here.where(reposts.c.deleted_at.is_(None))
    own = here.where(reposts.c.repost_of == of.c.platform_id)
    later = here.join(ids, ids.c.local_id == reposts.c.repost_of).where(
        ids.c.post_id == of.c.id, ids.c.server == of.c.platform, ids.c.local_id != of.c.platform_id
    )
    return own.scalar_subquery() + later.scalar_subquery()
