"""Volume: the posts of a campaign in each bin, with what is known of the bin.

The headline is posts that are not reposts; reposts are a series of their own, with their own coverage (a
search may have none while a stream has them: mixed, the two would look like a burst). Conservation: over the
bins, posts and reposts together are the campaign's posts of the window.
"""

from typing import Final

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.bins import Grid
from analysis.errors import TooFine
from analysis.states import KINDS, UNKNOWN, lay_on, lowest

OF_KIND: Final = {
    "posts": ("posts", "authors", "new_authors", "originals", "replies", "quotes", "gone_posts"),
    "reposts": ("reposts", "gone_reposts"),
}
COUNTS: Final = OF_KIND["posts"] + OF_KIND["reposts"]
COLUMNS: Final = (
    "bin_start",
    "bin_end",
    "platform",
    *COUNTS,
    *(f"{part}_{kind}" for kind in KINDS for part in ("state", "reason", "share", "lower_bound")),
    "counted",
    "sampled",
)
ALL: Final = "all"
"""The platform's name in a frame that has been taken together."""

NOTHING_COUNTED: Final = pd.DataFrame(
    {
        "bin_start": pd.Series(dtype="datetime64[us, UTC]"),
        "platform": pd.Series(dtype="object"),
        "counted": pd.Series(dtype="Int64"),
    }
)
"""What platforms say that there is, where none was asked."""

_COUNTS_SQL: Final = """
SELECT platform, bin_start,
       COUNT(CASE WHEN NOT is_repost THEN 1 END) AS posts,
       COUNT(DISTINCT CASE WHEN NOT is_repost THEN author_id END) AS authors,
       COUNT(CASE WHEN NOT is_repost AND NOT is_reply AND NOT is_quote THEN 1 END) AS originals,
       COUNT(CASE WHEN NOT is_repost AND is_reply THEN 1 END) AS replies,
       COUNT(CASE WHEN NOT is_repost AND is_quote THEN 1 END) AS quotes,
       COUNT(CASE WHEN is_repost THEN 1 END) AS reposts
FROM (SELECT platform, author_id, is_repost, is_reply, is_quote, {bin_start} AS bin_start
      FROM campaign_posts
      WHERE campaign = $campaign AND created_at >= $since AND created_at < $until) AS binned
GROUP BY platform, bin_start
"""
_FIRSTS_SQL: Final = """
SELECT platform, bin_start, COUNT(*) AS new_authors
FROM (SELECT platform, {bin_start} AS bin_start
      FROM (SELECT platform, author_id, MIN(created_at) AS first_at
            FROM campaign_posts
            WHERE campaign = $campaign AND created_at < $until AND NOT is_repost AND author_id IS NOT NULL
            GROUP BY platform, author_id) AS firsts
      WHERE first_at >= $since) AS binned
GROUP BY platform, bin_start
"""
_GONE_SQL: Final = """
SELECT platform, bin_start,
       COUNT(CASE WHEN NOT is_repost THEN 1 END) AS gone_posts,
       COUNT(CASE WHEN is_repost THEN 1 END) AS gone_reposts
FROM (SELECT platform, is_repost, {bin_start} AS bin_start
      FROM (SELECT campaign_posts.platform, campaign_posts.is_repost, campaign_posts.created_at
            FROM posts JOIN campaign_posts ON campaign_posts.post_id = posts.id
            WHERE posts.deleted AND posts.created_at >= $since AND posts.created_at < $until
              AND campaign_posts.campaign = $campaign) AS members) AS binned
GROUP BY platform, bin_start
"""
_ANY_COARSE_SQL: Final = """
SELECT MAX(time_resolution) AS coarsest
FROM posts
WHERE time_resolution > $finest AND created_at >= $since AND created_at < $until
"""
_COARSEST_SQL: Final = """
SELECT MAX(posts.time_resolution) AS coarsest
FROM posts JOIN campaign_posts ON campaign_posts.post_id = posts.id
WHERE posts.time_resolution > $finest AND posts.created_at >= $since AND posts.created_at < $until
  AND campaign_posts.campaign = $campaign
"""


def volume(
    ask: Ask, campaign: str, grid: Grid, coverage: pd.DataFrame, counted: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count a campaign's posts in each bin of a grid and on each platform.

    `campaign` is a slug. `coverage` has a row for each (bin_start, platform, kind): bin_start (UTC, a start
    of the grid), platform, kind ('posts' | 'reposts'), state (see `analysis.states`), reason (text, '' for
    none), share (the part of the bin that is complete, 0 to 1) and sampled (whether a budget left out a part
    of it). A bin without a row was not tried; but reposts without any row on a platform are a kind that none of
    its sources yields. `counted` has what platforms themselves say that there is: bin_start, platform, counted
    (posts that are no reposts).

    Returns one row for each bin and platform known from the coverage or the posts, in order of platform and
    time:

        bin_start, bin_end       UTC, half-open
        platform
        posts                    not reposts
        authors                  distinct authors of those posts
        new_authors              authors whose first post of the campaign, as stored, falls in the bin
        originals                posts that are neither reply nor quote
        replies, quotes          posts that are (one can be both)
        reposts
        gone_posts, gone_reposts   how many of them are gone by now, and counted still
        state_K, reason_K, share_K   of kind K in (posts, reposts); <NA> where no source yields reposts
        lower_bound_K            True where the truth may be more than the count: in every state but complete
        counted                  posts, as the platform itself counts them; <NA> where it did not for the whole bin
        sampled                  True where a budget left out a part of the bin's posts

    A count is <NA>, never 0, where a bin has no posts and its state is neither given nor complete. authors are <NA>
    where the posts are a sample, and new_authors from there on: both need every post.
    Counts are Int64. No platform: an empty frame with these columns. Raises TooFine for bins that are shorter
    than the times of the window's posts are good to.
    """
    _refuse_too_fine(ask, campaign, grid)
    window: dict[str, object] = {"campaign": campaign, "since": grid.since, "until": grid.until}
    stored = ask(_COUNTS_SQL.format(bin_start=grid.sql_bin_start("created_at")), **window)
    firsts = ask(_FIRSTS_SQL.format(bin_start=grid.sql_bin_start("first_at")), **window)
    gone = ask(_GONE_SQL.format(bin_start=grid.sql_bin_start("created_at")), **window)
    told = NOTHING_COUNTED if counted is None else counted
    platforms = sorted({*stored["platform"], *coverage["platform"], *told["platform"]})
    frame = _empty_bins(grid, platforms)
    _fill(frame, stored, grid, platforms)
    _fill(frame, firsts, grid, platforms)
    _fill(frame, gone, grid, platforms)
    for kind in KINDS:
        _tell_state(frame, lay_on(coverage, kind, grid, platforms), kind)
    frame["sampled"] = lay_on(coverage, "posts", grid, platforms)["sampled"]
    _leave_out_of_samples(frame)
    frame = frame.merge(told, "left", ["bin_start", "platform"]).astype({"counted": "Int64"})
    return frame[list(COLUMNS)]


def together(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the platforms of a volume frame together: one row a bin, platform 'all', the same columns.

    Counts are sums (an author is an account of one platform). A bin's state is its lowest on any platform
    that yields the kind, with that one's reason, and its share the least; its count is <NA> only if it is
    everywhere. A frame of one platform is returned as it is.
    """
    if frame["platform"].nunique() <= 1:
        return frame
    bins = frame.groupby("bin_start", sort=True)
    summed = bins[list(COUNTS)].sum(min_count=1)
    summed["bin_end"] = bins["bin_end"].first()
    summed["counted"] = bins["counted"].sum(min_count=1)
    for kind in KINDS:
        told = [f"state_{kind}", f"reason_{kind}"]
        summed[told] = lowest(frame, kind)[told]
        summed[f"share_{kind}"] = bins[f"share_{kind}"].min()
        summed[f"lower_bound_{kind}"] = bins[f"lower_bound_{kind}"].any()
    summed["sampled"] = bins["sampled"].any()
    summed = summed.reset_index().assign(platform=ALL)
    _leave_out_of_samples(summed)
    return summed[list(COLUMNS)]


def _refuse_too_fine(ask: Ask, campaign: str, grid: Grid) -> None:
    finest = grid.step.seconds
    window: dict[str, object] = {"since": grid.since, "until": grid.until, "finest": finest}
    # Mostly no post at all is as coarse as that, and then no join is needed.
    if pd.isna(ask(_ANY_COARSE_SQL, **window)["coarsest"].iloc[0]):
        return
    coarsest = ask(_COARSEST_SQL, campaign=campaign, **window)["coarsest"].iloc[0]
    if pd.notna(coarsest):
        raise TooFine(finest, int(coarsest))


def _empty_bins(grid: Grid, platforms: list[str]) -> pd.DataFrame:
    """Make a frame of zeros, a row for each platform and bin."""
    rows = len(platforms) * len(grid)
    return pd.DataFrame(
        {
            "bin_start": np.tile(grid.edges[:-1], len(platforms)).view("datetime64[us]"),
            "bin_end": np.tile(grid.edges[1:], len(platforms)).view("datetime64[us]"),
            "platform": np.repeat(np.array(platforms, object), len(grid)),
            **dict.fromkeys(COUNTS, np.zeros(rows, np.int64)),
        }
    ).assign(
        bin_start=lambda frame: frame["bin_start"].dt.tz_localize("UTC"),
        bin_end=lambda frame: frame["bin_end"].dt.tz_localize("UTC"),
    )


def _fill(frame: pd.DataFrame, counted: pd.DataFrame, grid: Grid, platforms: list[str]) -> None:
    """Write counts by (platform, bin_start in microseconds) into the rows of their bins."""
    block = counted["platform"].map({platform: at for at, platform in enumerate(platforms)}).to_numpy(np.int64)
    rows = block * len(grid) + grid.locate(counted["bin_start"].to_numpy(np.int64))
    for name in set(COUNTS).intersection(counted.columns):
        values = np.zeros(len(frame), np.int64)
        values[rows] = counted[name].to_numpy(np.int64)
        frame[name] = values


def _leave_out_of_samples(frame: pd.DataFrame) -> None:
    """Write <NA> for what needs every post, where not every post was read; of a platform in the order of time."""
    since = frame.groupby("platform")["sampled"].cummax()
    frame["authors"] = frame["authors"].astype("Int64").mask(frame["sampled"])
    frame["new_authors"] = frame["new_authors"].astype("Int64").mask(since)


def _tell_state(frame: pd.DataFrame, laid: pd.DataFrame, kind: str) -> None:
    """Write a kind's states beside its counts, and <NA> for the counts that nobody knows."""
    for part in ("state", "reason", "share"):
        frame[f"{part}_{kind}"] = laid[part]
    frame[f"lower_bound_{kind}"] = laid["state"] != "complete"
    unknown = (frame[kind] == 0) & (laid["state"].isna() | laid["state"].isin(UNKNOWN))
    for name in OF_KIND[kind]:
        frame[name] = frame[name].astype("Int64").mask(unknown)


def collected(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay what platforms themselves count beside what was collected, of a volume frame.

    Returns a row for each bin of a platform that counted any: bin_start, bin_end (UTC), platform, counted and posts
    (Int64), share (Float64: collected of counted; <NA> where it was not counted, or nothing was there).
    """
    told = frame[frame["platform"].isin(frame.loc[frame["counted"].notna(), "platform"].unique())]
    here = told["posts"].fillna(0).astype("Float64")
    counted = told["counted"].astype("Float64")
    columns = told[["bin_start", "bin_end", "platform", "counted", "posts"]]
    return columns.assign(share=(here / counted.mask(counted == 0)).astype("Float64")).reset_index(drop=True)
