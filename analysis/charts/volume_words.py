"""The words under the chart of volume: what was counted, what is gone, what the platform itself counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.style import HATCHES
from analysis.charts.typeface import isolated, legible
from analysis.states import KINDS

REBUILDING: Final = "Membership is being rebuilt after a change of the campaign: these counts will change."
COUNTED_AT_MOST: Final = (
    "The tags do not fit one query of X's: its numbers are sums of several, in which a post may stand twice."
)
COUNTED: Final = "posts, as the platform counts them"
_SHOWN: Final = 3


def not_collected_before(tag: str, since: datetime, zone: str) -> str:
    """Say that a tag (without '#') was added to the campaign later than the window begins."""
    return f"#{tag} was not collected before {words.date(since, zone)}."


def as_known_to(servers: Sequence[str]) -> str:
    """Say whose knowledge the posts of a platform of many servers are."""
    more = len(servers) - _SHOWN
    named = ", ".join(servers[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    return f"As known to {named}: a server has the posts that reached it."


def subtitle(frame: pd.DataFrame, about: About) -> str:
    """Say what is drawn."""
    authors = " and their distinct authors" if frame.empty or has_authors(frame) else ""
    return f"Posts (not reposts){authors} in each {words.bin_of(about)}"


def caption(frame: pd.DataFrame, about: About) -> list[str]:
    """Write the sentences under a chart of a frame with one row a bin."""
    if frame.empty:
        return [words.NOTHING, *words.closing(about)]
    reposts = has_reposts(frame)
    window = frame["bin_start"].iloc[0], frame["bin_end"].iloc[-1]
    lines = [_counted(frame, about, reposts), *_gone(frame), *_counted_there(frame), *_sampled(frame)]
    lines += words.outbreaks(about, *window)
    posts, others = words.coverage(frame, "posts", about), words.coverage(frame, "reposts", about) if reposts else []
    lines += [f"Posts and reposts {line}" for line in posts if line in others]
    lines += [f"Posts {line}" for line in posts if line not in others]
    lines += [f"Reposts {line}" for line in others if line not in posts]
    shown = words.states(frame, "posts") + (words.states(frame, "reposts") if reposts else [])
    if any(state in HATCHES for state in shown):
        lines.append(words.UNKNOWN_IS_NOT_ZERO)
    return lines + words.closing(about)


def has_authors(frame: pd.DataFrame) -> bool:
    """Tell whether authors are drawn: of a sample they are not counted, and of nothing there are none."""
    return bool(frame["authors"].notna().any())


def has_reposts(frame: pd.DataFrame) -> bool:
    """Tell whether reposts are drawn: where a source yields them, or some are there."""
    return bool(frame["state_reposts"].notna().any() or (frame["reposts"].fillna(0) > 0).any())


def _counted(frame: pd.DataFrame, about: About, reposts: bool) -> str:
    said = words.number(frame, "posts", "post")
    if reposts:
        said = f"{said}, {words.number(frame, 'reposts', 'repost')}"
    window = words.span(frame["bin_start"].min(), frame["bin_end"].max(), about)
    tags = ", ".join(f"#{legible(tag)}" for tag in about.query)
    return isolated(f"Counted: {said}{f' with {tags}' if tags else ''}; {window}.")


def _gone(frame: pd.DataFrame) -> list[str]:
    """Say how many of what is counted is gone by now."""
    posts, reposts = (int(frame[f"gone_{kind}"].fillna(0).sum()) for kind in KINDS)
    told = [f"{posts:,} of these posts"] if posts else []
    told += [f"{reposts:,} of these reposts"] if reposts else []
    if not told:
        return []
    are, they_are = ("is", "it is") if posts + reposts == 1 else ("are", "they are")
    return [f"{' and '.join(told)} {are} gone by now, deleted or no longer public; {they_are} counted still."]


def _counted_there(frame: pd.DataFrame) -> list[str]:
    """Say what platforms themselves count: X without reposts."""
    told = frame["counted"].dropna()
    if told.empty:
        return []
    number = int(told.sum())
    bins = "each bin" if len(told) == len(frame) else f"{len(told):,} of {len(frame):,} bins"
    return [f"The platform itself counts {number:,} post{'' if number == 1 else 's'} in {bins}, reposts left out."]


def _sampled(frame: pd.DataFrame) -> list[str]:
    """Say what is not counted of a sample, and why."""
    if not frame["sampled"].any():
        return []
    return ["Authors are not counted where the budget reached for a part of the posts only: that needs every post."]
