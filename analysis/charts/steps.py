"""Counts over time, drawn as steps: bars, and lines over them; nothing where a count is unknown."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import StepPatch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.charts.clock import Floats, edges
from analysis.charts.style import BARS
from analysis.language import Speech

SEPARATED: Final = 80
"""Up to so many bins the bars are set apart."""
CROWDED: Final = 400
"""From so many bins on the bars are outlined: a bin narrower than a dot is still seen."""


def bars(ax: Axes, frame: pd.DataFrame, name: str, colour: str = BARS) -> None:
    """Draw a column of counts as bars, none where the count is unknown."""
    edge = "white" if len(frame) <= SEPARATED else colour if len(frame) > CROWDED else "none"
    counts, at = _merged(frame, name)
    # Axes.stairs would look at each bin for its limits: seconds for a chart of years by the hour.
    ax.add_artist(StepPatch(counts, at, fill=True, fc=colour, ec=edge, lw=0.7, zorder=2, gid=name))


def line(ax: Axes, frame: pd.DataFrame, name: str, colour: str, style: Any = "-") -> None:
    """Draw a column of numbers as a line of steps over the bars, none where it is unknown."""
    (counts, at), width = _merged(frame, name), 0.7 if len(frame) > CROWDED else 1.3
    steps = StepPatch(
        counts,
        at,
        baseline=None,  # type: ignore[arg-type]  # matplotlib takes it, its stubs do not
        fill=False,
        ec=colour,
        lw=width,
        ls=style,
        zorder=4,
        gid=name,
    )
    ax.add_artist(steps)


def count_upwards(ax: Axes, frame: pd.DataFrame, names: Iterable[str], speech: Speech, ticks: int = 5) -> None:
    """Scale the vertical axis from 0 to over the highest of these columns, in whole numbers."""
    highest = max(np.nanmax(numbers(frame[name]), initial=0) for name in names)
    ax.set_ylim(0, max(1.0, float(highest) * 1.06))
    ax.yaxis.set_major_locator(MaxNLocator(ticks, integer=True))
    ax.yaxis.set_major_formatter(in_numbers(speech))


def in_numbers(speech: Speech) -> FuncFormatter:
    """Write the ticks of an axis of counts as the language does."""
    return FuncFormatter(lambda number, _place: speech.number(round(number)))


def numbers(counts: pd.Series) -> Floats:
    """Take counts as floats, NaN where they are unknown."""
    return np.asarray(counts.astype("Float64").to_numpy(na_value=np.nan), np.float64)


def _merged(frame: pd.DataFrame, name: str) -> tuple[Floats, Floats]:
    """Give a column's numbers and edges, of many bins neighbours of one height as one, which takes less room."""
    counts, at = numbers(frame[name]), edges(frame)
    if len(frame) <= CROWDED:
        return counts, at
    unlike = (counts[1:] != counts[:-1]) & ~(np.isnan(counts[1:]) & np.isnan(counts[:-1]))
    first = np.flatnonzero(np.append(True, unlike)) if len(counts) else np.zeros(0, np.intp)
    return counts[first], np.append(at[:-1][first], at[-1:])
