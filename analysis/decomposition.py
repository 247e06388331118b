"""Trend, season and rest, for drawing a campaign's rhythm; not for alarms: of chance alone some rests are large.

STL (Cleveland, Cleveland, McRae and Terpenning 1990), robust, on the scale sqrt(count + 3/8), on which Poisson counts
scatter alike; back on the scale of posts a root x is x^2 - 1/8, which has no bias (Anscombe 1948).
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.tsa.seasonal import STL  # it comes without types

from analysis.season import Flags, Floats

SEASONAL: Final = 15
"""So many periods are smoothed over, for each place in the period."""


def decomposition(counts: npt.NDArray[np.number], seen: Flags, period: int) -> pd.DataFrame | None:
    """Take the counts of bins apart into trend, season and rest.

    `counts` and `seen` are of one length, in the order of time, and a period has `period` bins of equal length: of
    hours 24 for days, 168 for weeks. Bins that are not seen may hold anything; a straight line on the root's scale
    stands for them in the fit alone. Returns a row for each bin:

        trend      posts a bin without the season
        expected   posts a bin by trend and season together
        season     what the season adds to the root of the trend; the scale is that of roots
        rest       the root of the count less what was expected of it; about 1/2 is usual for Poisson counts

    All are NaN where the bin was not seen. None where fewer than two periods of bins were seen, or a period has fewer
    than two bins: then nothing repeats.
    """
    if period <= 1 or int(seen.sum()) < 2 * period:
        return None
    roots = _bridged(np.sqrt(np.where(seen, counts, 0) + 3 / 8), seen)
    trend, season = _taken_apart(roots, period)
    columns = {
        "trend": _posts(trend),
        "expected": _posts(trend + season),
        "season": season,
        "rest": roots - trend - season,
    }
    return pd.DataFrame(columns).where(pd.Series(seen), np.nan)


def _taken_apart(roots: Floats, period: int) -> tuple[Floats, Floats]:
    """Fit trend and season; the smoothers look at every tenth of their width, as the paper has it, and draw lines."""
    trend, low_pass = _odd(1.5 * period / (1 - 1.5 / SEASONAL)), _odd(period + 1)
    fitted = STL(
        roots,
        period=period,
        seasonal=SEASONAL,
        trend=trend,
        low_pass=low_pass,
        robust=True,
        seasonal_jump=math.ceil(SEASONAL / 10),
        trend_jump=math.ceil(trend / 10),
        low_pass_jump=math.ceil(low_pass / 10),
    ).fit()
    return np.asarray(fitted.trend), np.asarray(fitted.seasonal)


def _odd(number: float) -> int:
    """Give the least odd whole number that is not below this one."""
    whole = math.ceil(number)
    return whole + 1 - whole % 2


def _bridged(roots: Floats, seen: Flags) -> Floats:
    """Draw a straight line past what was not seen."""
    at = np.flatnonzero(seen)
    return np.interp(np.arange(len(roots)), at, roots[at])


def _posts(roots: Floats) -> Floats:
    """Turn roots into posts."""
    return np.maximum(np.maximum(roots, 0) ** 2 - 1 / 8, 0)
