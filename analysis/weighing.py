"""Proportions estimated from a sample of minutes, with 95 % intervals. Pure: arrays in, numbers out.

Of each hour some minutes were drawn at random and read whole, and the platform has counted the hour's posts: a
stratified sample of clusters of unequal size. A post weighs as many minutes as each drawn one of its hour stands for,
times what makes the weights of a run of hours add up to what was counted in it (the combined ratio estimator: Cochran
1977, section 6.11). A run is long, since an hour by itself would bias the estimate: in a few minutes the ones with a
burst are the ones with other posts (measured in docs/decisions.md).

The variance is that of the minutes' weighted residuals about the mean of neighbouring hours, taken together until
they have enough minutes, which can only make it larger (collapsed strata: Wolter 2007, section 2.5). The interval is
the exact binomial one at the size of a simple random sample of that variance (Korn and Graubard 1998), and no wider
than what is certain: the posts that were read, and so many that were not.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

Numbers: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int64]

TAIL: Final = 0.025
"""What is left out at each end of an interval."""
RUN_MINUTES: Final = 240
"""So many drawn minutes make a run of hours, whose weights add up to what was counted in it."""
RUN_POSTS: Final = 30
"""So many posts it has at least: of none at all no weight could be reckoned."""
VARIANCE_MINUTES: Final = 12
"""Of so many drawn minutes a variance is reckoned."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Which part of the posts has a property, and the 95 % interval: [low, high]; NaN where no post is known."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """The hours of which minutes were drawn, in the order of time; arrays of one length.

    Attributes:
        counted: the posts of each hour, by the platform.
        minutes: how many minutes there were to draw from.
        drawn: how many of them were drawn; at least 1.
    """

    counted: Numbers
    minutes: Numbers
    drawn: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The drawn minutes that have posts, with their weights.

    Attributes:
        posts: of each minute.
        weights: how many posts each post of the minute stands for.
        runs: numbers the run of hours of each minute.
        groups: numbers the hours whose variance is reckoned together, for each minute.
        drawn: the drawn minutes of each such group, those without a post among them.
        unread: the part of each group's minutes that was not drawn.
        counted: how many posts there are in all the hours.
    """

    posts: Numbers
    weights: Numbers
    runs: Places
    groups: Places
    drawn: Numbers
    unread: Numbers
    counted: float

    @property
    def read(self) -> float:
        """Count the posts that were read."""
        return float(self.posts.sum())


def weigh(hours: Hours, posts: Numbers, hour_of: Places) -> Weighed:
    """Weigh the posts of drawn minutes; minute i has `posts[i]` posts, above 0, and lies in hour `hour_of[i]`.

    An hour of which more was read than counted is taken to have what was read: platforms count without a guarantee.
    """
    collected = _summed(hour_of, posts, len(hours.drawn))
    counted = np.maximum(hours.counted, collected)
    runs = _taken_together((hours.drawn, RUN_MINUTES), (collected, RUN_POSTS))
    groups = _taken_together((hours.drawn, VARIANCE_MINUTES))
    stands_for = hours.minutes / hours.drawn
    reckoned = _summed(runs, stands_for * collected)
    made_to_fit = np.divide(_summed(runs, counted), reckoned, out=np.zeros_like(reckoned), where=reckoned > 0)
    return Weighed(
        posts,
        (stands_for * made_to_fit[runs])[hour_of],
        runs[hour_of],
        groups[hour_of],
        _summed(groups, hours.drawn),
        1 - _summed(groups, hours.drawn) / _summed(groups, hours.minutes),
        float(counted.sum()),
    )


def proportion(sample: Weighed, having: Numbers, beside: tuple[float, float] = (0.0, 0.0)) -> Estimate:
    """Estimate which part of all posts has a property.

    Args:
        sample: the drawn minutes.
        having: how many of each minute's posts have it.
        beside: the posts of hours that were read whole: how many there are, and how many have the property.
    """
    whole, whole_having = beside
    total = sample.counted + whole
    if not total or (sample.counted and not sample.read):
        return Estimate(np.nan, np.nan, np.nan)
    certain = (having.sum(), having.sum() + sample.counted - sample.read)
    share = float(sample.weights @ having) / sample.counted if sample.counted else 0.0
    low, high = _interval(sample, having, min(share, 1.0))
    told = np.clip(np.array([share, min(low, share), max(high, share)]) * sample.counted, *certain)
    return Estimate(*np.clip((told + whole_having) / total, 0.0, 1.0).tolist())


def _summed(places: Places, values: Numbers, least: int = 0) -> Numbers:
    """Add up values by place, of as many places at least."""
    return np.bincount(places, values, least).astype(np.float64)


def _taken_together(*bounds: tuple[Numbers, float]) -> Places:
    """Number runs of neighbouring hours, each as short as reaches all bounds; the rest goes with the last."""
    lengths, leasts = zip(*bounds, strict=True)
    numbers, number, sums = np.zeros(len(lengths[0]), np.int64), 0, np.zeros(len(leasts))
    for place, values in enumerate(np.column_stack(lengths)):
        numbers[place] = number
        sums += values
        if (sums >= leasts).all():
            number, sums = number + 1, np.zeros(len(leasts))
    return np.minimum(numbers, max(number - 1, 0))


def _interval(sample: Weighed, having: Numbers, share: float) -> tuple[float, float]:
    """Tell the interval of a proportion of the sample's own hours."""
    size = _size(sample, having, share)
    has, has_not = size * share, size * (1 - share)
    low = float(special.betaincinv(has, has_not + 1, TAIL)) if has > 0 else 0.0
    high = float(special.betaincinv(has + 1, has_not, 1 - TAIL)) if has_not > 0 else 1.0
    return low, high


def _size(sample: Weighed, having: Numbers, share: float) -> float:
    """Tell how many posts, drawn one by one, would tell as much as the sample; 0 where nothing can be told."""
    degrees = sample.drawn.sum() - len(sample.drawn)
    left = 1 - sample.read / sample.counted if sample.counted else 0.0
    if degrees < 1 or left <= 0:
        return 0.0
    # Where all posts are alike their variance is unknown: the posts of a minute then tell no more than one.
    most = (sample.read if 0 < share < 1 else len(sample.posts)) / left
    variance = _variance(sample, having)
    size = min(most, share * (1 - share) / variance) if variance > 0 else most
    narrower = special.stdtrit(max(sample.read - 1, 1), TAIL) / special.stdtrit(degrees, TAIL)
    return float(size * min(narrower, 1.0) ** 2)


def _variance(sample: Weighed, having: Numbers) -> float:
    """Reckon the variance of a proportion of the sample's own hours."""
    all_of = _summed(sample.runs, sample.weights * sample.posts)
    having_of = _summed(sample.runs, sample.weights * having)
    share = np.divide(having_of, all_of, out=np.zeros_like(all_of), where=all_of > 0)
    residuals = sample.weights * (having - share[sample.runs] * sample.posts)
    groups = len(sample.drawn)
    squares = _summed(sample.groups, residuals**2, groups)
    squares -= _summed(sample.groups, residuals, groups) ** 2 / sample.drawn
    spread = sample.unread * squares * sample.drawn / np.maximum(sample.drawn - 1, 1)
    return float(spread.sum()) / sample.counted**2
