"""Judgements: which facts make an alert, and what it says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.episodes import episodes
from groundswell.alerts import budgets, bursts, disks, silences, sources
from groundswell.alerts.alert import Alert, Verdict
from groundswell.alerts.budgets import Bill
from groundswell.alerts.chances import write_chance
from groundswell.alerts.disks import Looked
from groundswell.alerts.followed import Followed
from groundswell.doctor.disk import FEW_DAYS, LEAST, Growth, Room
from groundswell.troubles import Trouble
from storage.campaign import Campaign
from storage.spending import Limit, Spent

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CAMPAIGN = Campaign("rot", "Let it\nrot", "Asia/Baghdad", ("rot",))


def followed(posts: list[int], states: dict[int, str] | None = None, *, ago: timedelta = HOUR) -> Followed:
    """Follow hours of posts, all complete but those that are told otherwise, up to so long ago."""
    starts = pd.date_range(START, periods=len(posts), freq="1h").as_unit("us")
    state = ["complete"] * len(posts)
    for place, other in (states or {}).items():
        state[place] = other
    frame = pd.DataFrame(
        {
            "bin_start": starts,
            "bin_end": starts + HOUR,
            "posts": pd.Series(posts, dtype="Int64"),
            "state_posts": state,
            "reason_posts": "",
        }
    )
    end = START + len(posts) * HOUR
    return Followed(CAMPAIGN, episodes(frame, "Asia/Baghdad"), (end + ago,))


def chance_posts(days: int, mean: float = 3, seed: int = 1) -> list[int]:
    """Draw posts of hours without any burst."""
    return list(map(int, np.random.default_rng(seed).poisson(mean, 24 * days)))


def only(verdict: Verdict) -> Alert:
    """Take the one alert of a verdict."""
    (alert,) = verdict.alerts
    return alert


def test_a_burst_that_goes_on_is_told_with_where_since_when_how_sure_and_what_to_do() -> None:
    alert = only(bursts.judge(followed([*chance_posts(14), 40, 60, 80])))
    assert (alert.kind, alert.key, alert.is_enough) == ("burst", "rot", True)
    assert (alert.since, alert.until) == (START + 14 * DAY, START + 14 * DAY + 3 * HOUR)
    assert alert.words.startswith("Burst in Let it rot (rot) since 2026-11-15 03:00:00+03:00, and goes on, ")
    assert ": 180 posts in 3 h, where about " in alert.words
    assert "is at most 1e-09 (1 in 1,000,000,000). To do: " in alert.words


def test_what_still_settles_is_not_looked_at() -> None:
    posts = chance_posts(14)
    assert bursts.judge(followed([*posts, 40, 60, 80], dict.fromkeys(range(336, 339), "partial"))).alerts == ()
    settled = only(bursts.judge(followed([*posts, 40, 60, 80], {338: "partial"})))
    assert settled.until == START + 338 * HOUR


def test_a_burst_goes_on_for_a_day_after_its_end_and_is_not_raised_then() -> None:
    posts = [*chance_posts(14), 40, 60, 80]
    for quiet, is_enough in ((2, True), (3, True), (4, False), (23, False)):
        alert = only(bursts.judge(followed(posts + chance_posts(1, seed=2)[:quiet])))
        assert (alert.is_enough, alert.since) == (is_enough, START + 14 * DAY)
        assert "with fewer posts since" in alert.words
    assert bursts.judge(followed(posts + chance_posts(1, seed=2))).alerts == ()


def test_a_burst_of_long_ago_is_no_news() -> None:
    posts = [*chance_posts(14), 40, 60, 80]
    assert not only(bursts.judge(followed(posts, ago=timedelta(days=2000)))).is_enough
    assert only(bursts.judge(followed(posts, ago=2 * DAY))).is_enough


def test_archives_without_any_word_of_completeness_raise_nothing() -> None:
    posts = [*chance_posts(14), 40, 60, 80]
    assert bursts.judge(followed(posts, dict.fromkeys(range(len(posts)), "given"))).alerts == ()


@pytest.mark.parametrize("mean", [0.1, 1, 10])
def test_chance_alone_raises_hardly_ever_a_burst_or_a_silence(mean: float) -> None:
    raised = 0
    for seed in range(60):
        one = followed(chance_posts(10, mean, seed))
        raised += sum(alert.is_enough for judge in (bursts.judge, silences.judge) for alert in judge(one).alerts)
    assert raised <= 2


def test_an_improbable_silence_is_told_with_its_probability() -> None:
    one = followed(chance_posts(14) + [0] * 12)
    alert = only(silences.judge(one))
    assert (alert.kind, alert.since, alert.is_enough) == ("silence", START + 14 * DAY, True)
    assert alert.until == START + 14 * DAY + 12 * HOUR
    assert "not one post up to 2026-11-15 15:00:00+03:00, in 12 h completely collected. About 3" in alert.words
    assert re.search(r"is at most (\de-\d\d|0\.0+\d) \(1 in [\d,]+\)\. To do: ", alert.words)


def test_a_hole_is_no_silence() -> None:
    posts = chance_posts(14) + [0] * 12
    for state in ("not_tried", "failed", "lost", "partial", "given"):
        assert silences.judge(followed(posts, dict.fromkeys(range(336, 348), state))).alerts == ()


def test_a_hole_within_a_silence_is_named_and_not_counted() -> None:
    alert = only(silences.judge(followed(chance_posts(14) + [0] * 20, dict.fromkeys(range(340, 344), "failed"))))
    assert "in 16 h completely collected; 4 h of the time between is not known." in alert.words


def test_a_post_in_a_bin_that_is_not_complete_breaks_the_silence() -> None:
    posts = chance_posts(14) + [0] * 20
    posts[345] = 1
    assert silences.judge(followed(posts, {345: "partial"})).alerts == ()
    posts = chance_posts(14) + [0] * 20 + [1]
    assert silences.judge(followed(posts, {356: "partial"})).alerts == ()


def test_the_usual_quiet_of_the_night_is_no_silence() -> None:
    rhythm = [0 if hour % 24 < 8 else 6 for hour in range(24 * 14 + 8)]
    assert not any(alert.is_enough for alert in silences.judge(followed(rhythm)).alerts)


@given(st.floats(1e-12, 1))
def test_a_chance_is_rounded_up(chance: float) -> None:
    said = re.search(r"at most (\S+)", write_chance(chance))
    assert said is None or chance * 0.999 <= float(said[1]) <= max(2.01 * chance, 1e-9)


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOWN = Trouble("mastodon:a.example", NOW - HOUR, "HTTP 503 Service Unavailable. Wait.", needs_person=False)


def test_a_source_is_dead_after_a_few_times_its_pace() -> None:
    paces = {"mastodon:a.example": timedelta(minutes=5)}
    dead = only(sources.judge([DOWN], paces, NOW))
    assert (dead.is_enough, dead.since, dead.source) == (True, NOW - HOUR, "mastodon:a.example")
    assert "asked in vain since 2026-11-20 11:00 UTC (1 h, each 5 min). Why: HTTP 503" in dead.words
    assert not only(sources.judge([DOWN], dict.fromkeys(paces, HOUR), NOW)).is_enough
    assert sources.judge([DOWN], {}, NOW).alerts == (), "what config.yaml does not name is nobody's sorrow"


def test_a_source_that_needs_a_person_is_told_of_at_once() -> None:
    refused = Trouble("x", NOW, "HTTP 401. Check the key.", needs_person=True)
    alert = only(sources.judge([refused], {"x": HOUR}, NOW))
    assert alert.is_enough
    assert alert.words.startswith("Source x refuses since 2026-11-20 12:00 UTC, until a person acts. Why: HTTP 401.")


def bill(posts: int = 0, money: int = 0, *, campaign: str | None = None) -> Bill:
    """Make the bill of a month whose budget is 1,000 posts and $20."""
    month = datetime(2026, 11, 1, tzinfo=UTC)
    limit = Limit(("x",), month, 1_000, 20_000, campaign)
    return Bill(limit, Spent(posts, money), datetime(2026, 12, 1, tzinfo=UTC))


def test_a_budget_is_told_of_from_four_fifths_on() -> None:
    assert budgets.judge([bill(799, 15_999)], NOW).alerts == ()
    for spent in (bill(800), bill(0, 16_000)):
        assert only(budgets.judge([spent], NOW)).key == "2026-11-01"
    alert = only(budgets.judge([bill(850, 16_200, campaign="rot")], NOW))
    assert (alert.key, alert.campaign) == ("rot 2026-11-01", "rot")
    assert "is 85% spent: $16.20 of $20.00 and 850 of 1,000 posts since 2026-11-01 00:00 UTC" in alert.words
    assert "it is spent about 2026-11-23 " in alert.words
    assert "Nothing is left." in only(budgets.judge([bill(1_000)], NOW)).words


def test_a_budget_of_nothing_is_not_told_of() -> None:
    none = replace(bill(), limit=Limit(("x",), NOW, 0, None))
    assert budgets.judge([none], NOW).alerts == ()


@pytest.mark.parametrize(
    ("free", "is_on", "is_enough"),
    [(LEAST - 1, True, True), (10 * LEAST, True, True), (31 * LEAST, True, False), (40 * LEAST, False, False)],
)
def test_a_disk_is_told_of_by_the_doctors_rule_and_until_there_is_more_room(
    tmp_path: Path, free: int, is_on: bool, is_enough: bool
) -> None:
    assert FEW_DAYS == 30
    room = Room(tmp_path, free, Growth(LEAST, timedelta(days=7)), tmp_path / "groundswell.db")
    verdict = disks.judge([Looked(tmp_path, room.finding(), room.finding(disks.MARGIN))], NOW)
    assert [one.is_enough for one in verdict.alerts] == [is_enough] * is_on
    if is_on:
        assert str(tmp_path) in only(verdict).words
        assert "make room on that disk" in only(verdict).words


def test_moments_are_at_the_campaigns_wall_clock() -> None:
    moment = followed([0]).write(START)
    assert moment == START.astimezone(ZoneInfo("Asia/Baghdad")).isoformat(sep=" ")
