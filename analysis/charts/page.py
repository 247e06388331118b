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
_WIDTH: Final = 720.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 16.0, 14.0, 12.0
_TITLE, _SUBTITLE = 15.0, 10.0
_ROOM: Final = _WIDTH - _LEFT - _RIGHT
_LEADING: Final = 1.45
_KEY: Final = SMALL * _LEADING + 10


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a chart, broken into lines: its title, what is drawn, and the caption."""

    title: tuple[str, ...]
    subtitle: str
    caption: tuple[str, ...]


def set_page(title: str, subtitle: str, caption: Sequence[str]) -> Page:
    """Break the words of a chart into lines; the title is a user's, and takes two at most."""
    lines = [line for sentence in caption for line in wrapped(sentence, SMALL, _ROOM)]
    titles = wrapped(isolated(legible(title)), _TITLE, _ROOM, weight=700, most=2)
    return Page(tuple(titles), subtitle, tuple(lines))


def new_axes(page: Page, below: float) -> Axes:
    """Make a figure whose axes have room for the title and key, and `below` points and the caption."""
    above = _TOP + (len(page.title) * _TITLE + _SUBTITLE) * _LEADING + _KEY + 18
    depth = below + len(page.caption) * SMALL * _LEADING + _BOTTOM
    height = above + PANEL + depth
    figure = Figure(figsize=(_WIDTH / _INCH, height / _INCH))
    FigureCanvasAgg(figure)
    return figure.add_axes((_LEFT / _WIDTH, depth / height, _ROOM / _WIDTH, PANEL / height))


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


def write(ax: Axes, page: Page, key: Sequence[Artist], below: float) -> None:
    """Write the title and the key above axes, and the caption `below` points under them."""
    rise = 10.0
    if key:
        ax.legend(handles=list(key), loc="lower left", bbox_to_anchor=(0, 1.02), ncols=len(key))
        rise += _KEY
    _line(ax, page.subtitle, (1, rise), size=_SUBTITLE, color=MUTED)
    rise += _SUBTITLE * _LEADING + 4
    for number, line in enumerate(reversed(page.title)):
        _line(ax, line, (1, rise + number * _TITLE * _LEADING), size=_TITLE, weight=700)
    for number, line in enumerate(page.caption, 1):
        _line(ax, line, (0, -below - number * SMALL * _LEADING), size=SMALL, color=MUTED)


def _line(ax: Axes, text: str, at: tuple[float, float], *, size: float, color: str = INK, weight: int = 400) -> None:
    """Write a line at (edge, points over it), where the edge is the axes' top (1) or bottom (0)."""
    edge, rise = at
    ax.annotate(
        text,
        (0, edge),
        (0, rise),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=size,
        color=color,
        fontweight=weight,
        annotation_clip=False,
    )
