"""Bursts as they are found: level by level, each the stretch in which the path is at its level or above."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pandas as pd

from analysis.bursts.path import Flags, Floats, raised
from analysis.bursts.settings import Settings

ExtraOf: TypeAlias = Callable[[int], Floats]
"""Gives what each gap or bin costs more at a level (1, 2, ...) than at the one below."""


def bursts(extra_of: ExtraOf, levels: int, number: int, settings: Settings) -> pd.DataFrame:
    """Find the bursts of up to so many levels, of which `number` gaps or seen bins tell.

    Returns a row for each, in order of level and time:

        first, last   the gaps or bins it covers: [first, last)
        level         1 or more; a burst lies within one of the level below
        weight        what it saves over the level below (at level 1: over the base), in nats
        is_shown      whether that is at least gamma ln n + margin
    """
    climb = settings.climb(number)
    found: list[tuple[int, int, int, float]] = []
    for level in range(1, levels + 1):
        extra = extra_of(level)
        stretches = _stretches(raised(extra, climb))
        if not stretches:
            break
        found += [(first, last, level, -float(extra[first:last].sum())) for first, last in stretches]
    types = {"first": np.int64, "last": np.int64, "level": np.int64, "weight": np.float64}
    frame = pd.DataFrame(found, columns=list(types)).astype(types)
    return frame.assign(is_shown=frame["weight"] >= climb + settings.margin)


def covered(found: pd.DataFrame, bins: int) -> Flags:
    """Mark the bins, of so many, that lie in a burst."""
    change = np.zeros(bins + 1, np.int64)
    np.add.at(change, found["first"].to_numpy(), 1)
    np.add.at(change, found["last"].to_numpy(), -1)
    return change.cumsum()[:-1] > 0


def _stretches(flags: Flags) -> list[tuple[int, int]]:
    """List the stretches [first, last) that are marked."""
    change = np.diff(flags.astype(np.int8), prepend=0, append=0)
    return list(zip(np.flatnonzero(change > 0).tolist(), np.flatnonzero(change < 0).tolist(), strict=True))
