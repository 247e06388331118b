"""The chart of volume: what is drawn, what is hatched, and what its words say."""

from datetime import UTC, datetime

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from analysis.charts import volume_words, words
from analysis.charts.page import figure_of
from analysis.charts.style import BARS, LINE, drawing
from analysis.charts.volume import draw
from analysis.language import speech_of
from analysis.volume import COLUMNS
from tests.volume_frames import about, frame

EVERY_STATE = (
    "complete",
    "given",
    "not_tried",
    "failed",
    "lost",
    "partial/capped",
    "partial/settling",
    "complete",
)


def hatches(ax: Axes, kind: str = "posts") -> dict[str, PolyCollection]:
    """Find the hatched stretches of a kind, by state."""
    found = [artist for artist in ax.collections if str(artist.get_gid()).startswith(f"{kind}: ")]
    return {artist.get_gid().split(": ")[1]: artist for artist in found}


def values(ax: Axes, name: str) -> list[float | None]:
    """Read the heights of a series of steps; None where nothing is drawn."""
    (steps,) = ax.findobj(lambda artist: artist.get_gid() == name and artist.axes is ax and artist is not ax)
    return [None if np.isnan(height) else height for height in steps.get_data().values.tolist()]


def caption(ax: Axes) -> str:
    """Read all that is written around the axes, without the marks of direction."""
    written = [text.get_text() for text in ax.texts if isinstance(text, Annotation)]
    return "\n".join(written).translate(dict.fromkeys(map(ord, "\u200e\u200f\u2068\u2069")))


def rendered(ax: Axes) -> np.ndarray:
    """Draw for good: a missing glyph would be raised here."""
    with drawing():
        canvas = FigureCanvasAgg(figure_of(ax))
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())


def reposts_of(ax: Axes) -> Axes | None:
    return next((child for child in ax.child_axes if child.get_gid() == "reposts"), None)


def test_counts_are_drawn_as_they_are_and_unknown_ones_not_at_all() -> None:
    ax = draw(frame(EVERY_STATE), about())
    assert values(ax, "posts") == [0, 10, None, None, None, 50, 60, 70]
    assert values(ax, "authors") == [0, 5, None, None, None, 25, 30, 35]
    assert rendered(ax).std() > 0


def test_what_the_platform_counts_is_a_line_of_its_own_also_where_nothing_was_collected() -> None:
    ax = draw(frame(["complete", "lost", "not_tried", "complete"], counted=[12, 300, 0, None]), about())
    assert values(ax, "counted") == [12, 300, 0, None]
    assert values(ax, "posts") == [0, None, None, 30]
    assert ax.get_ylim()[1] >= 300
    assert "The platform itself counts 312 posts in 3 of 4 hours, reposts left out." in caption(ax)
    assert rendered(ax).std() > 0


def test_where_no_platform_was_asked_for_numbers_nothing_speaks_of_them() -> None:
    ax = draw(frame(["complete", "complete"]), about())
    assert "counts" not in caption(ax)


def test_every_state_but_given_and_complete_is_hatched_in_its_own_way() -> None:
    drawn = hatches(draw(frame(EVERY_STATE), about()))
    assert set(drawn) == {"not_tried", "failed", "lost", "partial", "settling"}
    assert len({artist.get_hatch() for artist in drawn.values()}) == 5
    assert all(len(artist.get_paths()) == 1 for artist in drawn.values())


def test_zero_and_unknown_never_look_alike() -> None:
    empty = frame(["complete"] * 6).assign(posts=0, authors=0, reposts=0)
    unknown = empty.assign(posts=pd.array([pd.NA] * 6, "Int64"), authors=pd.array([pd.NA] * 6, "Int64"))
    plain = draw(empty, about())
    seen = [rendered(plain).tobytes()]
    for state in ("not_tried", "failed", "lost", "partial"):
        ax = draw(unknown.assign(state_posts=state), about())
        assert set(hatches(ax)) == {state}
        seen.append(rendered(ax).tobytes())
    assert not hatches(plain)
    assert len(set(seen)) == len(seen)


def test_the_key_names_what_is_there_and_no_more() -> None:
    ax = draw(frame(["complete", "lost"]), about())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["posts", "authors", "lost"]


def test_reposts_have_a_panel_of_their_own_with_their_own_coverage() -> None:
    ax = draw(frame(["complete"] * 3, reposts=["complete", "lost", "complete"]), about())
    panel = reposts_of(ax)
    assert panel is not None
    assert values(panel, "reposts") == [0, None, 2]
    assert set(hatches(panel, "reposts")) == {"lost"}
    assert not hatches(ax)
    assert panel.get_xlim() == ax.get_xlim()


def test_without_a_source_of_reposts_there_is_no_panel() -> None:
    assert reposts_of(draw(frame(["complete"] * 3), about())) is None


def test_reposts_found_without_coverage_are_drawn_as_not_tried() -> None:
    told = frame(["complete"] * 3).assign(reposts=pd.array([pd.NA, 4, pd.NA], "Int64"))
    panel = reposts_of(draw(told, about()))
    assert panel is not None
    assert set(hatches(panel, "reposts")) == {"not_tried"}


def test_platforms_are_taken_together() -> None:
    one, other = frame(["complete", "complete"]), frame(["complete", "lost"]).assign(platform="mastodon")
    ax = draw(pd.concat([one, other]), about())
    assert values(ax, "posts") == [0, 10]
    assert set(hatches(ax)) == {"lost"}


@pytest.mark.parametrize("bins", [24, 2_000, 35_000])
def test_many_bins_take_few_artists(bins: int) -> None:
    states = ["complete", "lost", "partial", "failed"] * (bins // 4)
    ax = draw(frame(states), about())
    assert len(ax.findobj()) < 300
    assert rendered(ax).std() > 0


def test_one_lost_hour_in_years_is_still_seen() -> None:
    states = ["complete"] * 20_000
    states[7_000] = "lost"
    ax = draw(frame(states), about())
    (box,) = hatches(ax)["lost"].get_paths()
    left, right = ax.transData.transform([(x, 0) for x in (box.vertices[:, 0].min(), box.vertices[:, 0].max())])
    assert (right[0] - left[0]) * 72 / figure_of(ax).dpi == pytest.approx(3, rel=0.01)


def test_the_words_tell_each_state_apart_with_its_bins_and_when() -> None:
    told = caption(draw(frame(EVERY_STATE), about()))
    assert "Counted: at least 190 posts with #خليها_تخيس, #خلوها_تخيس; 2 Nov 2026 00:00–08:00." in told
    assert "Posts not tried: 1 of 8 hours, 2 Nov 2026 02:00–03:00: nobody asked yet." in told
    assert "Posts failed: 1 of 8 hours, 2 Nov 2026 03:00–04:00: asked in vain; may still be had." in told
    assert "Posts lost: 1 of 8 hours, 2 Nov 2026 04:00–05:00: can no longer be had." in told
    assert "Posts partial: 1 of 8 hours" in told
    assert "some may be missing (the source gave no more)." in told
    assert "Posts still settling: 1 of 8 hours" in told
    given = "from an archive, not checked to be complete; no bar says only that it has no post there."
    assert f"Posts given: 1 of 8 hours, 2 Nov 2026 01:00–02:00: {given}" in told
    assert words.UNKNOWN_IS_NOT_ZERO in told
    assert "Groundswell 0.1.0, data revision 42." in told


def test_a_complete_chart_has_no_caveats() -> None:
    told = caption(draw(frame(["complete"] * 4), about()))
    assert "at least" not in told
    assert words.UNKNOWN_IS_NOT_ZERO not in told
    assert "Counted: 60 posts" in told


def test_posts_and_reposts_of_one_fate_are_told_together() -> None:
    states = ["complete", "lost", "complete"]
    told = caption(draw(frame(states, reposts=states), about()))
    assert told.count("can no longer be had") == 1
    assert "Posts and reposts lost: 1 of 3 hours" in told


def test_many_stretches_are_counted_and_the_first_named() -> None:
    told = caption(draw(frame(["complete", "lost"] * 6), about()))
    assert "Posts lost: 6 of 12 hours" in told
    assert told.count("2 Nov 2026") == 1 + 3
    assert "and 3 more times" in told


def test_days_and_years_are_named_by_their_days() -> None:
    told = caption(draw(frame(["complete", "lost", "lost"], step="1day"), about(step="1day")))
    assert "Counted: at least 0 posts" in told
    assert "3 Nov 2026 to 4 Nov 2026" in told
    assert "in each day" in told


@pytest.mark.parametrize(
    ("posts", "reposts", "said"),
    [
        (1, 0, "1 of these posts is gone by now, deleted or no longer public; it is counted still."),
        (1_200, 0, "1,200 of these posts are gone by now, deleted or no longer public; they are counted still."),
        (0, 2, "2 of these reposts are gone by now"),
        (1, 1, "1 of these posts and 1 of these reposts are gone by now"),
    ],
)
def test_the_caption_tells_how_many_of_the_posts_are_gone_by_now(posts: int, reposts: int, said: str) -> None:
    made = frame(["complete"] * 3, reposts=["complete"] * 3)
    assert "gone" not in caption(draw(made, about()))
    made.loc[1, "gone_posts"], made.loc[2, "gone_reposts"] = posts, reposts
    assert said in caption(draw(made, about()))


def test_the_caption_says_that_authors_of_a_sample_are_not_counted_and_why() -> None:
    assert "Authors are not counted" not in caption(draw(frame(["complete", "partial"]), about()))
    told = caption(draw(frame(["complete", "partial/budget"]), about()))
    assert "Authors are not counted where the budget reached for a part of the posts only: that needs every" in told


def test_authors_are_named_only_where_some_are_drawn() -> None:
    sample = frame(["partial/budget"] * 3).assign(authors=pd.array([None] * 3, "Int64"))
    for made, named in ((frame(["complete"] * 3), True), (sample, False)):
        ax = draw(made, about())
        said = " ".join(text.get_text() for text in [*ax.get_figure().texts, *ax.texts, *ax.get_legend().get_texts()])
        assert ("distinct authors" in said) == named
        assert ("authors" in [text.get_text() for text in ax.get_legend().get_texts()]) == named


def test_notes_are_sentences_of_the_caption() -> None:
    since = datetime(2026, 11, 3, 22, tzinfo=UTC)
    late = volume_words.not_collected_before("خلوها_تخيس", since, "Asia/Baghdad", speech_of("en"))
    notes = (late, volume_words.REBUILDING)
    told = caption(draw(frame(["complete"]), about(notes=notes)))
    assert "#خلوها_تخيس was not collected before 4 Nov 2026." in told
    assert volume_words.REBUILDING in told


@pytest.mark.parametrize(
    ("zone", "offsets"),
    [
        ("Asia/Baghdad", "(UTC+03:00)"),
        ("America/New_York", "(UTC-04:00 and UTC-05:00)"),
        ("Asia/Kathmandu", "(UTC+05:45)"),
    ],
)
def test_the_time_axis_names_its_zone(zone: str, offsets: str) -> None:
    told = frame(["complete"] * 24, zone=zone)
    if "and" in offsets:
        told = told.assign(**{name: told[name] - pd.Timedelta(hours=20) for name in ("bin_start", "bin_end")})
    ax = draw(told, about(zone=zone))
    assert ax.get_xlabel() == f"Local time, {zone} {offsets}"
    rendered(ax)


@pytest.mark.parametrize("zone", ["Asia/Tehran", "America/Sao_Paulo", "Pacific/Apia"])
def test_zones_without_a_midnight_can_be_drawn(zone: str) -> None:
    rendered(draw(frame(["complete"] * 30, step="1day", zone=zone), about(zone=zone, step="1day")))


@pytest.mark.parametrize(
    "title",
    [
        "حملة #خليها_تخيس: let it rot (2026)",
        "Let it rot 😀 🫠 $x_2$ {#tag} <b>&amp;</b>",
        "東京 " * 30,
        "line\nbreak \u202eevil",
        "",
    ],
    ids=["mixed directions", "symbols and markup", "very long", "controls", "none"],
)
def test_any_title_can_be_drawn(title: str) -> None:
    rendered(draw(frame(["complete"] * 3), about(title=title)))


def test_hashtags_stand_apart_in_the_title_and_in_sentences() -> None:
    ax = draw(frame(["complete"]), about(title="Volume of #خليها_تخيس in 2026"))
    texts = [text.get_text() for text in ax.texts]
    assert "\u200eVolume of \u2068#خليها_تخيس\u2069 in 2026" in texts
    assert any("with \u2068#خليها_تخيس\u2069, \u2068#خلوها_تخيس\u2069;" in text for text in texts)


def test_a_campaign_without_posts_or_coverage_says_so() -> None:
    empty = frame(["complete"]).iloc[:0]
    assert tuple(empty.columns) == COLUMNS
    ax = draw(empty, about())
    assert words.NOTHING in caption(ax)
    rendered(ax)


def test_axes_of_ones_own_are_drawn_on() -> None:
    figure = Figure(figsize=(6, 5))
    first, second = figure.subplots(2)
    assert draw(frame(["complete", "lost"], reposts=["complete", "lost"]), about(), ax=second) is second
    assert not first.has_data()
    assert values(second, "posts") == [0, None]
    rendered(second)


def test_a_users_own_style_changes_nothing() -> None:
    plain = rendered(draw(frame(EVERY_STATE), about()))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "date.epoch": "2000-01-01"}):
        assert np.array_equal(rendered(draw(frame(EVERY_STATE), about())), plain)


def test_bars_and_line_differ_in_grey() -> None:
    weights = (0.299, 0.587, 0.114)
    levels = sorted(float(np.dot(mpl.colors.to_rgb(name), weights)) for name in (BARS, LINE, "white"))
    assert min(np.diff(levels)) > 0.25
