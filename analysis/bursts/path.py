"""The path of least cost through Kleinberg's states (2002), exactly: Viterbi, level by level.

Going up costs the same at each level and going down costs nothing, so a path's cost falls into those of its levels:
"at level i or above" is a path of two states, whose bins cost c_i - c_(i-1) in the upper one. Each emission used here
is convex in the level (c_i - c_(i-1) only grows with i), so the best paths of the levels lie within each other, and
together are the best path through all states. As soon as a level is never reached, no higher one is.

Of two states it is enough to know the lead: how much more the best path costs that is in the upper state now than
the best one that is in the lower. One bin later it is min(max(lead, 0), climb) + the upper state's extra cost.
"""

from itertools import accumulate
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]


def raised(extra: Floats, climb: float) -> Flags:
    """Find where the path of least cost is in the upper of two states; it begins in the lower, before the first bin.

    `extra` is what each bin costs more in the upper state than in the lower (shape: bins); inf forbids it, and 0 says
    nothing: a stay in the upper state neither begins nor ends there. `climb` is the cost of going up. Of paths of the
    same cost it is the one that is lower in every bin. O(bins).
    """

    def later(lead: float, more: float) -> float:
        return (0.0 if lead < 0.0 else climb if lead > climb else lead) + more

    leads = accumulate(extra.tolist(), later, initial=climb)
    lead = np.fromiter(leads, np.float64, len(extra) + 1)[1:]
    # Below 0 the bin is up and from `climb` on it is down, whatever follows; between the two it is what follows.
    settled = np.flatnonzero((lead < 0) | (lead >= climb))
    following = np.searchsorted(settled, np.arange(len(lead)))
    return np.append(lead[settled] < 0, False)[following]
