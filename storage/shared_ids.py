"""The ids of posts, as they may be passed on: X's rules let researchers share these, and not the posts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from storage import schema
from storage.asked_as import asked_as, has_an_id
from storage.engine import stream_rows
from storage.instant import to_text

Kinds: TypeAlias = Literal["posts", "reposts", "all"]

_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which posts are meant: found ones of a platform that are not deleted.

    Attributes:
        campaign: the slug of the campaign whose members they are; None: any, or none.
        since, until: when they were posted, [since, until); None: open.
        kinds: posts that are no reposts, reposts, or both.
    """

    platform: str
    campaign: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: Kinds = "all"


def stream_ids(connection: Connection, choice: Choice) -> Iterator[list[str]]:
    """List the ids of the chosen posts in the order of time, some thousands at a time.

    Of an edited post it is the newest version's that is known; see `storage.asked_as`. Posts without an id of the
    platform's own are left out; see `count_without_ids`.
    """
    posts = schema.posts.c
    query = select(asked_as(posts)).where(*_chosen(choice), has_an_id(posts))
    for rows in stream_rows(connection, query.order_by(posts.created_at, posts.platform_id), _AT_ONCE):
        yield [key for (key,) in rows]


def count_without_ids(connection: Connection, choice: Choice) -> int:
    """Count the chosen posts that have no id of the platform's own: they come from archives that give none."""
    query = select(func.count()).select_from(schema.posts).where(*_chosen(choice), ~has_an_id(schema.posts.c))
    return int(connection.scalar(query) or 0)


def _chosen(choice: Choice) -> Iterator[ColumnElement[bool]]:
    posts, found = schema.posts.c, schema.found
    yield posts.platform == choice.platform
    yield posts.deleted_at.is_(None)
    yield exists().where(found.c.post_id == posts.id)
    if choice.campaign is not None:
        yield posts.id.in_(_members(choice.campaign))
    if choice.since is not None:
        yield posts.created_at >= to_text(choice.since)
    if choice.until is not None:
        yield posts.created_at < to_text(choice.until)
    if choice.kinds != "all":
        yield posts.is_repost.is_(choice.kinds == "reposts")


def _members(campaign: str) -> Select[Any]:
    members, campaigns = schema.campaign_posts, schema.campaigns.c
    own = select(members.c.post_id).join(schema.campaigns, campaigns.id == members.c.campaign_id)
    return own.where(campaigns.slug == campaign)
