"""The words under the chart of volume: what was counted, what is gone, what the platform itself counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from analysis.charts import words
from analysis.charts.about import About
from analysis.charts.style import HATCHES
from analysis.charts.typeface import isolated, legible
from analysis.language import Speech
from analysis.states import KINDS

REBUILDING: Final = "Membership is being rebuilt after a change of the campaign: these counts will change."
COUNTED_AT_MOST: Final = (
    "The tags do not fit one query of X's: its numbers are sums of several, in which a post may stand twice."
)
COUNTED: Final = "posts, as the platform counts them"
_SAMPLED: Final = (
    "Authors are not counted where the budget reached for a part of the posts only: that needs every post."
)
_SHOWN: Final = 3


def not_collected_before(tag: str, since: datetime, zone: str, speech: Speech) -> str:
    """Say that a tag (without '#') was added to the campaign later than the window begins."""
    return speech.say("#{tag} was not collected before {date}.", tag=tag, date=speech.date(since, zone))


def not_collected_yet(tag: str, speech: Speech) -> str:
    """Say that nothing is known of a tag (without '#')."""
    return speech.say("#{tag} has not been collected yet.", tag=tag)


def as_known_to(servers: Sequence[str], speech: Speech) -> str:
    """Say whose knowledge the posts of a platform of many servers are."""
    named = speech.listed(list(servers[:_SHOWN]))
    if len(servers) > _SHOWN:
        named = speech.say("{some} and {more} more", some=named, more=len(servers) - _SHOWN)
    return speech.say("As known to {servers}: a server has the posts that reached it.", servers=named)


def subtitle(frame: pd.DataFrame, about: About) -> str:
    """Say what is drawn."""
    if frame.empty or has_authors(frame):
        return about.speech.say("Posts (not reposts) and their distinct authors in each {bin}", bin=words.bin_of(about))
    return about.speech.say("Posts (not reposts) in each {bin}", bin=words.bin_of(about))


def caption(frame: pd.DataFrame, about: About) -> list[str]:
    """Write the sentences under a chart of a frame with one row a bin."""
    if frame.empty:
        return [words.nothing(about), *words.closing(about)]
    reposts = has_reposts(frame)
    window = frame["bin_start"].iloc[0], frame["bin_end"].iloc[-1]
    lines = [_counted(frame, about, reposts), *_gone(frame, about), *_counted_there(frame, about)]
    lines += [about.speech.say(_SAMPLED)] if frame["sampled"].any() else []
    lines += [*words.outbreaks(about, *window), *words.repost_outbreaks(about)]
    lines += coverage(frame, about)
    shown = words.states(frame, "posts") + (words.states(frame, "reposts") if reposts else [])
    if any(state in HATCHES for state in shown):
        lines.append(about.speech.say(words.UNKNOWN_IS_NOT_ZERO))
    return lines + words.closing(about)


def coverage(frame: pd.DataFrame, about: About) -> list[str]:
    """Say what is not complete of posts and reposts: once, where it is the same of both."""
    speech, reposts = about.speech, has_reposts(frame)
    posts, others = words.coverage(frame, "posts", about), words.coverage(frame, "reposts", about) if reposts else []
    lines = [speech.say("Posts and reposts {line}", line=line) for line in posts if line in others]
    lines += [speech.say("Posts {line}", line=line) for line in posts if line not in others]
    return lines + [speech.say("Reposts {line}", line=line) for line in others if line not in posts]


def has_authors(frame: pd.DataFrame) -> bool:
    """Tell whether authors are drawn: of a sample they are not counted, and of nothing there are none."""
    return bool(frame["authors"].notna().any())


def has_reposts(frame: pd.DataFrame) -> bool:
    """Tell whether reposts are drawn: where a source yields them, or some are there."""
    return bool(frame["state_reposts"].notna().any() or (frame["reposts"].fillna(0) > 0).any())


def _counted(frame: pd.DataFrame, about: About, reposts: bool) -> str:
    said = [words.number(frame, "posts", "post", about)]
    if reposts:
        said.append(words.number(frame, "reposts", "repost", about))
    window = words.span(frame["bin_start"].min(), frame["bin_end"].max(), about)
    tags = about.speech.listed([f"#{legible(tag)}" for tag in about.query])
    counted = about.speech.listed(said)
    if not tags:
        return about.speech.say("Counted: {counted}; {window}.", counted=counted, window=window)
    told = about.speech.say("Counted: {counted} with {tags}; {window}.", counted=counted, tags=tags, window=window)
    return isolated(told)


def _gone(frame: pd.DataFrame, about: About) -> list[str]:
    """Say how many of what is counted is gone by now."""
    posts, reposts = (int(frame[f"gone_{kind}"].fillna(0).sum()) for kind in KINDS)
    told = [about.speech.say("{n} of these posts", n=posts)] if posts else []
    told += [about.speech.say("{n} of these reposts", n=reposts)] if reposts else []
    if not told:
        return []
    gone = about.speech.say(" and ").join(told)
    if posts + reposts == 1:
        return [about.speech.say("{gone} is gone by now, deleted or no longer public; it is counted still.", gone=gone)]
    return [about.speech.say("{gone} are gone by now, deleted or no longer public; they are counted still.", gone=gone)]


def _counted_there(frame: pd.DataFrame, about: About) -> list[str]:
    """Say what platforms themselves count: X without reposts."""
    told, speech = frame["counted"].dropna(), about.speech
    if told.empty:
        return []
    some = speech.say("{some} of {all}", some=len(told), all=words.bins(len(frame), about))
    bins = speech.say("each {bin}", bin=words.bin_of(about)) if len(told) == len(frame) else some
    posts = speech.count(int(told.sum()), "post")
    return [speech.say("The platform itself counts {posts} in {bins}, reposts left out.", posts=posts, bins=bins)]
