"""The page of a chart: a figure with room for its words, and the words set in it.

Heights are in points, so that letters and hatches keep their size whatever stands below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analysis.charts.style import INK, MUTED
from analysis.charts.typeface import isolated, legible, wrapped

SMALL: Final = 8.0
PANEL: Final = 230.0
AXIS: Final = 40.0
"""The depth in points that a time axis needs below it."""
_INCH: Final = 72.0
_RIGHT, _TOP, _BOTTOM = 16.0, 14.0, 12.0
_TITLE, _SUBTITLE = 15.0, 10.0
_LEADING: Final = 1.45
_KEY_LINE: Final = SMALL * _LEADING
_KEY_WIDTH: Final = 150.0
"""The room that an entry of the key takes, at most."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How wide a chart is, in points; a bare one has no title and caption: they stand around it."""

    width: float
    is_bare: bool = False


WIDE: Final = Paper(720.0)


@dataclass(frozen=True, slots=True)
class Room:
    """How much room a panel takes, in points: how deep it is, what stands below it, and what at its left."""

    panel: float = PANEL
    below: float = AXIS
    left: float = 52.0


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a chart: what is drawn, the sentences under it, and what it says where nothing is known."""

    subtitle: str
    caption: tuple[str, ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a chart, broken into lines: its title, what is drawn, and the caption."""

    paper: Paper
    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    caption: tuple[str, ...]
    is_right_to_left: bool = False


def set_page(title: str, words: Words, paper: Paper = WIDE, *, is_right_to_left: bool = False) -> Page:
    """Break the words of a chart into lines; the title is a user's, and takes two at most."""
    if paper.is_bare:
        return Page(paper, (), (), ())
    room = paper.width - Room().left - _RIGHT
    lines = [line for sentence in words.caption for line in wrapped(sentence, SMALL, room)]
    titles = wrapped(isolated(legible(title)), _TITLE, room, weight=700, most=2)
    subtitle = tuple(wrapped(words.subtitle, _SUBTITLE, room))
    return Page(paper, tuple(titles), subtitle, tuple(lines), is_right_to_left)


def new_axes(page: Page, room: Room, entries: int = 0) -> Axes:
    """Make a figure whose axes have room for the title, a key of so many entries, what is below, and the caption."""
    rise = _rise(page, entries, room)
    words = len(page.title) * _TITLE * _LEADING
    above = rise + words + (_TOP if page.title else 4.0)
    depth = room.below + len(page.caption) * SMALL * _LEADING + _BOTTOM
    height, width = above + room.panel + depth, page.paper.width
    figure = Figure(figsize=(width / _INCH, height / _INCH))
    FigureCanvasAgg(figure)
    across = width - room.left - _RIGHT
    return figure.add_axes((room.left / width, depth / height, across / width, room.panel / height))


def figure_of(ax: Axes) -> Figure:
    """Find the figure that axes stand on; raises ValueError for axes that were taken off theirs."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes stand on no figure")
    return figure


def size(ax: Axes) -> tuple[float, float]:
    """Measure axes: their width and height in points."""
    scale = _INCH / figure_of(ax).dpi
    box = ax.get_window_extent()
    return box.width * scale, box.height * scale


def write(ax: Axes, page: Page, key: Sequence[Artist], room: Room) -> None:
    """Write the title and the key above axes, and the caption under what is below them."""
    if key:
        columns = _columns(page, len(key), room)
        ax.legend(handles=list(key), loc="lower left", bbox_to_anchor=(0, 1.02), ncols=columns)
    rise = _rise(page, len(key), room)
    indent = Room().left - room.left
    for number, line in enumerate(page.subtitle):
        above = (len(page.subtitle) - 1 - number) * _SUBTITLE * _LEADING
        _line(ax, line, (1, indent, rise - _subtitle(page) + above + 4), size=_SUBTITLE, color=MUTED)
    for number, line in enumerate(reversed(page.title)):
        _line(ax, line, (1, indent, rise + 4 + number * _TITLE * _LEADING), size=_TITLE, weight=700)
    for number, line in enumerate(page.caption, 1):
        _line(ax, line, (0, indent, -room.below - number * SMALL * _LEADING), size=SMALL, color=MUTED)


def _columns(page: Page, entries: int, room: Room) -> int:
    """Tell how many entries of the key stand beside each other."""
    across = page.paper.width - room.left - _RIGHT
    return entries if page.paper.width >= WIDE.width else max(1, min(entries, int(across // _KEY_WIDTH)))


def _rise(page: Page, entries: int, room: Room) -> float:
    """Measure how far above the axes the title's last line begins: over the key and what is drawn."""
    rows = -(-entries // _columns(page, entries, room)) if entries else 0
    return 10.0 + (rows * _KEY_LINE + 10 if rows else 0.0) + _subtitle(page)


def _subtitle(page: Page) -> float:
    return len(page.subtitle) * _SUBTITLE * _LEADING


def _line(
    ax: Axes, text: str, at: tuple[float, float, float], *, size: float, color: str = INK, weight: int = 400
) -> None:
    """Write a line at (edge, points to the right, points over it); the edge is the axes' top (1) or bottom (0)."""
    edge, right, rise = at
    ax.annotate(
        text,
        (0, edge),
        (right, rise),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=size,
        color=color,
        fontweight=weight,
        annotation_clip=False,
    )
