"""Forgetting a post or an account on request: what a name means, the erasure, and the receipt of what went.

It is a deletion like the platforms' own, but for its reason: no later reading lifts it (see `merge.ON_REQUEST`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, Table, false, func, or_, select, true

from storage import schema
from storage.batch import Batch
from storage.deletion import PROFILE, SCRUB_PENDING
from storage.engine import any_of, reading
from storage.graves import names_in_store, numbers_concerned, numbers_named, reposts_of
from storage.instant import Instant, to_text
from storage.merge import ON_REQUEST
from storage.meta import get_meta
from storage.post import Deletion
from storage.store import Store

Of: TypeAlias = Literal["post", "author"]

SOURCE: Final = "forget"
_STATUS: Final = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/[^/]+(?:/web)?/status(?:es)?/([0-9]+)\b.*")
"""An X post's address as a browser shows it, which has the handle where the stored one may have none."""


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A post or an account, by its platform's id for it."""

    of: Of
    platform: str
    platform_id: str

    @property
    def name(self) -> str:
        """The public name."""
        return f"{self.platform}:{self.platform_id}"


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased, in rows.

    `payloads` are bodies, `unread` those that could not be read and name what is forgotten; `history` are an account's
    counters over time.
    """

    texts: int
    versions: int
    links: int
    mentions: int
    media: int
    places: int
    payloads: int
    profiles: int
    history: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure on request did; it never repeats what was erased.

    Attributes:
        named: what was forgotten.
        at: when; aware.
        revision: the store's revision after it.
        posts: the public names of the posts whose words are gone; their tombstones stay.
        reposts: how many reposts of those lost their copy of the words.
        erased: how much went.
        scrub_pending: whether copies may still lie in the store's files until it is scrubbed.
    """

    named: Named
    at: datetime
    revision: int
    posts: tuple[str, ...]
    reposts: int
    erased: Erased
    scrub_pending: bool


def find(store: Store, name: str) -> tuple[Named, ...]:
    """Find the posts and accounts that a name may mean.

    A post is named by its address, or as platform:ID by any of its ids; an account as platform:@HANDLE or
    platform:ID.
    """
    platform, _, one = name.partition(":")
    with reading(store.engine) as connection:
        if "://" in name and not _is_platform(connection, platform):
            return tuple(sorted(_posts_at(connection, name)))
        if one.startswith("@"):
            return tuple(sorted(_authors(connection, platform, _is_handle(one.removeprefix("@")))))
        posts = _posts(connection, schema.posts.c.id.in_(any_of(numbers_named(connection, {(platform, one)}))))
        return tuple(sorted({*posts, *_authors(connection, platform, schema.authors.c.platform_id == one)}))


def named_unseen(name: str, of: Of, platforms: Iterable[str]) -> Named | None:
    """Take a name as that of a post or account which is not in the store; None where it tells no id."""
    if status := _STATUS.fullmatch(name):
        return Named("post", "x", status[1]) if of == "post" else None
    platform, _, one = name.partition(":")
    return Named(of, platform, one) if platform in platforms and one and not one.startswith("@") else None


def forget(store: Store, named: Named, now: datetime) -> Receipt:
    """Erase a post, or an account with all of its posts, and see to it that nothing brings it back.

    Copies may lie in the store's files until it is scrubbed, and in the lake until it is refreshed.
    Raises as `Store.save`.
    """
    with reading(store.engine) as connection:
        deletions = _deletions(connection, named, to_text(now))
        theirs = numbers_concerned(connection, deletions)
        copies = reposts_of(connection, names_in_store(connection, theirs)) - theirs
        worded = _worded(connection, copies)
        before = _tally(connection, theirs | copies, named)
        unread = _unread(connection)
    run_id = store.begin_run(SOURCE, "", now)
    store.save(Batch(run_id, SOURCE, "", now, deletions=deletions))
    store.finish_run(run_id, now)
    with reading(store.engine) as connection:
        after = _tally(connection, theirs | copies, named)
        posts = _posts(connection, schema.posts.c.id.in_(any_of(theirs)))
        return Receipt(
            named=named,
            at=now,
            revision=int(get_meta(connection, "revision") or 0),
            posts=tuple(sorted(one.name for one in posts)),
            reposts=worded - _worded(connection, copies),
            erased=replace(_less(before, after), unread=unread - _unread(connection)),
            scrub_pending=get_meta(connection, SCRUB_PENDING) is not None,
        )


def _deletions(connection: Connection, named: Named, at: Instant) -> list[Deletion]:
    """Make the deletions to record: of a post one for each of its ids, so that it is known by any of them again."""
    ids = {(named.platform, named.platform_id)}
    if named.of == "post":
        ids |= names_in_store(connection, numbers_named(connection, ids))
    return [
        Deletion(platform=platform, platform_id=one, deleted_at=at, reason=ON_REQUEST, of=named.of)
        for platform, one in sorted(ids)
    ]


def _is_platform(connection: Connection, name: str) -> bool:
    return any(
        connection.execute(select(table.c.id).where(table.c.platform == name).limit(1)).first() is not None
        for table in (schema.posts, schema.authors)
    )


def _posts_at(connection: Connection, address: str) -> set[Named]:
    posts = schema.posts.c
    status = _STATUS.fullmatch(address)
    versions = numbers_named(connection, {("x", status[1])}) if status else ()
    return _posts(connection, or_(posts.url == address, posts.platform_id == address, posts.id.in_(any_of(versions))))


def _posts(connection: Connection, chosen: ColumnElement[bool]) -> set[Named]:
    posts = schema.posts.c
    return {Named("post", *row) for row in connection.execute(select(posts.platform, posts.platform_id).where(chosen))}


def _authors(connection: Connection, platform: str, chosen: ColumnElement[bool]) -> set[Named]:
    authors = schema.authors.c
    query = select(authors.platform, authors.platform_id).where(authors.platform == platform, chosen)
    return {Named("author", *row) for row in connection.execute(query)}


def _is_handle(handle: str) -> ColumnElement[bool]:
    return func.lower(schema.authors.c.handle) == func.lower(handle)


def _tally(connection: Connection, numbers: set[int], named: Named) -> Erased:
    """Count what there is of some posts, and of an account, that an erasure takes."""
    posts = schema.posts.c
    whose = (posts.place, posts.country, posts.latitude, posts.longitude)
    mine = posts.id.in_(any_of(numbers))
    return Erased(
        texts=_worded(connection, numbers),
        versions=_rows_of(connection, schema.post_versions, numbers),
        links=_rows_of(connection, schema.post_links, numbers),
        mentions=_rows_of(connection, schema.post_mentions, numbers),
        media=_rows_of(connection, schema.post_media, numbers),
        places=_count(connection, posts.id, mine, or_(*(column.is_not(None) for column in whose))),
        payloads=_bodies(connection, numbers, named),
        profiles=_profiles(connection, named),
        history=_history(connection, named),
    )


def _less(before: Erased, after: Erased) -> Erased:
    return Erased(**{one.name: getattr(before, one.name) - getattr(after, one.name) for one in fields(Erased)})


def _count(connection: Connection, what: ColumnElement[Any], *conditions: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count(what)).where(*conditions)) or 0


def _worded(connection: Connection, numbers: set[int]) -> int:
    posts = schema.posts.c
    return _count(connection, posts.text, posts.id.in_(any_of(numbers)))


def _rows_of(connection: Connection, table: Table, numbers: set[int]) -> int:
    return _count(connection, table.c.post_id, table.c.post_id.in_(any_of(numbers)))


def _bodies(connection: Connection, numbers: set[int], named: Named) -> int:
    raw, posts, authors = schema.raw_payloads.c, schema.raw_payload_posts.c, schema.raw_payload_authors.c
    theirs = select(posts.raw_id).where(posts.post_id.in_(any_of(numbers)))
    of_profile = select(authors.raw_id).where(authors.author_id.in_(_number_of_author(named)))
    return _count(connection, raw.body, or_(raw.id.in_(theirs), raw.id.in_(of_profile)))


def _unread(connection: Connection) -> int:
    raw = schema.raw_payloads.c
    return _count(connection, raw.body, raw.post_id.is_(None))


def _profiles(connection: Connection, named: Named) -> int:
    authors = schema.authors.c
    told = or_(*(authors[field].is_not(None) for field in PROFILE))
    return _count(connection, authors.id, authors.id.in_(_number_of_author(named)), told)


def _history(connection: Connection, named: Named) -> int:
    history = schema.author_history.c
    return _count(connection, history.author_id, history.author_id.in_(_number_of_author(named)))


def _number_of_author(named: Named) -> Select[Any]:
    """Select the number of an account; none where a post is meant."""
    authors = schema.authors.c
    mine = (authors.platform == named.platform, authors.platform_id == named.platform_id)
    return select(authors.id).where(*mine, true() if named.of == "author" else false())
