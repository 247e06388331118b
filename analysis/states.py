"""What is known of a bin: the states of coverage, in their order, laid on a grid and gathered into stretches.

    not_tried   nobody asked                        failed   asked in vain, may still be had
    lost        can no longer be had                given    an archive's, not checked to be complete
    partial     some posts may be missing           complete all that the source has is stored

The order is that of the ledger: of two states the lower says less. A partial bin whose reason is 'settling'
is too young to be complete, and is told apart.
"""

from typing import Final

import numpy as np
import pandas as pd

from analysis.bins import Grid

KINDS: Final = ("posts", "reposts")
RANK: Final = ("not_tried", "failed", "lost", "given", "partial", "complete")
UNKNOWN: Final = frozenset({"not_tried", "failed", "lost", "partial"})
"""In these a bin without posts is not known to be empty: of a partial one perhaps nothing was read."""
SETTLING: Final = "settling"


def lay_on(coverage: pd.DataFrame, kind: str, grid: Grid, platforms: list[str]) -> pd.DataFrame:
    """Lay one kind's coverage on a grid: a row for each platform and bin, in that order.

    `coverage` is as `analysis.volume.volume` takes it. Returns state and reason (text), share (Float64) and
    sampled (bool). A bin without a row is not_tried; of a kind other than posts it is <NA> where the platform has no
    row of the kind. Raises ValueError for a row that starts no bin of the grid and for a state that there is not.
    """
    rows = coverage[coverage["kind"] == kind]
    starts = pd.DatetimeIndex(rows["bin_start"]).as_unit("us").asi8
    bins = grid.locate(starts)
    if not np.array_equal(grid.edges[np.clip(bins, 0, len(grid) - 1)], starts):
        raise ValueError("coverage has rows that start no bin of the grid")
    if strange := set(rows["state"]) - set(RANK):
        raise ValueError(f"{sorted(strange)} are not states of coverage")
    told = set(rows["platform"])
    at = {platform: place for place, platform in enumerate(platforms)}
    places = rows["platform"].map(at).to_numpy(np.int64) * len(grid) + bins
    yields = np.repeat([kind == "posts" or platform in told for platform in platforms], len(grid))
    state = np.where(yields, np.array("not_tried", object), np.array(None, object))
    reason = np.where(yields, np.array("", object), np.array(None, object))
    share = np.where(yields, 0.0, np.nan)
    sampled = np.zeros(len(yields), bool)
    state[places], reason[places], share[places] = rows["state"], rows["reason"], rows["share"]
    sampled[places] = rows["sampled"].astype(bool)
    return pd.DataFrame(
        {
            "state": pd.array(state, "str"),
            "reason": pd.array(reason, "str"),
            "share": pd.array(share, "Float64"),
            "sampled": sampled,
        }
    )


def lowest(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Find each bin's lowest state of a kind over the platforms of a volume frame, with its reason.

    Returns state_K and reason_K indexed by bin_start; <NA> where no platform yields the kind.
    """
    frame = frame.reset_index(drop=True)
    rank = frame[f"state_{kind}"].map({state: place for place, state in enumerate(RANK)}).fillna(len(RANK))
    at = rank.groupby(frame["bin_start"]).idxmin()
    return frame.loc[at, [f"state_{kind}", f"reason_{kind}"]].set_axis(at.index)


def told(frame: pd.DataFrame, kind: str) -> pd.Series:
    """Name each row's state of a kind as it is shown: 'settling' apart from partial; <NA> is not_tried.

    (A kind is <NA> where no source yields it; where it is shown all the same, nobody has asked for it.)
    """
    state = frame[f"state_{kind}"].fillna("not_tried")
    return state.mask((state == "partial") & (frame[f"reason_{kind}"] == SETTLING), SETTLING)


def stretches(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Gather neighbouring bins of equal state and reason; of a frame with one row a bin, in order of time.

    Returns starts_at and ends_at (UTC), state (as `told` names it), reason ('' for none, and for settling)
    and bins (how many).
    """
    state = told(frame, kind)
    reason = frame[f"reason_{kind}"].fillna("").mask(state == SETTLING, "")
    fresh = (state != state.shift()) | (reason != reason.shift())
    first = np.flatnonzero(fresh)
    last = np.append(first, len(frame))[1:] - 1
    return pd.DataFrame(
        {
            "starts_at": frame["bin_start"].array[first],
            "ends_at": frame["bin_end"].array[last],
            "state": state.array[first],
            "reason": reason.array[first],
            "bins": last - first + 1,
        }
    )
