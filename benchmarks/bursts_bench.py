"""Bursts, changes, anomalies and the season of long campaigns: seconds by the clock, the median of a few runs."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.anomalies import anomalies
from analysis.bursts.batches import bursts_of_shares
from analysis.bursts.counts import bursts_of_counts
from analysis.bursts.gaps import bursts_of_times
from analysis.changes import changes
from analysis.decomposition import decomposition
from analysis.zone import HOUR, SECOND

BINS: Final = 10_000
EVENTS: Final = 100_000
YEAR: Final = 24 * 365
ZONE: Final = "Asia/Baghdad"
_PLATFORM: Final = 100_000
_UNSEEN: Final = 0.05
_BURST: Final = 0.01


@dataclass(frozen=True, slots=True)
class BurstFigures:
    """Seconds that each measure takes.

    Attributes:
        counts: bursts of 10,000 hourly counts above a season that is fitted three times.
        shares: bursts of as many shares of totals.
        times: nested bursts of 100,000 events.
        changes: change points of 10,000 bins.
        anomalies: of 10,000 bins.
        decomposition: of a year of hours.
    """

    counts: float
    shares: float
    times: float
    changes: float
    anomalies: float
    decomposition: float


def measure(runs: int = 7) -> BurstFigures:
    """Measure a campaign with a daily rhythm, bursts in a hundredth of it, and a twentieth of its bins unseen."""
    chance = np.random.default_rng(1)
    starts, seen = 491_000 * HOUR + np.arange(BINS) * HOUR, chance.random(BINS) >= _UNSEEN
    daily = 1 + 0.7 * np.cos(2 * np.pi * np.arange(BINS) / 24)
    totals, counts = chance.poisson(_PLATFORM * daily), chance.poisson(20 * daily * _bursting(BINS))
    times = np.cumsum(chance.exponential(20 * SECOND / _bursting(EVENTS))).astype(np.int64)
    year = slice(0, YEAR)
    return BurstFigures(
        counts=_median(lambda: bursts_of_counts(counts, starts, ZONE, seen), runs),
        shares=_median(lambda: bursts_of_shares(counts, totals, seen), runs),
        times=_median(lambda: bursts_of_times(times), runs),
        changes=_median(lambda: changes(counts, seen), runs),
        anomalies=_median(lambda: anomalies(counts, starts, ZONE, seen), runs),
        decomposition=_median(lambda: decomposition(counts[year], seen[year], 24), runs),
    )


def _bursting(number: int) -> npt.NDArray[np.float64]:
    """Make rates that are eight times the usual for a hundredth of each tenth."""
    return np.where(np.arange(number) % (number // 10) < _BURST * number // 10, 8.0, 1.0)


def _median(action: Callable[[], object], runs: int) -> float:
    return statistics.median(_seconds(action) for _ in range(runs))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
