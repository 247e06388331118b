"""The words of charts: numbers, times, what is not known and why, in sentences."""

from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from analysis.bins import Step
from analysis.charts.about import About, numbered
from analysis.charts.style import HATCHES
from analysis.charts.typeface import isolated, legible
from analysis.states import stretches, told
from analysis.zone import zone_of

NOTHING: Final = "No post and no coverage of this campaign in this window."
UNKNOWN_IS_NOT_ZERO: Final = (
    "A hatched bin without a bar is unknown, not zero; a bar in a hatched bin is what was found, at least."
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
_REASONS: Final = {
    "capped": "the source gave no more",
    "budget": "the budget did not reach for all",
    "unparsed": "items could not be read",
    "repeated": "the source repeated a page",
}
_SHOWN: Final = 3
_DAY: Final = 86_400


def bin_of(about: About) -> str:
    """Name a bin: 'hour', 'bin of 15 minutes'."""
    step = Step.read(about.step)
    return step.words if step.count == 1 else f"bin of {step.words}"


def counted(number: int, word: str) -> str:
    """Write a count with its word: '1 post', '2,000 posts'."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def states(frame: pd.DataFrame, kind: str) -> list[str]:
    """List the states that a kind has in a frame, the least known first, complete last."""
    present = set(told(frame, kind))
    return [state for state in (*HATCHES, "given", "complete") if state in present]


def number(frame: pd.DataFrame, kind: str, word: str) -> str:
    """Write the sum of a kind's counts with its word; 'at least' where some may be missing."""
    count = int(frame[kind].fillna(0).sum())
    least = set(states(frame, kind)) <= {"complete", "given"}
    return f"{'' if least else 'at least '}{counted(count, word)}"


def coverage(frame: pd.DataFrame, kind: str, about: About) -> list[str]:
    """Say of each state but complete in how many bins it stands, when, what it means, and why it is so."""
    runs = stretches(frame, kind)
    lines = []
    for state in states(frame, kind):
        if state == "complete":
            continue
        of_it = runs[runs["state"] == state]
        reasons = "; ".join(_REASONS.get(reason, legible(reason)) for reason in of_it["reason"].unique() if reason)
        why = f" ({reasons})" if reasons else ""
        bins = f"{of_it['bins'].sum():,} of {len(frame):,} bins"
        where = "" if of_it["bins"].sum() == len(frame) else f", {_stretches(of_it, about)}"
        lines.append(f"{STATES[state]}: {bins}{where}: {MEANING[state]}{why}.")
    return lines


def known_of_each(frame: pd.DataFrame) -> list[str]:
    """Say that hatched stretches are unknown, where any panel has one."""
    return [UNKNOWN_IS_NOT_ZERO] if any(state in HATCHES for state in states(frame, "posts")) else []


def outbreaks(about: About, since: datetime, until: datetime) -> list[str]:
    """Say of each numbered episode that begins within [since, until) when it was, how large, and what explains it."""
    lines = []
    for one, number in numbered(about.outbreaks).items():
        if not since <= one.onset < until:
            continue
        peak = f"peak {moment(one.peak, about.zone)} with {counted(one.peak_posts, 'post')} in its highest hour"
        because = f"; more than before: {isolated(legible(one.because))}" if one.because else ""
        lines.append(f"{number}: {span(one.onset, one.end, about)}, {counted(one.posts, 'post')}, {peak}{because}.")
    return lines


def closing(about: About) -> list[str]:
    """Say the caveats, and what the chart was made by and from."""
    notes = [isolated(legible(note)) for note in about.notes]
    return [*notes, f"Groundswell {about.version}, data revision {about.revision}."]


def _stretches(of_it: pd.DataFrame, about: About) -> str:
    first = of_it.head(_SHOWN)
    shown = [span(*edges, about) for edges in zip(first["starts_at"], first["ends_at"], strict=True)]
    more = len(of_it) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more {'time' if more == 1 else 'times'}" if more else "")


def span(starts_at: datetime, ends_at: datetime, about: About) -> str:
    """Write a half-open stretch in local time; of whole days, by its first and last day."""
    if Step.read(about.step).seconds >= _DAY:
        first, last = date(starts_at, about.zone), date(ends_at - timedelta(microseconds=1), about.zone)
        return first if first == last else f"{first} to {last}"
    first_day, last_day = date(starts_at, about.zone), date(ends_at, about.zone)
    first, last = _time(starts_at, about.zone), _time(ends_at, about.zone)
    return f"{first_day} {first}–{last}" if first_day == last_day else f"{first_day} {first} to {last_day} {last}"


def moment(instant: datetime, zone: str) -> str:
    """Write an instant in local time: '26 Nov 2015 14:00'."""
    return f"{date(instant, zone)} {_time(instant, zone)}"


def date(instant: datetime, zone: str) -> str:
    """Write an instant's local day: '26 Nov 2015'."""
    local = instant.astimezone(zone_of(zone))
    return f"{local.day} {local:%b %Y}"


def _time(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(zone_of(zone)):%H:%M}"
