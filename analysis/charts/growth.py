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
    count_upwards(ax, frame, tuple(_SERIES), about.speech)
    hatch(ax, frame, "posts")
    mark_outbreaks(ax, frame, about)
    mark_events(ax, frame, about.events)
    mark(ax, frame, about)


def _words(frame: pd.DataFrame, about: About) -> Words:
    speech = about.speech
    subtitle = speech.say("Posts (not reposts) and their authors, added up")
    if frame.empty:
        return Words(subtitle, (words.nothing(about), *words.closing(about)), words.nothing(about))
    last = frame.iloc[-1]
    if pd.isna(last["posts"]):
        return Words(subtitle, (*_coverage(frame, about), *words.closing(about)), words.nothing(about))
    told = [speech.count(int(last["posts"]), "post")]
    told += [speech.count(int(last["authors"]), "author")] if pd.notna(last["authors"]) else []
    counted = speech.say(" by ").join(told)
    counted = speech.say("at least {count}", count=counted) if last["at_least"] else counted
    lines = [speech.say("In the end: {counted}; reposts are left out.", counted=counted)]
    if last["at_least"]:
        first = speech.moment(frame.loc[frame["at_least"], "bin_start"].iloc[0], about.zone)
        lines.append(speech.say("From {moment} on the lines are what was found, at least.", moment=first))
    return Words(subtitle, (*lines, *_coverage(frame, about), *words.closing(about)), words.nothing(about))


def _coverage(frame: pd.DataFrame, about: About) -> list[str]:
    return [about.speech.say("Posts {line}", line=line) for line in words.coverage(frame, "posts", about)]


def _key(frame: pd.DataFrame, about: About) -> list[Artist]:
    lines: list[Artist] = [
        Line2D([], [], color=colour, linewidth=1.3, label=about.speech.say(name))
        for name, colour in _SERIES.items()
        if frame[name].notna().any()
    ]
    return [*lines, *key_of(words.states(frame, "posts"), about.speech)]


GROWTH: Final = Kind(name="growth", columns=SORTS, room=lambda _: Room(), paint=_paint, words=_words, key=_key)
