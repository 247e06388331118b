"""Saving a batch: everything that it brings, in one transaction, the same however often it is saved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

import msgspec
from sqlalchemy import Connection, select, update

from storage import campaign_rows, deletion, lake_marks, lease, membership, schema, spending
from storage.aliases import settle
from storage.batch import Batch, Cursor, Saved
from storage.counts import save_counts
from storage.coverage import Key, Stretch
from storage.engine import any_of, insert_rows, notice_growth
from storage.instant import from_text, to_text
from storage.ledger_rows import is_complete, write_coverage
from storage.membership import Rule
from storage.packing import Packer
from storage.payloads import save_payloads
from storage.post import Author
from storage.post_rows import Context
from storage.readings import Readings, gather, links_of, tag_keys
from storage.save_authors import SavedAuthors, save_authors
from storage.save_posts import SavedPosts, save_posts
from storage.vocabulary import HashtagNumbers, number_links

_GROWING: Final = (
    schema.posts,
    schema.authors,
    schema.found,
    schema.post_hashtags,
    schema.post_ids,
    schema.campaign_posts,
    schema.raw_payload_posts,
)
"""The tables that a save looks things up in; each grows with the posts."""


class Memory(msgspec.Struct):
    """What a store remembers between batches."""

    packer: Packer | None
    hashtags: HashtagNumbers
    rules: tuple[Rule, ...]


def save_batch(connection: Connection, batch: Batch, memory: Memory, clock: datetime) -> Saved:
    """Save a batch inside the transaction that is open; raises LeaseLost where its lease is not ours any more.

    `clock` is the machine's, by which leases run; `batch.now` may be a simulated one.
    """
    if batch.lease is not None:
        lease.check(connection, batch.lease, clock)
    readings = gather(batch.items)
    settled = settle(connection, readings)
    deletion.record(connection, batch.deletions)
    authors = _save_authors(connection, batch, readings)
    fresh_tags = memory.hashtags.learn(connection, tag_keys(readings))
    links, fresh_links = number_links(connection, links_of(readings))
    context = Context(authors.numbers, memory.hashtags, links, frozenset(fresh_links), to_text(batch.now))
    posts = save_posts(connection, readings, batch.deletions, context, settled.absorbed)
    posts.numbers.update({alias: posts.numbers[key] for alias, key in settled.aliases.items() if key in posts.numbers})
    seq = _next_seq(connection, batch.run_id)
    save_payloads(
        connection,
        batch.items,
        posts,
        authors,
        run=(batch.run_id, batch.source, seq),
        packer=memory.packer,
    )
    deletion.erase(connection, batch.deletions, posts, authors, to_text(clock))
    new = _save_found(connection, batch, posts)
    members = _update_members(connection, memory.rules, posts, authors, fresh_tags, new)
    unparsed = sum([item.post is None for item in batch.items])
    saved = Saved(
        posts_seen=len(batch.items) - unparsed,
        posts_new=len(new),
        posts_late=_count_late(connection, batch, posts, new),
        unparsed=unparsed,
        members=members,
    )
    for key, stretches in _by_key(batch.coverage).items():
        write_coverage(connection, key, stretches, batch.run_id)
    if batch.cursor is not None:
        _save_cursor(connection, batch.cursor, to_text(batch.now))
    if batch.counted is not None:
        save_counts(connection, batch.counted)
    if batch.payment is not None:
        spending.settle(connection, batch.payment)
    _count_run(connection, batch, saved)
    _count_unknown(connection, batch)
    if posts.fresh:
        notice_growth(connection, _GROWING)
    return saved


def _save_authors(connection: Connection, batch: Batch, readings: Readings) -> SavedAuthors:
    told: Iterable[Author] = chain.from_iterable(item.authors for item in batch.items)
    named = {(post.platform, post.author) for posts in readings.values() for post in posts if post.author is not None}
    return save_authors(connection, told, named, batch.deletions, to_text(batch.now))


def _next_seq(connection: Connection, run_id: int) -> int:
    runs = schema.runs.c
    row = connection.execute(select(runs.posts_seen + runs.unparsed).where(runs.id == run_id)).first()
    return 0 if row is None else int(row[0])


def _save_found(connection: Connection, batch: Batch, posts: SavedPosts) -> set[int]:
    """Note what the source returned as results of its own; returns the posts that none had found before."""
    mine = {
        posts.numbers[item.post.platform, item.post.platform_id]: None for item in batch.items if item.post is not None
    }
    found = schema.found
    known = [number for number in mine if number not in posts.fresh]
    before = set(connection.scalars(select(found.c.post_id).where(found.c.post_id.in_(any_of(known)))) if known else ())
    rows = [(number, batch.source, batch.server, batch.run_id) for number in sorted(mine)]
    insert_rows(connection, found, [row for row in rows if row[0] in posts.fresh])
    insert_rows(connection, found, [row for row in rows if row[0] not in posts.fresh], new=False)
    return mine.keys() - before


def _update_members(
    connection: Connection,
    rules: Sequence[Rule],
    posts: SavedPosts,
    authors: SavedAuthors,
    fresh_tags: set[int],
    new: set[int],
) -> dict[str, int]:
    """Bring membership up to date and mark the parts of the lake that the batch changed."""
    changed = set(posts.changed) | new
    names = posts.names
    if authors.renamed and membership.names_authors(rules):
        theirs = membership.posts_of_authors(connection, authors.renamed)
        changed |= theirs
        names = membership.names_of(connection, changed)
    days = set(posts.days)
    members: dict[str, int] = {rule.slug: 0 for rule in rules}
    if changed:
        rules = campaign_rows.still_in_force(connection, rules, min(changed))
        gained, more = membership.update_members(connection, rules, changed, names, posts.fresh)
        members |= gained
        days |= more | membership.days_of(connection, changed - posts.fresh)
    lake_marks.mark(connection, days, authors.changed, fresh_tags, posts.links)
    return members


def _by_key(said: Iterable[tuple[Key, Stretch]]) -> Mapping[Key, Sequence[Stretch]]:
    """Gather what is said of each ledger, in its order."""
    gathered: defaultdict[Key, list[Stretch]] = defaultdict(list)
    for key, stretch in said:
        gathered[key].append(stretch)
    return gathered


def _count_late(connection: Connection, batch: Batch, posts: SavedPosts, new: set[int]) -> int:
    """Count new posts that stand in a stretch that was complete before this batch."""
    told = [item.post for item in batch.items if item.post is not None] if new and batch.coverage else []
    late: set[int] = set()
    for kind in ("posts", "reposts"):
        numbers = {
            posts.numbers[post.platform, post.platform_id]: from_text(post.created_at)
            for post in told
            if post.is_repost == (kind == "reposts")
        }
        mine = {number: moment for number, moment in numbers.items() if number in new}
        for key in {key for key, _stretch in batch.coverage if key.kind == kind} if mine else ():
            were = is_complete(connection, key, list(mine.values()))
            late.update(number for number, was in zip(mine, were, strict=True) if was)
    return len(late)


def _save_cursor(connection: Connection, cursor: Cursor, now: str) -> None:
    table = schema.cursors
    place = (cursor.source, cursor.server, cursor.query, to_text(cursor.starts_at), to_text(cursor.ends_at))
    connection.execute(
        table.delete().where(*(column == value for column, value in zip(table.primary_key, place, strict=True)))
    )
    if cursor.cursor is not None:
        insert_rows(connection, table, [(*place, cursor.cursor, now)])


def _count_run(connection: Connection, batch: Batch, saved: Saved) -> None:
    runs = schema.runs
    connection.execute(
        update(runs)
        .where(runs.c.id == batch.run_id)
        .values(
            pages=runs.c.pages + batch.pages,
            requests=runs.c.requests + batch.requests,
            posts_seen=runs.c.posts_seen + saved.posts_seen,
            posts_new=runs.c.posts_new + saved.posts_new,
            posts_late=runs.c.posts_late + saved.posts_late,
            unparsed=runs.c.unparsed + saved.unparsed,
        )
    )


def _count_unknown(connection: Connection, batch: Batch) -> None:
    """Count the fields that the batch's items have and nobody knows; mostly there are none."""
    counted = Counter(chain.from_iterable([item.unknown for item in batch.items if item.unknown]))
    table = schema.unknown_fields
    for field, items in counted.items():
        mine = (table.c.run_id == batch.run_id, table.c.field == field)
        if not connection.execute(update(table).where(*mine).values(items=table.c["items"] + items)).rowcount:
            insert_rows(connection, table, [(batch.run_id, field, items)])
