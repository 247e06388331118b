"""Bursts of counts in bins: with totals, as shares of them (Kleinberg 2002, section 5); without, above a base.

A bin that was not seen completely says nothing: it costs the same in every state, and its numbers are never looked at.
So no burst begins or ends in it, and too long a run of such bins ends a burst.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.bursts.found import ExtraOf, bursts
from analysis.bursts.path import Flags, Floats
from analysis.bursts.settings import Settings

_MOST_SHARE: Final = 0.9999


def bursts_of_shares(
    relevant: npt.NDArray[np.number], totals: npt.NDArray[np.number], seen: Flags, settings: Settings | None = None
) -> pd.DataFrame:
    """Find the bursts of the share that `relevant` posts have of all the posts of a bin, their `totals`.

    Arrays of one length, in the order of time; bins that are not `seen` may hold anything. State i has the share
    p0 s^i, p0 being that of all seen bins together; the first state above the base is held at .9999, and there are no
    others that would be above that. r of d posts cost -ln[C(d, r) p^r (1-p)^(d-r)].

    Returns the frame that `bursts_above` returns. Raises ValueError where there are more relevant posts than posts.
    """
    settings = settings or Settings()
    hits, others = _told(relevant, seen), _told(totals, seen) - _told(relevant, seen)
    if (others < 0).any():
        raise ValueError("a bin has more relevant posts than posts")
    shares = _shares(hits.sum() / max(hits.sum() + others.sum(), 1.0), settings)

    def extra_of(level: int) -> Floats:
        below, here = shares[level - 1], shares[level]
        extra: Floats = -hits * np.log(here / below) - others * np.log((1 - here) / (1 - below))
        return extra

    return _found(extra_of, len(shares) - 1, seen, settings)


def bursts_above(
    counts: npt.NDArray[np.number], expected: Floats, seen: Flags, settings: Settings | None = None
) -> pd.DataFrame:
    """Find the bursts of Poisson counts above what is `expected` of each bin without a burst.

    Arrays of one length, in the order of time; `counts` and `expected` of bins that are not `seen` may hold anything.
    State i has the mean mu = expected s^i, and a count r costs -[r ln mu - mu].

    Returns a row for each burst, in order of level and time:

        first, last   the bins it covers: [first, last); both ends were seen
        level         1 or more; a burst lies within one of the level below
        weight        what it saves over the level below (at level 1: over the base), in nats
        is_shown      whether that is at least gamma ln n + margin, n being how many bins were seen
        unseen        how many of its bins were not seen

    Nothing seen, or no post: no row. Raises ValueError where nothing or less is expected of a seen bin.
    """
    settings = settings or Settings()
    posts, base = _told(counts, seen), _told(expected, seen)
    if not (base[seen] > 0).all():
        raise ValueError("of each seen bin something must be expected")

    def extra_of(level: int) -> Floats:
        here = settings.scaling ** (level - 1) * (settings.scaling - 1) * base
        extra: Floats = here - posts * np.log(settings.scaling)
        return extra

    return _found(extra_of, settings.levels, seen, settings)


def _shares(base: float, settings: Settings) -> Floats:
    """List the states' shares; nothing is above a base that is nothing, or all."""
    above = base * settings.scaling ** np.arange(1, settings.levels + 1) if 0 < base < _MOST_SHARE else np.zeros(0)
    # The extra costs of a second state held at the same share would not grow with the level.
    kept = above[(above < _MOST_SHARE) | (np.arange(len(above)) == 0)]
    return np.append(base, np.minimum(kept, _MOST_SHARE))


def _told(values: npt.NDArray[np.number], seen: Flags) -> Floats:
    """Take 0 for what a bin holds that was not seen."""
    told = np.zeros(len(seen))
    told[seen] = values[seen]
    return told


def _found(extra_of: ExtraOf, levels: int, seen: Flags, settings: Settings) -> pd.DataFrame:
    """Find the bursts, past what was not seen."""
    apart = _ends_bursts(seen, settings.bridge)
    found = bursts(lambda level: np.where(apart, np.inf, extra_of(level)), levels, int(seen.sum()), settings)
    hidden = np.append(0, np.cumsum(~seen))
    return found.assign(unseen=hidden[found["last"]] - hidden[found["first"]])


def _ends_bursts(seen: Flags, bridge: int) -> Flags:
    """Mark the bins of runs of more than `bridge` unseen ones."""
    run = np.cumsum(np.diff(seen, prepend=True))
    return np.asarray(np.bincount(run, ~seen)[run] > bridge)
