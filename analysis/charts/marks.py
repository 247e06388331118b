"""What stands on a time axis beside the counts: episodes as numbered spans, events as labelled lines."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.about import About, Event, Outbreak, numbered
from analysis.charts.clock import positions
from analysis.charts.page import SMALL, size
from analysis.charts.style import EPISODE, INK, MUTED
from analysis.charts.typeface import fitted, isolated, legible

_NARROWEST: Final = 2.0
_BESIDE: Final = 3.0
_APART: Final = 9.0
"""So many points a number takes."""


def mark_outbreaks(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    """Shade each episode of posts, and number the largest in the order of time, as `numbered` has them."""
    shade(ax, frame, about.outbreaks)
    left, right = ax_limits(frame)
    scale = size(ax)[0] / (right - left)
    row, taken = 0, -_APART
    for outbreak, number in numbered(about.outbreaks).items():
        onset, end = _places(outbreak.onset, outbreak.end)
        if end <= left or onset >= right:
            continue
        place = max(onset, left)
        # Numbers that would stand on one another go down a row each.
        row = row + 1 if (place - left) * scale - taken < _APART else 0
        taken = (place - left) * scale
        _number(ax, place, about.speech.number(number), row)


def shade(ax: Axes, frame: pd.DataFrame, outbreaks: Sequence[Outbreak]) -> None:
    """Shade each episode from onset to end, wide enough to be seen."""
    left, right = ax_limits(frame)
    narrowest = _NARROWEST * (right - left) / size(ax)[0]
    for outbreak in outbreaks:
        onset, end = _places(outbreak.onset, outbreak.end)
        if end > left and onset < right:
            middle, half = (onset + end) / 2, max(end - onset, narrowest) / 2
            ax.axvspan(middle - half, middle + half, color=EPISODE, zorder=1, linewidth=0, gid="episode")


def _number(ax: Axes, place: float, number: str, row: int) -> None:
    ax.annotate(
        number,
        (place, 1),
        (2, -2 - row * (SMALL + 2)),
        xycoords=ax.get_xaxis_transform(),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        fontweight=700,
        color=INK,
        zorder=6,
        gid="episode's number",
    )


def mark_events(ax: Axes, frame: pd.DataFrame, events: Sequence[Event]) -> None:
    """Draw a line for each event within a frame's bins, its label along it where there is room."""
    left, right = ax_limits(frame)
    _, height = size(ax)
    for event in events:
        (at,) = _places(event.at)
        if not left <= at < right:
            continue
        ax.axvline(at, color=MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=5, gid="event")
        ax.annotate(
            isolated(fitted(legible(event.label), height - 8, SMALL - 1)),
            (at, 1),
            (_BESIDE, -4),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            rotation=90,
            va="top",
            fontsize=SMALL - 1,
            color=MUTED,
            zorder=6,
            gid="event's label",
        )


def ax_limits(frame: pd.DataFrame) -> tuple[float, float]:
    """Place the first and the last edge of a frame's bins on the axis."""
    first, last = _places(frame["bin_start"].iloc[0], frame["bin_end"].iloc[-1])
    return first, last


def _places(*instants: object) -> tuple[float, ...]:
    return tuple(positions(pd.Series(instants, dtype="datetime64[us, UTC]")).tolist())
