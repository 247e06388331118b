"""Campaigns compared: their posts under one another, by the calendar or from their outbreaks on.

It draws what `analysis.comparison.compared` laid side by side and computes nothing.
"""

from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.clock import mark, positions
from analysis.charts.hatching import hatch, hatch_outside, key_of
from analysis.charts.kind import Kind, compose
from analysis.charts.numbers import Columns
from analysis.charts.page import AXIS, SMALL, Room, Words, size
from analysis.charts.steps import bars, count_upwards
from analysis.charts.style import INK, LINE
from analysis.charts.typeface import isolated, legible

_PANEL, _HEADING = 130.0, 18.0
SORTS: Final[Columns] = {
    "campaign": "text", "bin_start": "time", "bin_end": "time", "day": "number", "posts": "whole",
    "state_posts": "text", "reason_posts": "text",
}  # fmt: skip


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw campaigns that were laid side by side (see `analysis.comparison.compared`), day 0 of one under the other's.

    The Axes that are returned frame the panels, which are their children. Each panel has its own scale, and its own
    time axis.
    """
    return compose(COMPARISON, frame, about, ax=ax)


def _names(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["campaign"]))


def _room(frame: pd.DataFrame) -> Room:
    return Room(panel=max(1, len(_names(frame))) * (_PANEL + _HEADING + AXIS) - AXIS)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    ax.set_axis_off()
    _, height = size(ax)
    for number, name in enumerate(_names(frame)):
        bottom = height - (number + 1) * (_PANEL + _HEADING) - number * AXIS
        panel = ax.inset_axes((0, bottom / height, 1, _PANEL / height))
        panel.set_gid(f"panel: {name}")
        bins = frame[frame["campaign"] == name].reset_index(drop=True)
        bars(panel, bins, "posts")
        count_upwards(panel, bins, ("posts",), about.speech, ticks=3)
        hatch(panel, bins, "posts")
        mark(panel, bins, about)
        _align(panel, bins, float(frame["day"].min()), float(frame["day"].max()))
        said = isolated(f"{legible(name)}: {words.number(bins, 'posts', 'post', about)}")
        panel.text(0, 1.03, said, transform=panel.transAxes, color=INK, fontsize=SMALL + 1)


def _align(ax: Axes, bins: pd.DataFrame, first: float, last: float) -> None:
    """Show the same days around day 0 as the other panels do, and mark day 0."""
    day_0 = positions(bins["bin_start"].iloc[:1])[0] - float(bins["day"].iloc[0])
    left, right = day_0 + first, day_0 + last
    ax.set_xlim(left, right)
    begins, ends = positions(bins["bin_start"].iloc[:1])[0], positions(bins["bin_end"].iloc[-1:])[0]
    hatch_outside(ax, (begins, ends), (left, right))
    if first < 0 < last:
        ax.axvline(day_0, color=LINE, linewidth=0.9, linestyle=(0, (4, 2)), zorder=5, gid="day 0")


def _words(frame: pd.DataFrame, about: About) -> Words:
    speech = about.speech
    subtitle = speech.say("Posts (not reposts) in each {bin}, one campaign under the other", bin=words.bin_of(about))
    lines = [speech.say("Each panel has its own scale and its own time axis.")]
    if not frame.empty and frame.groupby("campaign")["day"].min().min() < 0:
        lines.append(speech.say("They are aligned at the dashed line: the onset of the largest episode of each."))
    return Words(subtitle, (*lines, *words.known_of_each(frame, about), *words.closing(about)), words.nothing(about))


def _key(frame: pd.DataFrame, about: About) -> list[Artist]:
    return list(key_of(words.states(frame, "posts"), about.speech))


COMPARISON: Final = Kind(name="compare", columns=SORTS, room=_room, paint=_paint, words=_words, key=_key)
