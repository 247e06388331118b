"""The kinds of charts: what each holds in its CSV, how much room it takes, and how it is painted and put in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from analysis.charts.about import About
from analysis.charts.basis import Basis
from analysis.charts.numbers import Columns
from analysis.charts.page import WIDE, Paper, Room, Words, new_axes, set_page, write
from analysis.charts.style import MUTED, drawing


def _as_it_is(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _no_key(_frame: pd.DataFrame, _about: About) -> Sequence[Artist]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of chart.

    Attributes:
        name: as the command and the files have it.
        columns: those of its frame and CSV.
        room: how deep its panel is, and what stands below it, for a frame.
        paint: draws a frame that is not empty on axes of that room; computes nothing.
        words: its subtitle and caption.
        key: the entries of its key.
        later: columns that older files lack.
        restore: makes a frame that was read from CSV equal to the one written.
        shown: what of a frame is drawn, such as its platforms taken together.
    """

    name: str
    columns: Columns
    room: Callable[[pd.DataFrame], Room]
    paint: Callable[[Axes, pd.DataFrame, About], None]
    words: Callable[[pd.DataFrame, About], Words]
    key: Callable[[pd.DataFrame, About], Sequence[Artist]] = _no_key
    later: frozenset[str] = frozenset()
    restore: Callable[[pd.DataFrame], pd.DataFrame] = _as_it_is
    shown: Callable[[pd.DataFrame], pd.DataFrame] = _as_it_is


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A chart that can be drawn: its kind, its numbers, what it is about and what these stand on."""

    kind: Kind
    frame: pd.DataFrame
    about: About
    basis: Basis


def compose(kind: Kind, frame: pd.DataFrame, about: About, *, ax: Axes | None = None, paper: Paper = WIDE) -> Axes:
    """Draw a frame with its title, key and caption.

    Without `ax` a figure of the chart's own size is made on `paper`; its Axes know it (`ax.figure`). An empty frame is
    a chart that says so in words. A character of the user's without a glyph is written as its
    code point; MissingGlyph is raised for one of ours.
    """
    shown = kind.shown(frame)
    with drawing(written(frame, about)):
        words, room = kind.words(shown, about), kind.room(shown)
        page = set_page(about.title, words, paper, is_right_to_left=about.speech.is_right_to_left)
        key = () if shown.empty else kind.key(shown, about)
        place = ax if ax is not None else new_axes(page, room, len(key))
        if shown.empty:
            _say_nothing(place, words.nothing)
        else:
            kind.paint(place, shown, about)
        write(place, page, key, room)
    return place


def written(frame: pd.DataFrame, about: About) -> str:
    """Gather all that users have written of what a chart shows."""
    texts = {str(text) for name in frame.columns if frame[name].dtype == "str" for text in frame[name].unique()}
    told = (about.title, *about.query, *about.notes, *(event.label for event in about.events))
    because = (item for one in about.outbreaks for item in one.because)
    return "".join((*told, *because, *sorted(texts)))


def _say_nothing(ax: Axes, words: str) -> None:
    ax.set(xticks=[], yticks=[])
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", color=MUTED)
