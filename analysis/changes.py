"""Where a campaign's level changes for good: the cheapest way to cut its bins into stretches of one level each.

On the scale sqrt(count + 3/8) Poisson counts scatter alike, with a variance of about 1/4, whatever their level
(Anscombe 1948). A stretch costs the squares about its mean, and each cut costs a penalty; the cheapest cuts are found
exactly (PELT: Killick, Fearnhead and Eckley 2012; in C: ruptures' KernelCPD with the linear kernel).
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import ruptures  # it comes without types

from analysis.season import Flags, Floats

PENALTY: Final = 0.75
"""A cut costs so many times ln n: 3 ln n by the variance of 1/4."""
LEAST: Final = 2
"""A stretch has so many seen bins at least."""


def changes(counts: npt.NDArray[np.number], seen: Flags, penalty: float = PENALTY, least: int = LEAST) -> pd.DataFrame:
    """Find the changes of level.

    Arrays of one length, in the order of time; bins that are not `seen` may hold anything and are skipped, so that a
    change beside them lies somewhere between two seen ones. A cut costs `penalty` ln n, n being how many bins were
    seen, and a stretch has at least `least` seen bins. Each turn of a strong daily rhythm is a change of level, too:
    ask of bins of a day, or more, what lasts.

    Returns a row for each change, in the order of time:

        last_before, first_after   the seen bins between which it lies
        before, after              mean posts of a seen bin in the stretch that ends, and in the one that begins
    """
    at = np.flatnonzero(seen)
    posts = counts[at].astype(np.float64)
    bounds = np.array([0, *_ends(np.sqrt(posts + 3 / 8), penalty, least)])
    means = np.add.reduceat(posts, bounds[:-1]) / np.diff(bounds) if len(posts) else np.zeros(1)
    cuts = bounds[1:-1]
    return pd.DataFrame(
        {"last_before": at[cuts - 1], "first_after": at[cuts], "before": means[:-1], "after": means[1:]}
    )


def _ends(level: Floats, penalty: float, least: int) -> list[int]:
    """Give the ends of the stretches; the last is that of the bins."""
    if len(level) < 2 * least:
        return [len(level)]
    # KernelCPD looks at every place (its `jump` is always 1).
    model = ruptures.KernelCPD(kernel="linear", min_size=least)
    return list(map(int, model.fit(level[:, None]).predict(pen=penalty * np.log(len(level)))))
