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
from storage.readings import Readings, spokesman
from storage.tag import fold
from storage.vocabulary import forget_links

Row: TypeAlias = tuple[Any, ...]


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


def save_posts(
    connection: Connection,
    readings: Readings,
    deleted: Iterable[Key],
    context: Context,
    absorbed: Mapping[int, Sequence[PostRows]],
) -> SavedPosts:
    """Merge readings, and the deletions that stand in the store, into the rows of posts.

    `deleted` names posts, by any of their ids, whose deletion came with this batch; `absorbed` has what was known of
    posts that turned out to be others, by those others' numbers.
    """
    numbers = _numbers_of(connection, readings)
    known = load(connection, sorted({*numbers.values(), *_numbers_of_any_id(connection, deleted), *absorbed}))
    deletions = _deletions_of(connection, readings, known.values())
    saving = _Saving(connection, readings, context, numbers, deletions)
    if known:
        saving.merge_known(known, absorbed)
    saving.make_fresh()
    return saving.flush()


class _Saving:
    """The rows that a batch is about to write, table by table, and what is to be told of them."""

    def __init__(
        self,
        connection: Connection,
        readings: Readings,
        context: Context,
        numbers: dict[Key, int],
        deletions: Mapping[Key, Instant],
    ) -> None:
        self._connection = connection
        self._readings = readings
        self._context = context
        self._numbers = numbers
        self._deletions = deletions
        self._into: dict[str, list[Row]] = {table.name: [] for table in (schema.posts, *CHILDREN)}
        self._gone: dict[str, list[Row]] = {table.name: [] for table in CHILDREN}
        self._updated: list[Row] = []
        self._fresh: set[int] = set()
        self._days: set[tuple[str, str]] = set()
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._deleted_at: dict[int, Instant] = {}

    def merge_known(self, known: Mapping[int, PostRows], absorbed: Mapping[int, Sequence[PostRows]]) -> None:
        """Merge readings into posts that the store has, and make the rows of those that change by it."""
        everything = [*known.values(), *chain.from_iterable(absorbed.values())]
        names = names_of(self._connection, everything)
        context = _with_known(self._context, everything, names)
        for number, before in known.items():
            key = (before.post[1], before.post[2])
            merged = _merge(self._readings.get(key, ()), merged_of_rows(before, names))
            for other in absorbed.get(number, ()):
                merged = merge_posts(merged, merged_of_rows(other, names))
                self._gone["post_links"] += other.children["post_links"]
            masked = self._mask(merged, key, number)
            after = rows_of_merged(masked, key, number, before.post[7], context)
            if self._note_changes(before, after):
                self._names[key[0]].update([key[1], *(local_id for _server, local_id in merged.ids)])
                self._days |= {(row[1], row[4][:10]) for row in (before.post, after.post)}

    def _mask(self, post: MergedPost, key: Key, number: int) -> MergedPost:
        """Lay the latest deletion of any of its ids over a post; mostly there are none at all."""
        if not self._deletions:
            return post
        ids = {key[1], *(local_id for _server, local_id in post.ids)}
        latest = max((at for one in ids if (at := self._deletions.get((key[0], one)))), default=None)
        if latest is not None:
            self._deleted_at[number] = latest
        return mask(post, latest)

    def _note_changes(self, before: PostRows, after: PostRows) -> bool:
        row_changed, moved = changes(before, after)
        for table, (gone, new) in moved.items():
            self._gone[table] += gone
            self._into[table] += new
        if row_changed or moved:
            self._updated.append(after.post)
        return row_changed or bool(moved)

    def make_fresh(self) -> None:
        """Number the posts that the store does not have and make their rows."""
        last = select(func.coalesce(func.max(schema.posts.c.id), 0))
        number: int = self._connection.execute(last).scalar_one()
        first = number + 1
        for key, told in self._readings.items():
            if key in self._numbers:
                continue
            number += 1
            self._numbers[key] = number
            if not self._deletions and (speaks := spokesman(told)) is not None:
                rows_of_reading(speaks, told, number, self._context, self._into)
                continue
            masked = self._mask(_merge(told[1:], of_post(told[0])), key, number)
            rows = rows_of_merged(masked, key, number, self._context.now, self._context)
            self._into["posts"].append(rows.post)
            for table, children in rows.children.items():
                self._into[table] += children
        self._fresh = set(range(first, number + 1))

    def flush(self) -> SavedPosts:
        """Write all rows, and tell what was done."""
        into = self._into
        insert_rows(self._connection, schema.posts, into["posts"])
        update_rows(self._connection, schema.posts, schema.posts.c.id, self._updated)
        into["post_ids"].sort()
        for table in CHILDREN:
            delete_rows(self._connection, table, self._gone[table.name])
            insert_rows(self._connection, table, into[table.name])
        dropped = {row[1] for row in self._gone["post_links"]} | self._context.fresh_links
        forget_links(self._connection, dropped - {row[1] for row in into["post_links"]})
        for row in into["posts"]:
            self._names[row[1]].add(row[2])
            self._days.add((row[1], row[4][:10]))
        for row in into["post_ids"]:
            self._names[row[0]].add(row[1])
        changed = {row[0] for row in self._updated} | self._fresh
        return SavedPosts(
            self._numbers,
            frozenset(self._fresh),
            frozenset(changed),
            self._names,
            frozenset(self._days),
            self._deleted_at,
        )


def _merge(told: Iterable[Post], known: MergedPost) -> MergedPost:
    for post in told:
        known = merge_posts(known, of_post(post))
    return known


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
