"""Small multiples: the posts of each platform, language, spelling or kind, a panel each under one another.

It draws what `analysis.breakdown.breakdown` counted and computes nothing.
"""

from functools import partial
from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from analysis.breakdown import Trait, named
from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.clock import mark
from analysis.charts.hatching import hatch, key_of
from analysis.charts.kind import Kind, compose
from analysis.charts.marks import mark_events
from analysis.charts.numbers import Columns
from analysis.charts.page import SMALL, Room, Words, size
from analysis.charts.steps import bars, count_upwards
from analysis.charts.style import INK
from analysis.charts.typeface import isolated, legible
from analysis.states import KINDS

_PANEL, _GAP = 62.0, 24.0
SORTS: Final[Columns] = {
    "bin_start": "time", "bin_end": "time", "value": "text", "posts": "whole",
    "state_posts": "text", "reason_posts": "text",
}  # fmt: skip
_SUBTITLES: Final[dict[Trait, str]] = {
    "platform": "Posts (not reposts) on each platform, in each {bin}",
    "language": "Posts (not reposts) in each language, as the platform names it, in each {bin}",
    "spelling": "Posts (not reposts) with each spelling, in each {bin}",
    "kind": "Posts (not reposts) of each kind, in each {bin}",
}
_SCALES: Final = "Each panel has its own scale."
_TWICE: Final = "A post with two spellings stands in both panels."


def draw(frame: pd.DataFrame, about: About, trait: Trait, *, ax: Axes | None = None) -> Axes:
    """Draw a breakdown (see `analysis.breakdown.breakdown`), a panel a value, the largest first.

    The Axes that are returned, those given or of a new figure, frame the panels, which are their children. Each panel
    has its own scale; all have one time axis.
    """
    return compose(MULTIPLES[trait], frame, about, ax=ax)


def _values(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["value"]))


def _room(frame: pd.DataFrame) -> Room:
    panels = max(1, len(_values(frame)))
    return Room(panel=panels * (_PANEL + _GAP) - _GAP + 14)


def _paint(ax: Axes, frame: pd.DataFrame, about: About, trait: Trait) -> None:
    values = _values(frame)
    _, height = size(ax)
    ax.set_axis_off()
    for number, value in enumerate(values):
        top = height - 14 - number * (_PANEL + _GAP)
        panel = ax.inset_axes((0, (top - _PANEL) / height, 1, _PANEL / height))
        panel.set_gid(f"panel: {value}")
        bins = frame[frame["value"] == value].reset_index(drop=True)
        bars(panel, bins, "posts")
        count_upwards(panel, bins, ("posts",), about.speech, ticks=2)
        hatch(panel, bins, "posts")
        mark(panel, bins, about)
        mark_events(panel, bins, about.events if number == 0 else ())
        panel.text(
            0, 1.05, _heading(value, bins, trait, about), transform=panel.transAxes, color=INK, fontsize=SMALL + 1
        )
        if number + 1 < len(values):
            panel.tick_params(labelbottom=False)
            panel.xaxis.get_offset_text().set_visible(False)
            panel.set_xlabel("")


def _heading(value: str, bins: pd.DataFrame, trait: Trait, about: About) -> str:
    name = f"#{legible(value)}" if trait == "spelling" else named(value, about.speech)
    return isolated(f"{name}: {words.number(bins, 'posts', 'post', about)}")


def _words(frame: pd.DataFrame, about: About, trait: Trait) -> Words:
    speech = about.speech
    subtitle = speech.say(_SUBTITLES[trait], bin=words.bin_of(about))
    if frame.empty:
        return Words(subtitle, (words.nothing(about), *words.closing(about)), words.nothing(about))
    scales = [speech.say(_SCALES), *([speech.say(_TWICE)] if trait == "spelling" else [])]
    caption = (*scales, *words.known_of_each(frame, about), *words.closing(about))
    return Words(subtitle, caption, words.nothing(about))


def _key(frame: pd.DataFrame, about: About) -> list[Artist]:
    return list(key_of(words.states(frame, KINDS[0]), about.speech))


MULTIPLES: Final[dict[Trait, Kind]] = {
    trait: Kind(
        name=f"by-{trait}",
        columns=SORTS,
        room=_room,
        paint=partial(_paint, trait=trait),
        words=partial(_words, trait=trait),
        key=_key,
    )
    for trait in _SUBTITLES
}
