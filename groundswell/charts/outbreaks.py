"""Episodes as charts show them: with what explains the largest of them, in few words."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pandas as pd

from analysis.ask import Ask
from analysis.charts.about import NUMBERED, Outbreak
from analysis.explanation import Times, explain

BEFORE: Final = timedelta(days=28)
"""So long before an episode, or as long as it lasted, is compared with it."""
_NAMED: Final = 4


def outbreaks_of(ask: Ask, campaign: str, episodes: pd.DataFrame, keys: tuple[str, ...]) -> tuple[Outbreak, ...]:
    """Tell a campaign's episodes (see `analysis.episodes.episodes`), the largest with what explains them."""
    largest = set(episodes.sort_values("posts", ascending=False).head(NUMBERED).index)
    told = zip(plain_outbreaks(episodes), episodes.iterrows(), strict=True)
    return tuple(
        replace(one, because=because(ask, campaign, times_of(row), keys)) if at in largest else one
        for one, (at, row) in told
    )


def plain_outbreaks(episodes: pd.DataFrame) -> tuple[Outbreak, ...]:
    """Tell episodes (see `analysis.episodes.episodes`) without what explains them."""
    return tuple(
        Outbreak(
            onset=row["onset"].to_pydatetime(),
            peak=row["peak"].to_pydatetime(),
            end=row["end"].to_pydatetime(),
            posts=int(row["posts"]),
            peak_posts=int(row["peak_posts"]),
            onset_seen=bool(row["onset_seen"]),
            end_seen=bool(row["end_seen"]),
            is_whole=not row["unseen_bins"],
        )
        for _, row in episodes.iterrows()
    )


def times_of(episode: "pd.Series[Any]") -> Times:
    """Choose what an episode is compared with: the four weeks before it, or as long as it lasted."""
    onset, end = episode["onset"].to_pydatetime(), episode["end"].to_pydatetime()
    return Times(onset - max(BEFORE, end - onset), onset, end)


def because(ask: Ask, campaign: str, times: Times, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Name what an episode has more of than the time before; none where nothing stands out, or nothing came before."""
    items = explain(ask, campaign, times, without=keys).items
    # A caption goes around with its picture: whoever is named in it is named everywhere.
    items = items[items["sort"] != "account"]
    named = [_named(str(row.sort), str(row.item)) for row in items.sort_values("score", ascending=False).itertuples()]
    return tuple(dict.fromkeys(named))[:_NAMED]


def _named(sort: str, item: str) -> str:
    if sort == "link":
        return urlsplit(item).netloc or item
    return f"#{item}" if sort == "tag" else f"“{item}”"
