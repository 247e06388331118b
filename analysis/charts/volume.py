"""The chart of volume: posts and their authors, reposts apart, episodes and events, and what is not known.

It draws what `analysis.volume.volume` counted and computes nothing.
"""

from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.charts import volume_words, words
from analysis.charts.about import About
from analysis.charts.clock import mark
from analysis.charts.hatching import hatch, key_of
from analysis.charts.kind import Kind, compose
from analysis.charts.marks import mark_events, mark_outbreaks, shade
from analysis.charts.numbers import Columns, Sort
from analysis.charts.page import AXIS, SMALL, Room, Words, size
from analysis.charts.steps import bars, count_upwards, line
from analysis.charts.style import BARS, COUNTED, EPISODE, LINE, MUTED
from analysis.states import KINDS
from analysis.volume import COLUMNS, COUNTS, together

_REPOSTS, _GAP = 78.0, 26.0
_DASHED: Final = (0, (4, 2))
_DRAWN: Final = {"posts": ("posts", "counted"), "reposts": ("reposts",)}
"""What is drawn in each panel and may be the highest; there are never more authors than posts."""
_SORTS: Final[dict[str, Sort]] = {
    "bin_start": "time",
    "bin_end": "time",
    "platform": "text",
    **dict.fromkeys((*COUNTS, "counted"), "whole"),
    **{f"state_{kind}": "maybe" for kind in KINDS},
    **{f"reason_{kind}": "text" for kind in KINDS},
    **{f"share_{kind}": "number" for kind in KINDS},
    **{f"lower_bound_{kind}": "flag" for kind in KINDS},
    "sampled": "flag",
}
SORTS: Final[Columns] = {name: _SORTS[name] for name in COLUMNS}


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw a volume frame (see `analysis.volume.volume`); platforms are taken together.

    Without `ax` a figure of the chart's own size is made; its Axes know it (`ax.figure`). Bins are hatched by
    their state of coverage, each told apart by its pattern; *given* and *complete* are plain. Returns the
    Axes of the posts; the reposts' are its child. A character of the user's without a glyph is written as its
    code point; MissingGlyph is raised for one of ours.
    """
    return compose(VOLUME, frame, about, ax=ax)


def _room(frame: pd.DataFrame) -> Room:
    return Room(below=AXIS + (_GAP + _REPOSTS if _has_reposts(frame) else 0))


def _has_reposts(frame: pd.DataFrame) -> bool:
    return not frame.empty and volume_words.has_reposts(frame)


def _words(frame: pd.DataFrame, about: About) -> Words:
    return Words(volume_words.subtitle(frame, about), tuple(volume_words.caption(frame, about)), words.nothing(about))


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    """Draw the posts and, below them, the reposts."""
    _panel(ax, frame, "posts", about)
    line(ax, frame, "authors", LINE)
    line(ax, frame, "counted", COUNTED, _DASHED)
    mark_outbreaks(ax, frame, about)
    mark_events(ax, frame, about.events)
    if not _has_reposts(frame):
        mark(ax, frame, about)
        return
    _, height = size(ax)
    panel = ax.inset_axes((0, -(_GAP + _REPOSTS) / height, 1, _REPOSTS / height), sharex=ax)
    panel.set_gid("reposts")
    panel.text(0, 1.03, about.speech.say("Reposts"), transform=panel.transAxes, color=MUTED, fontsize=SMALL + 0.5)
    _panel(panel, frame, "reposts", about)
    shade(panel, frame, about.repost_outbreaks)
    mark(panel, frame, about)
    ax.tick_params(labelbottom=False)
    ax.xaxis.get_offset_text().set_visible(False)


def _panel(ax: Axes, frame: pd.DataFrame, kind: str, about: About) -> None:
    """Draw one kind's counts as bars under the hatching of its states."""
    bars(ax, frame, kind)
    count_upwards(ax, frame, _DRAWN[kind], about.speech, ticks=5 if kind == "posts" else 2)
    hatch(ax, frame, kind)


def _key(frame: pd.DataFrame, about: About) -> list[Artist]:
    """Make a key to the bars, the line, and each hatching that is there."""
    speech = about.speech
    drawn: list[Artist] = [Patch(facecolor=BARS, label=speech.say("posts"))]
    if volume_words.has_authors(frame):
        drawn.append(Line2D([], [], color=LINE, linewidth=1.3, label=speech.say("authors")))
    if frame["counted"].notna().any():
        drawn.append(
            Line2D([], [], color=COUNTED, linewidth=1.3, linestyle=_DASHED, label=speech.say(volume_words.COUNTED))
        )
    if about.outbreaks:
        drawn.append(Patch(facecolor=EPISODE, label=speech.say("episode")))
    states = [state for kind in KINDS if kind == "posts" or _has_reposts(frame) for state in words.states(frame, kind)]
    return [*drawn, *key_of(states, speech)]


def _restore(frame: pd.DataFrame) -> pd.DataFrame:
    """Tell an empty reason from one that is unknown, as its state is: a CSV writes both alike."""
    return frame.assign(
        **{f"reason_{kind}": frame[f"reason_{kind}"].where(frame[f"state_{kind}"].notna()) for kind in KINDS}
    )


VOLUME: Final = Kind(
    name="volume",
    columns=SORTS,
    room=_room,
    paint=_paint,
    words=_words,
    key=_key,
    later=frozenset({"counted", "gone_posts", "gone_reposts", "sampled"}),
    restore=_restore,
    shown=together,
)
