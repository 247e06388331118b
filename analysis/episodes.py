"""Episodes: a campaign's outbreaks, each with its onset, peak, end and size, and whether it came after a silence.

A campaign that is quiet most of the time is in one long burst above almost nothing (Kleinberg 2002, with levels: see
`analysis.bursts`). So each outbreak is looked at on the highest level whose bursts still have three quarters of its
posts: there it is as short as it was loud, and falls apart where it broke out several times; then each time is looked
at by itself. What stands out beside those is an episode of its own. Bursts less than a day apart are one episode: a
night is no end.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.bursts.counts import bursts_of_counts
from analysis.bursts.settings import Settings as BurstSettings
from analysis.season import Season
from analysis.states import UNKNOWN
from analysis.zone import DAY

Kind: TypeAlias = Literal["posts", "reposts"]
Stretch: TypeAlias = tuple[int, int]
"""Bins [first, last)."""

_LEAST_BINS: Final = 3
"""A season that stands on fewer bins outside of bursts is not told."""
COLUMNS: Final = (
    "onset", "peak", "end", "posts", "peak_posts", "weight", "unseen_bins",
    "onset_seen", "end_seen", "quiet_days", "quiet_posts", "quiet_seen", "reignites",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What an episode is taken to be.

    Attributes:
        bursts: what a burst is; of as many levels as the counts have.
        share: of an outbreak's posts that its episodes have at least.
        apart: bursts that are less far apart are one episode.
        silence, hush: an episode has re-ignited the campaign that comes so long after the end of the one before, if the
            time between had at most that share of the episode's posts a day.
        told: the share of that time that must have been seen for anything to be said of it.
    """

    bursts: BurstSettings = field(default_factory=lambda: BurstSettings(levels=24))
    share: float = 0.75
    apart: timedelta = timedelta(days=1)
    silence: timedelta = timedelta(days=30)
    hush: float = 0.05
    told: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Detected:
    """What was detected in a series.

    Attributes:
        bins: a row a bin: bin_start, bin_end (UTC), posts (Int64: of the kind looked at), expected (Float64: by the
            season; <NA> where that stands on hardly a bin), level (Int64: of the burst, 0 outside), is_seen (bool),
            state_posts and reason_posts.
        episodes: in order of time, see `episodes`.
        season: what was expected.
    """

    bins: pd.DataFrame
    episodes: pd.DataFrame
    season: Season


@dataclass(frozen=True, slots=True, order=True)
class Burst:
    """A burst that is shown: its level, and its bins [first, last)."""

    level: int
    first: int
    last: int

    @property
    def stretch(self) -> Stretch:
        """Give its bins."""
        return self.first, self.last


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """Counts in bins: of what was seen, else 0, and all that was found; times in microseconds since 1970."""

    counts: npt.NDArray[np.float64]
    found: npt.NDArray[np.float64]
    seen: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def posts(self, stretch: Stretch) -> int:
        return int(self.counts[slice(*stretch)].sum())

    def days(self, stretch: Stretch) -> float:
        return float(self.ends[stretch[1] - 1] - self.starts[stretch[0]]) / DAY if stretch[1] > stretch[0] else 0.0


def episodes(frame: pd.DataFrame, zone: str, kind: Kind = "posts", settings: Settings | None = None) -> Detected:
    """Find the episodes of a volume frame with one row a bin (see `analysis.volume.together`).

    Bins whose state is neither complete nor given are masked: whatever was found in them, they begin, make and end no
    episode, and nothing is fitted to them.

    The episodes have onset and end (UTC, half-open), peak (UTC: the start of the highest bin), posts (Int64: all that
    were found, which is the least that there were where unseen_bins), peak_posts (Int64), weight (Float64: what the
    first level saves over the season, in nats), unseen_bins (Int64: within), onset_seen and end_seen (bool: whether the
    bins before and after were seen; else it may have begun earlier, or ended later), and, where another came before:
    quiet_days (Float64: since its end), quiet_posts (Int64: found in that time), quiet_seen (Float64: the share of it
    that was seen) and reignites (boolean; <NA> where too little of that time was seen). Raises UnknownZone.
    """
    settings = settings or Settings()
    series = _series(frame, kind)
    if not len(frame):
        return Detected(_bins(frame, kind, series, None, []), _table([]), Season(np.zeros(0), False, False, None, 0))
    found, season = bursts_of_counts(series.counts, series.starts, zone, series.seen, settings.bursts)
    # Where posts come in clusters, chance reaches as much higher as the counts scatter wider than Poisson's.
    needed = (settings.bursts.climb(int(series.seen.sum())) + settings.bursts.margin) * max(
        1.0, season.dispersion or 1.0
    )
    stands_out = found["is_shown"] & (found["weight"] >= needed)
    shown = [Burst(*map(int, row)) for row in found.loc[stands_out, ["level", "first", "last"]].to_numpy()]
    groups = _grouped(sorted(_cores(shown, series, settings)), series, settings)
    stretches = [(group[0][0], group[-1][1]) for group in groups]
    told = [_told(stretch, series, season, settings) for stretch in stretches]
    for place, (before, at) in enumerate(pairwise(stretches), 1):
        told[place] |= _after(before, at, series, settings)
    return Detected(_bins(frame, kind, series, season, shown), _table(told), season)


def _series(frame: pd.DataFrame, kind: Kind) -> _Series:
    seen = ~frame[f"state_{kind}"].fillna("not_tried").isin(UNKNOWN).to_numpy(bool)
    found = frame[kind].to_numpy(np.float64, na_value=0)
    starts, ends = (pd.DatetimeIndex(frame[edge]).as_unit("us").asi8 for edge in ("bin_start", "bin_end"))
    return _Series(np.where(seen, found, 0.0), found, seen, starts, ends)


def _cores(shown: Sequence[Burst], series: _Series, settings: Settings) -> Iterator[Stretch]:
    """Cut each outbreak to its core; what stands out beside the core is an outbreak of its own."""
    for root, inside in _outermost(sorted(shown, key=lambda one: (one.first, -one.last, one.level))):
        yield from _core([root.stretch], root.level, inside, series, settings)


def _outermost(bursts: Sequence[Burst]) -> Iterator[tuple[Burst, Sequence[Burst]]]:
    """List the bursts that lie in no other, each with those within; each comes before those, in the order of time."""
    at = 0
    while at < len(bursts):
        end = _place(bursts, bursts[at].last)
        yield bursts[at], bursts[at + 1 : end]
        at = end


def _place(bursts: Sequence[Burst], first: int) -> int:
    """Tell how many bursts begin before a bin."""
    return bisect_left(bursts, first, key=lambda one: one.first)


def _core(
    core: Sequence[Stretch], level: int, inside: Sequence[Burst], series: _Series, settings: Settings
) -> Iterator[Stretch]:
    """Find the bursts of the highest level that still have most of an outbreak's posts, and what is beside them.

    Where an outbreak falls apart into several, each is looked at by itself: how loud one was cuts no other short.
    """
    posts = sum(map(series.posts, core))
    for higher, bursts in groupby(sorted(inside), key=lambda one: one.level):
        stretches = [one.stretch for one in bursts]
        if sum(map(series.posts, stretches)) < settings.share * posts:
            break
        core, level = stretches, higher
        if len(groups := list(_grouped(core, series, settings))) > 1:
            for group in groups:
                near = inside[_place(inside, group[0][0]) : _place(inside, group[-1][1])]
                yield from _core(group, level, [one for one in near if one.level > level], series, settings)
            core = ()
            break
    yield from core
    yield from _beside(inside, level, series, settings)


def _beside(inside: Sequence[Burst], level: int, series: _Series, settings: Settings) -> Iterator[Stretch]:
    """Find the outbreaks that a core of so high a level is no part of."""
    for branch, within in _outermost(inside):
        if any(one.level == level for one in within):
            yield from _beside(within, level, series, settings)
        elif branch.level < level:
            yield from _core([branch.stretch], branch.level, within, series, settings)


def _grouped(stretches: Sequence[Stretch], series: _Series, settings: Settings) -> Iterator[list[Stretch]]:
    """Gather stretches, in the order of time, that are less far apart than episodes are."""
    apart = settings.apart / timedelta(microseconds=1)
    group: list[Stretch] = []
    for first, last in stretches:
        if group and series.starts[first] - series.ends[group[-1][1] - 1] >= apart:
            yield group
            group = []
        group.append((first, last))
    if group:
        yield group


def _told(stretch: Stretch, series: _Series, season: Season, settings: Settings) -> dict[str, object]:
    """Tell an episode's facts, of what was seen in it."""
    first, last = stretch
    peak = first + int(np.where(series.seen, series.counts, -1.0)[first:last].argmax())
    scaling = settings.bursts.scaling
    saved = np.where(series.seen, series.counts * math.log(scaling) - season.expected * (scaling - 1), 0.0)
    return {
        "onset": series.starts[first],
        "peak": series.starts[peak],
        "end": series.ends[last - 1],
        "posts": int(series.found[first:last].sum()),
        "peak_posts": int(series.counts[peak]),
        "weight": float(saved[first:last].sum()),
        "unseen_bins": int((~series.seen[first:last]).sum()),
        "onset_seen": bool(first > 0 and series.seen[first - 1]),
        "end_seen": bool(last < len(series.seen) and series.seen[last]),
    }


def _after(before: Stretch, at: Stretch, series: _Series, settings: Settings) -> dict[str, object]:
    """Tell how quiet it was between two episodes, and whether the second re-ignited the campaign."""
    between = (before[1], at[0])
    days, posts = series.days(between), series.posts(between)
    seen = float(series.seen[slice(*between)].mean()) if days else 1.0
    is_long = days >= settings.silence / timedelta(days=1)
    is_told = seen >= settings.told
    is_quiet = is_told and days > 0 and posts / (days * seen) <= settings.hush * series.posts(at) / series.days(at)
    reignites = None if is_long and not is_told else is_long and is_quiet
    found = int(series.found[slice(*between)].sum())
    return {"quiet_days": days, "quiet_posts": found, "quiet_seen": seen, "reignites": reignites}


def _table(told: Sequence[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(list(told), columns=list(COLUMNS))
    for name in ("onset", "peak", "end"):
        table[name] = pd.to_datetime(table[name].astype("int64"), unit="us", utc=True).dt.as_unit("us")
    for name in ("posts", "peak_posts", "unseen_bins", "quiet_posts"):
        table[name] = table[name].astype("Int64")
    for name in ("weight", "quiet_days", "quiet_seen"):
        table[name] = table[name].astype("Float64")
    return table.astype({"onset_seen": "bool", "end_seen": "bool", "reignites": "boolean"})


def _bins(
    frame: pd.DataFrame, kind: Kind, series: _Series, season: Season | None, shown: Sequence[Burst]
) -> pd.DataFrame:
    """Lay what was detected on the bins."""
    level = np.zeros(len(frame), np.int64)
    for burst in sorted(shown):
        level[burst.first : burst.last] = burst.level
    return pd.DataFrame(
        {
            "bin_start": frame["bin_start"].array,
            "bin_end": frame["bin_end"].array,
            "posts": frame[kind].array,
            "expected": _expected(season, len(frame)),
            "level": pd.Series(level, dtype="Int64"),
            "is_seen": series.seen,
            "state_posts": frame[f"state_{kind}"].array,
            "reason_posts": frame[f"reason_{kind}"].array,
        }
    )


def _expected(season: Season | None, bins: int) -> pd.Series:
    """Give what was expected of each bin; nothing where all was in bursts: the season then stands on no bin."""
    if season is None or season.bins < _LEAST_BINS:
        return pd.Series([None] * bins, dtype="Float64")
    return pd.Series(season.expected, dtype="Float64")
