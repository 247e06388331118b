"""The growth of a campaign: the posts and authors that it has come to by each time.

It draws what `analysis.growth.growth` added up and computes nothing.
"""

from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.clock import mark
from analysis.charts.hatching import hatch, key_of
from analysis.charts.kind import Kind, compose
from analysis.charts.marks import mark_events, mark_outbreaks
from analysis.charts.numbers import Columns
from analysis.charts.page import Room, Words
from analysis.charts.steps import count_upwards, line
from analysis.charts.style import LINE, POSTS

SORTS: Final[Columns] = {
    "bin_start": "time", "bin_end": "time", "posts": "whole", "authors": "whole", "at_least": "flag",
    "state_posts": "text", "reason_posts": "text",
}  # fmt: skip
_SERIES: Final = {"posts": POSTS, "authors": LINE}


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw cumulative posts and authors (see `analysis.growth.growth`) as lines of steps."""
    return compose(GROWTH, frame, about, ax=ax)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    for name, colour in _SERIES.items():
        line(ax, frame, name, colour)
    count_upwards(ax, frame, tuple(_SERIES))
    hatch(ax, frame, "posts")
    mark_outbreaks(ax, frame, about.outbreaks)
    mark_events(ax, frame, about.events)
    mark(ax, frame, about.zone)


def _words(frame: pd.DataFrame, about: About) -> Words:
    if frame.empty:
        return Words("Posts and authors so far", (words.NOTHING, *words.closing(about)), words.NOTHING)
    last = frame.iloc[-1]
    least = "at least " if last["at_least"] else ""
    told = f"In the end: {least}{words.counted(int(last['posts']), 'post')}"
    if pd.notna(last["authors"]):
        told += f" by {least}{words.counted(int(last['authors']), 'author')}"
    lines = [f"{told}; reposts are left out."]
    if last["at_least"]:
        first = frame.loc[frame["at_least"], "bin_start"].iloc[0]
        lines.append(f"From {words.moment(first, about.zone)} on the lines are what was found, at least.")
    subtitle = "Posts (not reposts) and their authors, added up"
    lines += [f"Posts {line}" for line in words.coverage(frame, "posts", about)]
    return Words(subtitle, (*lines, *words.closing(about)), words.NOTHING)


def _key(frame: pd.DataFrame) -> list[Artist]:
    lines: list[Artist] = [
        Line2D([], [], color=colour, linewidth=1.3, label=name)
        for name, colour in _SERIES.items()
        if frame[name].notna().any()
    ]
    return [*lines, *key_of(words.states(frame, "posts"))]


GROWTH: Final = Kind(name="growth", columns=SORTS, room=lambda _: Room(), paint=_paint, words=_words, key=_key)
