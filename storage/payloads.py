"""What the platforms sent, kept as it came: one row for each returned item, compressed with a trained dictionary.

A body goes with any post and with any account's profile in it: what it contains is noted beside it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Select, func, select, update

from storage import schema
from storage.engine import any_of, insert_rows, update_rows
from storage.instant import Instant
from storage.merge import Gone, body_survives
from storage.packing import Packer, note_erased
from storage.post import Author, Item, Post
from storage.post_rows import Key
from storage.save_authors import SavedAuthors
from storage.save_posts import SavedPosts
from storage.unread import Forgotten, forgotten_ids

Row: TypeAlias = tuple[Any, ...]
_Key: TypeAlias = tuple[int | None, bytes]


def save_payloads(
    connection: Connection,
    items: Sequence[Item],
    posts: SavedPosts,
    authors: SavedAuthors,
    *,
    run: tuple[int, str, int],
    packer: Packer | None,
) -> int:
    """Store each item's payload once; returns how many were new.

    `posts` and `authors` are those of the items, saved; `run` is (run id, source, the sequence number of the first
    item).
    Without a packer the bodies are not kept, but for those that could not be parsed: they wait for a later
    version of the program.
    """
    run_id, source, seq = run
    if packer is not None:
        packer.learn(connection, () if posts.gone or authors.gone else [item.payload for item in items])
    hashed = [(item, sha256(item.payload).digest()) for item in items]
    stored = _stored(connection, hashed, posts)
    number: int = connection.execute(select(func.coalesce(func.max(schema.raw_payloads.c.id), 0))).scalar_one()
    forgotten = forgotten_ids(connection) if any(item.post is None for item in items) else None
    keeping = _Keeping(posts.numbers, authors.numbers, posts.gone, authors.gone, forgotten, packer)
    new: dict[_Key, Row] = {}
    again: dict[_Key, Row] = {}
    contained: list[Row] = []
    profiles: list[Row] = []
    for place, (item, hashed_as) in enumerate(hashed, start=seq):
        owner, observed_at = keeping.owner(item)
        key = (owner, hashed_as)
        before = new.get(key) or again.get(key) or stored.get(key)
        if before is None:
            number += 1
            body = keeping.body(item, observed_at)
            new[key] = (number, run_id, place, owner, observed_at, source, hashed_as, *body)
            for post in keeping.inside(item):
                contained.append((post, number))
            for author in keeping.others(item):
                profiles.append((author, number))
        elif (row := keeping.seen_again(item, source, before)) is not None:
            (new if key in new else again)[key] = row
    insert_rows(connection, schema.raw_payloads, list(new.values()))
    update_rows(connection, schema.raw_payloads, schema.raw_payloads.c.id, list(again.values()))
    insert_rows(connection, schema.raw_payload_posts, sorted(contained))
    insert_rows(connection, schema.raw_payload_authors, sorted(profiles))
    return len(new)


class _Keeping(msgspec.Struct, frozen=True):
    """Decides what of a payload is kept, given the posts and profiles inside it and their deletions."""

    numbers: Mapping[Key, int]
    author_numbers: Mapping[Key, int]
    gone: Mapping[int, Gone]
    gone_authors: Mapping[int, Gone]
    forgotten: Forgotten | None
    packer: Packer | None

    def owner(self, item: Item) -> tuple[int | None, Instant | None]:
        """Name the post that was returned, and when its payload was observed."""
        post = item.post
        return (None, None) if post is None else (self.numbers[post.platform, post.platform_id], post.observed_at)

    def inside(self, item: Item) -> set[int]:
        """Name the posts that a payload tells of."""
        posts = item.referred if item.post is None else (item.post, *item.referred)
        return {self.numbers[post.platform, post.platform_id] for post in posts}

    def others(self, item: Item) -> set[int]:
        """Name the accounts whose profile a payload tells, besides the authors of the posts inside: mostly none."""
        # One payload is of one platform: ids alone tell accounts apart in it.
        told = set(map(_account, item.authors))
        if item.post is not None:
            told.discard(item.post.author or "")
        told.difference_update(map(_author, item.referred))
        if not told:
            return set()
        platform = item.authors[0].platform
        return {self.author_numbers[platform, one] for one in told}

    def body(self, item: Item, observed_at: Instant | None) -> tuple[bytes | None, str | None]:
        """Make (body, why it was dropped); one of the two is None."""
        if self.gone or self.gone_authors:
            deletions = [self.gone.get(one) for one in self.inside(item)]
            deletions += [self.gone_authors.get(one) for one in self.others(item)]
            if not body_survives(observed_at, deletions):
                return None, "deleted"
        if item.post is None and self.forgotten is not None and self.forgotten.search(item.payload):
            return None, "deleted"
        if self.packer is None and item.post is not None:
            return None, "keep_raw: false"
        return (self.packer or _PLAIN).pack(item.payload), None

    def seen_again(self, item: Item, source: str, before: Row) -> Row | None:
        """Make the row of a payload that came before: the latest observation counts, and may bring a body back."""
        observed_at = (item.post.observed_at if item.post else None) or ""
        latest = max(observed_at, before[4] or "") or None
        first_source = min(source, before[5])
        body, why = before[7:]
        if body is None:
            body, why = self.body(item, latest)
        row = (*before[:4], latest, first_source, before[6], body, why)
        return None if row == before else row


_account: Final[Callable[[Author], str]] = attrgetter("platform_id")
_author: Final[Callable[[Post], Any]] = attrgetter("author")
_PLAIN: Final = Packer()


def _stored(connection: Connection, hashed: Sequence[tuple[Item, bytes]], posts: SavedPosts) -> dict[_Key, Row]:
    """Read the rows of those payloads that the store has; of a fresh post it has none."""
    raw = schema.raw_payloads
    owners = {posts.numbers[item.post.platform, item.post.platform_id] for item, _hash in hashed if item.post}
    known = owners - posts.fresh
    rows = list(connection.execute(select(raw).where(raw.c.post_id.in_(any_of(known))))) if known else []
    for item, hashed_as in hashed:
        if item.post is None:
            unparsed = select(raw).where(raw.c.post_id.is_(None), raw.c.sha256 == hashed_as)
            rows += connection.execute(unparsed).all()
    return {(row.post_id, row.sha256): tuple(row) for row in rows}


def erase_bodies(connection: Connection, posts: Mapping[int, Gone], authors: Mapping[int, Gone]) -> int:
    """Drop every body that contains a post or a profile that is gone, unless it was observed after the deletion.

    Returns how many went.
    """
    of_posts, of_authors = schema.raw_payload_posts.c, schema.raw_payload_authors.c
    erased = 0
    for holds, who, gone in (
        (of_posts.raw_id, of_posts.post_id, posts),
        (of_authors.raw_id, of_authors.author_id, authors),
    ):
        alike: defaultdict[Gone, list[int]] = defaultdict(list)
        for number, deletion in gone.items():
            alike[deletion].append(number)
        for deletion, numbers in alike.items():
            erased += _erase_some(connection, select(holds).where(who.in_(any_of(numbers))), deletion)
    return erased


def _erase_some(connection: Connection, chosen: Select[Any], deletion: Gone) -> int:
    raw = schema.raw_payloads
    old = (raw.c.id.in_(chosen), raw.c.observed_at.is_(None) | (raw.c.observed_at <= deletion.reach))
    emptied = update(raw).where(*old, raw.c.body.is_not(None)).values(body=None).returning(raw.c.id)
    bodies = list(connection.scalars(emptied))
    note_erased(connection, bodies)
    connection.execute(update(raw).where(*old, raw.c.body.is_(None)).values(dropped_why="deleted"))
    return len(bodies)
