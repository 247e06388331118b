"""The coverage strip: what is known of each platform and kind over time, a lane each.

It draws what the ledgers say and computes nothing.
"""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from analysis.breakdown import platform_named
from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.clock import mark_between, positions
from analysis.charts.hatching import cover, key_of
from analysis.charts.kind import Kind, compose
from analysis.charts.numbers import Columns
from analysis.charts.page import AXIS, Room, Words
from analysis.charts.style import COMPLETE, GIVEN, HATCHES
from analysis.states import KINDS

_LANE: Final = 30.0
COLUMNS: Final = ("lane", "starts_at", "ends_at", "state", "reason")
SORTS: Final[Columns] = {
    "lane": "text", "starts_at": "time", "ends_at": "time", "state": "text", "reason": "text",
}  # fmt: skip
_KINDS: Final = {kind: kind for kind in KINDS}
_PLAIN: Final = {"complete": COMPLETE, "given": GIVEN}


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw stretches of coverage: lane ('x, posts'), starts_at, ends_at (UTC), state (settling apart), reason."""
    return compose(COVERAGE, frame, about, ax=ax)


def _lanes(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["lane"]))


def _room(frame: pd.DataFrame) -> Room:
    return Room(panel=max(1, len(_lanes(frame))) * _LANE, below=AXIS, left=120.0)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    lanes = _lanes(frame)
    for state, of_it in frame.groupby("state"):
        boxes = [
            [(left, lane + 0.18), (left, lane + 0.82), (right, lane + 0.82), (right, lane + 0.18)]
            for left, right, lane in zip(
                positions(of_it["starts_at"]), positions(of_it["ends_at"]), map(lanes.index, of_it["lane"]), strict=True
            )
        ]
        _lay(ax, boxes, str(state))
    ax.set(ylim=(len(lanes), 0), yticks=np.arange(len(lanes)) + 0.5, yticklabels=[_lane(lane, about) for lane in lanes])
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)
    mark_between(ax, frame["starts_at"].min(), frame["ends_at"].max(), about)


def _lay(ax: Axes, boxes: list[list[tuple[float, float]]], state: str) -> None:
    """Lay a state's boxes, each with an edge: a second of ten years is seen, and what is not known lies on top."""
    if state in _PLAIN:
        colour = edge = _PLAIN[state]
        gid, order = state, 1
    else:
        cover(ax, boxes, state, gid=state, zorder=2)
        colour, edge, gid, order = "none", HATCHES[state].ink, f"edge of {state}", 2
    laid = PolyCollection(boxes, facecolor=colour, linewidth=0.4, edgecolor=edge, gid=gid, zorder=order)
    ax.add_collection(laid, autolim=False)


def _words(frame: pd.DataFrame, about: About) -> Words:
    speech = about.speech
    subtitle = speech.say("How completely each platform was collected")
    if frame.empty:
        return Words(subtitle, (words.nothing(about), *words.closing(about)), words.nothing(about))
    lines = [f"{_lane(str(lane), about)}: {_told(of_it, about)}." for lane, of_it in frame.groupby("lane", sort=False)]
    present = set(frame["state"])
    lines += [
        f"{speech.say(words.STATES[state])}: {speech.say(meaning)}."
        for state, meaning in words.MEANING.items()
        if state in present
    ]
    return Words(subtitle, (*lines, *words.closing(about)), words.nothing(about))


def _lane(lane: str, about: About) -> str:
    """Name a lane: its platform, and its kind in the language."""
    platform, _, kind = lane.partition(", ")
    return about.speech.listed([platform_named(platform), about.speech.say(_KINDS[kind])])


def _told(of_it: pd.DataFrame, about: About) -> str:
    """Say which part of a lane's time has which state."""
    lengths = (of_it["ends_at"] - of_it["starts_at"]).dt.total_seconds().groupby(of_it["state"]).sum()
    shares = (lengths / lengths.sum()).sort_values(ascending=False)
    return about.speech.listed(
        [
            f"{about.speech.percent(float(share))} {about.speech.say(words.STATES[str(state)])}"
            for state, share in shares.items()
        ]
    )


def _key(frame: pd.DataFrame, about: About) -> list[Artist]:
    present = set(frame["state"])
    plain: list[Artist] = [
        Patch(facecolor=colour, label=about.speech.say(words.STATES[state]))
        for state, colour in _PLAIN.items()
        if state in present
    ]
    return [*plain, *key_of(present, about.speech)]


COVERAGE: Final = Kind(name="coverage", columns=SORTS, room=_room, paint=_paint, words=_words, key=_key)
