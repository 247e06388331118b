"""The hours of the week as a heat map: when a campaign is busy, on the wall clock.

It draws what `analysis.rhythm.rhythm` averaged and computes nothing.
"""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FuncFormatter

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.hatching import cover
from analysis.charts.kind import Kind, compose
from analysis.charts.numbers import Columns
from analysis.charts.page import SMALL, Room, Words, figure_of
from analysis.charts.style import MUTED
from analysis.rhythm import DAYS, HOURS

_AVERAGED: Final = "{hours} that were collected are averaged; hours that were not, or only in part, are left out."
_UNTOLD: Final = "No hour was collected, or the times of the posts are good to a day only: no hours can be told apart."
_UNSEEN: Final = "Hatched: {some} of {all} hours of the week were never collected completely: unknown, not zero."
SORTS: Final[Columns] = {"weekday": "whole", "hour": "whole", "bins": "whole", "posts": "whole", "mean": "number"}
COLOURS: Final = LinearSegmentedColormap.from_list("busy", ["#EDF3F8", "#7FB0D5", "#2B6CA3", "#0B2545"])
"""One hue that gets darker evenly: the colour-blind can tell it, and so can a printer."""


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw the mean posts of each hour of the week (see `analysis.rhythm.rhythm`); unseen hours are hatched."""
    return compose(HOURS_OF_WEEK, frame, about, ax=ax)


def _room(_frame: pd.DataFrame) -> Room:
    return Room(panel=180.0, below=62.0, left=76.0)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    speech = about.speech
    means = frame["mean"].to_numpy(dtype=np.float64, na_value=np.nan).reshape(DAYS, HOURS)
    top = max(float(np.nanmax(means, initial=0)), 1e-9)
    mesh = ax.pcolormesh(
        np.arange(HOURS + 1), np.arange(DAYS + 1), np.ma.masked_invalid(means), cmap=COLOURS, vmin=0, vmax=top,
        edgecolors="white", linewidth=0.6, gid="mean",
    )  # fmt: skip
    _hatch_unseen(ax, np.isnan(means))
    ax.set(
        ylim=(DAYS, 0),
        xlim=(0, HOURS),
        yticks=np.arange(DAYS) + 0.5,
        yticklabels=[speech.weekday(day) for day in range(DAYS)],
    )
    ax.set_xticks(np.arange(0, HOURS, 3) + 0.5, [speech.digits(f"{hour:02}:00") for hour in range(0, HOURS, 3)])
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.set_xlabel(speech.say("Hour of the day, {zone}", zone=about.zone), fontsize=SMALL, color=MUTED, loc="left")
    _scale(ax, mesh, about)


def _hatch_unseen(ax: Axes, unseen: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> None:
    boxes = [[(hour, day), (hour, day + 1), (hour + 1, day + 1), (hour + 1, day)] for day, hour in np.argwhere(unseen)]
    if boxes:
        cover(ax, boxes, "not_tried", gid="unseen")


def _scale(ax: Axes, mesh: QuadMesh, about: About) -> None:
    """Lay the scale of colours under the map."""
    place = ax.inset_axes((0.55, -0.3, 0.45, 0.045))
    bar = figure_of(ax).colorbar(mesh, cax=place, orientation="horizontal")
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=2)
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda mean, _place: about.speech.number(round(mean, 2))))
    bar.ax.set_title(about.speech.say("posts an hour, on average"), fontsize=SMALL, color=MUTED, loc="left", pad=3)


def _words(frame: pd.DataFrame, about: About) -> Words:
    speech = about.speech
    seen = int(frame["bins"].sum()) if len(frame) else 0
    unseen = int((frame["bins"] == 0).sum()) if len(frame) else 0
    lines = [speech.say(_AVERAGED, hours=speech.count(seen, "hour"))]
    if not seen:
        lines = [speech.say(_UNTOLD)]
    elif unseen:
        lines.append(speech.say(_UNSEEN, some=unseen, all=DAYS * HOURS))
    if 0 < seen < 2 * DAYS * HOURS:
        lines.append(speech.say("Under two weeks were seen: one loud day looks like a habit here."))
    subtitle = speech.say("Posts (not reposts) in each hour of the week, on average")
    return Words(subtitle, (*lines, *words.closing(about)), words.nothing(about))


HOURS_OF_WEEK: Final = Kind(name="hours", columns=SORTS, room=_room, paint=_paint, words=_words)
