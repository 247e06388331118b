"""The chart of volume: posts and their authors, reposts apart, and what is not known of either.

It draws what `analysis.volume.volume` counted and computes nothing.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.clock import Floats, edges, mark, positions
from analysis.charts.page import AXIS, SMALL, new_axes, set_page, size, write
from analysis.charts.style import BARS, COUNTED, HATCHES, LINE, MUTED, drawing
from analysis.states import stretches
from analysis.volume import together

_REPOSTS, _GAP = 78.0, 26.0
_NARROWEST: Final = 3.0
"""A stretch without coverage is drawn this wide in points at least: one lost hour in ten years is seen."""
_SEPARATED: Final = 80
"""Up to so many bins the bars are set apart."""
_DRAWN: Final = {"posts": ("posts", "counted"), "reposts": ("reposts",)}
"""What is drawn in each panel and may be the highest; there are never more authors than posts."""
_CROWDED: Final = 400
"""From so many bins on the bars are outlined: a bin narrower than a dot is still seen."""


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw a volume frame (see `analysis.volume.volume`); platforms are taken together.

    Without `ax` a figure of the chart's own size is made; its Axes know it (`ax.figure`). Bins are hatched by
    their state of coverage, each told apart by its pattern; *given* and *complete* are plain. Returns the
    Axes of the posts; the reposts' are its child. A character of the user's without a glyph is written as its
    code point; MissingGlyph is raised for one of ours.
    """
    whole = together(frame)
    reposts = not whole.empty and words.has_reposts(whole)
    below = AXIS + (_GAP + _REPOSTS if reposts else 0)
    with drawing():
        page = set_page(about.title, words.subtitle(whole, about), words.caption(whole, about))
        place = ax if ax is not None else new_axes(page, below)
        if whole.empty:
            _say_nothing(place)
        else:
            _draw_panels(place, whole, about, reposts)
        write(place, page, _key(whole, reposts), below)
    return place


def _say_nothing(ax: Axes) -> None:
    ax.set(xticks=[], yticks=[])
    ax.text(0.5, 0.5, words.NOTHING, transform=ax.transAxes, ha="center", color=MUTED)


def _draw_panels(ax: Axes, frame: pd.DataFrame, about: About, reposts: bool) -> None:
    """Draw the posts and, below them, the reposts."""
    _bars(ax, frame, "posts")
    _steps(ax, frame, "authors", LINE, "-")
    _steps(ax, frame, "counted", COUNTED, (0, (4, 2)))
    if not reposts:
        mark(ax, frame, about.zone)
        return
    _, height = size(ax)
    panel = ax.inset_axes((0, -(_GAP + _REPOSTS) / height, 1, _REPOSTS / height), sharex=ax)
    panel.set_gid("reposts")
    panel.text(0, 1.03, "Reposts", transform=panel.transAxes, color=MUTED, fontsize=SMALL + 0.5)
    _bars(panel, frame, "reposts")
    mark(panel, frame, about.zone)
    ax.tick_params(labelbottom=False)
    ax.xaxis.get_offset_text().set_visible(False)


def _bars(ax: Axes, frame: pd.DataFrame, kind: str) -> None:
    """Draw one kind's counts as bars, none where the count is unknown, under the hatching of its states."""
    counts = _numbers(frame[kind])
    edge = "white" if len(frame) <= _SEPARATED else BARS if len(frame) > _CROWDED else "none"
    # Axes.stairs would look at each bin for its limits: seconds for a chart of years by the hour.
    ax.add_artist(StepPatch(counts, edges(frame), fill=True, fc=BARS, ec=edge, lw=0.7, zorder=2, gid=kind))
    highest = max(np.nanmax(_numbers(frame[name]), initial=0) for name in _DRAWN[kind])
    ax.set_ylim(0, max(1.0, float(highest) * 1.06))
    ax.yaxis.set_major_locator(MaxNLocator(5 if kind == "posts" else 2, integer=True))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    _hatch(ax, frame, kind)


def _steps(ax: Axes, frame: pd.DataFrame, name: str, colour: str, style: Any) -> None:
    """Draw a column of numbers as a line of steps over the bars, none where it is unknown."""
    counts, width = _numbers(frame[name]), 0.7 if len(frame) > _CROWDED else 1.3
    line = StepPatch(
        counts,
        edges(frame),
        baseline=None,  # type: ignore[arg-type]  # matplotlib takes it, its stubs do not
        fill=False,
        ec=colour,
        lw=width,
        ls=style,
        zorder=4,
        gid=name,
    )
    ax.add_artist(line)


def _hatch(ax: Axes, frame: pd.DataFrame, kind: str) -> None:
    """Hatch the stretches of each state: one artist a state, however many bins."""
    runs = stretches(frame, kind)
    width, _ = size(ax)
    at = edges(frame)
    narrowest = _NARROWEST * float(at[-1] - at[0]) / width
    for order, (state, hatch) in enumerate(reversed(HATCHES.items())):
        of_it = runs[runs["state"] == state]
        if of_it.empty:
            continue
        spans = _spans(positions(of_it["starts_at"]), positions(of_it["ends_at"]), narrowest)
        boxes = PolyCollection(
            [[(left, 0), (left, 1), (right, 1), (right, 0)] for left, right in spans],
            transform=ax.get_xaxis_transform(),
            facecolor=hatch.tint,
            hatch=hatch.pattern,
            hatchcolor=hatch.ink,
            linewidth=0,
            zorder=3 + order / 10,
            gid=f"{kind}: {state}",
        )
        ax.add_collection(boxes, autolim=False)


def _spans(starts: Floats, ends: Floats, narrowest: float) -> list[tuple[float, float]]:
    """Widen stretches too narrow to be seen, and join those that then overlap."""
    missing = np.clip(narrowest - (ends - starts), 0, None) / 2
    joined: list[tuple[float, float]] = []
    for left, right in zip((starts - missing).tolist(), (ends + missing).tolist(), strict=True):
        if joined and left <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(right, joined[-1][1]))
        else:
            joined.append((left, right))
    return joined


def _key(frame: pd.DataFrame, reposts: bool) -> list[Artist]:
    """Make a key to the bars, the line, and each hatching that is there."""
    if frame.empty:
        return []
    present = {*words.states(frame, "posts"), *(words.states(frame, "reposts") if reposts else [])}
    drawn: list[Artist] = [Patch(facecolor=BARS, label="posts")]
    if words.has_authors(frame):
        drawn.append(Line2D([], [], color=LINE, linewidth=1.3, label="authors"))
    if frame["counted"].notna().any():
        drawn.append(Line2D([], [], color=COUNTED, linewidth=1.3, linestyle=(0, (4, 2)), label=words.COUNTED))
    return drawn + [_patch(state) for state in HATCHES if state in present]


def _patch(state: str) -> Artist:
    hatch = HATCHES[state]
    name = words.STATES[state]
    return Patch(facecolor=hatch.tint, hatch=2 * hatch.pattern, hatchcolor=hatch.ink, label=name)


def _numbers(counts: pd.Series) -> Floats:
    """Take counts as floats, NaN where they are unknown."""
    return np.asarray(counts.astype("Float64").to_numpy(na_value=np.nan), np.float64)
