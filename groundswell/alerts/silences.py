"""Improbable silences: no post for longer than the season and chance let expect, in bins completely collected."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from groundswell.alerts.alert import Alert, Verdict
from groundswell.alerts.chances import write_chance
from groundswell.alerts.followed import Followed
from groundswell.times import write_span

if TYPE_CHECKING:
    from analysis.anomalies import Silence

LEVEL: Final = 0.01
"""What is more probable is not told."""
GOES_ON: Final = 0.05
"""What was told goes on up to here: the season is fitted anew with every bin, and the probability with it."""


def judge(followed: Followed) -> Verdict:
    """Tell whether a campaign has fallen silent."""
    alert = _silence(followed)
    return Verdict("silence", () if alert is None else (alert,), followed.campaign.slug)


def _silence(followed: Followed) -> Alert | None:
    bins, complete = followed.bins, followed.complete
    posts = bins["posts"].to_numpy(np.float64, na_value=0)
    # A post that was found breaks the silence wherever it stands, also in a bin that is not complete.
    if not complete.any() or (posts[np.flatnonzero(complete)[-1] :] > 0).any():
        return None
    from analysis.anomalies import silence

    starts = pd.DatetimeIndex(bins["bin_start"]).as_unit("us").asi8
    found = silence(posts, starts, followed.campaign.time_zone, complete)
    if found is None or found.p_in_window > GOES_ON or (posts[found.first :] > 0).any():
        return None
    since, until = (
        bins[edge].iloc[place].to_pydatetime()
        for edge, place in (("bin_start", found.first), ("bin_end", found.last - 1))
    )
    return Alert(
        kind="silence",
        key=followed.campaign.slug,
        since=since,
        until=until,
        campaign=followed.campaign.slug,
        words=_words(followed, found, since, until),
        is_enough=found.p_in_window <= LEVEL and followed.is_news(until),
    )


def _words(followed: Followed, found: "Silence", since: datetime, until: datetime) -> str:
    unknown = until - since - _watched(followed, found)
    hole = f"; {write_span(unknown)} of the time between is not known" if unknown else ""
    return (
        f"Improbable silence in {followed.name} since {followed.write(since)}: not one post up to"
        f" {followed.write(until)}, in {write_span(_watched(followed, found))} completely collected{hole}. About"
        f" {found.expected:,.1f} posts would be usual in that time. {write_chance(found.p_in_window)}"
        " To do: search the tags at the platform by hand. If posts are there, the tags or the key no longer find them:"
        " `groundswell doctor`; if not, people have stopped, or are kept from it."
    )


def _watched(followed: Followed, found: "Silence") -> timedelta:
    """Add up the bins of a silence that are completely collected."""
    within = slice(found.first, found.last)
    bins = followed.bins.iloc[within][followed.complete[within]]
    starts, ends = (pd.DatetimeIndex(bins[edge]).as_unit("us").asi8 for edge in ("bin_start", "bin_end"))
    return timedelta(microseconds=int((ends - starts).sum()))
