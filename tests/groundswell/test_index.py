"""The page of all campaigns: how they stand, and what lies in the charts' folder."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.charts.kinds import KINDS
from analysis.language import SPOKEN
from analysis.report.index import HEADINGS
from groundswell.charts.draw import draw_one
from groundswell.charts.index import write_index
from groundswell.charts.wanted import Wanted
from groundswell.config import parse
from groundswell.config.values import LANGUAGES
from groundswell.heartbeat import beat, of_this_process
from storage.coverage import State, Stretch
from storage.store import Store
from tests.blank import blank_store
from tests.groundswell.campaigns import HOSTILE, NOW, START, a_campaign, fill, outbreak

CONFIG = """
campaigns:
  rot: {title: "Let it <rot>", tags: ["#rot"]}
output: {folder: charts}
"""


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as opened:
        a_campaign(opened)
        yield opened


def page_of(store: Store, folder: Path) -> str:
    path = write_index(store, parse(CONFIG, folder / "config.yaml"), NOW)
    assert path == folder / "charts" / "index.html"
    return path.read_text(encoding="utf-8")


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_every_kind_of_chart_has_a_name_there_and_a_config_knows_the_languages() -> None:
    assert list(HEADINGS) == list(KINDS)
    assert LANGUAGES == SPOKEN


def test_of_nothing_it_says_so(store: Store, tmp_path: Path) -> None:
    told = words_of(page_of(store, tmp_path))
    for fact in (
        "Collector not running",
        "Last post never",
        "nothing was collected or imported yet",
        "No chart was drawn yet.",
    ):
        assert fact in told, fact


def test_it_shows_charts_reports_and_holes(store: Store, tmp_path: Path) -> None:
    hole = Stretch(START + timedelta(days=2), START + timedelta(days=3), State.FAILED, HOSTILE)
    fill(store, outbreak(days=4, hour=50), Stretch(START, hole.starts_at, State.COMPLETE), hole,
         Stretch(hole.ends_at, START + timedelta(days=4), State.COMPLETE))  # fmt: skip
    campaign = a_campaign(store)
    assert draw_one(store, tmp_path / "lake", Wanted(campaign, tmp_path / "charts"), "growth", NOW)
    (tmp_path / "charts" / "rot-report-ar-IQ.html").write_text("a report")
    page = page_of(store, tmp_path)
    assert 'src="rot-growth.png"' in page
    assert 'href="rot-growth.svg"' in page
    assert '<a href="rot-report-ar-IQ.html">Report (Arabic, IQ)</a>' in page
    assert "Let it &lt;rot&gt;" in page
    assert "<script>alert" not in page
    # It goes from the first post to the last.
    assert re.search(r"X, posts 7\d(\.\d)? % complete, 1 hole", words_of(page))


def test_it_tells_whether_the_collector_runs_and_what_comes_next(store: Store, tmp_path: Path) -> None:
    beat(store, of_this_process(NOW, NOW, (NOW, ""), {"source mastodon": NOW + timedelta(minutes=15)}))
    assert "Collector running Next run source mastodon, 00:15 UTC" in words_of(page_of(store, tmp_path))


def test_what_an_archive_has_is_no_hole(store: Store, tmp_path: Path) -> None:
    fill(store, [START], Stretch(START, START + timedelta(days=1), State.GIVEN))
    assert "0 % complete, 100 % from archives, not checked, 0 holes" in words_of(page_of(store, tmp_path))
