"""Saving a batch's posts: readings are merged with what the store knows, and only what changed is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, func, or_, select

from storage import schema
from storage.engine import any_of, delete_rows, insert_rows, update_rows
from storage.instant import Instant
from storage.merge import MergedPost, mask, merge_posts, of_post
from storage.post import Post
from storage.post_rows import (
    CHILDREN,
    Context,
    Key,
    Names,
    PostRows,
    changes,
    load,
    merged_of_rows,
    names_of,
    rows_of_merged,
    rows_of_reading,
)
from storage.tag import fold
from storage.vocabulary import forget_links

Row: TypeAlias = tuple[Any, ...]
Readings: TypeAlias = Mapping[Key, Sequence[Post]]


class SavedPosts(msgspec.Struct, frozen=True):
    """What the saving of posts did.

    `numbers` has the number of every post read or deleted; `fresh` those that are new; `changed` those whose rows
    are other than before, the fresh ones included, and `names` all ids of those, by platform; `days` the (platform,
    UTC day) of each row before and after; `deleted_at` the latest deletion of each post that has one.
    """

    numbers: dict[Key, int]
    fresh: frozenset[int]
    changed: frozenset[int]
    names: Mapping[str, set[str]]
    days: frozenset[tuple[str, str]]
    deleted_at: Mapping[int, Instant]


class _Writing(msgspec.Struct):
    """The rows that a batch is about to write, table by table."""

    into: dict[str, list[Row]]
    gone: dict[str, list[Row]]
    updated: list[Row]


def save_posts(
    connection: Connection,
    readings: Readings,
    deleted: Iterable[Key],
    context: Context,
) -> SavedPosts:
    """Merge readings, and the deletions that stand in the store, into the rows of posts.

    `deleted` names posts, by any of their ids, whose deletion came with this batch.
    """
    numbers = _numbers_of(connection, readings)
    touched = set(numbers.values()) | _numbers_of_any_id(connection, deleted)
    known = load(connection, sorted(touched))
    names = names_of(connection, known.values())
    deletions = _deletions_of(connection, readings, known.values())
    wider = _with_known(context, known.values(), names) if known else context
    writing = _Writing(
        {table.name: [] for table in (schema.posts, *CHILDREN)}, {table.name: [] for table in CHILDREN}, []
    )
    days: set[tuple[str, str]] = set()
    names_of_changed: defaultdict[str, set[str]] = defaultdict(set)
    deleted_at: dict[int, Instant] = {}
    keys = {number: key for key, number in numbers.items()}
    for number, before in known.items():
        key = (before.post[1], before.post[2])
        merged = _merge(readings.get(keys.get(number, key), ()), merged_of_rows(before, names))
        latest = _latest(deletions, key, merged)
        if latest:
            deleted_at[number] = latest
        after = rows_of_merged(mask(merged, latest), key, number, before.post[7], wider)
        if _write_changes(before, after, writing):
            names_of_changed[key[0]].update([key[1], *(local_id for _server, local_id in merged.ids)])
            days |= {(row[1], row[4][:10]) for row in (before.post, after.post)}
    changed = {row[0] for row in writing.updated}
    fresh = _write_fresh(connection, readings, numbers, deletions, context, writing, deleted_at)
    days |= {(row[1], row[4][:10]) for row in writing.into["posts"]}
    _flush(connection, writing)
    dropped = {row[1] for row in writing.gone["post_links"]} | context.fresh_links
    forget_links(connection, dropped - {row[1] for row in writing.into["post_links"]})
    for row in writing.into["posts"]:
        names_of_changed[row[1]].add(row[2])
    for row in writing.into["post_ids"]:
        names_of_changed[row[0]].add(row[1])
    return SavedPosts(
        numbers, frozenset(fresh), frozenset(changed | fresh), names_of_changed, frozenset(days), deleted_at
    )


def _write_fresh(
    connection: Connection,
    readings: Readings,
    numbers: dict[Key, int],
    deletions: Mapping[Key, Instant],
    context: Context,
    writing: _Writing,
    deleted_at: dict[int, Instant],
) -> set[int]:
    """Number the posts that the store does not have and make their rows."""
    number: int = connection.execute(select(func.coalesce(func.max(schema.posts.c.id), 0))).scalar_one()
    first = number + 1
    for key, told in readings.items():
        if key in numbers:
            continue
        number += 1
        numbers[key] = number
        if len(told) == 1 and not deletions:
            rows_of_reading(told[0], number, context, writing.into)
            continue
        merged = _merge(told[1:], of_post(told[0]))
        latest = _latest(deletions, key, merged)
        if latest:
            deleted_at[number] = latest
        rows = rows_of_merged(mask(merged, latest), key, number, context.now, context)
        writing.into["posts"].append(rows.post)
        for table, children in rows.children.items():
            writing.into[table] += children
    return set(range(first, number + 1))


def _merge(told: Iterable[Post], known: MergedPost) -> MergedPost:
    for post in told:
        known = merge_posts(known, of_post(post))
    return known


def _write_changes(before: PostRows, after: PostRows, writing: _Writing) -> bool:
    row_changed, moved = changes(before, after)
    for table, (gone, new) in moved.items():
        writing.gone[table] += gone
        writing.into[table] += new
    if row_changed or moved:
        writing.updated.append(after.post)
    return row_changed or bool(moved)


def _flush(connection: Connection, writing: _Writing) -> None:
    insert_rows(connection, schema.posts, writing.into["posts"])
    update_rows(connection, schema.posts, schema.posts.c.id, writing.updated)
    for table in CHILDREN:
        delete_rows(connection, table, writing.gone[table.name])
        rows = writing.into[table.name]
        if table is schema.post_ids:
            rows.sort()
        insert_rows(connection, table, rows)


def _with_known(context: Context, known: Iterable[PostRows], names: Names) -> Context:
    """Add the numbers that stand in loaded rows to those of the batch."""
    authors = dict(context.author_ids)
    hashtags = dict(context.hashtag_ids)
    for rows in known:
        platform, author = rows.post[1], rows.post[3]
        if author is not None:
            authors[platform, names.authors[author]] = author
        hashtags |= {fold(written): number for _post, number, written in rows.children["post_hashtags"]}
    links = {url: number for number, url in names.links.items()} | dict(context.link_ids)
    return msgspec.structs.replace(context, author_ids=authors, hashtag_ids=hashtags, link_ids=links)


def _numbers_of(connection: Connection, keys: Iterable[Key]) -> dict[Key, int]:
    by_platform: dict[str, list[str]] = defaultdict(list)
    for platform, platform_id in keys:
        by_platform[platform].append(platform_id)
    posts = schema.posts.c
    return {
        (platform, platform_id): number
        for platform, ids in by_platform.items()
        for platform_id, number in connection.execute(
            select(posts.platform_id, posts.id).where(posts.platform == platform, posts.platform_id.in_(any_of(ids)))
        )
    }


def _numbers_of_any_id(connection: Connection, keys: Iterable[Key]) -> set[int]:
    """Find posts by their own id or by the id of any version."""
    by_platform: dict[str, list[str]] = defaultdict(list)
    for platform, platform_id in keys:
        by_platform[platform].append(platform_id)
    posts, ids = schema.posts.c, schema.post_ids.c
    found: set[int] = set()
    for platform, wanted in by_platform.items():
        versions = select(ids.post_id).where(ids.server == platform, ids.local_id.in_(any_of(wanted)))
        own = posts.platform_id.in_(any_of(wanted))
        found |= set(
            connection.scalars(select(posts.id).where(posts.platform == platform, or_(own, posts.id.in_(versions))))
        )
    return found


def _deletions_of(connection: Connection, readings: Readings, known: Iterable[PostRows]) -> dict[Key, Instant]:
    """Read the deletions of all ids by which the batch's posts are known; mostly there are none at all."""
    table = schema.deletions
    if connection.execute(select(table.c.platform).limit(1)).first() is None:
        return {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for post in chain.from_iterable(readings.values()):
        wanted[post.platform].add(post.platform_id)
        wanted[post.platform].update(local_id for _server, local_id in post.ids)
    for rows in known:
        wanted[rows.post[1]].add(rows.post[2])
        wanted[rows.post[1]].update(row[1] for row in rows.children["post_ids"])
    return {
        (platform, platform_id): deleted_at
        for platform, ids in wanted.items()
        for platform_id, deleted_at in connection.execute(
            select(table.c.platform_id, table.c.deleted_at).where(
                table.c.platform == platform, table.c.platform_id.in_(any_of(ids))
            )
        )
    }


def _latest(deletions: Mapping[Key, Instant], key: Key, post: MergedPost) -> Instant | None:
    if not deletions:
        return None
    ids = {key[1], *(local_id for _server, local_id in post.ids)}
    return max((at for one in ids if (at := deletions.get((key[0], one)))), default=None)
