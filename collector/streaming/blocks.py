"""Paying for a stream, which does not wait to be asked: blocks of posts are put aside before what they are for comes.

A block is open from before its first post is sent until it is used up; then it is settled by what came. There is
always so much open beyond what came that what is on its way is covered, too.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.errors import LimitReached
from collector.streaming.source import Came
from storage.errors import OverBudget
from storage.instant import EPOCH
from storage.spending import Cost, Limit, Order, Payment, Read, Reservation, Unit
from storage.till import Till

LEAST: Final = 20
"""Posts that a block holds at least."""
AHEAD: Final = 2
"""A block holds so many times what came in the last `LATELY`."""
LATELY: Final = timedelta(seconds=2)
_DAY: Final = timedelta(days=1)
_ABOUT_MIDNIGHT: Final = timedelta(seconds=5)
"""So near to the turn of a day it is not certain on which of the two days the platform charges for a post."""


@dataclass(frozen=True, slots=True)
class Buying:
    """Who buys what, from which till."""

    till: Till
    run_id: int
    source: str
    worst_of: Callable[[int], Sequence[Cost]]
    limits: Callable[[], Sequence[Limit]]


class Blocks:
    """What is put aside for one connection."""

    def __init__(self, buying: Buying, now: datetime) -> None:
        """Begin at `now`, the source's clock, as are all times here; nothing is put aside yet."""
        self._buying = buying
        self._open: deque[tuple[Reservation, int]] = deque()
        self._lately: deque[tuple[datetime, int]] = deque()
        self._day = _day_of(now)
        self._tally = _Tally()

    def reserve(self, now: datetime, waiting: int = 0) -> None:
        """Put aside what is needed besides what came; raises LimitReached where a limit does not let it.

        `waiting` is how many posts at most came that were not taken yet.
        """
        while self._left - waiting < (size := self._needed(now, waiting)):
            self._open.append((self._reserved(size, now), size))

    def is_of_another_day(self, at: datetime) -> bool:
        """Tell whether a moment is on another day than what is open: a platform charges by the day."""
        return _day_of(at) != self._day

    def turn(self, now: datetime) -> None:
        """Go over to another day, once what came before is settled: put aside anew, and take back what was for it."""
        before = list(self._open)
        self._open.clear()
        self._day = _day_of(now)
        try:
            self.reserve(now)
        except LimitReached:
            self._open.extendleft(reversed(before))
            raise
        for reservation, _ in before:
            self._buying.till.release(reservation)

    def take(self, came: Came) -> None:
        """Count what came."""
        if came.posts:
            self._lately.append((came.at, came.posts))
            self._tally.add(came)

    def payment(self, *, is_last: bool = False) -> Payment | None:
        """Settle the first block where it is used up, or with `is_last` as far as it is; None where it stays open.

        Where it cannot be told what came, the blocks that it may have used stay open, and so count as spent.
        """
        tally = self._tally
        if not (self._open and tally.posts) or (tally.posts < self._open[0][1] and not is_last):
            return None
        if tally.is_untold:
            self._leave_open()
            return None
        self._tally = _Tally()
        return Payment(self._open.popleft()[0], self._day, tally.reads)

    def reaches_without_the_first(self, now: datetime) -> bool:
        """Tell whether what may be on its way is covered when the first block is settled before it is used up."""
        return sum(size for _, size in self._open) - self._open[0][1] >= self._needed(now, 0) if self._open else True

    def release(self) -> None:
        """Take back what is open, as nothing is on its way; what something came of that is not settled stays open."""
        self._leave_open()
        while self._open:
            self._buying.till.release(self._open.popleft()[0])

    @property
    def _left(self) -> int:
        return sum(size for _, size in self._open) - self._tally.posts

    def _needed(self, now: datetime, waiting: int) -> int:
        while self._lately and self._lately[0][0] <= now - LATELY:
            self._lately.popleft()
        return max(LEAST, AHEAD * (waiting + sum(posts for _, posts in self._lately)))

    def _reserved(self, size: int, now: datetime) -> Reservation:
        buying = self._buying
        try:
            return buying.till.reserve(Order(buying.run_id, buying.source, now, buying.worst_of(size), buying.limits()))
        except OverBudget as error:
            raise LimitReached(str(error)) from error

    def _leave_open(self) -> None:
        """Leave the blocks that were used open for good."""
        posts = self._tally.posts
        while self._open and posts > 0:
            posts -= self._open.popleft()[1]
        self._tally = _Tally()


class _Tally:
    """What came and is not settled."""

    def __init__(self) -> None:
        self.posts = 0
        self.is_untold = False
        self._is_free_again = True
        self._each: dict[Unit, int] = {}
        self._ids: defaultdict[Unit, set[str]] = defaultdict(set)

    def add(self, came: Came) -> None:
        self.posts += came.posts
        self.is_untold = self.is_untold or not came.reads
        for read in came.reads:
            self._each[read.unit] = read.each
            self._ids[read.unit].update(read.ids or ())
            # What may have been charged for on one of two days is not taken for free on the other.
            self._is_free_again = self._is_free_again and read.free_again and not _is_about_midnight(came.at)

    @property
    def reads(self) -> tuple[Read, ...]:
        """List what came, each thing once."""
        return tuple(Read(unit, each, self._ids[unit], self._is_free_again) for unit, each in self._each.items())


def _day_of(moment: datetime) -> str:
    return moment.date().isoformat()


def _is_about_midnight(at: datetime) -> bool:
    return min((at - EPOCH) % _DAY, (EPOCH - at) % _DAY) < _ABOUT_MIDNIGHT
