"""By which id a platform is asked for a post that the store knows: on X, where each version of a post has its own."""

from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from storage import schema

_MADE: Final = "made:"
"""Begins the id of a post from an archive that gives none."""


def has_an_id(posts: Any) -> ColumnElement[bool]:
    """Make the condition that a post has an id of the platform's own."""
    is_made: ColumnElement[bool] = posts.platform_id.startswith(_MADE)
    return ~is_made


def own_posts_of(platform: str, campaign: str) -> tuple[ColumnElement[bool], ...]:
    """Make the conditions for a campaign's posts that a platform can be asked about: by its slug.

    Left out are reposts, posts that are deleted, and those without an id of the platform's own.
    """
    posts, members, campaigns = schema.posts.c, schema.campaign_posts, schema.campaigns.c
    mine = select(members.c.post_id).join(schema.campaigns, campaigns.id == members.c.campaign_id)
    return (
        posts.platform == platform,
        posts.is_repost.is_(False),
        posts.deleted_at.is_(None),
        has_an_id(posts),
        posts.id.in_(mine.where(campaigns.slug == campaign)),
    )


def asked_as(posts: Any) -> ColumnElement[str]:
    """Make the expression for a post's id as it is asked for: the newest known version's own, else its only one.

    X's papers differ on what an older version's id gives: the newest version (those of its lookup), or that very
    version with counters of its own (those on edits). The newest id gives the newest version by both. Later ids are
    greater numbers, of as many digits or more.
    """
    ids = schema.post_ids
    newest = (
        select(ids.c.local_id)
        .where(ids.c.post_id == posts.id, ids.c.server == posts.platform)
        .order_by(func.length(ids.c.local_id).desc(), ids.c.local_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, posts.platform_id)
