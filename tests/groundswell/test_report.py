"""The report: one page that needs nothing else, in two languages, whatever users have written."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from analysis.charts.about import Outbreak
from groundswell.charts.draw import report
from groundswell.charts.report import Written, episodes_of
from groundswell.charts.wanted import Wanted
from storage.campaign import Campaign
from storage.coverage import State, Stretch
from storage.store import Store
from tests.blank import blank_store
from tests.groundswell.campaigns import HOSTILE, HOUR, NOW, START, a_campaign, fill, outbreak, whole
from tests.volume_frames import about

CHROMIUM = shutil.which("chromium")
LANGUAGES = ("en", "ar-IQ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def campaign(folder: Path) -> Iterator[tuple[Store, Campaign]]:
    with blank_store() as store:
        told = a_campaign(store, title=f"Let it rot {HOSTILE}", zone="Asia/Baghdad")
        fill(
            store,
            outbreak(),
            whole(9),
            Stretch(START + timedelta(days=9), START + timedelta(days=10), State.FAILED),
            text=HOSTILE,
        )
        yield store, told


@pytest.fixture(scope="module")
def written(campaign: tuple[Store, Campaign], folder: Path) -> dict[str, Written]:
    store, told = campaign
    made = {}
    for language in LANGUAGES:
        one = report(store, folder / "lake", Wanted(told, folder, every="1h", language=language), NOW)
        assert one is not None
        made[language] = one
    return made


class Page(HTMLParser):
    """What stands in a page: elements with their attributes, and the words that are read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._unread = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._unread += tag in ("style", "svg")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in ("style", "svg")

    def handle_data(self, data: str) -> None:
        self.words += "" if self._unread else data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def pages(written: dict[str, Written]) -> dict[str, Page]:
    return {language: Page(one.page.read_text(encoding="utf-8")) for language, one in written.items()}


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar-IQ", "rtl")])
def test_a_report_is_one_page_that_needs_nothing_else(pages: dict[str, Page], language: str, direction: str) -> None:
    page = pages[language]
    (root,) = page.of("html")
    assert (root["lang"], root["dir"]) == (language, direction)
    assert not page.of("script")
    assert not page.of("link")
    assert not page.of("img")
    assert not [attributes for _, attributes in page.elements if "src" in attributes]
    *links, methods = [attributes.get("href") or "" for attributes in page.of("a")]
    assert methods == "rot-methods.md"
    assert links
    assert all(link.startswith("https://x.com/") for link in links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_users_wrote_is_escaped_and_set_apart(written: dict[str, Written], language: str) -> None:
    html = written[language].page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert" in html
    assert re.search(r'<h1><bdi dir="auto">Let it rot &lt;script', html)
    assert '<bdi dir="auto">#rot</bdi>' in html


def test_the_summary_is_made_of_the_numbers(pages: dict[str, Page]) -> None:
    words = " ".join(pages["en"].words.split())
    posts = len(outbreak())
    assert f"at least {posts} posts by 3 authors" in words
    assert "One episode of far more posts than usual: 5 Jan 2024 07:00 to 5 Jan 2024 10:00, most of all from" in words
    assert "Posts failed: 24 of 240 hours" in words
    assert "No source that was asked yields reposts: nothing is said of them here." in words


def test_what_was_not_seen_of_an_episode_is_said_in_its_table() -> None:
    one = Outbreak(START, START + HOUR, START + 3 * HOUR, 90, 30, (), onset_seen=False, end_seen=False, is_whole=False)
    [row] = episodes_of(about(outbreaks=(one,), zone="UTC")).rows
    assert [cell.text for cell in row[1:5]] == [
        "1 Jan 2024 00:00, or earlier",
        "1 Jan 2024 01:00, or not seen",
        "1 Jan 2024 03:00, or later",
        "at least 90 posts",
    ]


def test_arabic_says_it_in_arabic(pages: dict[str, Page]) -> None:
    words = " ".join(pages["ar-IQ"].words.split())
    assert "موجة واحدة من منشورات تفوق المعتاد كثيرًا:" in words
    assert "٥ كانون الثاني ٢٠٢٤" in words
    assert "المعروف وغير المعروف" in words


def test_pictures_have_names_and_ids_of_their_own(written: dict[str, Written], pages: dict[str, Page]) -> None:
    pictures = pages["en"].of("svg")
    assert len(pictures) >= 10
    ids = re.findall(r'\bid="([^"]+)"', written["en"].page.read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids))
    assert all(picture["role"] == "img" and picture["aria-labelledby"] in ids for picture in pictures)


def test_the_methods_tell_versions_settings_and_the_exact_queries(written: dict[str, Written]) -> None:
    told = written["en"].methods.read_text(encoding="utf-8")
    for fact in (
        "duckdb ",
        "pandas ",
        "Kleinberg 2002",
        "Monroe",
        "FROM campaign_posts",
        "2024-01-01T00:00:00",
        "$campaign",
    ):
        assert fact in told, fact
    assert "<script>" not in told


def test_the_same_numbers_make_the_same_page(
    campaign: tuple[Store, Campaign], written: dict[str, Written], tmp_path: Path
) -> None:
    store, told = campaign
    again = report(store, tmp_path / "lake", Wanted(told, tmp_path, every="1h"), NOW)
    assert again is not None
    assert again.page.read_bytes() == written["en"].page.read_bytes()


def test_of_a_campaign_of_which_nothing_is_known_there_is_no_report(tmp_path: Path) -> None:
    with blank_store() as store:
        told = a_campaign(store)
        assert report(store, tmp_path / "lake", Wanted(told, tmp_path), NOW) is None
        window = replace(Wanted(told, tmp_path), since=START, until=START + timedelta(days=1))
        empty = report(store, tmp_path / "lake", window, NOW)
        assert empty is not None
        assert "No post and no coverage" in empty.page.read_text(encoding="utf-8")


@pytest.mark.proof
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1_000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_finds_nothing_wrong(written: dict[str, Written], language: str, width: int, scheme: str) -> None:
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(written[language].page.as_uri())
        assert not said
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is wider than the screen"
        violations = Axe().run(page)
        assert violations.violations_count == 0, violations.generate_report()
        browser.close()
