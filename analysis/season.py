"""The season of a campaign: how many posts each bin would have without bursts, by the hour and the weekday.

A log-linear Poisson model: a constant, harmonics of the day at the zone's wall clock, and a step for each weekday,
fitted by iteratively reweighted least squares over the cells of a week that have the same hour (McCullagh and Nelder
1989, section 2.5). Half a post, spread over all bins, is added to what was counted: nothing is ever impossible; and a
standard normal prior holds the other coefficients where the bins say little.

A window need not have a rhythm, and a burst must not pass for one, so each day has one vote:

- Hours: the days agree on when they are busiest (the direction of the first harmonic; Rayleigh's test in the form of
  Zar 1999, section 27.1). A burst, however large, is one vote. A day votes if most of it was seen.
- Weekdays: they differ in the days' ratios of counted to expected by the hours (Kruskal and Wallis 1952: by ranks).
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.zone import DAY, offsets

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Micros: TypeAlias = npt.NDArray[np.int64]
Places: TypeAlias = npt.NDArray[np.int64]

HARMONICS: Final = 6
"""So many harmonics of a day are fitted."""
LEAST_DAYS: Final = 3
"""So many days must vote, and so many of each weekday."""
LEAST_BINS: Final = 6
"""A day of fewer bins has no hours."""
_MOST_OF_A_DAY: Final = 2 / 3
_LEVEL: Final = 0.05
_WEEK: Final = 7 * DAY
_PEAKS: Final = 0.95
_ROUNDS: Final = 50
_CLOSE: Final = 1e-7
_ADDED: Final = 0.5  # posts in all: nothing is impossible


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """How many posts are expected without bursts.

    Attributes:
        expected: posts of each bin, seen or not; above 0.
        has_rhythm: whether it follows the hours of the day.
        has_weekdays: whether it follows the weekdays.
        dispersion: Pearson's chi squared by its degrees of freedom over the bins that it was fitted to: 1 for Poisson
            counts, more where posts come in clusters. None where there are no more bins than coefficients.
        bins: how many bins it was fitted to.
    """

    expected: Floats
    has_rhythm: bool
    has_weekdays: bool
    dispersion: float | None
    bins: int


@dataclass(frozen=True, slots=True, eq=False)
class _Bins:
    """What is known of the bins.

    Attributes:
        counts: posts of each bin; 0 where it does not tell.
        length: of each bin; 1 on average.
        wall: the wall clock at its start, in microseconds of a clock without a zone.
        told: whether it tells of the season.
        a_day: how many of them a day has; 0 if they are longer.
    """

    counts: Floats
    length: Floats
    wall: Micros
    told: Flags
    a_day: int

    @property
    def day(self) -> Places:
        """Number the day of each bin."""
        return np.asarray(self.wall // DAY - self.wall.min() // DAY)

    @property
    def days_told(self) -> Flags:
        """Tell of which days most bins tell."""
        return np.asarray(_summed(self.day, self.told) >= _MOST_OF_A_DAY * self.a_day)


def season(counts: npt.NDArray[np.number], starts: Micros, zone: str, told: Flags) -> Season:
    """Fit the season of a campaign to the bins that tell of it.

    Arrays of one length: posts of each bin, its start (microseconds since 1970, ascending), and whether it tells of the
    season: it was completely seen and is in no burst. The counts of other bins are never looked at. Longer bins have
    more posts; the last is taken to be as long as the one before. Raises UnknownZone.
    """
    if not told.any():
        return Season(np.full(len(told), _ADDED / max(len(told), 1)), False, False, None, 0)
    bins = _bins(counts, starts, zone, told)
    has_rhythm = bins.a_day >= LEAST_BINS and _days_agree(bins)
    harmonics = min(HARMONICS, (bins.a_day - 1) // 2) if has_rhythm else 0
    expected = _fitted(bins, harmonics, with_weekdays=False)
    has_weekdays = bins.a_day >= 1 and _weekdays_differ(bins, expected)
    if has_weekdays:
        expected = _fitted(bins, harmonics, with_weekdays=True)
    freedom = int(told.sum()) - 1 - 2 * harmonics - 6 * has_weekdays
    chi = float(((bins.counts - expected)[told] ** 2 / expected[told]).sum())
    return Season(expected, has_rhythm, has_weekdays, chi / freedom if freedom > 0 else None, int(told.sum()))


def calmed(counts: npt.NDArray[np.number], seen: Flags) -> Floats:
    """Cut off the peaks of counts, at what 95 % of the seen bins do not exceed, so that none can make the season."""
    posts = np.where(seen, counts, 0).astype(np.float64)
    peak = np.quantile(posts[seen], _PEAKS) if seen.any() else 0.0
    return np.minimum(posts, max(peak, 1.0))


def _bins(counts: npt.NDArray[np.number], starts: Micros, zone: str, told: Flags) -> _Bins:
    """Gather what is known of the bins."""
    lengths = np.diff(starts).astype(np.float64) if len(starts) > 1 else np.full(1, float(_WEEK))
    lengths = np.append(lengths, lengths[-1])[: len(starts)]
    changes, shifts = np.array(offsets(int(starts[0]), int(starts[-1]) + 1, zone)).T
    wall = starts + shifts[np.searchsorted(changes, starts, "right") - 1]
    posts = np.where(told, counts, 0).astype(np.float64)
    return _Bins(posts, lengths / lengths.mean(), wall, told, round(DAY / float(np.median(lengths))))


def _summed(places: Places, values: Floats | Flags) -> Floats:
    """Add up values by place."""
    return np.bincount(places, values).astype(np.float64)


def _days_agree(bins: _Bins) -> bool:
    """Tell whether the days agree on the hour at which they are busiest."""
    roots = np.where(bins.told, np.sqrt(bins.counts), 0.0)
    mean = _summed(bins.day, roots) / np.maximum(_summed(bins.day, bins.told), 1)
    above = np.where(bins.told, roots - mean[bins.day], 0.0)
    angle = 2 * np.pi * (bins.wall % DAY) / DAY
    east, north = _summed(bins.day, above * np.cos(angle)), _summed(bins.day, above * np.sin(angle))
    length = np.hypot(east, north)
    votes = bins.days_told & (length > _CLOSE)
    number = int(votes.sum())
    together = np.hypot((east[votes] / length[votes]).sum(), (north[votes] / length[votes]).sum())
    by_chance = np.exp(np.sqrt(1 + 4 * number + 4 * (number**2 - together**2)) - (1 + 2 * number))
    return bool(number >= LEAST_DAYS and by_chance < _LEVEL)


def _weekdays_differ(bins: _Bins, expected: Floats) -> bool:
    """Tell whether the weekdays differ in what is posted on them beyond their hours."""
    told = bins.days_told
    ratios = _summed(bins.day, bins.counts)[told] / _summed(bins.day, np.where(bins.told, expected, 0.0))[told]
    weekday = np.flatnonzero(told) % 7
    groups = [ratios[weekday == day] for day in range(7)]
    if min(map(len, groups)) < LEAST_DAYS or np.ptp(ratios) == 0:
        return False
    return bool(stats.kruskal(*groups).pvalue < _LEVEL)


def _fitted(bins: _Bins, harmonics: int, *, with_weekdays: bool) -> Floats:
    """Fit the log-linear model, and give what it expects of each bin."""
    cycle = _WEEK if with_weekdays else DAY if harmonics else 1
    hours, cell_of = np.unique(bins.wall % cycle, return_inverse=True)
    design = _design(hours, harmonics, with_weekdays)
    length = _summed(cell_of, np.where(bins.told, bins.length, 0.0))
    counts = _summed(cell_of, bins.counts) + _ADDED * length / length.sum()
    here = length > 0
    log_rates: Floats = design @ _coefficients(design[here], counts[here], length[here])
    return np.exp(log_rates)[cell_of] * bins.length


def _design(hours: Micros, harmonics: int, with_weekdays: bool) -> Floats:
    """Write a row for each cell: a constant, harmonics of the day, and steps of all weekdays but the first."""
    angle = 2 * np.pi * (hours % DAY)[:, None] / DAY * np.arange(1, harmonics + 1)
    steps = (hours // DAY)[:, None] == np.arange(1, 7 if with_weekdays else 1)
    return np.hstack([np.ones((len(hours), 1)), np.cos(angle), np.sin(angle), steps])


def _coefficients(design: Floats, counts: Floats, length: Floats) -> Floats:
    """Find the most probable coefficients of the log rates."""
    prior = np.diag([0.0, *np.ones(design.shape[1] - 1)])
    mean = (counts + counts.sum() / length.sum() * length) / 2
    found = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        working = np.log(mean / length) + (counts - mean) / mean
        weighted = design.T * mean
        before, found = found, np.linalg.solve(weighted @ design + prior, weighted @ working)
        if np.abs(found - before).max() < _CLOSE:
            break
        mean = length * np.exp(design @ found)
    return found
