"""The grid of bins: a window of time cut at the clock and calendar of an IANA zone.

Bins are half-open [start, next start). The grid is made in Python and counted by integer arithmetic in SQL,
so no engine's date functions, and no engine's idea of a time zone, takes part.

- Bins of an hour or less begin at the wall clock's multiples *and* at every change of the offset: a wall hour
  that is passed twice is two bins, and a half-hour shift (Australia/Lord_Howe) makes a shorter bin, never a
  longer one.
- Longer bins begin at the first instant at which the wall clock has reached their beginning: a day without a
  midnight (Asia/Tehran, America/Sao_Paulo) begins at one o'clock, a day may have 23 or 25 hours, a day that a
  zone skipped (Pacific/Apia 2011-12-30) has no bin. Weeks begin on Monday (ISO 8601).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import EmptyWindow, UnknownStep, WindowTooWide
from analysis.zone import DAY, HOUR, SECOND, micros, moment, offsets, zone_of

Micros: TypeAlias = npt.NDArray[np.int64]

MOST_BINS: Final = 200_000
"""A grid of more is refused: 22 years of hours, 138 days of minutes."""
_MONDAY: Final = 4 * DAY  # 1970-01-05
# Beyond these the margins of a window of years would leave the calendar.
_CALENDAR: Final = (micros(datetime(3, 1, 1, tzinfo=UTC)), micros(datetime(9997, 1, 1, tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class Step:
    """The length of a bin: `count` units of the clock or the calendar.

    `seconds` is the shortest that such a bin usually is.
    """

    count: int
    unit: Literal["min", "h", "day", "week", "month", "year"]
    seconds: int

    @property
    def name(self) -> str:
        """Name it as the command does: '15min', '1h', '1day'."""
        return f"{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """Name it as a sentence does: '15 minutes', 'hour', '6 hours'."""
        word = {"min": "minute", "h": "hour"}.get(self.unit, self.unit)
        return word if self.count == 1 else f"{self.count} {word}s"

    @classmethod
    def read(cls, text: str) -> "Step":
        """Read a length such as '1h', '6 hours' or 'day'; raises UnknownStep for one that there is not."""
        parts = re.fullmatch(r"\s*(\d*)\s*([a-z]+?)s?\s*", text.lower())
        name = f"{parts[1] or 1}{_UNITS.get(parts[2], parts[2])}" if parts else text
        if name not in STEPS:
            raise UnknownStep(text, tuple(STEPS))
        return STEPS[name]

    @classmethod
    def suiting(cls, span: timedelta, most: int = 400) -> "Step":
        """Choose the finest length, from a minute to a year, that cuts a span into at most so many bins."""
        fitting = (step for step in STEPS.values() if span.total_seconds() <= most * step.seconds)
        return next(fitting, STEPS["1year"])


_UNITS: Final = {
    "minute": "min", "hour": "h", "d": "day", "w": "week", "mon": "month", "mo": "month", "y": "year"
}  # fmt: skip
STEPS: Final[dict[str, Step]] = {
    step.name: step
    for step in (
        *(Step(count, "min", 60 * count) for count in (1, 5, 10, 15, 30)),
        Step(1, "h", 3600),
        Step(6, "h", 6 * 3600),
        Step(1, "day", 86_400),
        Step(1, "week", 7 * 86_400),
        Step(1, "month", 28 * 86_400),
        Step(1, "year", 365 * 86_400),
    )
}


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The bins of a window: bin i is [edges[i], edges[i + 1]).

    Attributes:
        edges: int64 microseconds since 1970 in UTC, ascending, one more than there are bins.
        step: the length asked for.
        zone: the IANA name of the zone whose clock and calendar cut them.
    """

    edges: Micros
    step: Step
    zone: str

    @classmethod
    def over(cls, since: datetime, until: datetime, step: Step, zone: str) -> "Grid":
        """Cut [since, until) into bins.

        The window is widened to whole bins, since a cut one cannot be compared with its neighbours. Raises
        EmptyWindow, WindowTooWide, UnknownZone, and ValueError for a naive datetime.
        """
        start, end = micros(since), micros(until)
        if end <= start:
            raise EmptyWindow(since, until)
        if end - start > MOST_BINS * step.seconds * SECOND or start < _CALENDAR[0] or end > _CALENDAR[1]:
            raise WindowTooWide(since, until, MOST_BINS)
        edges = _edges(start, end, step, zone)
        first = np.searchsorted(edges, start, "right") - 1
        last = np.searchsorted(edges, end, "left")
        return cls(edges[first : last + 1], step, zone)

    def __len__(self) -> int:
        """Count the bins."""
        return len(self.edges) - 1

    @property
    def since(self) -> int:
        """Give the first bin's start, in microseconds since 1970 (UTC)."""
        return int(self.edges[0])

    @property
    def until(self) -> int:
        """Give the last bin's end, in microseconds since 1970 (UTC)."""
        return int(self.edges[-1])

    @property
    def starts(self) -> pd.DatetimeIndex:
        """Give the bins' starts, in UTC."""
        return pd.DatetimeIndex(self.edges[:-1].view("datetime64[us]"), tz=UTC)

    @property
    def ends(self) -> pd.DatetimeIndex:
        """Give the bins' ends, in UTC."""
        return pd.DatetimeIndex(self.edges[1:].view("datetime64[us]"), tz=UTC)

    def labels(self) -> list[str]:
        """Write each bin's start in local time with its offset, as '2015-11-26 09:00:00-05:00'."""
        zone = zone_of(self.zone)
        return [moment(int(edge)).astimezone(zone).isoformat(sep=" ") for edge in self.edges[:-1]]

    def locate(self, times: Micros) -> npt.NDArray[np.intp]:
        """Find the bin of each time; -1 before the window, len(self) after it."""
        return np.searchsorted(self.edges, times, "right") - 1

    def sql_bin_start(self, column: str) -> str:
        """Write the start of the bin that holds `column`, as SQL of integers alone, for times in the window.

        Neighbouring bins of one length are one piece; a search tree of CASEs finds the piece in few
        comparisons (hours of ten years are a handful of pieces, months one each).
        """
        if not column.isidentifier():
            raise ValueError(f"{column!r} is not a column's name")
        widths = np.diff(self.edges)
        firsts = np.flatnonzero(np.diff(widths, prepend=-1))
        counts = np.diff(firsts, append=len(widths))
        starts = self.edges[firsts].tolist()
        return _search(column, list(zip(starts, widths[firsts].tolist(), counts.tolist(), strict=True)))


def _edges(start: int, end: int, step: Step, zone: str) -> Micros:
    """Make the bins' starts from before `start` to at or after `end`."""
    margin = 2 * DAY + {"month": 31, "year": 366}.get(step.unit, 1) * DAY + step.seconds * SECOND
    low, high = start - margin, end + margin
    table = offsets(low, high, zone)
    if step.seconds * SECOND <= HOUR:
        return _clock_edges(table, high, step.seconds * SECOND)
    return _first_instants(_wall_starts(low, high, step), table, high)


def _clock_edges(table: Sequence[tuple[int, int]], end: int, width: int) -> Micros:
    """Cut at the wall clock's multiples of `width` and wherever the offset changes."""
    ends = [start for start, _ in table[1:]] + [end]
    pieces: list[Micros] = []
    for (start, offset), stop in zip(table, ends, strict=True):
        first = -(-(start + offset) // width) * width - offset
        pieces += [np.array([start], np.int64), np.arange(first, stop, width, dtype=np.int64)]
    return np.unique(np.concatenate(pieces[1:]))


def _wall_starts(low: int, high: int, step: Step) -> Micros:
    """List the wall clock's beginnings of long bins, as microseconds of a clock without a zone."""
    if step.unit in ("month", "year"):
        code = "datetime64[M]" if step.unit == "month" else "datetime64[Y]"
        bounds = np.array([low, high + DAY], "datetime64[us]").astype(code)
        return np.arange(bounds[0], bounds[1] + 1).astype("datetime64[us]").astype(np.int64)
    width = step.seconds * SECOND
    shift = _MONDAY if step.unit == "week" else 0
    return np.arange((low - DAY - shift) // width * width + shift, high + DAY, width, dtype=np.int64)


def _first_instants(walls: Micros, table: Sequence[tuple[int, int]], end: int) -> Micros:
    """Find the first instant at which the wall clock has reached each of `walls` (ascending)."""
    found = np.empty_like(walls)
    done = 0
    ends = [start for start, _ in table[1:]] + [end]
    for (start, offset), stop in zip(table, ends, strict=True):
        reached = max(done, int(np.searchsorted(walls, stop + offset, "left")))
        found[done:reached] = np.maximum(start, walls[done:reached] - offset)
        done = reached
    inside = found[:done]
    return np.unique(inside[inside > table[0][0]])


def _search(column: str, pieces: Sequence[tuple[int, int, int]]) -> str:
    """Write a search tree over pieces (start, width of its bins, bins)."""
    if len(pieces) == 1:
        start, width, bins = pieces[0]
        return str(start) if bins == 1 else f"{column} - ({column} - ({start})) % {width}"
    half = len(pieces) // 2
    left, right = _search(column, pieces[:half]), _search(column, pieces[half:])
    return f"CASE WHEN {column} < {pieces[half][0]} THEN {left} ELSE {right} END"
