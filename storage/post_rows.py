"""Merged posts as rows of the tables that describe them, and back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import CompoundSelect, Connection, Select, Table, select

from storage import schema
from storage.engine import any_of
from storage.instant import Instant
from storage.merge import (
    SINGLE_POST_FIELDS,
    Claim,
    MergedPost,
    Version,
    When,
    Words,
    distinct_mentions,
    greater_counts,
    says_media,
)
from storage.observations import observations_of
from storage.post import Counts, Media, Mention, Post
from storage.ranks import Ranks, read_rank, write_ranks
from storage.tag import fold

Row: TypeAlias = tuple[Any, ...]
Key: TypeAlias = tuple[str, str]

CHILDREN: Final = (
    schema.post_hashtags,
    schema.post_links,
    schema.post_mentions,
    schema.post_media,
    schema.post_versions,
    schema.post_ids,
    schema.engagement,
    schema.field_ranks,
)


class PostRows(msgspec.Struct):
    """A post's row in `posts` and its rows in each child table."""

    post: Row
    children: dict[str, set[Row]]


class Context(msgspec.Struct, frozen=True):
    """What rows need besides the post: numbers given to authors, hashtag keys and links, and the time of saving."""

    author_ids: Mapping[Key, int]
    hashtag_ids: Mapping[str, int]
    link_ids: Mapping[str, int]
    fresh_links: frozenset[int]
    now: Instant


def rows_of_reading(
    post: Post, told: Iterable[Post], number: int, context: Context, into: Mapping[str, list[Row]]
) -> None:
    """Append the rows of a new post for all of whose readings one speaks: the quick way of `rows_of_merged`."""
    into["posts"].append(_row_of_reading(post, number, context))
    if post.text is not None:
        _append_words(post, number, context, into)
    if post.media and says_media(post):
        into["post_media"] += [(number, media.kind, media.url) for media in set(post.media)]
    for server, local_id in set(post.ids):
        into["post_ids"].append((server, local_id, number))
    for (server, seen), counts in _counted(told).items():
        into["engagement"].append((number, server, seen, *msgspec.structs.astuple(counts)))
    if post.version_id is not None:
        into["post_versions"].append((number, post.version_id, post.observed_at, post.text))
    if post.version is not None:
        rank = f'[{post.version},"{post.observed_at or ""}",""]'
        into["field_ranks"].append(("post", number, "", rank))
        if post.media == ():
            into["field_ranks"].append(("post", number, "media", rank))


def _counted(told: Iterable[Post]) -> dict[tuple[str, Instant | None], Counts]:
    counted: dict[tuple[str, Instant | None], Counts] = {}
    for post in told:
        if post.counts is not None:
            at = (post.server, post.observed_at)
            counted[at] = greater_counts(counted[at], post.counts) if at in counted else post.counts
    return counted


def _row_of_reading(post: Post, number: int, context: Context) -> Row:
    words = post.text is not None
    return (
        number,
        post.platform,
        post.platform_id,
        None if post.author is None else context.author_ids[post.platform, post.author],
        post.created_at,
        post.claimed_at,
        post.time_resolution,
        context.now,
        context.now,
        post.observed_at,
        post.edited_at if words else None,
        None,
        post.text,
        int(post.text_cut and words),
        post.lang if words else None,
        post.url,
        int(post.is_repost),
        int(post.is_reply),
        int(post.is_quote),
        post.repost_of,
        post.reply_to,
        post.reply_to_author,
        post.quote_of,
        post.conversation,
        post.latitude,
        post.longitude,
        post.place,
        post.country,
    )


def _append_words(post: Post, number: int, context: Context, into: Mapping[str, list[Row]]) -> None:
    # Loops, as up to Python 3.11 a comprehension over one or two things takes longer than what it does.
    for tag in set(post.hashtags):
        into["post_hashtags"].append((number, context.hashtag_ids[fold(tag)], tag))
    for link in set(post.links):
        into["post_links"].append((number, context.link_ids[link]))
    for mention in distinct_mentions(post.mentions):
        into["post_mentions"].append((number, mention.handle, mention.platform_id))


def rows_of_merged(post: MergedPost, key: Key, number: int, first_seen_at: Instant, context: Context) -> PostRows:
    """Write a merged post as rows."""
    claims = {field: claim.value for field, claim in post.claims.items()}
    words: Words = claims.get("text") or Words(None, False, None, None, (), (), ())
    single = {field: claims.get(field) for field in SINGLE_POST_FIELDS}
    author = single["author"]
    row = (
        number,
        *key,
        None if author is None else context.author_ids[key[0], author],
        post.when.created_at,
        single["claimed_at"],
        post.when.time_resolution,
        first_seen_at,
        context.now,
        post.observed_at,
        words.edited_at,
        post.deleted_at,
        words.text,
        int(words.text_cut),
        words.lang,
        single["url"],
        int(post.is_repost),
        int(post.is_reply),
        int(post.is_quote),
        *(single[field] for field in SINGLE_POST_FIELDS[3:]),
    )
    return PostRows(row, _children_of(post, number, words, claims.get("media") or (), context))


def _children_of(
    post: MergedPost, number: int, words: Words, media: Sequence[Media], context: Context
) -> dict[str, set[Row]]:
    return {
        "post_hashtags": {(number, context.hashtag_ids[fold(tag)], tag) for tag in words.hashtags},
        "post_links": {(number, context.link_ids[link]) for link in words.links},
        "post_mentions": {(number, one.handle, one.platform_id) for one in words.mentions},
        "post_media": {(number, one.kind, one.url) for one in media},
        "post_versions": {(number, name, version.observed_at, version.text) for name, version in post.versions.items()},
        "post_ids": {(server, local_id, number) for server, local_id in post.ids},
        "engagement": {
            (number, server, seen, *msgspec.structs.astuple(counts)) for (server, seen), counts in post.counts.items()
        },
        "field_ranks": {
            ("post", number, field, rank) for field, rank in write_ranks(post.claims, post.observed_at).items()
        },
    }


def _is_whole(field: str, claim: Claim) -> int:
    """Say of a standing what the row itself shows: whether the text is whole."""
    return int(field == "text" and not claim.value.text_cut)


def load(connection: Connection, numbers: Sequence[int]) -> dict[int, PostRows]:
    """Read the rows of posts by their numbers."""
    if not numbers:
        return {}
    chosen = any_of(numbers)
    found = connection.execute(select(schema.posts).where(schema.posts.c.id.in_(chosen)))
    loaded = {row[0]: PostRows(tuple(row), {table.name: set() for table in CHILDREN}) for row in found}
    for table in CHILDREN:
        at = _owner_column(table)
        for row in connection.execute(_children_in(table, at, numbers)):
            loaded[row[at]].children[table.name].add(tuple(row))
    return loaded


def _children_in(table: Table, owner: int, numbers: Sequence[int]) -> Select[Any] | CompoundSelect[Any]:
    if table is schema.engagement:
        return observations_of(table, "post_id", numbers)
    query = select(table).where(table.columns[owner].in_(any_of(numbers)))
    return query.where(table.c.kind == "post") if table is schema.field_ranks else query


def _owner_column(table: Table) -> int:
    name = "id" if table is schema.field_ranks else "post_id"
    return [column.name for column in table.columns].index(name)


class Names(msgspec.Struct, frozen=True):
    """The words behind the numbers in rows: platform ids of authors and urls of links."""

    authors: Mapping[int, str]
    links: Mapping[int, str]


def names_of(connection: Connection, rows: Iterable[PostRows]) -> Names:
    """Look up the names behind the numbers of loaded rows."""
    author_numbers: set[int] = set()
    link_numbers: set[int] = set()
    for each in rows:
        if each.post[3] is not None:
            author_numbers.add(each.post[3])
        link_numbers.update(row[1] for row in each.children["post_links"])
    authors, links = schema.authors, schema.links
    return Names(
        dict(
            connection.execute(
                select(authors.c.id, authors.c.platform_id).where(authors.c.id.in_(any_of(author_numbers)))
            ).all()
        ),
        dict(connection.execute(select(links.c.id, links.c.url).where(links.c.id.in_(any_of(link_numbers)))).all()),
    )


def merged_of_rows(rows: PostRows, names: Names) -> MergedPost:
    """Read loaded rows as the merged post that they were written from."""
    row = dict(zip(schema.posts.columns.keys(), rows.post, strict=True))
    children = rows.children
    ranks = Ranks({field: read_rank(rank) for _kind, _id, field, rank in children["field_ranks"]}, row["observed_at"])
    values: dict[str, Any] = {field: row.get(field) for field in SINGLE_POST_FIELDS}
    values["author"] = None if row["author_id"] is None else names.authors[row["author_id"]]
    values["media"] = tuple(sorted(Media(kind, url) for _post, kind, url in children["post_media"])) or None
    values["text"] = _words_of_rows(row, rows, names) if row["text"] is not None or "text" in ranks else None
    if values["media"] is None and ranks.tells_of_absence("media"):
        values["media"] = ()
    return MergedPost(
        When(row["time_resolution"], row["created_at"]),
        ranks.claims(values, _is_whole),
        bool(row["is_repost"]),
        bool(row["is_reply"]),
        bool(row["is_quote"]),
        row["observed_at"],
        frozenset((server, local_id) for server, local_id, _post in children["post_ids"]),
        {name: Version(seen, text) for _post, name, seen, text in children["post_versions"]},
        {(server, seen): Counts(*counts) for _post, server, seen, *counts in children["engagement"]},
        row["deleted_at"],
    )


def _words_of_rows(row: Mapping[str, Any], rows: PostRows, names: Names) -> Words:
    children = rows.children
    return Words(
        row["text"],
        bool(row["text_cut"]),
        row["lang"],
        row["edited_at"],
        tuple(sorted(written for _post, _hashtag, written in children["post_hashtags"])),
        tuple(sorted(names.links[link] for _post, link in children["post_links"])),
        tuple(
            sorted(
                (Mention(handle, account) for _post, handle, account in children["post_mentions"]),
                key=lambda mention: mention.handle,
            )
        ),
    )


def changes(before: PostRows, after: PostRows) -> tuple[bool, dict[str, tuple[set[Row], set[Row]]]]:
    """Compare two states of one post: whether its own row changed, and a child table's rows (gone, new)."""
    row_changed = _comparable(before.post) != _comparable(after.post)
    moved: dict[str, tuple[set[Row], set[Row]]] = defaultdict(lambda: (set(), set()))
    for name, new in after.children.items():
        old = before.children[name]
        if old != new:
            moved[name] = (old - new, new - old)
    return row_changed, moved


def _comparable(row: Row) -> Row:
    """Leave out when we saw and stored it: those alone are no change."""
    return (*row[:7], *row[9:])
