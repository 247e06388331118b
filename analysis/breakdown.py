"""Volume by a trait: the posts of each platform, language, spelling or kind in each bin.

Reposts are no part of it: a search may have none.
"""

from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.bins import Grid
from analysis.language import Speech
from analysis.shares import NOT_TOLD
from analysis.states import UNKNOWN
from analysis.volume import together

Trait: TypeAlias = Literal["platform", "language", "spelling", "kind"]
TRAITS: Final[tuple[Trait, ...]] = get_args(Trait)
OTHERS: Final = "others"
"""Stands for all values but the commonest."""
_OURS: Final = {one: one for one in ("original", "reply", "quote", "reply and quote", OTHERS, NOT_TOLD)}
PLATFORMS: Final = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
COLUMNS: Final = ("bin_start", "bin_end", "value", "posts", "state_posts", "reason_posts")

_MEMBERS: Final = """
      FROM campaign_posts
      WHERE campaign = $campaign AND NOT is_repost AND created_at >= $since AND created_at < $until"""
_VALUES: Final = {
    "platform": "platform",
    "language": "lang",
    "kind": """CASE WHEN is_reply AND is_quote THEN 'reply and quote' WHEN is_reply THEN 'reply'
                  WHEN is_quote THEN 'quote' ELSE 'original' END""",
}
_SQL: Final = """
SELECT value, bin_start, COUNT(*) AS posts
FROM (SELECT {value} AS value, {bin_start} AS bin_start{members}) AS binned
GROUP BY value, bin_start
"""
_SPELLING_SQL: Final = """
SELECT value, bin_start, COUNT(*) AS posts
FROM (SELECT DISTINCT post_id, value, {bin_start} AS bin_start
      FROM (SELECT members.post_id, members.created_at, uses.written AS value
            FROM campaign_posts AS members
            JOIN post_hashtags AS uses ON uses.post_id = members.post_id
            JOIN hashtags ON hashtags.id = uses.hashtag_id
            WHERE members.campaign = $campaign AND NOT members.is_repost
              AND members.created_at >= $since AND members.created_at < $until
              AND hashtags.key = $key) AS spelt) AS binned
GROUP BY value, bin_start
"""


def breakdown(
    ask: Ask, campaign: str, whole: pd.DataFrame, grid: Grid, trait: Trait, keys: tuple[str, ...] = (), most: int = 7
) -> pd.DataFrame:
    """Count a campaign's posts in each bin by a trait.

    `whole` is the campaign's volume on the grid: of all platforms together, or, by platform, of each (see
    `analysis.volume`). `keys` are the folded tags whose spellings are wanted. Of more than `most` values the least are
    taken together as *others*, unless that were one alone; of spellings, of which a post may have two, they are
    left out.

    A platform that was watched is there without posts, too.

    Returns a row for each value and bin, in order of size and time: bin_start, bin_end (UTC), value (text), posts
    (Int64), state_posts and reason_posts (see `analysis.states`). posts are <NA>, not 0, where the bin has none of the
    value and is not known to have all.
    """
    counted = _counted(ask, campaign, grid, trait, keys)
    counted["value"] = counted["value"].fillna(NOT_TOLD)
    kept = _commonest(counted, most)
    if trait == "platform":
        kept += [platform for platform in whole["platform"].unique() if platform not in set(counted["value"])]
    if not kept or whole.empty:
        return _frame([], whole.iloc[:0])
    of_value = {value: whole if trait != "platform" else whole[whole["platform"] == value] for value in kept}
    is_kept = counted["value"].isin(kept)
    if trait == "spelling":
        counted = counted[is_kept]
    elif not is_kept.all():
        others = counted.loc[~is_kept, "value"].unique()
        of_value[OTHERS] = whole if trait != "platform" else together(whole[whole["platform"].isin(others)])
        counted["value"] = counted["value"].where(is_kept, OTHERS)
        kept = [*kept, OTHERS]
    places = counted["value"].map({value: at for at, value in enumerate(kept)}).to_numpy(np.int64)
    posts = np.zeros((len(kept), len(grid)), np.int64)
    np.add.at(posts, (places, grid.locate(counted["bin_start"].to_numpy(np.int64))), counted["posts"])
    rows = [_of_value(value, row, of_value[value]) for value, row in zip(kept, posts, strict=True)]
    return pd.concat(rows, ignore_index=True)


def _counted(ask: Ask, campaign: str, grid: Grid, trait: Trait, keys: tuple[str, ...]) -> pd.DataFrame:
    """Ask how many posts of a bin have each value."""
    window: dict[str, object] = {"campaign": campaign, "since": grid.since, "until": grid.until}
    bin_start = grid.sql_bin_start("created_at")
    if trait != "spelling":
        return ask(_SQL.format(value=_VALUES[trait], bin_start=bin_start, members=_MEMBERS), **window)
    sql = _SPELLING_SQL.format(bin_start=bin_start)
    told = [ask(sql, key=key, **window) for key in dict.fromkeys(keys)]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=["value", "bin_start", "posts"])


def _commonest(counted: pd.DataFrame, most: int) -> list[str]:
    sums = counted.groupby("value")["posts"].sum().reset_index()
    ordered = sums.sort_values(["posts", "value"], ascending=[False, True])["value"].tolist()
    return ordered if len(ordered) <= most + 1 else ordered[:most]


def _of_value(value: str, posts: npt.NDArray[np.int64], bins: pd.DataFrame) -> pd.DataFrame:
    """Lay the counts of a value on the bins, with what is known of them."""
    return _frame([value] * len(bins), bins).assign(posts=_known(posts, bins["state_posts"]))


def _frame(values: list[str], bins: pd.DataFrame) -> pd.DataFrame:
    frame = bins[["bin_start", "bin_end", "state_posts", "reason_posts"]].reset_index(drop=True)
    frame = frame.assign(value=pd.array(values, "str"), posts=pd.array([0] * len(bins), "Int64"))
    return frame[list(COLUMNS)]


def _known(posts: npt.NDArray[np.int64], states: pd.Series) -> pd.Series:
    """Take out the zeros that nobody knows to be zeros."""
    unknown = (posts == 0) & states.isin(UNKNOWN).to_numpy(bool)
    return pd.Series(posts).astype("Int64").mask(unknown)


def platform_named(platform: str) -> str:
    """Name a platform as it does itself."""
    return PLATFORMS.get(platform, platform)


def named(value: str, speech: Speech) -> str:
    """Name a value in a language: languages by their codes, what is ours in its words, platforms by their names."""
    if value in _OURS:
        return speech.say(_OURS[value])
    return platform_named(value) if value in PLATFORMS else speech.language(value)
