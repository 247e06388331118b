"""What was read of a sample by budget: the stretches whose posts are all here, and the hours of the minutes drawn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from collector.sampling import HOUR, MINUTE, sampled_hours
from groundswell.counted import CountedBin
from storage import coverage
from storage.coverage import Ledger, State, Stretch

if TYPE_CHECKING:
    from analysis.shares import Known

_READ: Final = (State.COMPLETE, State.GIVEN)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour that the budget left out a part of.

    Attributes:
        counted: its posts, by X; None where X was not asked.
        minutes: of how many minutes there are posts, as far as X's counts tell.
        drawn: how many of these were read.
    """

    starts_at: datetime
    counted: float | None
    minutes: float
    drawn: float

    @property
    def is_weighable(self) -> bool:
        """Tell whether its posts can stand for the others."""
        return self.counted is not None and self.drawn > 0


def hours_left(ledger: Ledger, bins: Sequence[CountedBin]) -> Iterator[Hour]:
    """Walk through the hours of which the budget left out a part; bins: what X counted, in the order of time."""
    place = 0
    for starts_at in sampled_hours(ledger):
        ends_at = starts_at + HOUR
        rows = coverage.within(ledger, starts_at, ends_at)
        if not any(map(is_unread, rows)):
            continue
        while place < len(bins) and bins[place].ends_at <= starts_at:
            place += 1
        told = _overlapping(bins, place, ends_at)
        read = [row for row in rows if row.state in _READ]
        yield Hour(starts_at, _counted(told, rows), _minutes(rows, told), _minutes(read, told))


def known_of(ledger: Ledger, hours: Sequence[Hour]) -> "Known":
    """Tell what was read, and of which sampled hours it is; without hours whose posts cannot be weighed."""
    import pandas as pd

    from analysis.shares import NO_SAMPLE, Known

    left = [hour.starts_at for hour in hours if not hour.is_weighable]
    rows = [(hour.starts_at, hour.counted, hour.minutes, hour.drawn) for hour in hours if hour.is_weighable]
    sampled = pd.DataFrame(rows, columns=list(NO_SAMPLE.columns)) if rows else NO_SAMPLE
    return Known(pd.DataFrame(_read(ledger, left), columns=["starts_at", "ends_at"]), sampled)


def is_unread(row: Stretch) -> bool:
    """Tell whether a stretch was left out for the budget."""
    return row.state is State.PARTIAL and row.reason == coverage.BUDGET


def _overlapping(bins: Sequence[CountedBin], place: int, ends_at: datetime) -> list[CountedBin]:
    """List the counted bins from a place on that begin before an hour's end."""
    last = place
    while last < len(bins) and bins[last].starts_at < ends_at:
        last += 1
    return list(bins[place:last])


def _counted(told: Sequence[CountedBin], rows: Ledger) -> float | None:
    """Add up what was counted of the time of rows; None where it was not counted from end to end."""
    parts = [(one, _shared(one, rows)) for one in told]
    if sum((part for _, part in parts), timedelta()) < sum(map(_length, rows), timedelta()):
        return None
    return sum(one.counted * (part / (one.ends_at - one.starts_at)) for one, part in parts)


def _minutes(rows: Sequence[Stretch], told: Sequence[CountedBin]) -> float:
    """Measure rows in minutes, without the time in which no post was counted: to read that costs nothing."""
    empty = (_shared(one, rows) for one in told if not one.counted)
    return (sum(map(_length, rows), timedelta()) - sum(empty, timedelta())) / MINUTE


def _shared(one: CountedBin, rows: Iterable[Stretch]) -> timedelta:
    """Measure how much of a counted bin lies in rows."""
    shared = (min(one.ends_at, row.ends_at) - max(one.starts_at, row.starts_at) for row in rows)
    return sum((max(length, timedelta()) for length in shared), timedelta())


def _length(row: Stretch) -> timedelta:
    return row.ends_at - row.starts_at


def _read(ledger: Ledger, left: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """List what was read, neighbours as one; without the hours that are left out."""
    read: list[tuple[datetime, datetime]] = []
    for row in ledger:
        if row.state not in _READ:
            continue
        if read and read[-1][1] == row.starts_at:
            read[-1] = (read[-1][0], row.ends_at)
        else:
            read.append((row.starts_at, row.ends_at))
    return [piece for stretch in read for piece in _without(stretch, left)] if left else read


def _without(stretch: tuple[datetime, datetime], hours: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Cut hours out of a stretch."""
    at, ends_at = stretch
    for hour in hours:
        if at < hour < ends_at:
            yield at, hour
        if at < hour + HOUR and hour < ends_at:
            at = hour + HOUR
    if at < ends_at:
        yield at, ends_at
