"""All kinds of charts: drawn, written, read and drawn again, in every language, with nothing to show and with much."""

import re
import warnings
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from analysis.charts.about import Event, Outbreak
from analysis.charts.basis import basis_of
from analysis.charts.kind import Chart, compose
from analysis.charts.kinds import KINDS
from analysis.charts.numbers import from_csv, to_csv
from analysis.charts.page import Paper, figure_of
from analysis.charts.publish import is_drawn, publish, redraw
from analysis.charts.style import drawing
from tests.kind_frames import STATES, frame_of
from tests.volume_frames import START, about, frame

HOUR = timedelta(hours=1)
WORDS = about(
    events=(Event(START + 2 * HOUR, "خطاب الوزير"),),
    outbreaks=(Outbreak(START + HOUR, START + 3 * HOUR, START + 5 * HOUR, 90, 30, ("#مقاطعة", "@dana")),),
)
NAMES = sorted(KINDS)
TITLES = (
    "#خليها_تخيس: «دعها تفسد»",
    "این هشتگ را ببینید #نه_به_گرانی",
    "Let it rot",
    "Schöße für Übermütige: #weiterso",
)

USERS = ("Groundswell", "Asia/Baghdad", "UTC", "dana", "https://example.org/a?b=<c>", "One", "mastodon", "1+1", "#ar",
         "#original", "X", "Mastodon")  # fmt: skip


def written(ax: Axes) -> str:
    """Read all that stands in a figure, without the marks of direction."""
    texts = [str(text.get_text()) for text in figure_of(ax).findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(texts).translate(dict.fromkeys(map(ord, "\u200e\u200f\u2068\u2069")))


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_written_read_and_drawn_again_to_the_byte(name: str, tmp_path: Path) -> None:
    made = frame_of(name)
    chart = Chart(KINDS[name], made, WORDS, basis_of(frame(list(STATES))))
    files = publish(chart, tmp_path)
    before = files.svg.read_bytes(), files.png.read_bytes()
    assert is_drawn(chart, tmp_path) == files
    files.svg.unlink()
    files.png.unlink()
    assert is_drawn(chart, tmp_path) is None
    assert redraw(files.manifest) == files
    assert (files.svg.read_bytes(), files.png.read_bytes()) == before


@pytest.mark.parametrize("name", NAMES)
def test_hatching_is_seen_in_an_svg_as_in_a_png(name: str, tmp_path: Path) -> None:
    """A translucent ground is written into the pattern as one of the lines' own colour, so it stands apart."""
    files = publish(Chart(KINDS[name], frame_of(name), WORDS, basis_of(frame(list(STATES)))), tmp_path)
    drawn = files.svg.read_text(encoding="utf-8")
    patterns = re.findall(r'<pattern id="(\w+)".*?<rect [^>]*fill="([^"]*)"/>', drawn, re.DOTALL)
    assert bool(patterns) is not (name == "counted" or name.startswith("top-"))
    for pattern, ground in patterns:
        assert ground == "none"
        assert f"fill: url(#{pattern})" in drawn
    assert "url(#h" not in "".join(re.findall(r'style="[^"]*fill-opacity[^"]*"', drawn))


@pytest.mark.parametrize("name", NAMES)
def test_numbers_come_back_from_csv_exactly(name: str) -> None:
    kind, made = KINDS[name], frame_of(name)
    read = kind.restore(from_csv(to_csv(made, kind.columns, "Asia/Baghdad"), kind.columns))
    pd.testing.assert_frame_equal(read, kind.restore(made))


@pytest.mark.parametrize("language", ["en", "ar-IQ"])
@pytest.mark.parametrize("name", NAMES)
def test_a_chart_of_nothing_says_so(name: str, language: str) -> None:
    ax = compose(KINDS[name], frame_of(name).iloc[:0], replace(WORDS, language=language))
    told = written(ax)
    assert "Groundswell" in told
    assert not ax.has_data()
    assert ax.texts[0].get_text()


@pytest.mark.parametrize("width", [pytest.param(360.0, marks=pytest.mark.proof), 720.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_chart_in_arabic_has_no_word_of_ours_in_english(name: str, width: float) -> None:
    words = replace(WORDS, language="ar-IQ", title="عنوان", events=(), query=("خليها_تخيس",))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = compose(KINDS[name], frame_of(name), words, paper=Paper(width))
        with drawing():
            figure_of(ax).canvas.draw()  # ticks are words, too
    left = written(ax)
    for user in USERS:
        left = left.replace(user, "")
    assert not any(letter.isascii() and letter.isalpha() for letter in left), left


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("title", TITLES)
def test_titles_of_four_languages_have_all_their_letters(name: str, title: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = written(compose(KINDS[name], frame_of(name), replace(WORDS, title=title)))
    assert title in told
    assert "[U+" not in told


@pytest.mark.proof
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("hours", "coverage") and "top-" not in name])
def test_ten_million_posts_in_a_bin_are_drawn_and_told(name: str) -> None:
    ax = compose(KINDS[name], frame_of(name, ["complete"] * 8, scale=10**6), WORDS)
    with drawing():
        figure_of(ax).canvas.draw()
    assert "0,000,000" in written(ax)


def test_a_chart_is_drawn_on_axes_that_are_given() -> None:
    made = frame_of("growth")
    ax = compose(KINDS["growth"], made, WORDS)
    again = compose(KINDS["growth"], made, WORDS, ax=ax)
    assert again is ax


def test_an_unseen_hour_of_the_week_is_hatched_and_has_no_colour() -> None:
    made = frame_of("hours")
    ax = compose(KINDS["hours"], made, WORDS)
    (mesh,) = ax.findobj(lambda artist: artist.get_gid() == "mean")
    (unseen,) = ax.findobj(lambda artist: artist.get_gid() == "unseen")
    blank = np.ma.getmaskarray(mesh.get_array()).ravel()
    assert blank.tolist() == made["mean"].isna().tolist()
    assert len(unseen.get_paths()) == blank.sum() > 0


def test_each_value_has_its_panel_and_its_own_scale() -> None:
    made = frame_of("by-kind", ["complete"] * 4)
    made.loc[made["value"] == "ar", "posts"] *= 100
    ax = compose(KINDS["by-kind"], made, WORDS)
    panels = {child.get_gid(): child for child in ax.child_axes}
    assert list(panels) == ["panel: ar", "panel: original", "panel: خليها_تخيس"]
    assert panels["panel: ar"].get_ylim()[1] > 50 * panels["panel: original"].get_ylim()[1]
    assert "Each panel has its own scale." in written(ax)


def test_episodes_are_shaded_and_numbered_and_events_have_their_line() -> None:
    ax = compose(KINDS["bursts"], frame_of("bursts"), WORDS)
    gids = [artist.get_gid() for artist in ax.findobj()]
    assert (gids.count("episode"), gids.count("episode's number"), gids.count("event")) == (1, 1, 1)
    told = written(ax)
    assert "1: 2 Nov 2026 01:00–05:00, 90 posts, peak 2 Nov 2026 03:00 with 30 posts in its highest hour" in told
    assert "more often than before: #مقاطعة, @dana" in told


def test_numbers_of_episodes_do_not_stand_on_one_another() -> None:
    minute = timedelta(minutes=1)
    near = tuple(
        Outbreak(START + place * minute, START + place * minute, START + (place + 1) * minute, 9, 9)
        for place in range(5)
    )
    ax = compose(KINDS["bursts"], frame_of("bursts"), replace(WORDS, outbreaks=near))
    numbers = [text for text in ax.texts if text.get_gid() == "episode's number"]
    rows = [number.xyann[1] for number in numbers if isinstance(number, Annotation)]
    assert len(set(rows)) == len(rows) == 5


def test_what_is_known_of_a_platform_adds_up_to_its_time() -> None:
    made = frame_of("coverage")
    ax = compose(KINDS["coverage"], made, WORDS)
    states = {artist.get_gid().rpartition(" of ")[2] for artist in ax.collections}
    assert states == set(made["state"])
    assert "X, posts: 25 % complete" in written(ax)


def test_a_gone_account_has_no_name_in_either_language() -> None:
    made = frame_of("top-accounts")
    made.loc[0, "item"] = "(an account that is gone)"
    assert "(an account that is gone)" in written(compose(KINDS["top-accounts"], made, WORDS))
    assert "(حساب لم يعد موجودًا)" in written(compose(KINDS["top-accounts"], made, replace(WORDS, language="ar")))
