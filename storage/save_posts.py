"""Saving a batch's posts: readings are merged with what the store knows, and only what changed is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, func, select

from storage import schema
from storage.engine import any_of, delete_rows, insert_rows, update_rows
from storage.graves import Graves, find_graves, numbers_concerned, reposts_of
from storage.merge import Gone, MergedPost, mask, merge_posts, of_post
from storage.post import Deletion, Post
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

_WORDS: Final = (schema.post_links, schema.post_mentions, schema.post_media, schema.post_versions)
"""The tables whose rows go with a post's text."""


class SavedPosts(msgspec.Struct, frozen=True):
    """What the saving of posts did.

    `numbers` has the number of every post read or deleted; `fresh` those that are new; `changed` those whose rows
    are other than before, the fresh ones included, and `names` all ids of those, by platform; `days` the (platform,
    UTC day) of each row before and after, and `links` the links that came or went; `gone` the deletion that reaches the
    words of each post that has one, and `erased` whether words that were in the store went.
    """

    numbers: dict[Key, int]
    fresh: frozenset[int]
    changed: frozenset[int]
    names: Mapping[str, set[str]]
    days: frozenset[tuple[str, str]]
    links: frozenset[int]
    gone: Mapping[int, Gone]
    erased: bool


def save_posts(
    connection: Connection,
    readings: Readings,
    deletions: Sequence[Deletion],
    context: Context,
    absorbed: Mapping[int, Sequence[PostRows]],
) -> SavedPosts:
    """Merge readings, and the deletions that stand in the store, into the rows of posts.

    `deletions` are those that came with this batch; `absorbed` has what was known of posts that turned out to be
    others, by those others' numbers.
    """
    numbers = _numbers_of(connection, readings)
    chosen = {*numbers.values(), *numbers_concerned(connection, deletions), *absorbed}
    graves = find_graves(connection, readings, chosen)
    named = {(one.platform, one.platform_id) for one in deletions if one.of == "post"}
    if more := reposts_of(connection, named | graves.whole.keys()) - chosen:
        chosen |= more
        graves = find_graves(connection, readings, chosen)
    known = load(connection, sorted(chosen))
    saving = _Saving(connection, readings, context, numbers, graves)
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
        graves: Graves,
    ) -> None:
        self._connection = connection
        self._readings = readings
        self._context = context
        self._numbers = numbers
        self._graves = graves
        self._into: dict[str, list[Row]] = {table.name: [] for table in (schema.posts, *CHILDREN)}
        self._gone: dict[str, list[Row]] = {table.name: [] for table in CHILDREN}
        self._updated: list[Row] = []
        self._fresh: set[int] = set()
        self._days: set[tuple[str, str]] = set()
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._words_gone: dict[int, Gone] = {}
        self._erased = False

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
                self._days.add((other.post[1], other.post[4][:10]))
            masked = self._mask(merged, key, number)
            after = rows_of_merged(masked, key, number, before.post[7], context)
            self._erased |= number in self._words_gone and _lost_words(before, after)
            if self._note_changes(before, after):
                self._names[key[0]].update([key[1], *(local_id for _server, local_id in merged.ids)])
                self._days |= {(row[1], row[4][:10]) for row in (before.post, after.post)}

    def _mask(self, post: MergedPost, key: Key, number: int) -> MergedPost:
        """Lay the deletions that concern a post over it; mostly there are none at all."""
        losses = self._graves.losses(key, post)
        if (words := losses.of_words()) is not None:
            self._words_gone[number] = words
        return mask(post, losses)

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
        none_is_gone = not any(self._graves)
        for key, told in self._readings.items():
            if key in self._numbers:
                continue
            number += 1
            self._numbers[key] = number
            if (none_is_gone or not self._graves.concern(told)) and (speaks := spokesman(told)) is not None:
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
        kept = {row[1] for row in into["post_links"]}
        unused = self._context.fresh_links - kept
        forgotten = forget_links(self._connection, {row[1] for row in self._gone["post_links"]} - kept | unused)
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
            # A link that came and went at once was never there.
            self._context.fresh_links ^ forgotten,
            self._words_gone,
            self._erased or bool(unused and self._words_gone),
        )


def _merge(told: Iterable[Post], known: MergedPost) -> MergedPost:
    for post in told:
        known = merge_posts(known, of_post(post))
    return known


def _lost_words(before: PostRows, after: PostRows) -> bool:
    """Tell whether anything that a deletion takes was in a post's rows and is no more."""
    text = schema.posts.columns.keys().index("text")
    return (before.post[text] is not None and after.post[text] is None) or any(
        before.children[table.name] - after.children[table.name] for table in _WORDS
    )


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
