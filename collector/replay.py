"""An archive served by a clock as if it were live: a search that goes back for a week, newest posts first.

It misbehaves as real searches do, by `Conditions` and one seed: posts turn up late, it is down for hours, gives
a page twice, wants pauses, and its clock need not agree with ours. What it did stands in its log.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Final, Literal

import msgspec

from collector import archive
from collector.errors import RateLimited, Unavailable
from collector.source import Order, Page, Query, Traits, Window, completed
from storage.instant import from_text, to_text
from storage.post import Item, Post
from storage.tag import asked

REPEATS_IN_A_ROW: Final = 2
"""No page is given again more often than that before the next one comes."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How an archive is served. Every time is the source's own.

    Attributes:
        name: what the source is called; two replays beside each other have two names.
        reach: a post is found until it is so old.
        settling: the longest that a late post takes to turn up.
        late_share: the share of posts, 0 to 1, that turn up late.
        outages: (from, until): asked meanwhile, the source is unavailable.
        page_size: posts a page.
        repeat_share: the share of requests, 0 to 1, that are answered with the page before once more.
        rate_limit_every: after so many pages the source wants a pause; None: never.
        rate_limit_for: how long that pause is.
        behind: how far the source's clock is behind ours.
        seed: of all that is drawn.
    """

    name: str = "replay"
    reach: timedelta = timedelta(days=7)
    settling: timedelta = timedelta(minutes=2)
    late_share: float = 0.05
    outages: tuple[tuple[datetime, datetime], ...] = ()
    page_size: int = 100
    repeat_share: float = 0.0
    rate_limit_every: int | None = None
    rate_limit_for: timedelta = timedelta(minutes=15)
    behind: timedelta = timedelta(0)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the log: what was asked, when by the source's clock, and what was answered.

    Attributes:
        posts: the platform ids of what was given.
    """

    at: datetime
    query: Query
    window: Window
    cursor: str | None
    said: Literal["page", "page again", "unavailable", "rate limited"]
    posts: tuple[str, ...] = ()


class _Served(msgspec.Struct, frozen=True):
    """A post of the archive, and when it is to be found."""

    key: tuple[datetime, str]
    tags: frozenset[str]
    found_from: datetime
    found_until: datetime
    item: Item

    def is_found(self, now: datetime) -> bool:
        return self.found_from <= now < self.found_until


class Replay:
    """A source that serves an archive by a clock.

    Attributes:
        log: all that was asked and answered, in order.
    """

    def __init__(
        self, items: Iterable[Item], clock: Callable[[], datetime], conditions: Conditions | None = None
    ) -> None:
        """Take the posts to serve, of several readings of one the last, and our clock (not the source's).

        Raises ValueError where there is no post.
        """
        self._conditions = conditions or Conditions()
        self._clock = clock
        posts = {item.post.platform_id: (item, item.post) for item in items if item.post is not None}
        if not posts:
            raise ValueError("an archive without posts cannot be served")
        served = (_serve(item, post, self._conditions) for item, post in posts.values())
        self._served = sorted(served, key=lambda one: one.key)
        self._of_query: dict[Query, tuple[_Served, ...]] = {}
        self._pages_given = 0
        self._limited_until: datetime | None = None
        self.log: list[Answer] = []
        self._traits = Traits(
            platform=next(post.platform for _, post in posts.values()),
            name=self._conditions.name,
            kinds=("posts", "reposts"),
            reach=self._conditions.reach,
            settling=self._conditions.settling,
            unit=timedelta(seconds=max(post.time_resolution for _, post in posts.values())),
        )

    @classmethod
    def of_archive(cls, path: Path, clock: Callable[[], datetime], conditions: Conditions | None = None) -> "Replay":
        """Serve a file of any form that can be imported; raises ArchiveError for another."""
        documents = archive.documents(path)
        told = chain.from_iterable(archive.read(one, archive.recognise(one)) for one in documents)
        return cls((one for one in told if isinstance(one, Item)), clock, conditions)

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked."""
        return self._traits

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer page by page, newest posts first; raises Unavailable and RateLimited."""
        rest: Window | None = window
        before: tuple[_Served, ...] = ()
        again = 0
        while rest is not None:
            now = self._take_request(query, rest, cursor)
            if before and again < REPEATS_IN_A_ROW and self._draws_repeat():
                again += 1
                self.log.append(Answer(now, query, rest, cursor, "page again", _ids(before)))
                yield _page(before, None, cursor, now)
                continue
            again = 0
            before = self._search(query, rest, cursor, now)
            self.log.append(Answer(now, query, rest, cursor, "page", _ids(before)))
            is_end = len(before) < self._conditions.page_size
            keys = (one.key[0] for one in before)
            done = completed(rest, keys, self._traits.unit, Order.NEWEST_FIRST, exhausted=is_end)
            cursor = None if is_end else _cursor(before[-1])
            yield _page(before, done, cursor, now)
            rest = rest.without(done)

    def _take_request(self, query: Query, window: Window, cursor: str | None) -> datetime:
        """Count a request, and refuse it where the conditions say so; returns the source's time."""
        now = self._clock() - self._conditions.behind
        if any(since <= now < until for since, until in self._conditions.outages):
            self.log.append(Answer(now, query, window, cursor, "unavailable"))
            raise Unavailable("HTTP 503 Service Unavailable")
        if self._limited_until is not None and now < self._limited_until:
            self.log.append(Answer(now, query, window, cursor, "rate limited"))
            raise RateLimited(self._limited_until, "HTTP 429 Too Many Requests", server_now=_date(now))
        self._pages_given += 1
        every = self._conditions.rate_limit_every
        if every is not None and self._pages_given % every == 0:
            self._limited_until = now + self._conditions.rate_limit_for
        return now

    def _draws_repeat(self) -> bool:
        return _draw(self._conditions.seed, "page", self._pages_given)[0] < self._conditions.repeat_share

    def _search(self, query: Query, window: Window, cursor: str | None, now: datetime) -> tuple[_Served, ...]:
        """Find the newest posts of a window before a cursor, as many as a page holds."""
        posts = self._matching(query)
        edge = (window.ends_at, "") if cursor is None else _place(cursor)
        first = bisect_left(posts, (window.starts_at, ""), key=lambda one: one.key)
        last = bisect_left(posts, edge, key=lambda one: one.key)
        found: list[_Served] = []
        for at in range(last - 1, first - 1, -1):
            if len(found) == self._conditions.page_size:
                break
            if posts[at].is_found(now):
                found.append(posts[at])
        return tuple(found)

    def _matching(self, query: Query) -> Sequence[_Served]:
        if query not in self._of_query:
            tags = set(query.tags)
            self._of_query[query] = tuple(one for one in self._served if not tags.isdisjoint(one.tags))
        return self._of_query[query]


def delay(post: Post, conditions: Conditions) -> timedelta:
    """Draw how long after its time a post turns up: of most posts 0, of late ones uniform in (0, settling].

    It depends on the seed and the post's platform id alone.
    """
    is_late, share = _draw(conditions.seed, "post", post.platform_id)
    if is_late >= conditions.late_share:
        return timedelta(0)
    return conditions.settling * (1 - share)


def _draw(seed: int, what: str, which: object) -> tuple[float, float]:
    """Draw two numbers, uniform in [0, 1), that depend on these words alone."""
    digest = blake2b(f"{seed} {what} {which}".encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big") / 2**64, int.from_bytes(digest[8:], "big") / 2**64


def _serve(item: Item, post: Post, conditions: Conditions) -> _Served:
    created_at = from_text(post.created_at)
    targets = (other for other in item.referred if other.platform_id == post.repost_of)
    tags = {asked(tag) for told in (post, *targets) for tag in told.hashtags}
    found_from = created_at + delay(post, conditions)
    found_until = created_at + conditions.reach
    return _Served((created_at, post.platform_id), frozenset(tags), found_from, found_until, item)


def _ids(found: Iterable[_Served]) -> tuple[str, ...]:
    return tuple(one.key[1] for one in found)


def _page(found: Iterable[_Served], done: Window | None, cursor: str | None, now: datetime) -> Page:
    items = tuple(one.item for one in found)
    return Page(items, done, cursor, exhausted=cursor is None, server_now=_date(now))


def _date(now: datetime) -> datetime:
    """Tell the time as a Date header does: to the second."""
    return now.replace(microsecond=0)


def _cursor(one: _Served) -> str:
    return f"{to_text(one.key[0])} {one.key[1]}"


def _place(cursor: str) -> tuple[datetime, str]:
    created_at, platform_id = cursor.split(" ", 1)
    return from_text(created_at), platform_id
