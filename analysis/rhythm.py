"""The rhythm of a campaign: how many posts an hour of the week has, on average over the weeks that were seen."""

from typing import Final

import numpy as np
import pandas as pd

from analysis.states import UNKNOWN
from analysis.zone import zone_of

COLUMNS: Final = ("weekday", "hour", "bins", "posts", "mean")
HOURS: Final = 24
DAYS: Final = 7


def rhythm(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Average the posts of each hour of the week on a zone's wall clock.

    `frame` is a volume frame of hours or less with one row a bin (see `analysis.volume.together`). Returns a row for
    each hour of the week, Monday's first: weekday (0 is Monday), hour (0 to 23), bins (Int64: how many that begin in
    that hour were seen), posts (Int64: those in them) and mean (Float64: posts an hour; <NA> where no such hour was
    seen). Left out are bins that are not known to be complete, whatever was found in them, and bins longer than an
    hour: nobody knows what hour their posts are of.
    """
    local = frame["bin_start"].dt.tz_convert(zone_of(zone))
    hours = (frame["bin_end"] - frame["bin_start"]).dt.total_seconds().to_numpy(float) / 3_600
    seen = ~frame["state_posts"].fillna("not_tried").isin(UNKNOWN).to_numpy(bool) & (hours <= 1)
    place = (local.dt.day_of_week * HOURS + local.dt.hour).to_numpy(np.int64)[seen]
    posts = frame["posts"].to_numpy(dtype=np.float64, na_value=0)[seen]
    length = np.bincount(place, hours[seen], DAYS * HOURS)
    summed = np.bincount(place, posts, DAYS * HOURS)
    mean = np.divide(summed, length, out=np.full(DAYS * HOURS, np.nan), where=length > 0)
    return pd.DataFrame(
        {
            "weekday": pd.array(np.repeat(np.arange(DAYS), HOURS), "Int64"),
            "hour": pd.array(np.tile(np.arange(HOURS), DAYS), "Int64"),
            "bins": pd.array(np.bincount(place, minlength=DAYS * HOURS), "Int64"),
            "posts": pd.array(summed.astype(np.int64), "Int64"),
            "mean": pd.Series(mean).mask(np.isnan(mean)).astype("Float64"),
        }
    )
