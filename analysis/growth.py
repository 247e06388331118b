"""Growth: how many posts a campaign has come to, and how many authors, by the end of each bin."""

from typing import Final

import pandas as pd

COLUMNS: Final = ("bin_start", "bin_end", "posts", "authors", "at_least", "state_posts", "reason_posts")


def growth(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the posts and the new authors of a volume frame with one row a bin (see `analysis.volume.together`).

    Returns a row for each bin: bin_start, bin_end (UTC), posts and authors (Int64: that have come by its end, from the
    window's start on, <NA> until anything is known; authors count from the campaign's first post on, and are <NA> from
    where a sample began), at_least (True from the first bin on that may lack some: what was missed stays missing),
    state_posts and reason_posts.
    """
    unknown = frame["posts"].isna().cummin()
    authors = frame["new_authors"].fillna(0).cumsum().astype("Int64")
    return pd.DataFrame(
        {
            "bin_start": frame["bin_start"],
            "bin_end": frame["bin_end"],
            "posts": frame["posts"].fillna(0).cumsum().astype("Int64").mask(unknown),
            "authors": authors.mask(frame["sampled"].cummax() | unknown),
            "at_least": ~frame["state_posts"].isin(["complete", "given"]).cummin(),
            "state_posts": frame["state_posts"],
            "reason_posts": frame["reason_posts"],
        }
    ).reset_index(drop=True)
