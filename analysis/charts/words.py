"""The words of charts: what is not known and why, what broke out when, and what a chart was made from."""

from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from analysis.bins import Step
from analysis.charts.about import About, Outbreak, numbered
from analysis.charts.style import HATCHES
from analysis.charts.typeface import apart, isolated, legible
from analysis.language import Noun, Speech
from analysis.states import stretches, told

NOTHING: Final = "No post and no coverage of this campaign in this window."
UNKNOWN_IS_NOT_ZERO: Final = (
    "Hatched and without a bar is unknown, not zero; a bar under hatching is what was found, at least."
)
STATES: Final = {
    "settling": "still settling",
    "partial": "partial",
    "failed": "failed",
    "lost": "lost",
    "not_tried": "not tried",
    "given": "given",
    "complete": "complete",
}
MEANING: Final = {
    "settling": "too young to be complete; may still grow",
    "partial": "some may be missing",
    "failed": "asked in vain; may still be had",
    "lost": "can no longer be had",
    "not_tried": "nobody asked yet",
    "given": "from an archive, not checked to be complete; no bar says only that it has no post there",
}
LEFT: Final = "left the reach"
"""How the store says why something is lost, before what went wrong: see docs/schema.md."""
_REASONS: Final = {
    "capped": "the source gave no more",
    "budget": "the budget did not reach for all",
    "unparsed": "items could not be read",
    "repeated": "the source repeated a page",
    f"{LEFT} unsettled": "it was not asked once more in time for posts that come late",
    LEFT: "it was too old for the source by the time it was asked",
}
_REPOSTS: Final = (
    "{episodes} of reposts; the largest: {when}, {reposts}, peak {peak} with {highest} in its highest {bin}"
)
_ONCE: Final = "One episode of reposts: {when}, {reposts}, peak {peak} with {highest} in its highest {bin}"
_SHOWN: Final = 3
_DAY: Final = 86_400
_UNITS: Final[dict[str, Noun]] = {
    "min": "minute", "h": "hour", "day": "day", "week": "week", "month": "month", "year": "year"
}  # fmt: skip


def bin_of(about: About) -> str:
    """Name a bin: 'hour', 'bin of 15 minutes'."""
    step, speech = Step.read(about.step), about.speech
    if step.count == 1:
        return speech.say(_UNITS[step.unit])
    return speech.say("bin of {length}", length=speech.count(step.count, _UNITS[step.unit]))


def bins(number: int, about: About) -> str:
    """Count bins: '240 hours'."""
    step = Step.read(about.step)
    return about.speech.count(number, _UNITS[step.unit] if step.count == 1 else "bin")


def nothing(about: About) -> str:
    """Say that nothing is known."""
    return about.speech.say(NOTHING)


def states(frame: pd.DataFrame, kind: str) -> list[str]:
    """List the states that a kind has in a frame, the least known first, complete last."""
    present = set(told(frame, kind))
    return [state for state in (*HATCHES, "given", "complete") if state in present]


def number(frame: pd.DataFrame, kind: str, noun: Noun, about: About) -> str:
    """Write the sum of a kind's counts with its word; 'at least' where some may be missing."""
    counted = about.speech.count(int(frame[kind].fillna(0).sum()), noun)
    is_all = set(states(frame, kind)) <= {"complete", "given"}
    return counted if is_all else about.speech.say("at least {count}", count=counted)


def coverage(frame: pd.DataFrame, kind: str, about: About) -> list[str]:
    """Say of each state but complete in how many bins it stands, when, what it means, and why it is so."""
    runs, speech = stretches(frame, kind), about.speech
    lines = []
    for state in states(frame, kind):
        if state == "complete":
            continue
        of_it = runs[runs["state"] == state]
        share = speech.say("{some} of {all}", some=int(of_it["bins"].sum()), all=bins(len(frame), about))
        where = "" if of_it["bins"].sum() == len(frame) else speech.say(", ") + _stretches(of_it, about)
        said = {"state": speech.say(STATES[state]), "bins": share + where, "meaning": speech.say(MEANING[state])}
        lines.append(speech.say("{state}: {bins}: {meaning}", **said) + _reasons(of_it, about) + ".")
    return lines


def known_of_each(frame: pd.DataFrame, about: About) -> list[str]:
    """Say that hatched stretches are unknown, where any panel has one."""
    is_any = any(state in HATCHES for state in states(frame, "posts"))
    return [about.speech.say(UNKNOWN_IS_NOT_ZERO)] if is_any else []


def outbreaks(about: About, since: datetime, until: datetime) -> list[str]:
    """Say of each numbered episode that begins within [since, until) when it was, how large, and what explains it."""
    speech, lines = about.speech, []
    for one, place in numbered(about.outbreaks).items():
        if not since <= one.onset < until:
            continue
        said = speech.say(
            "{number}: {when}, {posts}, peak {peak} with {highest} in its highest {bin}",
            number=place,
            when=_times(one.onset, one.end, about),
            posts=size(one, "post", speech),
            peak=speech.moment(one.peak, about.zone),
            highest=speech.count(one.peak_posts, "post"),
            bin=highest_of(about),
        )
        said += _unseen(one, speech)
        if one.because:
            said += speech.say("; more often than before: {items}", items=named(one, speech))
        lines.append(f"{said}.")
    return lines


def highest_of(about: About) -> str:
    """Name the bins that episodes were looked for in: 'hour'."""
    return about.speech.say(_UNITS[Step.read(about.outbreaks_by).unit])


def size(one: Outbreak, noun: Noun, speech: Speech) -> str:
    """Write how many posts an episode has; 'at least' where some may be missing."""
    counted = speech.count(one.posts, noun)
    return counted if one.is_whole else speech.say("at least {count}", count=counted)


def _unseen(one: Outbreak, speech: Speech) -> str:
    """Say that an episode may have been higher, have begun earlier or ended later than was seen."""
    said = "" if one.is_whole else speech.say("; its true peak may be where collection was not complete")
    said += "" if one.onset_seen else speech.say("; it may have begun earlier, unseen")
    return said if one.end_seen else said + speech.say("; it may have ended later, unseen")


def repost_outbreaks(about: About) -> list[str]:
    """Say how often reposts broke out, and when most."""
    if not about.repost_outbreaks:
        return []
    speech, largest = about.speech, max(about.repost_outbreaks, key=lambda one: one.posts)
    number = len(about.repost_outbreaks)
    said = speech.say(
        _ONCE if number == 1 else _REPOSTS,
        episodes=speech.count(number, "episode"),
        when=_times(largest.onset, largest.end, about),
        reposts=size(largest, "repost", speech),
        peak=speech.moment(largest.peak, about.zone),
        highest=speech.count(largest.peak_posts, "repost"),
        bin=highest_of(about),
    ) + _unseen(largest, speech)
    return [f"{said}."]


def named(outbreak: Outbreak, speech: Speech) -> str:
    """List what explains an episode, each set apart from the sentence."""
    return speech.listed([_apart(legible(item), speech) for item in outbreak.because])


def _apart(item: str, speech: Speech) -> str:
    """Set an item apart; of a word the quotation marks are the sentence's."""
    word = item.removeprefix("“").removesuffix("”")
    return apart(item) if word == item else speech.say("“{word}”", word=apart(word))


def closing(about: About) -> list[str]:
    """Say the caveats, and what the chart was made by and from."""
    notes = [isolated(legible(note)) for note in about.notes]
    made = about.speech.say(
        "Groundswell {version}, data revision {revision}.", version=about.version, revision=about.revision
    )
    return [*notes, made]


def span(starts_at: datetime, ends_at: datetime, about: About) -> str:
    """Write a half-open stretch in local time; of whole days, by its first and last day."""
    speech, zone = about.speech, about.zone
    if Step.read(about.step).seconds >= _DAY:
        first, last = speech.date(starts_at, zone), speech.date(ends_at - timedelta(microseconds=1), zone)
        return first if first == last else speech.say("{first} to {last}", first=first, last=last)
    return _times(starts_at, ends_at, about)


def _times(starts_at: datetime, ends_at: datetime, about: About) -> str:
    """Write a half-open stretch in local time, by its first and last moment."""
    speech, zone = about.speech, about.zone
    first, last = speech.moment(starts_at, zone), speech.moment(ends_at, zone)
    if speech.date(starts_at, zone) == speech.date(ends_at, zone):
        return f"{first}–{speech.time(ends_at, zone)}"
    return speech.say("{first} to {last}", first=first, last=last)


def _reasons(of_it: pd.DataFrame, about: About) -> str:
    told = [reason for reason in of_it["reason"].unique() if reason]
    said = [_reason(reason, about.speech) for reason in told]
    return f" ({'; '.join(said)})" if said else ""


def _reason(reason: str, speech: Speech) -> str:
    if reason in _REASONS:
        return speech.say(_REASONS[reason])
    why = reason.removeprefix(f"{LEFT} (").removesuffix(")")
    if why == reason:
        return legible(reason)
    return speech.say("the source failed, and no longer had it when it was back: {why}", why=legible(why))


def _stretches(of_it: pd.DataFrame, about: About) -> str:
    first = of_it.head(_SHOWN)
    shown = [span(*edges, about) for edges in zip(first["starts_at"], first["ends_at"], strict=True)]
    more = len(of_it) - len(shown)
    listed = about.speech.listed(shown)
    if not more:
        return listed
    if more == 1:
        return about.speech.say("{some} and one more time", some=listed)
    return about.speech.say("{some} and {more} more times", some=listed, more=more)
