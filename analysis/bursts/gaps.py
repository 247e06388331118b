"""Bursts of single events, by the gaps between them (Kleinberg 2002, sections 2 and 3).

State i has the rate n/T s^i, and a gap x costs -ln(a e^(-a x)) at the rate a; n is the number of gaps and T their sum.
"""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.bursts.found import bursts
from analysis.bursts.path import Floats
from analysis.bursts.settings import Settings
from analysis.zone import SECOND


def bursts_of_times(
    times: npt.NDArray[np.int64], resolution: int = SECOND, settings: Settings | None = None
) -> pd.DataFrame:
    """Find the nested bursts of events that were all seen.

    `times` are in microseconds since 1970, in ascending order (shape: events), and are good to `resolution`
    microseconds: a shorter gap, none at all among them, is taken to be so long. Events that come faster than that look
    like one for each tick, and T grows by it: count such streams in bins. There are as many levels as the shortest gap
    needs (Kleinberg 2002, theorem 2.1).

    Returns a row for each burst, in order of level and time:

        starts_at, ends_at   its first and its last event, microseconds since 1970
        level                1 or more; a burst lies within one of the level below
        events               how many it has, both of those among them
        weight               what it saves over the level below (at level 1: over the base), in nats
        is_shown             whether that is at least gamma ln n + margin

    Fewer than two events have no gap and no burst. Raises ValueError for times out of order and a resolution under 1.
    """
    settings = settings or Settings()
    if resolution < 1 or (np.diff(times) < 0).any():
        raise ValueError("times must ascend, and be good to a microsecond or more")
    gaps = np.maximum(np.diff(times), resolution).astype(np.float64)
    found = bursts(lambda level: _extra(gaps, level, settings.scaling), _levels(gaps, settings), len(gaps), settings)
    first, last = found["first"].to_numpy(), found["last"].to_numpy()
    return pd.DataFrame(
        {
            "starts_at": times[first],
            "ends_at": times[last],
            "level": found["level"],
            "events": last - first + 1,
            "weight": found["weight"],
            "is_shown": found["is_shown"],
        }
    )


def _extra(gaps: Floats, level: int, scaling: float) -> Floats:
    """Give what each gap costs more at a level than at the one below."""
    rate = scaling ** (level - 1) / gaps.mean()
    extra: Floats = (scaling - 1) * rate * gaps - math.log(scaling)
    return extra


def _levels(gaps: Floats, settings: Settings) -> int:
    """Tell how many levels there are above the base: no optimal path goes higher."""
    return math.ceil(math.log(gaps.sum() / gaps.min(), settings.scaling)) if len(gaps) else 0
