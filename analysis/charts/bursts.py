"""The chart of bursts: the posts of each bin, what was expected of it, and the episodes that stand out.

It draws what `analysis.episodes.episodes` detected and computes nothing.
"""

from typing import Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.charts import words
from analysis.charts.about import About, numbered
from analysis.charts.clock import mark
from analysis.charts.hatching import hatch, key_of
from analysis.charts.kind import Kind, compose
from analysis.charts.marks import mark_events, mark_outbreaks
from analysis.charts.numbers import Columns
from analysis.charts.page import Room, Words
from analysis.charts.steps import bars, count_upwards, line
from analysis.charts.style import BARS, BURST, EPISODE, LINE
from analysis.language import Speech

_METHOD: Final = (
    "A burst is a stretch where posts come more than 2.5 times as fast as expected, taken as a whole, for so long that"
    " chance is no explanation (Kleinberg 2002). Expected is the campaign's own usual number, outside of bursts. An"
    " episode is the part of an outbreak with three quarters of its posts or more; bursts less than a day from it are"
    " part of it."
)
_NONE: Final = "No episode: nothing stands out of what is usual for this campaign in what was collected."
_UNSEEN: Final = "Whether anything stands out cannot be told: nothing was completely collected."
_UNFITTED: Final = "What is usual cannot be told: hardly anything lies outside of the episodes."
_MASKED: Final = (
    "{bins} were not completely collected: they are passed over when episodes are looked for, so that a gap cannot look"
    " like an outbreak."
)
SORTS: Final[Columns] = {
    "bin_start": "time", "bin_end": "time", "posts": "whole", "expected": "number", "level": "whole",
    "is_seen": "flag", "state_posts": "text", "reason_posts": "text",
}  # fmt: skip


def draw(frame: pd.DataFrame, about: About, *, ax: Axes | None = None) -> Axes:
    """Draw the bins of a detection (see `analysis.episodes.Detected`): bins in a burst are darker, episodes shaded."""
    return compose(BURSTS, frame, about, ax=ax)


def _paint(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    bars(ax, frame, "posts")
    bars(ax, frame.assign(burst=frame["posts"].mask(frame["level"] == 0)), "burst", BURST)
    line(ax, frame, "expected", LINE)
    count_upwards(ax, frame, ("posts", "expected"), about.speech)
    hatch(ax, frame, "posts")
    mark_outbreaks(ax, frame, about)
    mark_events(ax, frame, about.events)
    mark(ax, frame, about)


def _words(frame: pd.DataFrame, about: About) -> Words:
    speech = about.speech
    subtitle = speech.say("Posts (not reposts) in each {bin}, what was expected, and episodes", bin=words.bin_of(about))
    if frame.empty:
        return Words(subtitle, (words.nothing(about), *words.closing(about)), words.nothing(about))
    window = frame["bin_start"].iloc[0], frame["bin_end"].iloc[-1]
    lines = [
        *words.outbreaks(about, *window),
        *_rest(frame, about),
        *_masked(frame, about),
        *_unfitted(frame, about),
        speech.say(_METHOD),
    ]
    lines += [speech.say("Posts {line}", line=line) for line in words.coverage(frame, "posts", about)]
    return Words(subtitle, (*lines, *words.known_of_each(frame, about), *words.closing(about)), words.nothing(about))


def _rest(frame: pd.DataFrame, about: About) -> list[str]:
    if not frame["is_seen"].any():
        return [about.speech.say(_UNSEEN)]
    if not about.outbreaks:
        return [about.speech.say(_NONE)]
    more = len(about.outbreaks) - len(numbered(about.outbreaks))
    return [about.speech.say("{more} smaller episodes are shaded without a number.", more=more)] if more > 0 else []


def _unfitted(frame: pd.DataFrame, about: About) -> list[str]:
    is_told = bool(frame["expected"].notna().any())
    return [] if is_told or not frame["is_seen"].any() else [about.speech.say(_UNFITTED)]


def _masked(frame: pd.DataFrame, about: About) -> list[str]:
    masked = int((~frame["is_seen"]).sum())
    if not masked:
        return []
    bins = about.speech.say("{some} of {all}", some=masked, all=words.bins(len(frame), about))
    return [about.speech.say(_MASKED, bins=bins)]


def _expected(frame: pd.DataFrame, speech: Speech) -> list[Artist]:
    if frame["expected"].isna().all():
        return []
    return [Line2D([], [], color=LINE, linewidth=1.3, label=speech.say("expected"))]


def _key(frame: pd.DataFrame, about: About) -> list[Artist]:
    speech = about.speech
    drawn: list[Artist] = [
        Patch(facecolor=BARS, label=speech.say("posts")),
        Patch(facecolor=BURST, label=speech.say("in a burst")),
        *_expected(frame, speech),
        Patch(facecolor=EPISODE, label=speech.say("episode")),
    ]
    return [*drawn, *key_of(words.states(frame, "posts"), speech)]


BURSTS: Final = Kind(name="bursts", columns=SORTS, room=lambda _: Room(), paint=_paint, words=_words, key=_key)
