"""Bursts of counts whose rhythm is not known: the season is fitted, and fitted anew without what is in a burst."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.bursts.batches import bursts_above
from analysis.bursts.found import covered
from analysis.bursts.path import Flags
from analysis.bursts.settings import Settings
from analysis.season import Season, calmed, season


def bursts_of_counts(
    counts: npt.NDArray[np.number],
    starts: npt.NDArray[np.int64],
    zone: str,
    seen: Flags,
    settings: Settings | None = None,
) -> tuple[pd.DataFrame, Season]:
    """Find the bursts above the season, of counts of posts where no totals are known.

    Arrays of one length: posts of each bin, its start (microseconds since 1970, ascending), and whether it was
    completely seen; of other bins the count is never looked at. The first season is that of counts without their
    peaks; it is fitted anew `settings.refits` times without the bins that were in a burst, shown or not.

    Returns the bursts, as `analysis.bursts.batches.bursts_above` does, and the last season. Raises UnknownZone.
    """
    settings = settings or Settings()
    expectation = season(calmed(counts, seen), starts, zone, seen)
    found = bursts_above(counts, expectation.expected, seen, settings)
    for _ in range(settings.refits):
        expectation = season(counts, starts, zone, seen & ~covered(found, len(seen)))
        found = bursts_above(counts, expectation.expected, seen, settings)
    return found, expectation
