"""Counted against collected: what a platform itself counts in each bin, what of it is here, and the share.

It draws what `analysis.volume.collected` laid side by side and computes nothing.
"""

from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

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
NOTHING: Final = "No platform has counted this campaign's posts in this window."


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw counted and collected posts of one platform (see `analysis.volume.collected`), and their share below."""
    return compose(COUNTED_POSTS, frame, about, ax=ax)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    bars(ax, frame, "posts")
    line(ax, frame, "counted", COUNTED, _DASHED)
    count_upwards(ax, frame, ("posts", "counted"))
    mark_events(ax, frame, about.events)
    _, height = size(ax)
    panel = ax.inset_axes((0, -(_GAP + _SHARE) / height, 1, _SHARE / height), sharex=ax)
    panel.set_gid("share")
    panel.text(0, 1.03, "Collected share", transform=panel.transAxes, color=MUTED, fontsize=SMALL + 0.5)
    line(panel, frame, "share", POSTS)
    panel.set(ylim=(0, 1.06), yticks=(0, 0.5, 1))
    panel.yaxis.set_major_formatter(PercentFormatter(1))
    mark(panel, frame, about.zone)
    ax.tick_params(labelbottom=False)
    ax.xaxis.get_offset_text().set_visible(False)


def _words(frame: pd.DataFrame, about: About) -> Words:
    subtitle = f"Posts (not reposts) in each {words.bin_of(about)}, as the platform counts them and as collected"
    if frame.empty:
        return Words(subtitle, (NOTHING, *words.closing(about)), NOTHING)
    told = frame[frame["counted"].notna()]
    counted, collected = int(told["counted"].sum()), int(told["posts"].fillna(0).sum())
    lines = [
        f"In {words.counted(len(told), 'bin')} that {told['platform'].iloc[0]} counted: {counted:,} counted,"
        f" {collected:,} collected{f' ({collected / counted:.0%})' if counted else ''}.",
        "What was collected may be more than what was counted: posts that were deleted in between are counted no more,"
        " and are kept here without their words.",
    ]
    return Words(subtitle, (*lines, *words.closing(about)), NOTHING)


def _key(_frame: pd.DataFrame) -> list[Artist]:
    counted = Line2D([], [], color=COUNTED, linewidth=1.3, linestyle=_DASHED, label=volume_words.COUNTED)
    return [Patch(facecolor=BARS, label="posts collected"), counted]


COUNTED_POSTS: Final = Kind(
    name="counted",
    columns=SORTS,
    room=lambda _: Room(below=AXIS + _GAP + _SHARE),
    paint=_paint,
    words=_words,
    key=_key,
)
