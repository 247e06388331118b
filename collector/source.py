"""What a source of posts is: it answers one question, `pages(query, window, cursor)`, page by page.

Time here is the source's *order key*: the time by which it sorts and cuts its answers (X: created_at;
Jetstream: time_us; Mastodon: the id's time). Every datetime is aware and UTC; every window is half-open.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, Protocol

from storage.counts import Counted
from storage.instant import EPOCH
from storage.known_posts import KnownPost
from storage.post import Deletion, Item, Kind
from storage.spending import Cost, Payment, Read


class Order(Enum):
    """In which direction a source reads a window."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of order-key time, [starts_at, ends_at), not empty; raises ValueError for any other."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a window's edges have a time zone")
        if self.starts_at >= self.ends_at:
            raise ValueError(f"a window from {self.starts_at} to {self.ends_at} is empty")

    def within(self, starts_at: datetime, ends_at: datetime) -> "Window | None":
        """Cut the window to [starts_at, ends_at); None where nothing is left."""
        start, end = max(self.starts_at, starts_at), min(self.ends_at, ends_at)
        return Window(start, end) if start < end else None

    def without(self, done: "Window | None") -> "Window | None":
        """Take away what is done at either edge; None where nothing is left."""
        if done is None:
            return self
        start = done.ends_at if done.starts_at <= self.starts_at < done.ends_at else self.starts_at
        end = done.starts_at if done.starts_at < self.ends_at <= done.ends_at else self.ends_at
        return Window(start, end) if start < end else None


ANY_TIME: Final = Window(EPOCH, datetime.max.replace(tzinfo=UTC))
"""The window of a question that cannot be cut by time, such as for posts by their ids."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for: posts with any of these tags.

    Attributes:
        tags: as asked (`storage.tag.asked`), sorted, each once.
    """

    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        """Write the query as the store keeps it beside a cursor."""
        return " ".join(self.tags)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is true of a source whatever it is asked.

    Attributes:
        platform: whose posts it yields, such as 'x'.
        name: the source's name in coverage, runs and config, such as 'x-search'.
        server: the host asked, '' where a platform is one server.
        kinds: which kinds of posts it yields.
        reach: how far back it answers; None: as far as there are posts.
        settling: how old a post may be when it turns up in its place at the latest.
        unit: the resolution of the order key, at least a second.
        reread_every: how often what is still settling may be read again: 0 in each pass.
        lag: how old a post must be to be asked for.
        tags_at_once: how many tags fit one query.
        longest_query: how many characters a query may have, written with '#' and ' OR '; None: it does not matter.
        sees_all: it answers for the whole platform, not only for what reached its server.
        looks_up: it can be asked what became of a post; it is a `LooksUp`.
        begins: the first instant that it can have posts of.
        costs: it charges for what it answers; it is a `Paid`.
        tells_use: it can be asked what it charged for; it is a `TellsUse`.
        has_numbers_only: its pages hold how many posts there are, and no posts; it is a `CountsPosts`.
    """

    platform: str
    name: str
    server: str = ""
    kinds: tuple[Kind, ...] = ("posts",)
    reach: timedelta | None = None
    settling: timedelta = timedelta(0)
    unit: timedelta = timedelta(seconds=1)
    reread_every: timedelta = timedelta(0)
    lag: timedelta = timedelta(0)
    tags_at_once: int = 1_000
    longest_query: int | None = None
    sees_all: bool = True
    looks_up: bool = False
    costs: bool = False
    begins: datetime = EPOCH
    tells_use: bool = False
    has_numbers_only: bool = False

    def horizon(self, now: datetime) -> datetime:
        """Find the first order key that the source surely still answers for at `now`."""
        if self.reach is None:
            return self.begins
        return max(self.begins, floor(now - self.reach, self.unit) + self.unit)

    def newest(self, now: datetime) -> datetime:
        """Find the order key up to which the source may be asked at `now`."""
        return floor(now - self.lag, self.unit) if self.lag else now

    def settled(self, now: datetime) -> datetime:
        """Find the order key before which all posts have turned up at `now`."""
        return floor(now - self.settling, self.unit)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a source.

    Attributes:
        items: what it returned, unparsed items included.
        completes: the stretch of which all that the source has is now in hand; see `completed`.
        asked: the stretch that was asked for, where the source does not answer for all of the window.
        cursor: where to go on; None: nowhere.
        exhausted: the source's word that the window holds no more. A last page without that word (the
            source's cap) leaves the rest partial.
        server_now: the server's clock as it said (its Date header); None where it did not.
        requests: how many requests the page cost.
        deletions: what the source said is gone.
        reads: what it brought that is charged for.
        payment: what that did cost of what had been put aside; see `collector.paying`.
        counted: numbers of posts, from a source that has no more than these.
    """

    items: tuple[Item, ...]
    completes: Window | None
    cursor: str | None = None
    asked: Window | None = None
    exhausted: bool = False
    server_now: datetime | None = None
    requests: int = 1
    deletions: tuple[Deletion, ...] = ()
    reads: tuple[Read, ...] = ()
    payment: Payment | None = None
    counted: Counted | None = None


class Source(Protocol):
    """A place that posts come from."""

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked."""
        ...

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer page by page, from the window's edge or from where a cursor of this query left off.

        With a cursor, `window` is what the pages before it left to do. A request is made only when its page
        is asked for. Raises a SourceError in place of a page; the iterator is then over, and asking goes on
        with a new one.
        """
        ...


class LooksUp(Source, Protocol):
    """A source that can be asked what became of posts that no longer stand where they stood."""

    def look_up(self, posts: Iterable[KnownPost]) -> Iterator[Page]:
        """Answer with a page for each post, in their order: the post as it is now, or its deletion.

        A page with neither: the source does not tell. Raises as `pages` does.
        """
        ...


class Paid(Source, Protocol):
    """A source that charges for what it answers: one request a page."""

    def offers(self) -> Sequence[Sequence[Cost]]:
        """Reckon the most that the next page may cost, in each size in which it can be had: the largest first."""
        ...

    def take(self, offer: int) -> None:
        """Have the next page in the size whose costs stand at this place of `offers`."""
        ...


class TellsUse(Paid, Protocol):
    """A paid source that can be asked, free of charge, what it charged for."""

    def used(self) -> int | None:
        """Ask how many posts were read this month; None where it does not tell. Raises a SourceError."""
        ...


class CountsPosts(Paid, Protocol):
    """A source of numbers: its pages hold no posts, but counts of them."""

    @property
    def step(self) -> timedelta:
        """Tell how long a stretch is that it counts."""
        ...

    def earliest(self) -> datetime:
        """Tell the first instant that it counts posts of."""
        ...


def floor(moment: datetime, unit: timedelta) -> datetime:
    """Find the start of the unit that holds a moment; units are counted from 1970."""
    return moment - (moment - EPOCH) % unit


def completed(
    rest: Window, keys: Iterable[datetime], unit: timedelta, order: Order, *, exhausted: bool
) -> Window | None:
    """Tell which stretch a page completes: the one rule that every source uses.

    The page starts where the page before stopped, at an edge of `rest` (what is left of the window). Read
    backwards it completes down to the end of its oldest post's unit; forwards, up to the start of its newest
    post's unit: that unit may go on in the next page. Only the source's word `exhausted` completes the rest.

    Args:
        keys: the order keys of the page's items.

    Returns:
        the stretch, or None: a page within one unit, an empty or a repeated one completes nothing.
    """
    if exhausted:
        return rest
    moments = list(keys)
    if not moments:
        return None
    if order is Order.NEWEST_FIRST:
        return rest.within(floor(min(moments), unit) + unit, rest.ends_at)
    return rest.within(rest.starts_at, floor(max(moments), unit))
