"""Two campaigns side by side: their bins, by the calendar or from their outbreaks on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

COLUMNS: Final = ("campaign", "bin_start", "bin_end", "day", "posts", "state_posts", "reason_posts")
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the campaigns: its name, its volume with one row a bin, and the instant that is day 0 (aware)."""

    name: str
    frame: pd.DataFrame
    day_0: datetime


def compared(*sides: Side) -> pd.DataFrame:
    """Lay campaigns beside each other.

    With the same instant as day 0 they are aligned by the calendar, with the onset of each by how they broke out.
    Returns a row for each campaign and bin: campaign (its name), bin_start, bin_end (UTC), day (Float64: days from its
    day 0 to the bin's start), posts (Int64), state_posts and reason_posts.
    """
    return pd.concat([_of(side) for side in sides], ignore_index=True)


def _of(side: Side) -> pd.DataFrame:
    frame = side.frame[["bin_start", "bin_end", "posts", "state_posts", "reason_posts"]]
    since = (frame["bin_start"] - pd.Timestamp(side.day_0)).dt.total_seconds() / _DAY_SECONDS
    told = frame.assign(campaign=pd.array([side.name] * len(frame), "str"), day=since.astype("Float64"))
    return told[list(COLUMNS)]
