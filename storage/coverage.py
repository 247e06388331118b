"""What is known of a stretch of time, so that zero and unknown never look alike: pure interval algebra.

A *ledger* is the coverage of one key (platform, source, server, tag, kind): stretches in the order of time
that never overlap, neighbours that say the same being one. Where a ledger has no stretch, nothing was tried.
Times are aware datetimes in UTC, stretches are half-open.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from itertools import chain, pairwise
from operator import attrgetter
from typing import Final, TypeAlias

from storage.post import Kind


class State(StrEnum):
    """What is known of a stretch; a later write may raise it (see `rank`) and never lowers it."""

    NOT_TRIED = "not tried"
    FAILED = "failed"
    LOST = "lost"
    GIVEN = "given"
    PARTIAL = "partial"
    COMPLETE = "complete"

    @property
    def rank(self) -> int:
        """Order the states from nothing known (0) to all had (5)."""
        return _RANKS[self]


_RANKS: Final = {state: rank for rank, state in enumerate(State)}

SETTLING: Final = "settling"
"""partial: posts may still turn up in their place."""
CAPPED: Final = "capped"
"""partial: the source ended without having said that there is no more."""
BUDGET: Final = "budget"
"""partial: the budget ended before the stretch did."""
UNPARSED: Final = "unparsed"
"""partial: an item of the stretch could not be read."""
REPEATED: Final = "repeated"
"""partial: the source gave the same posts again and again."""
UNSETTLED: Final = "left the reach unsettled"
"""partial: read before it had settled, and out of the source's reach since."""
CLAIMED: Final = "claimed"
"""complete: by the word of the user who imported it."""


BY_SERVER: Final = frozenset({"mastodon"})
"""Platforms whose servers each see only what reached them: a stretch is complete when it is so for each one asked."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A half-open stretch of time and what is known of it; raises ValueError for an empty or a naive one.

    Attributes:
        reason: why it is in that state, in a word where the program acts on it (see the constants).
        share: the sampled share of posts where a source gives a sample; None: all.
    """

    starts_at: datetime
    ends_at: datetime
    state: State
    reason: str = ""
    share: float | None = None

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a stretch's edges have a time zone")
        if self.starts_at >= self.ends_at:
            raise ValueError(f"a stretch from {self.starts_at} to {self.ends_at} is empty")


Ledger: TypeAlias = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """Whose coverage a ledger is; `tag` is as asked, or ANY_TAG."""

    platform: str
    source: str
    server: str
    tag: str
    kind: Kind


ANY_TAG: Final = "*"
"""Stands for every tag, in what archives have given."""


@dataclass(frozen=True, slots=True)
class Bin:
    """What is known of one bin of a chart.

    Attributes:
        state: the lowest at any instant in it.
        reason: of its first stretch in that state.
        share: the part of it, 0 to 1, that is complete.
    """

    state: State
    reason: str
    share: float


_starts = attrgetter("starts_at")
_ends = attrgetter("ends_at")


def write(rows: Sequence[Stretch], new: Stretch) -> Ledger:
    """Write a stretch into a ledger: it raises what is lower, never lowers, and of equals the new one stands.

    Raises ValueError for *not tried*, which is the absence of a row.
    """
    if new.state is State.NOT_TRIED:
        raise ValueError("not tried is not a row")
    first = bisect_left(rows, new.starts_at, key=_ends)
    last = bisect_right(rows, new.ends_at, key=_starts)
    touched = rows[first:last]
    over = (
        there if there.state.rank > new.state.rank else _cut(new, there.starts_at, there.ends_at)
        for there in tiled(touched, new.starts_at, new.ends_at)
    )
    before = (_cut(row, row.starts_at, new.starts_at) for row in touched if row.starts_at < new.starts_at)
    after = (_cut(row, new.ends_at, row.ends_at) for row in touched if row.ends_at > new.ends_at)
    return (*rows[:first], *_joined(chain(before, over, after)), *rows[last:])


def within(rows: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> Ledger:
    """Cut a ledger to [starts_at, ends_at)."""
    first = bisect_right(rows, starts_at, key=_ends)
    last = bisect_left(rows, ends_at, key=_starts)
    return tuple(_cut(row, starts_at, ends_at) for row in rows[first:last])


def tiled(rows: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> Ledger:
    """Cut a ledger to [starts_at, ends_at) and fill it with *not tried*, so that no instant is left out."""
    tiles: list[Stretch] = []
    at = starts_at
    for row in within(rows, starts_at, ends_at):
        if at < row.starts_at:
            tiles.append(Stretch(at, row.starts_at, State.NOT_TRIED))
        tiles.append(row)
        at = row.ends_at
    if at < ends_at:
        tiles.append(Stretch(at, ends_at, State.NOT_TRIED))
    return tuple(tiles)


def holes(rows: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> Ledger:
    """Find what is not complete in [starts_at, ends_at), *not tried* included, each with its reason."""
    return tuple(tile for tile in tiled(rows, starts_at, ends_at) if tile.state is not State.COMPLETE)


def best(*ledgers: Sequence[Stretch]) -> Ledger:
    """Unite ledgers of sources that see the same: at each instant the highest state, of equals the first."""
    return _swept(ledgers, sign=-1, at_least=1)


def worst(*ledgers: Sequence[Stretch]) -> Ledger:
    """Intersect ledgers that are all needed: at each instant the lowest state, of equals the first.

    Where one of them has no stretch, the result has none.
    """
    return _swept(ledgers, sign=1, at_least=len(ledgers))


def of_family(by_tag: Iterable[Iterable[Sequence[Stretch]]]) -> Ledger:
    """Tell what is known of a family of tags: for each tag the best of its sources, of those the worst.

    Sources that do not see the whole platform (the servers of Mastodon) are each needed: give each one as a
    tag of its own.
    """
    return worst(*(best(*sources) for sources in by_tag))


def over(rows: Sequence[Stretch], edges: Sequence[datetime]) -> tuple[Bin, ...]:
    """Tell what is known of each bin [edges[i], edges[i + 1]); the edges grow. Linear in rows and bins."""
    bins: list[Bin] = []
    first = 0
    for starts_at, ends_at in pairwise(edges):
        while first < len(rows) and rows[first].ends_at <= starts_at:
            first += 1
        last = first
        while last < len(rows) and rows[last].starts_at < ends_at:
            last += 1
        bins.append(_bin(tiled(rows[first:last], starts_at, ends_at), ends_at - starts_at))
    return tuple(bins)


def _bin(tiles: Ledger, length: timedelta) -> Bin:
    lowest = min(tiles, key=lambda tile: tile.state.rank)
    had = sum((t.ends_at - t.starts_at for t in tiles if t.state is State.COMPLETE), timedelta(0))
    return Bin(lowest.state, lowest.reason, had / length)


def _cut(row: Stretch, starts_at: datetime, ends_at: datetime) -> Stretch:
    """Cut a stretch to a window that it touches."""
    start, end = max(row.starts_at, starts_at), min(row.ends_at, ends_at)
    if start == row.starts_at and end == row.ends_at:
        return row
    return Stretch(start, end, row.state, row.reason, row.share)


def _joined(rows: Iterable[Stretch]) -> Iterator[Stretch]:
    """Make one row of neighbours that touch and say the same."""
    open_row: Stretch | None = None
    for row in rows:
        if open_row is not None and open_row.ends_at == row.starts_at and _says(open_row) == _says(row):
            open_row = Stretch(open_row.starts_at, row.ends_at, *_says(row))
            continue
        if open_row is not None:
            yield open_row
        open_row = row
    if open_row is not None:
        yield open_row


def _says(row: Stretch) -> tuple[State, str, float | None]:
    return row.state, row.reason, row.share


def _swept(ledgers: Sequence[Sequence[Stretch]], *, sign: int, at_least: int) -> Ledger:
    """Sweep over all ledgers at once: at each instant that `at_least` of them cover, the least sign * rank.

    A heap holds what is open, in the order (sign * rank, ledger); what has ended is dropped when it comes to
    the top, so the sweep costs n log n for n rows however many ledgers there are.
    """
    starts = sorted((row.starts_at, which, row) for which, ledger in enumerate(ledgers) for row in ledger)
    edges = sorted({edge for _, _, row in starts for edge in (row.starts_at, row.ends_at)})
    ends = sorted(row.ends_at for _, _, row in starts)
    opened: list[tuple[int, int, Stretch]] = []
    begun = ended = 0
    swept: list[Stretch] = []
    for starts_at, ends_at in pairwise(edges):
        while begun < len(starts) and starts[begun][0] <= starts_at:
            _, which, row = starts[begun]
            heappush(opened, (sign * row.state.rank, which, row))
            begun += 1
        while ended < len(ends) and ends[ended] <= starts_at:
            ended += 1
        while opened and opened[0][2].ends_at <= starts_at:
            heappop(opened)
        if begun - ended >= max(at_least, 1):
            swept.append(_cut(opened[0][2], starts_at, ends_at))
    return tuple(_joined(swept))
