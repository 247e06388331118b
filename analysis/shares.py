"""Shares: which part of a campaign's posts is in which language, of which kind, or spells the tag in which way.

From all posts where all were read; from a sample, weighted and with intervals, in the hours that were sampled
(see `analysis.weighing`). Reposts are no part of it: a search may have none.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.weighing import Estimate, Hours, proportion, weigh
from analysis.zone import HOUR, SECOND

Trait: TypeAlias = Literal["language", "kind", "spelling"]
TRAITS: Final[tuple[Trait, ...]] = get_args(Trait)
NOT_TOLD: Final = "not told"
"""Stands for the language of a post of which the platform names none."""
NO_SAMPLE: Final = pd.DataFrame(
    {
        "hour": pd.Series(dtype="datetime64[us, UTC]"),
        "counted": pd.Series(dtype="int64"),
        "minutes": pd.Series(dtype="int64"),
        "drawn": pd.Series(dtype="int64"),
    }
)
"""The hours that were sampled, where none was."""

_MINUTE: Final = 60 * SECOND
_ALL_SQL: Final = """
SELECT created_at - created_at % $minute AS minute, COUNT(*) AS posts
FROM campaign_posts
WHERE campaign = $campaign AND platform = $platform AND NOT is_repost AND created_at >= $since AND created_at < $until
GROUP BY created_at - created_at % $minute
ORDER BY minute
"""
_LANGUAGE_SQL: Final = """
SELECT created_at - created_at % $minute AS minute, lang AS value, COUNT(*) AS posts
FROM campaign_posts
WHERE campaign = $campaign AND platform = $platform AND NOT is_repost AND created_at >= $since AND created_at < $until
GROUP BY created_at - created_at % $minute, lang
"""
_KIND_SQL: Final = """
SELECT minute, value, COUNT(*) AS posts
FROM (SELECT created_at - created_at % $minute AS minute,
             CASE WHEN is_reply AND is_quote THEN 'reply and quote' WHEN is_reply THEN 'reply'
                  WHEN is_quote THEN 'quote' ELSE 'original' END AS value
      FROM campaign_posts
      WHERE campaign = $campaign AND platform = $platform AND NOT is_repost
        AND created_at >= $since AND created_at < $until) AS kinds
GROUP BY minute, value
"""
_SPELLING_SQL: Final = """
SELECT minute, value, COUNT(*) AS posts
FROM (SELECT DISTINCT members.post_id, members.created_at - members.created_at % $minute AS minute,
                      uses.written AS value
      FROM campaign_posts AS members
      JOIN post_hashtags AS uses ON uses.post_id = members.post_id
      JOIN hashtags ON hashtags.id = uses.hashtag_id
      WHERE members.campaign = $campaign AND members.platform = $platform AND NOT members.is_repost
        AND members.created_at >= $since AND members.created_at < $until AND hashtags.key = $key) AS spellings
GROUP BY minute, value
"""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What was read of a platform's posts, in the order of time.

    Attributes:
        read: starts_at, ends_at (UTC): the stretches of which all posts are here, as far as anybody knows.
        sampled: hour (its start, UTC), counted, minutes, drawn: the hours of which minutes were drawn at random, how
            many posts the platform counted in each, of how many minutes, and how many of these were read.
    """

    read: pd.DataFrame
    sampled: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """The shares of a campaign's posts on a platform.

    Attributes:
        frame: value (text), posts (Int64: how many that were read have it), share, low and high (Float64, 0 to 1):
            the share of all posts, and its 95 % interval. Where all were read low and high are the share. The
            largest share comes first. A post may have two spellings.
        read: how many posts were read.
        all: how many there are, by the platform's counts in hours that were sampled.
        is_sample: True where not all were read.
    """

    frame: pd.DataFrame
    read: int
    all: int
    is_sample: bool


def shares(ask: Ask, campaign: str, platform: str, trait: Trait, known: Known, keys: tuple[str, ...] = ()) -> Shares:
    """Tell the shares of a campaign's posts by a trait, of what was read.

    Args:
        ask: the lake.
        campaign: its slug.
        platform: one of them, as it is known of each by itself what was read.
        trait: 'language' as the platform tells it; 'kind': original, reply, quote; 'spelling' of a tag.
        known: what was read; posts outside it are left out.
        keys: of the tags whose spellings are wanted, one at least for that trait.
    """
    since, until = _micros(known.read["starts_at"]), _micros(known.read["ends_at"])
    window: dict[str, object] = {
        "campaign": campaign,
        "platform": platform,
        "since": int(since[0]) if len(since) else 0,
        "until": int(until[-1]) if len(until) else 0,
        "minute": _MINUTE,
    }
    minutes = _read_minutes(ask(_ALL_SQL, **window), known)
    if trait == "spelling":
        rows = pd.concat([ask(_SPELLING_SQL, key=key, **window) for key in keys], ignore_index=True)
    else:
        rows = ask(_LANGUAGE_SQL if trait == "language" else _KIND_SQL, **window)
    return _estimated(minutes, rows.assign(value=rows["value"].fillna(NOT_TOLD)), known.sampled)


def _micros(instants: pd.Series) -> npt.NDArray[np.int64]:
    return pd.DatetimeIndex(instants).as_unit("us").asi8


def _read_minutes(minutes: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Keep the minutes that were read from end to end, each with the place of its sampled hour; -1: of none."""
    starts = minutes["minute"].to_numpy(np.int64)
    since, until = _micros(known.read["starts_at"]), _micros(known.read["ends_at"])
    stretch = np.searchsorted(since, starts, "right") - 1
    is_read = (stretch >= 0) & (starts + _MINUTE <= np.append(until, 0)[stretch])
    hours = _micros(known.sampled["hour"])
    hour = np.searchsorted(hours, starts, "right") - 1
    is_sampled = (hour >= 0) & (starts < np.append(hours, 0)[hour] + HOUR)
    return minutes.assign(hour=np.where(is_sampled, hour, -1))[is_read].reset_index(drop=True)


def _estimated(minutes: pd.DataFrame, rows: pd.DataFrame, sampled: pd.DataFrame) -> Shares:
    """Estimate the share of each value; rows tell how many posts of a minute have it."""
    drawn = minutes[minutes["hour"] >= 0].reset_index(drop=True)
    whole = float(minutes["posts"].sum() - drawn["posts"].sum())
    hours = Hours(*(sampled[name].to_numpy(float) for name in ("counted", "minutes", "drawn")))
    sample = weigh(hours, drawn["posts"].to_numpy(float), drawn["hour"].to_numpy(np.int64))
    places = pd.Series(drawn.index, drawn["minute"])
    read = rows[rows["minute"].isin(minutes["minute"])]
    told: list[tuple[str, int, Estimate]] = []
    for value, having in read.groupby("value", sort=True):
        inside = having[having["minute"].isin(drawn["minute"])]
        posts = np.zeros(len(drawn))
        posts[places[inside["minute"]]] = inside["posts"]
        number = int(having["posts"].sum())
        told.append((str(value), number, proportion(sample, posts, (whole, number - posts.sum()))))
    return Shares(
        _frame(told), int(minutes["posts"].sum()), round(whole + sample.counted), sample.counted > sample.read
    )


def _frame(told: list[tuple[str, int, Estimate]]) -> pd.DataFrame:
    ordered = sorted(told, key=lambda one: (-one[2].share, one[0]))
    return pd.DataFrame(
        {
            "value": pd.array([value for value, _, _ in ordered], "str"),
            "posts": pd.array([posts for _, posts, _ in ordered], "Int64"),
            "share": pd.array([one.share for _, _, one in ordered], "Float64"),
            "low": pd.array([one.low for _, _, one in ordered], "Float64"),
            "high": pd.array([one.high for _, _, one in ordered], "Float64"),
        }
    )
