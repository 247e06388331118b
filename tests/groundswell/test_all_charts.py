"""All charts of a campaign: whatever the campaign is, a sensible chart or a clear line."""

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis.charts.kinds import KINDS
from analysis.charts.publish import redraw
from analysis.errors import NoEpisode, WindowTooWide
from groundswell.charts import draw
from groundswell.charts.draw import draw_all, draw_comparison, draw_one
from groundswell.charts.makers import MAKERS
from groundswell.charts.stamp import REPORTED, is_due, report_of
from groundswell.charts.wanted import Drawn, Wanted
from groundswell.commands.chart import CHARTS
from storage.batch import Batch
from storage.campaign import Campaign
from storage.coverage import State, Stretch
from storage.instant import to_text
from storage.lake import refresh
from storage.post import Deletion
from storage.store import Store
from tests.blank import blank_store
from tests.groundswell.campaigns import HOUR, NOW, START, a_campaign, fill, outbreak, whole

TEN_YEARS = timedelta(days=3_653)


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as opened:
        yield opened


def drawn(store: Store, folder: Path, campaign: Campaign, **wanted: object) -> dict[str, Drawn]:
    told = draw_all(store, folder / "lake", Wanted(campaign, folder, **wanted), NOW)  # type: ignore[arg-type]
    return {one.name: one for one in told or ()}


def one_of(store: Store, folder: Path, campaign: Campaign, name: str) -> pd.DataFrame:
    """Draw one chart, and give its numbers."""
    chart = draw_one(store, folder / "lake", Wanted(campaign, folder), name, NOW)
    assert chart is not None
    return frame_of(chart)


def frame_of(chart: Drawn) -> pd.DataFrame:
    assert chart.frame is not None
    return chart.frame


def test_every_chart_has_a_command_and_a_kind() -> None:
    assert list(MAKERS) == list(CHARTS)
    assert set(KINDS) == {*CHARTS, "compare"}


def test_all_charts_are_drawn_and_can_be_drawn_again_from_their_csv(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store, zone="Asia/Baghdad")
    fill(store, outbreak(), whole(10))
    charts = drawn(store, tmp_path, campaign)
    assert {"volume", "bursts", "hours", "growth", "coverage", "top-tags", "top-accounts"} <= set(charts)
    assert "counted" not in charts, "nobody counted"
    assert "by-platform" not in charts, "there is one"
    for one in charts.values():
        before = one.files.svg.read_bytes()
        one.files.svg.unlink()
        assert redraw(one.files.manifest).svg.read_bytes() == before


def test_what_has_not_changed_is_not_drawn_again_nor_counted(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, outbreak(), whole(10))
    first = drawn(store, tmp_path, campaign)
    again = drawn(store, tmp_path, campaign)
    assert list(again) == list(first)
    assert not any(one.is_new or one.frame is not None for one in again.values())
    again["hours"].files.png.unlink()
    mended = drawn(store, tmp_path, campaign)
    assert [name for name, one in mended.items() if one.is_new] == ["hours"]
    fill(store, [START + 300 * HOUR], Stretch(START, START + 301 * HOUR, State.COMPLETE))
    assert drawn(store, tmp_path, campaign)["volume"].is_new


def test_a_chart_of_another_window_is_drawn_anew_with_all(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, outbreak(), whole(10))
    drawn(store, tmp_path, campaign)
    part = Wanted(campaign, tmp_path, since=START, until=START + 48 * HOUR, every="1h")
    assert draw_one(store, tmp_path / "lake", part, "volume", NOW)
    assert [name for name, one in drawn(store, tmp_path, campaign).items() if one.is_new] == ["volume"]


def test_run_writes_a_report_that_is_missing_or_old_and_of_other_numbers(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, outbreak(), whole(10))
    charts = list(drawn(store, tmp_path, campaign).values())
    wanted = Wanted(campaign, tmp_path)
    assert is_due(wanted, charts)
    page = report_of(wanted)
    page.write_text("a report", encoding="utf-8")
    changed = max(one.files.manifest.stat().st_mtime for one in charts)
    for seconds, due in ((-10, False), (-REPORTED.total_seconds() - 10, True), (10, False)):
        os.utime(page, (changed + seconds, changed + seconds))
        assert is_due(wanted, charts) is due, seconds


def test_what_is_saved_while_charts_are_drawn_is_drawn_the_next_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = a_campaign(store)
    fill(store, [START], Stretch(START, START + HOUR, State.COMPLETE))
    left = iter([Stretch(START, START + 2 * HOUR, State.COMPLETE)])

    def refresh_late(*told: Any, **more: Any) -> Any:
        """Save a page when the coverage was read, and the lake is not refreshed yet."""
        for stretch in left:
            fill(store, [START], stretch)
        return refresh(*told, **more)

    monkeypatch.setattr(draw, "refresh", refresh_late)
    wanted = Wanted(campaign, tmp_path, since=START, until=START + 2 * HOUR, every="1h")
    first = draw_all(store, tmp_path / "lake", wanted, NOW) or []
    assert frame_of(first[0])["state_posts"].tolist() == ["complete", "not_tried"]
    again = draw_all(store, tmp_path / "lake", wanted, NOW) or []
    assert again[0].is_new
    assert frame_of(again[0])["state_posts"].tolist() == ["complete", "complete"]


@pytest.mark.proof
def test_of_an_empty_campaign_there_is_no_chart_or_one_that_says_so(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    assert drawn(store, tmp_path, campaign) == {}
    window = Wanted(campaign, tmp_path, since=START, until=START + HOUR)
    for name in MAKERS:
        one = draw_one(store, tmp_path / "lake", window, name, NOW)
        assert one is not None
        assert ElementTree.parse(one.files.svg).getroot() is not None  # noqa: S314  our own file


def test_one_post(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, [START])
    assert one_of(store, tmp_path, campaign, "volume")["posts"].tolist() == [1]
    assert one_of(store, tmp_path, campaign, "growth")["at_least"].all()
    assert (one_of(store, tmp_path, campaign, "bursts")["level"] == 0).all()


def test_all_posts_in_one_second(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, [START + 30 * HOUR] * 500, whole(3))
    assert one_of(store, tmp_path, campaign, "volume")["posts"].max() == 500
    told = one_of(store, tmp_path, campaign, "bursts")
    assert told.loc[told["level"] > 0, "bin_start"].tolist() == [pd.Timestamp(START + 30 * HOUR)]


@pytest.mark.proof
def test_ten_years_of_silence_between_two_posts(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    end = START + TEN_YEARS
    fill(store, [START, end - HOUR], Stretch(START, end, State.COMPLETE))
    assert one_of(store, tmp_path, campaign, "volume")["posts"].sum() == 2
    bins = one_of(store, tmp_path, campaign, "bursts")
    assert len(bins) == TEN_YEARS / HOUR
    assert (bins["level"] == 0).all()


def test_a_campaign_comes_back_after_years(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    years = timedelta(days=1_500)
    again = [at + years for at in outbreak()]
    fill(store, [*outbreak(), *again], Stretch(START, START + years + timedelta(days=10), State.COMPLETE))
    (first, second) = sorted(
        one["onset"]
        for one in _outbreaks(draw_one(store, tmp_path / "lake", Wanted(campaign, tmp_path), "bursts", NOW))
    )
    assert (first, second) == (START + 100 * HOUR, START + years + 100 * HOUR)


def _outbreaks(chart: Drawn | None) -> list[dict[str, datetime]]:
    assert chart is not None
    told = json.loads(chart.files.manifest.read_text(encoding="utf-8"))["about"]["outbreaks"]
    return [{"onset": datetime.fromisoformat(one["onset"])} for one in told]


def _gone(number: int) -> Deletion:
    return Deletion(platform="x", platform_id=str(number), deleted_at=to_text(NOW), reason="deleted")


def test_only_posts_that_are_gone(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, outbreak(days=3, hour=30), whole(3))
    run_id = store.begin_run("search", "", NOW)
    gone = [_gone(number) for number in range(len(outbreak(days=3, hour=30)))]
    store.save(Batch(run_id, "search", "", NOW, deletions=gone))
    volume = one_of(store, tmp_path, campaign, "volume")
    assert volume["posts"].sum() == volume["gone_posts"].sum() == len(gone)
    assert one_of(store, tmp_path, campaign, "top-accounts")["posts"].sum() == len(gone)


def test_minutes_of_five_years_are_a_clear_line(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, [START, START + 5 * timedelta(days=365)])
    with pytest.raises(WindowTooWide):
        drawn(store, tmp_path, campaign, every="1min")


def test_a_hole_is_no_outbreak_and_no_end_of_one(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    hole = Stretch(START + 98 * HOUR, START + 101 * HOUR, State.FAILED, "HTTP 503")
    fill(store, outbreak(), Stretch(START, hole.starts_at, State.COMPLETE), hole,
         Stretch(hole.ends_at, START + timedelta(days=10), State.COMPLETE))  # fmt: skip
    chart = draw_one(store, tmp_path / "lake", Wanted(campaign, tmp_path, every="1h"), "bursts", NOW)
    assert [one["onset"] for one in _outbreaks(chart)] == [START + 101 * HOUR]
    assert chart is not None
    told = frame_of(chart)
    assert told.loc[~told["is_seen"], "bin_start"].tolist() == [hole.starts_at + at * HOUR for at in range(3)]


@pytest.mark.parametrize("by_onset", [True, False])
def test_two_campaigns_are_compared(store: Store, tmp_path: Path, by_onset: bool) -> None:
    first = Campaign("rot", "Rot", "UTC", ("rot",))
    second = Campaign("other", "Other", "UTC", ("rot",))
    store.set_campaigns([first, second], NOW)
    fill(store, outbreak(), whole(10))
    sides = (Wanted(first, tmp_path), Wanted(second, tmp_path))
    chart = draw_comparison(store, tmp_path / "lake", sides, NOW, by_onset=by_onset)
    assert chart is not None
    assert chart.files.png.name == "rot-compare-other.png"
    told = frame_of(chart).groupby("campaign")["day"].min()
    assert set(told) == ({-100 / 24} if by_onset else {0.0})


def test_a_campaign_without_an_episode_has_no_onset_to_be_aligned_at(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    fill(store, [START + 2 * at * HOUR for at in range(100)], whole(8))
    sides = (Wanted(campaign, tmp_path), Wanted(campaign, tmp_path))
    with pytest.raises(NoEpisode):
        draw_comparison(store, tmp_path / "lake", sides, NOW, by_onset=True)
