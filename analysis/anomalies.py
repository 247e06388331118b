"""Bins with improbably many posts, and the improbable silence at the end: exact tails about the season.

Counts are Poisson about the season (`analysis.season`), or negative binomial with the variance mu + a mu^2 where they
scatter more. Neither may be made by the very bins that are looked for: a bin found is left out of the next fit, until
the same ones are found again, and one bin has a bounded part in a (Huber 1981, section 6.7, proposal 2).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from analysis.season import Flags, Floats, Micros, Season, calmed, season

_LEVEL: Final = 0.05
_ROUNDS: Final = 8
_MOST_SQUARE: Final = 16.0
"""A bin more than 4 standard deviations off counts as if it were 4 off."""
_SURELY: Final = 2.33
"""So many standard errors is a scatter above Poisson's before it is believed (1 % by chance)."""
_MOST_SPREAD: Final = 1e4


@dataclass(frozen=True, slots=True)
class Silence:
    """The bins without a post at the end of a window.

    Attributes:
        first, last: the bins it covers, [first, last); both ends were seen.
        unseen: how many of them were not seen.
        expected: how many posts there would have been in those that were, by the season.
        p: the chance of a silence so long, or longer, at a given moment.
        p_in_window: the chance of one anywhere in the window, or more: for who looks at every bin as it comes.
    """

    first: int
    last: int
    unseen: int
    expected: float
    p: float
    p_in_window: float


def anomalies(
    counts: npt.NDArray[np.number], starts: Micros, zone: str, seen: Flags, level: float = _LEVEL
) -> pd.DataFrame:
    """Tell which bins have more posts than the season and chance explain.

    Arrays of one length: posts of each bin, its start (microseconds since 1970, ascending), and whether it was
    completely seen; of other bins the count is never looked at. Returns a row for each bin:

        expected       posts by the season, of unseen bins too
        p              the chance of so many posts or more; NaN where unseen
        q              p adjusted for all seen bins (Benjamini and Hochberg 1995); NaN where unseen
        is_anomalous   boolean: q is at most `level`; <NA> where unseen

    Raises UnknownZone.
    """
    found, expectation, p = _settled(counts, starts, zone, seen, level)
    p = np.where(seen, p, np.nan)
    q = p.copy()
    q[seen] = stats.false_discovery_control(p[seen])
    is_anomalous = pd.Series(found, dtype="boolean").mask(~seen)
    return pd.DataFrame({"expected": expectation.expected, "p": p, "q": q, "is_anomalous": is_anomalous})


def silence(counts: npt.NDArray[np.number], starts: Micros, zone: str, seen: Flags) -> Silence | None:
    """Tell how improbable the silence is in which a window ends; None where it ends with a post, or nothing was seen.

    Takes what `anomalies` takes. The silence is all seen bins after the last post. That it was chosen by the posts
    does not favour it: it covers a part u of all that was expected exactly if each of the N posts fell into the other
    part, and p = (1 - u)^N is the chance of that, given N, for any u. So the rate need not be known, only its season.
    Posts that come in clusters are fewer independent ones: N is divided by the dispersion (McCullagh and Nelder 1989,
    section 6.2), if it is above 1. Bins with improbably many posts are left out.

    In a window a silence can begin with it and after each bin that has posts; p_in_window is p times so many, and at
    most 1 (Bonferroni). Who asks again with every bin, as the window grows, gets p_in_window <= .05 some time in 3 to
    8 % of flat streams (20 days of hours, .3 to 3 posts an hour).
    """
    found, expectation, _ = _settled(counts, starts, zone, seen, _LEVEL)
    busy = np.flatnonzero(np.where(seen, counts, 0))
    quiet = np.flatnonzero(seen & (np.arange(len(seen)) > busy.max(initial=-1)))
    if not len(quiet):
        return None
    told = seen & ~found
    expected = float(expectation.expected[quiet].sum())
    share = min(expected / float(expectation.expected[told].sum()), 1.0)
    posts = float(counts[told].sum()) / max(expectation.dispersion or 1.0, 1.0)
    p = (1 - share) ** posts
    first, last = int(quiet[0]), int(quiet[-1]) + 1
    return Silence(first, last, last - first - len(quiet), expected, p, min((len(busy) + 1) * p, 1.0))


def _settled(
    counts: npt.NDArray[np.number], starts: Micros, zone: str, seen: Flags, level: float
) -> tuple[Flags, Season, Floats]:
    """Find the anomalous bins that a fit without them finds again; returns the fit and each bin's upper tail, too."""
    posts = np.where(seen, counts, 0).astype(np.float64)
    # The first fit is to counts without their peaks, so that a giant cannot hide the others behind it.
    expectation = season(calmed(posts, seen), starts, zone, seen)
    p = _upper_tail(posts, expectation.expected, seen)
    found = _rejected(p, seen, level)
    for _ in range(_ROUNDS):
        expectation = season(posts, starts, zone, seen & ~found)
        p = _upper_tail(posts, expectation.expected, seen & ~found)
        before, found = found, _rejected(p, seen, level)
        if (found == before).all():
            break
    return found, expectation, p


def _rejected(p: Floats, seen: Flags, level: float) -> Flags:
    """Mark the seen bins whose adjusted p is at most the level."""
    found = np.zeros(len(seen), np.bool_)
    found[seen] = stats.false_discovery_control(p[seen]) <= level
    return found


def _upper_tail(posts: Floats, expected: Floats, told: Flags) -> Floats:
    """Give the chance of so many posts or more in each bin; those that are told of tell how they scatter."""
    spread = _spread(posts[told], expected[told])
    if spread == 0:
        return np.asarray(stats.poisson.sf(posts - 1, expected))
    return np.asarray(stats.nbinom.sf(posts - 1, 1 / spread, 1 / (1 + spread * expected)))


def _spread(posts: Floats, mean: Floats) -> float:
    """Measure a in the variance mean + a mean^2; 0 where the counts scatter no more than Poisson's do."""
    squares = (posts - mean) ** 2

    def above(spread: float) -> float:
        return float(np.minimum(squares / (mean + spread * mean**2), _MOST_SQUARE).sum()) - len(mean)

    by_chance = _SURELY * np.sqrt(2 * len(mean) + (1 / mean).sum())
    if above(0.0) <= by_chance or above(_MOST_SPREAD) > 0:
        return 0.0
    return float(optimize.brentq(above, 0.0, _MOST_SPREAD))
