"""From the store to a chart: which window it has, and that what is saved meanwhile never reads as nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import EmptyWindow
from groundswell.charts.draw import draw_one
from groundswell.charts.wanted import Drawn, Wanted
from storage.batch import Batch
from storage.campaign import Campaign
from storage.coverage import SETTLING, Key, State, Stretch
from storage.instant import EPOCH, to_text
from storage.post import Deletion
from storage.store import Store
from tests.blank import blank_store
from tests.made import item

NOW = datetime(2024, 1, 10, tzinfo=UTC)
KEY = Key("x", "search", "", "rot", "posts")


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as opened:
        yield opened


def a_campaign(store: Store, starts_at: datetime | None = None, ends_at: datetime | None = None) -> Campaign:
    campaign = Campaign("rot", "Rot", "UTC", ("rot",), starts_at=starts_at, ends_at=ends_at)
    store.set_campaigns([campaign], NOW)
    return campaign


def save(store: Store, *covered: Stretch, posts: tuple[datetime, ...] = ()) -> None:
    """Save a page: posts of these times, and what is known."""
    items = [item(at.day * 100 + at.hour, tags=("rot",), created_at=to_text(at)) for at in posts]
    run_id = store.begin_run("search", "", NOW)
    store.save(Batch(run_id, "search", "", NOW, items=items, coverage=[(KEY, one) for one in covered]))


def day(number: int) -> datetime:
    return datetime(2024, 1, number, tzinfo=UTC)


def drawn(store: Store, folder: Path, campaign: Campaign, **wanted: datetime) -> Drawn | None:
    return draw_one(store, folder / "lake", Wanted(campaign, folder, every="1day", **wanted), "volume", NOW)


def days_of(chart: Drawn | None) -> list[tuple[int, object, str]]:
    """List (day of January, posts, state) of a chart."""
    assert chart is not None
    frame = chart.frame
    return list(zip(frame["bin_start"].dt.day, frame["posts"], frame["state_posts"], strict=True))


def test_what_is_saved_while_a_chart_is_made_is_not_said_to_be_nothing(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    hour = timedelta(hours=1)
    save(store, Stretch(day(3), day(3) + hour, State.COMPLETE), posts=(day(3),))
    pages = iter([day(3) + hour])

    def save_a_page(_done: int, _parts: int) -> None:
        for at in pages:
            save(store, Stretch(at, at + hour, State.COMPLETE), posts=(at,))

    wanted = Wanted(campaign, tmp_path, since=day(3), until=day(3) + 2 * hour, every="1h")
    during = draw_one(store, tmp_path / "lake", wanted, "volume", NOW, progress=save_a_page)
    assert next(pages, None) is None
    assert during is not None
    assert during.frame["state_posts"].tolist() == ["complete", "not_tried"]
    assert during.frame["posts"].tolist() == [1, pd.NA]
    after = draw_one(store, tmp_path / "lake", wanted, "volume", NOW, always=False)
    assert after is not None
    assert after.is_new
    assert after.frame["state_posts"].tolist() == ["complete", "complete"]
    assert after.frame["posts"].tolist() == [1, 1]


def test_a_chart_begins_where_the_campaign_does_though_it_was_asked_for_before(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store, starts_at=day(3))
    save(store, Stretch(day(1), day(6), State.FAILED), posts=(day(7),))
    assert days_of(drawn(store, tmp_path, campaign)) == [
        (3, pd.NA, "failed"),
        (4, pd.NA, "failed"),
        (5, pd.NA, "failed"),
        (6, pd.NA, "not_tried"),
        (7, 1, "not_tried"),
    ]


def test_a_campaign_that_nobody_posted_in_is_known_to_be_empty(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store, day(3), day(5))
    save(store, Stretch(day(1), day(8), State.COMPLETE))
    assert days_of(drawn(store, tmp_path, campaign)) == [(3, 0, "complete"), (4, 0, "complete")]


def test_nobody_asked_for_the_emptiness_since_1970(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    save(store, Stretch(EPOCH, day(8), State.COMPLETE), Stretch(day(8), day(9), State.PARTIAL, SETTLING))
    assert days_of(drawn(store, tmp_path, campaign)) == [(8, pd.NA, "partial")]
    save(store, posts=(day(7),))
    assert days_of(drawn(store, tmp_path, campaign)) == [(7, 1, "complete"), (8, pd.NA, "partial")]


def test_a_bin_that_has_not_passed_is_settling_and_one_that_nobody_asked_for_is_not_tried(
    store: Store, tmp_path: Path
) -> None:
    campaign = a_campaign(store, starts_at=day(7))
    half = timedelta(hours=12)
    save(store, Stretch(day(7), day(8), State.COMPLETE), Stretch(day(8), day(8) + half, State.PARTIAL, SETTLING))
    assert days_of(drawn(store, tmp_path, campaign)) == [(7, 0, "complete"), (8, pd.NA, "partial")]
    later = drawn(store, tmp_path, campaign, until=day(10))
    assert days_of(later) == [(7, 0, "complete"), (8, pd.NA, "not_tried"), (9, pd.NA, "not_tried")]


def test_a_bin_whose_rest_nobody_vouches_for_is_not_complete(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store, starts_at=day(7))
    save(store, Stretch(day(7), day(8) + timedelta(hours=12), State.COMPLETE, "claimed"))
    assert days_of(drawn(store, tmp_path, campaign)) == [(7, 0, "complete"), (8, pd.NA, "not_tried")]


def test_a_chart_names_the_servers_whose_knowledge_it_is(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store, starts_at=day(7))
    store.set_servers([("mastodon", "one.example"), ("mastodon", "two.example")], NOW)
    for server in ("one.example", "two.example"):
        key = Key("mastodon", "mastodon", server, "rot", "posts")
        run_id = store.begin_run("mastodon", server, NOW)
        coverage = [(key, Stretch(day(7), day(8), State.COMPLETE))]
        store.save(Batch(run_id, "mastodon", server, NOW, coverage=coverage))
    chart = drawn(store, tmp_path, campaign)
    assert days_of(chart) == [(7, 0, "complete")]
    assert chart is not None
    assert "As known to one.example, two.example:" in chart.files.manifest.read_text(encoding="utf-8")


def test_a_chart_of_one_whole_platform_names_no_server(store: Store, tmp_path: Path) -> None:
    save(store, Stretch(day(7), day(8), State.COMPLETE))
    chart = drawn(store, tmp_path, a_campaign(store))
    assert chart is not None
    assert "As known to" not in chart.files.manifest.read_text(encoding="utf-8")


def test_of_a_campaign_that_begins_after_all_that_is_known_there_is_no_chart(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store, day(3), day(5))
    save(store, Stretch(day(1), day(3), State.COMPLETE), posts=(day(2),))
    assert drawn(store, tmp_path, campaign) is None


def test_a_window_that_ends_before_it_begins_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(EmptyWindow):
        drawn(store, tmp_path, a_campaign(store), since=day(5), until=day(4))


def test_a_chart_whose_posts_are_gone_by_now_is_drawn_again_and_says_so(store: Store, tmp_path: Path) -> None:
    campaign = a_campaign(store)
    save(store, Stretch(day(3), day(5), State.COMPLETE), posts=(day(3), day(4)))
    wanted = Wanted(campaign, tmp_path, every="1day")
    before = draw_one(store, tmp_path / "lake", wanted, "volume", NOW)
    assert before is not None
    assert before.frame["gone_posts"].tolist() == [0, 0]
    gone = Deletion(platform="x", platform_id="300", deleted_at=to_text(day(6)), reason="deleted on X")
    store.save(Batch(store.begin_run("x-compliance", "", NOW), "x-compliance", "", NOW, deletions=[gone]))
    after = draw_one(store, tmp_path / "lake", wanted, "volume", NOW, always=False)
    assert after is not None
    assert after.is_new
    assert after.frame["posts"].tolist() == [1, 1]
    assert after.frame["gone_posts"].tolist() == [1, 0]
    assert json.loads(after.files.manifest.read_bytes())["gone"] == {"posts": 1, "reposts": 0}
    again = draw_one(store, tmp_path / "lake", wanted, "volume", NOW, always=False)
    assert again is not None
    assert not again.is_new
