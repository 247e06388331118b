"""Attrition: how many of a campaign's posts are gone by now, and why."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Join,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from storage import schema
from storage.merge import ON_REQUEST


@dataclass(frozen=True, slots=True)
class Attrition:
    """What has become of a campaign's members on one platform.

    Attributes:
        posts: how many there are, reposts among them; those that are gone stand in the store still, without words.
        gone: how many of them.
        reasons: how many for which reason, in the words of `deletions`, the most first; '' where none is known.
    """

    platform: str
    posts: int
    gone: int
    reasons: Mapping[str, int]


def read_attrition(connection: Connection, slug: str) -> tuple[Attrition, ...]:
    """Count a campaign's members and those that are gone, platform by platform in order."""
    columns = schema.posts.c
    counted = (
        select(columns.platform, func.count(), func.count(columns.deleted_at))
        .select_from(_members(slug))
        .group_by(columns.platform)
        .order_by(columns.platform)
    )
    totals = [(row[0], int(row[1]), int(row[2])) for row in connection.execute(counted)]
    reasons: defaultdict[str, dict[str, int]] = defaultdict(dict)
    if any(gone for _platform, _posts, gone in totals):
        for platform, reason, posts in connection.execute(_by_reason(slug)):
            reasons[platform][reason] = posts
    return tuple(Attrition(platform, posts, gone, reasons[platform]) for platform, posts, gone in totals)


def _members(slug: str) -> Join:
    campaigns, members = schema.campaigns, schema.campaign_posts
    return members.join(campaigns, and_(campaigns.c.id == members.c.campaign_id, campaigns.c.slug == slug)).join(
        schema.posts, schema.posts.c.id == members.c.post_id
    )


def _by_reason(slug: str) -> Select[str, str, int]:
    posts = schema.posts.c
    gone = (
        select(posts.id, posts.platform, posts.platform_id, posts.author_id)
        .select_from(_members(slug))
        .where(posts.deleted_at.is_not(None))
        .cte("gone")
    )
    told = _told_of(gone)
    reason = func.coalesce(told.c.reason, "")
    number = func.count()
    return (
        select(gone.c.platform, reason, number)
        .join_from(gone, told, and_(told.c.id == gone.c.id, told.c.place == 1), isouter=True)
        .group_by(gone.c.platform, reason)
        .order_by(gone.c.platform, number.desc(), reason)
    )


def _told_of(gone: CTE) -> CTE:
    """Order the deletions that concern each post as `storage.merge.gone` does: the one that reaches farthest first."""
    deletions, whole, ids, authors = schema.deletions.c, schema.author_deletions.c, schema.post_ids, schema.authors
    of_ids = gone.join(ids, ids.c.post_id == gone.c.id)
    local = literal("local:") + ids.c.server + "/" + ids.c.local_id
    told = union_all(
        _named(gone, gone, deletions.platform_id == gone.c.platform_id),
        _named(gone, of_ids, and_(ids.c.server == gone.c.platform, deletions.platform_id == ids.c.local_id)),
        _named(gone, of_ids, deletions.platform_id == local),
        select(gone.c.id, whole.deleted_at, whole.reason).select_from(
            gone.join(authors, authors.c.id == gone.c.author_id).join(
                schema.author_deletions,
                and_(whole.platform == gone.c.platform, whole.platform_id == authors.c.platform_id),
            )
        ),
    ).cte("told")
    farthest = (case((told.c.reason == ON_REQUEST, 1), else_=0).desc(), told.c.deleted_at.desc(), told.c.reason.desc())
    place = func.row_number().over(partition_by=told.c.id, order_by=farthest).label("place")
    return select(told.c.id, told.c.reason, place).cte("ordered")


def _named(gone: CTE, known_by: FromClause, is_named: ColumnElement[bool]) -> Select[int, str, str]:
    """Select the deletions of posts by a name."""
    deletions = schema.deletions
    named = known_by.join(deletions, and_(deletions.c.platform == gone.c.platform, is_named))
    return select(gone.c.id, deletions.c.deleted_at, deletions.c.reason).select_from(named)
