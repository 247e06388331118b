"""Bursts: an episode whose end touches the last bins that are completely collected.

How sure it is: an episode has so many nats more for a rate 2.5 times the season's than for the season (its weight). By
Markov's inequality chance alone gives a stretch of Poisson counts that much in at most e^-weight of all cases, and of n
bins there are n (n + 1) / 2 stretches. Where posts come in clusters the weight is divided by their dispersion.
"""

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from groundswell.alerts.alert import APART, Alert, Verdict
from groundswell.alerts.chances import write_chance
from groundswell.alerts.followed import Followed
from groundswell.times import write_span

if TYPE_CHECKING:
    import pandas as pd

TOUCHES: Final = timedelta(hours=3)
"""An episode that ended so long before the last complete bin did, or a bin before it, may go on."""
LEVEL: Final = 0.01
"""What chance brings more often is not told."""


class _Counted(NamedTuple):
    """What was counted in an episode, in the bins that were seen, and what the season lets expect there."""

    posts: int
    usual: float | None
    peak: int
    chance: float


def judge(followed: Followed) -> Verdict:
    """Tell whether a burst of a campaign goes on, as far as its bins are complete."""
    alert = _last(followed)
    return Verdict("burst", () if alert is None else (alert,), followed.campaign.slug)


def _last(followed: Followed) -> Alert | None:
    table, complete = followed.detected.episodes, np.flatnonzero(followed.complete)
    if table.empty or not len(complete):
        return None
    row, edge = table.iloc[-1], followed.bins.iloc[complete[-1]]
    known = edge["bin_end"].to_pydatetime()
    onset, end = row["onset"].to_pydatetime(), min(row["end"].to_pydatetime(), known)
    if onset >= known or known - end >= APART["burst"]:
        return None
    counted = _counted(row, followed, end)
    nearly = max(TOUCHES, edge["bin_end"] - edge["bin_start"])
    return Alert(
        kind="burst",
        key=followed.campaign.slug,
        since=onset,
        until=end,
        campaign=followed.campaign.slug,
        words=_words(followed, counted, (onset, end, known), row["peak"].to_pydatetime()),
        is_enough=known - end <= nearly and counted.chance <= LEVEL and followed.is_news(end),
    )


def _counted(row: "pd.Series[Any]", followed: Followed, end: datetime) -> _Counted:
    bins, season = followed.bins, followed.detected.season
    within = bins["is_seen"] & (bins["bin_start"] >= row["onset"]) & (bins["bin_end"] <= end)
    weight = float(row["weight"]) / max(season.dispersion or 1.0, 1.0)
    stretches = len(bins) * (len(bins) + 1) / 2
    expected = bins.loc[within, "expected"]
    posts, usual = int(bins.loc[within, "posts"].sum()), None if expected.isna().any() else float(expected.sum())
    return _Counted(posts, usual, int(row["peak_posts"]), min(1.0, stretches * math.exp(-weight)))


def _words(followed: Followed, counted: _Counted, times: tuple[datetime, datetime, datetime], peak: datetime) -> str:
    onset, end, known = times
    usual = "" if counted.usual is None else f", where about {counted.usual:,.1f} are usual"
    going = "and goes on" if known == end else f"with fewer posts since {followed.write(end)}"
    return (
        f"Burst in {followed.name} since {followed.write(onset)}, {going}, as far as is completely collected (up to"
        f" {followed.write(known)}): {counted.posts:,} posts in {write_span(end - onset)}{usual};"
        f" most at {followed.write(peak)}, {counted.peak:,}."
        f" {write_chance(counted.chance)} To do: see what it is about, in the chart"
        f" {followed.campaign.slug}-volume.png or with `groundswell posts`."
    )
