"""Rows of the store as Arrow tables, part by part: the SQL of each relation of the lake."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, Table, case, exists, func, select, union_all

from storage import schema
from storage.engine import stream_rows
from storage.lake_marks import IDS_A_PART
from storage.lake_tables import TABLES
from storage.membership import target_of

ROWS_AT_ONCE: Final = 50_000
"""How many rows are in memory at a time, and in a row group of a file."""

Statement: TypeAlias = Callable[[str, str], Select[Any]]
"""Makes the SQL of a part, given its platform and name."""

_POST: Final = schema.posts.alias("post")
_INSTANT: Final = pa.timestamp("us", "UTC")


def tables(connection: Connection, table: str, platform: str, part: str) -> Iterator[pa.Table]:
    """Read a part of a relation as Arrow tables of its types; a part without rows gives none.

    Dated relations come in order of created_at, the others in order of their ids.
    """
    columns = TABLES[table]
    statement = _STATEMENTS[table](platform, part)
    for rows in stream_rows(connection, statement, ROWS_AT_ONCE):
        values = zip(columns, zip(*rows, strict=True), strict=True)
        yield pa.table([_array(field, column) for field, column in values], schema=columns)


def count_posts(connection: Connection, platform: str, part: str) -> int:
    """Count the posts of a month or day."""
    return connection.scalar(select(func.count()).select_from(_POST).where(_within(platform, part))) or 0


def bounds(part: str) -> tuple[str, str]:
    """Give the first and the last instant of a month ('2026-11') or day ('2026-11-05'), both within it."""
    year, month, *day = (int(number) for number in part.split("-"))
    first, last = (day[0], day[0]) if day else (1, monthrange(year, month)[1])
    start, end = f"{part[:7]}-{first:02}", f"{part[:7]}-{last:02}"
    return f"{start}T00:00:00.000000Z", f"{end}T23:59:59.999999Z"


def _array(field: pa.Field, values: Sequence[Any]) -> pa.Array:
    """Make a column of the lake of what the driver gives: instants as text, flags as numbers.

    Arrow reads instants exactly from year 1 to 9999, and eighteen times faster than strftime in the SQL does.
    """
    if field.name.endswith("_at"):
        return pa.array(values).cast(_INSTANT).cast(field.type)
    if pa.types.is_boolean(field.type):
        return pa.array(values).cast(field.type)
    return pa.array(values, field.type)


def _within(platform: str, part: str) -> ColumnElement[bool]:
    return (_POST.c.platform == platform) & _POST.c.created_at.between(*bounds(part))


def _posts(platform: str, part: str) -> Select[Any]:
    """Select posts; a repost has its target's text where the target is known, even if that is deleted."""
    post, target = _POST.c, schema.posts.alias("target")
    text = case((target.c.id.is_(None), post.text), else_=target.c.text)
    told = (post.id, post.platform, post.platform_id, post.author_id, post.created_at, post.time_resolution)
    kinds = (post.is_repost, post.is_reply, post.is_quote)
    references = (post.repost_of, post.reply_to, post.quote_of, post.conversation)
    return (
        select(*told, post.deleted_at.is_not(None), text, post.lang, post.url, *kinds, *references)
        .select_from(_POST.outerjoin(target, target.c.id == target_of(post)))
        .where(_within(platform, part))
        .order_by(post.created_at, post.id)
    )


def _campaign_posts(platform: str, part: str) -> Select[Any]:
    """Select memberships: each campaign is looked up for each post, never the other way round."""
    post, campaigns, members = _POST.c, schema.campaigns, schema.campaign_posts.c
    member = exists().where(members.campaign_id == campaigns.c.id, members.post_id == post.id)
    kinds = (post.is_repost, post.is_reply, post.is_quote)
    return (
        select(campaigns.c.slug, post.id, post.platform, post.author_id, post.created_at, *kinds, post.lang)
        .select_from(_POST.join(campaigns, member))
        .where(_within(platform, part))
        .order_by(post.created_at, post.id, campaigns.c.slug)
    )


def _held(table: Table) -> Statement:
    """Select what posts hold in a table of their children; a repost holds what its target does, where that is known."""
    post = _POST.c
    columns = [column for column in table.c if column.name != "post_id"]

    def select_part(platform: str, part: str) -> Select[Any]:
        return (
            select(post.id, post.created_at, post.platform, *columns)
            .select_from(_POST.join(table, table.c.post_id == func.coalesce(target_of(post), post.id)))
            .where(_within(platform, part))
            .order_by(post.created_at, post.id, *columns)
        )

    return select_part


def _numbered(*columns: ColumnElement[Any]) -> Statement:
    """Select rows by ranges of their number, which is the first of the columns."""

    def select_range(_platform: str, part: str) -> Select[Any]:
        return select(*columns).where(_in_range(columns[0], part)).order_by(columns[0])

    return select_range


def _in_range(number: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    first = int(part) * IDS_A_PART
    return number.between(first, first + IDS_A_PART - 1)


def _author_history(_platform: str, part: str) -> Select[Any]:
    """Select what was counted of authors' followers, in two halves that go by an index each (storage/schema.py)."""
    row = schema.author_history.c
    counted = select(row.author_id, row.server, row.observed_at, row.followers).where(
        _in_range(row.author_id, part), row.followers.is_not(None)
    )
    both = union_all(*(counted.where(half) for half in (row.observed_at.is_(None), row.observed_at.is_not(None))))
    found = both.subquery()
    return select(found).order_by(found.c.author_id, found.c.server, found.c.observed_at.nulls_first())


_AUTHOR: Final = schema.authors.c
_STATEMENTS: Final[dict[str, Statement]] = {
    "posts": _posts,
    "campaign_posts": _campaign_posts,
    "post_hashtags": _held(schema.post_hashtags),
    "post_links": _held(schema.post_links),
    "hashtags": _numbered(*schema.hashtags.c),
    "links": _numbered(*schema.links.c),
    "authors": _numbered(
        *(_AUTHOR.id, _AUTHOR.platform, _AUTHOR.platform_id, _AUTHOR.handle, _AUTHOR.display_name),
        *(_AUTHOR.followers, _AUTHOR.created_at, _AUTHOR.deleted_at.is_not(None)),
    ),
    "author_history": _author_history,
}
