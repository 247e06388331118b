"""Counted against collected: what a platform itself counts in each bin, what of it is here, and the share.

It draws what `analysis.volume.collected` laid side by side and computes nothing.
"""

from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from analysis.breakdown import platform_named
from analysis.charts import volume_words, words
from analysis.charts.about import About
from analysis.charts.clock import mark
from analysis.charts.kind import Kind, compose
from analysis.charts.marks import mark_events
from analysis.charts.numbers import Columns
from analysis.charts.page import AXIS, SMALL, Room, Words, size
from analysis.charts.steps import bars, count_upwards, line
from analysis.charts.style import BARS, COUNTED, MUTED, POSTS

_SHARE, _GAP = 70.0, 26.0
_DASHED: Final = (0, (4, 2))
SORTS: Final[Columns] = {
    "bin_start": "time", "bin_end": "time", "platform": "text", "counted": "whole", "posts": "whole", "share": "number",
}  # fmt: skip
_MORE: Final = (
    "What was collected may be more than what was counted: posts that were deleted in between are counted no more,"
    " and are kept here without their words."
)
NOTHING: Final = "No platform has counted this campaign's posts in this window."


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw counted and collected posts of one platform (see `analysis.volume.collected`), and their share below."""
    return compose(COUNTED_POSTS, frame, about, ax=ax)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    bars(ax, frame, "posts")
    line(ax, frame, "counted", COUNTED, _DASHED)
    count_upwards(ax, frame, ("posts", "counted"), about.speech)
    mark_events(ax, frame, about.events)
    _, height = size(ax)
    panel = ax.inset_axes((0, -(_GAP + _SHARE) / height, 1, _SHARE / height), sharex=ax)
    panel.set_gid("share")
    panel.text(
        0, 1.03, about.speech.say("Collected share"), transform=panel.transAxes, color=MUTED, fontsize=SMALL + 0.5
    )
    line(panel, frame, "share", POSTS)
    panel.set(ylim=(0, 1.06), yticks=(0, 0.5, 1))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda share, _place: about.speech.percent(share)))
    mark(panel, frame, about)
    ax.tick_params(labelbottom=False)
    ax.xaxis.get_offset_text().set_visible(False)


def _words(frame: pd.DataFrame, about: About) -> Words:
    speech = about.speech
    subtitle = speech.say(
        "Posts (not reposts) in each {bin}, as the platform counts them and as collected", bin=words.bin_of(about)
    )
    nothing = speech.say(NOTHING)
    if frame.empty:
        return Words(subtitle, (nothing, *words.closing(about)), nothing)
    told = frame[frame["counted"].notna()]
    counted, collected = int(told["counted"].sum()), int(told["posts"].fillna(0).sum())
    said = speech.say(
        "In {bins} that {platform} counted: {counted} counted, {collected} collected",
        bins=words.bins(len(told), about),
        platform=platform_named(str(told["platform"].iloc[0])),
        counted=counted,
        collected=collected,
    )
    share = f" ({speech.percent(collected / counted)})" if counted else ""
    return Words(subtitle, (f"{said}{share}.", speech.say(_MORE), *words.closing(about)), nothing)


def _key(_frame: pd.DataFrame, about: About) -> list[Artist]:
    name = about.speech.say(volume_words.COUNTED)
    counted = Line2D([], [], color=COUNTED, linewidth=1.3, linestyle=_DASHED, label=name)
    return [Patch(facecolor=BARS, label=about.speech.say("posts collected")), counted]


COUNTED_POSTS: Final = Kind(
    name="counted",
    columns=SORTS,
    room=lambda _: Room(below=AXIS + _GAP + _SHARE),
    paint=_paint,
    words=_words,
    key=_key,
)
