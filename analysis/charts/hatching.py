"""What is not known, drawn: hatched stretches, one pattern a state of coverage, and their entries in a key."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch
from matplotlib.transforms import Transform

from analysis.charts import words
from analysis.charts.clock import Floats, edges, positions
from analysis.charts.page import size
from analysis.charts.style import HATCHES
from analysis.language import Speech
from analysis.states import stretches

_NARROWEST: Final = 3.0
"""A stretch without coverage is drawn this wide in points at least: one lost hour in ten years is seen."""


def hatch(ax: Axes, frame: pd.DataFrame, kind: str) -> None:
    """Hatch the stretches of each state of a frame with one row a bin: one artist a state, however many bins."""
    runs = stretches(frame, kind)
    width, _ = size(ax)
    at = edges(frame)
    narrowest = _NARROWEST * float(at[-1] - at[0]) / width
    for order, state in enumerate(reversed(HATCHES)):
        of_it = runs[runs["state"] == state]
        if not of_it.empty:
            spans = _spans(positions(of_it["starts_at"]), positions(of_it["ends_at"]), narrowest)
            gid = f"{kind}: {state}"
            cover(ax, _full(spans), state, gid=gid, transform=ax.get_xaxis_transform(), zorder=3 + order / 10)


def hatch_outside(ax: Axes, within: tuple[float, float], shown: tuple[float, float]) -> None:
    """Hatch what is shown of the axis beyond where anything was counted: nothing is known there."""
    spans = [(left, right) for left, right in ((shown[0], within[0]), (within[1], shown[1])) if left < right]
    if spans:
        cover(ax, _full(spans), "not_tried", gid="outside", transform=ax.get_xaxis_transform(), zorder=3)


def cover(
    ax: Axes,
    boxes: Sequence[Sequence[tuple[float, float]]],
    state: str,
    *,
    gid: str,
    transform: Transform | None = None,
    zorder: float = 1,
) -> None:
    """Cover boxes with a state's tint, and with its pattern, whose id is `gid`.

    They are artists apart: matplotlib writes a pattern on a translucent ground into an SVG as one of its lines' colour,
    and translucent as a whole, so that no line is seen.
    """
    hatch = HATCHES[state]
    tint = PolyCollection(boxes, facecolor=hatch.tint, linewidth=0, gid=f"tint of {gid}")
    pattern = PolyCollection(boxes, facecolor="none", hatch=hatch.pattern, hatchcolor=hatch.ink, linewidth=0, gid=gid)
    for artist in (tint, pattern):
        artist.set(zorder=zorder, transform=transform or ax.transData)
        ax.add_collection(artist, autolim=False)


def key_of(states: Iterable[str], speech: Speech) -> Iterator[Artist]:
    """Make an entry of the key for each of these states that is hatched."""
    present = set(states)
    for state, hatch in HATCHES.items():
        if state in present:
            name = speech.say(words.STATES[state])
            yield Patch(facecolor="none", edgecolor="none", hatch=2 * hatch.pattern, hatchcolor=hatch.ink, label=name)


def _full(spans: Iterable[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Make boxes of the full height of the axes."""
    return [[(left, 0), (left, 1), (right, 1), (right, 0)] for left, right in spans]


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
