"""What and who leads a campaign, as bars: links, tags, accounts.

It draws what `analysis.leaders.leaders` listed and computes nothing.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.kind import Kind, compose
from analysis.charts.numbers import Columns
from analysis.charts.page import SMALL, Room, Words
from analysis.charts.steps import in_numbers, numbers
from analysis.charts.style import BARS, INK, MUTED
from analysis.charts.typeface import fitted, isolated, legible
from analysis.leaders import NO_NAME, Led

_ROW: Final = 25.0
_NAME: Final = 420.0
_COLLECTED: Final = "Of what was collected: where collection has holes, others may lead in truth."
_FOLLOWERS: Final = "Followers stand where the platform told them before the window's end."
_NO_FOLLOWERS: Final = "How many followers they have was not told."
SORTS: Final[Columns] = {
    "item": "text", "platform": "text", "posts": "whole", "authors": "whole", "reposted": "whole",
    "followers": "whole", "followers_at": "time",
}  # fmt: skip
_SUBTITLES: Final[dict[Led, str]] = {
    "links": "The links that most posts (not reposts) share",
    "tags": "The tags that most posts (not reposts) have beside the campaign's own",
    "accounts": "The accounts with the most posts (not reposts)",
}
_NOTHING: Final[dict[Led, str]] = {
    "links": "No post of this campaign in this window shares a link, as far as is known.",
    "tags": "No post of this campaign in this window has another tag, as far as is known.",
    "accounts": words.NOTHING,
}


def draw(frame: pd.DataFrame, about: About, led: Led, *, ax: Axes | None = None) -> Axes:
    """Draw a list of leaders (see `analysis.leaders.leaders`), a bar each, its name above it."""
    return compose(LEADING[led], frame, about, ax=ax)


def _room(frame: pd.DataFrame) -> Room:
    return Room(panel=max(2, len(frame)) * _ROW, below=30.0, left=52.0)


def _paint(ax: Axes, frame: pd.DataFrame, about: About, led: Led) -> None:
    at, posts = np.arange(len(frame)), numbers(frame["posts"])
    ax.barh(at + 0.66, posts, height=0.42, color=BARS, gid="posts")
    ax.set(ylim=(len(frame), 0), xlim=(0, max(1.0, float(posts.max())) * 1.02), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_formatter(in_numbers(about.speech))
    for number, row in enumerate(frame.to_dict("records")):
        _write(ax, number, _name(row["item"], led, about), _beside(row, led, about))


def _write(ax: Axes, number: int, name: str, beside: str) -> None:
    """Write a bar's name above it, and its numbers at the right edge."""
    across = ax.get_yaxis_transform()
    place: dict[str, Any] = {"textcoords": "offset points", "xycoords": across}
    ax.annotate(name, (0, number + 0.4), (1, 0), **place, fontsize=SMALL + 0.5, color=INK, gid="item")
    ax.annotate(beside, (1, number + 0.4), (0, 0), **place, fontsize=SMALL, color=MUTED, ha="right", gid="beside")


def _name(item: str, led: Led, about: About) -> str:
    if item == NO_NAME:
        return about.speech.say(NO_NAME)
    marked = {"links": "", "tags": "#", "accounts": "@"}[led]
    return isolated(fitted(legible(f"{marked}{item}"), _NAME, SMALL + 0.5))


def _beside(row: Mapping[Any, Any], led: Led, about: About) -> str:
    """Say a row's numbers in words."""
    speech = about.speech
    told = [speech.count(int(row["posts"]), "post")]
    if led != "accounts":
        told += [] if pd.isna(row["authors"]) else [speech.count(int(row["authors"]), "author")]
        return speech.say(" by ").join(told)
    if pd.notna(row["reposted"]) and row["reposted"]:
        told.append(speech.say("reposted {times}", times=speech.count(int(row["reposted"]), "time")))
    if pd.notna(row["followers"]):
        when = speech.date(row["followers_at"], about.zone)
        told.append(speech.say("{n} followers on {date}", n=int(row["followers"]), date=when))
    return speech.listed(told)


def _words(frame: pd.DataFrame, about: About, led: Led) -> Words:
    speech = about.speech
    subtitle, nothing = speech.say(_SUBTITLES[led]), speech.say(_NOTHING[led])
    if frame.empty:
        return Words(subtitle, (nothing, *words.closing(about)), nothing)
    lines = [speech.say(_COLLECTED)]
    if led == "accounts" and frame["followers"].isna().any():
        lines.append(speech.say(_FOLLOWERS if frame["followers"].notna().any() else _NO_FOLLOWERS))
    return Words(subtitle, (*lines, *words.closing(about)), nothing)


LEADING: Final[dict[Led, Kind]] = {
    led: Kind(
        name=f"top-{led}",
        columns=SORTS,
        room=_room,
        paint=partial(_paint, led=led),
        words=partial(_words, led=led),
    )
    for led in _SUBTITLES
}
