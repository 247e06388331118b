"""The words under a chart: what was counted, what is not known, and why, in sentences."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from analysis.bins import Step
from analysis.charts.about import About
from analysis.charts.style import HATCHES
from analysis.charts.typeface import isolated, legible
from analysis.states import KINDS, stretches, told
from analysis.zone import zone_of

REBUILDING: Final = "Membership is being rebuilt after a change of the campaign: these counts will change."
NOTHING: Final = "No post and no coverage of this campaign in this window."
UNKNOWN_IS_NOT_ZERO: Final = (
    "A hatched bin without a bar is unknown, not zero; a bar in a hatched bin is what was found, at least."
)
COUNTED_AT_MOST: Final = (
    "The tags do not fit one query of X's: its numbers are sums of several, in which a post may stand twice."
)
COUNTED: Final = "posts, as the platform counts them"
STATES: Final = {
    "settling": "still settling",
    "partial": "partial",
    "failed": "failed",
    "lost": "lost",
    "not_tried": "not tried",
    "given": "given",
    "complete": "complete",
}
_MEANING: Final = {
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


def not_collected_before(tag: str, since: datetime, zone: str) -> str:
    """Say that a tag (without '#') was added to the campaign later than the window begins."""
    return f"#{tag} was not collected before {_date(since, zone)}."


def as_known_to(servers: Sequence[str]) -> str:
    """Say whose knowledge the posts of a platform of many servers are."""
    more = len(servers) - _SHOWN
    named = ", ".join(servers[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    return f"As known to {named}: a server has the posts that reached it."


def subtitle(frame: pd.DataFrame, about: About) -> str:
    """Say what is drawn."""
    step = Step.read(about.step)
    each = step.words if step.count == 1 else f"bin of {step.words}"
    authors = " and their distinct authors" if frame.empty or has_authors(frame) else ""
    return f"Posts (not reposts){authors} in each {each}"


def clock(frame: pd.DataFrame, zone: str) -> str:
    """Name the zone of the time axis with the offsets that it has in the window."""
    info = zone_of(zone)
    starts = frame["bin_start"].drop_duplicates().dt.tz_convert(info)
    offsets = list(dict.fromkeys(f"{start:%z}" for start in starts.iloc[:: max(1, len(starts) // 2_000)]))
    told = " and ".join(f"UTC{offset[:3]}:{offset[3:5]}" for offset in offsets[:2])
    return f"Local time, {zone} ({told})"


def caption(frame: pd.DataFrame, about: About) -> list[str]:
    """Write the sentences under a chart of a frame with one row a bin."""
    if frame.empty:
        return [NOTHING, *_closing(about)]
    reposts = has_reposts(frame)
    lines = [_counted(frame, about, reposts), *_gone(frame), *_counted_there(frame), *_sampled(frame)]
    posts, others = _coverage(frame, "posts", about), _coverage(frame, "reposts", about) if reposts else []
    lines += [f"Posts and reposts {line}" for line in posts if line in others]
    lines += [f"Posts {line}" for line in posts if line not in others]
    lines += [f"Reposts {line}" for line in others if line not in posts]
    if any(state in HATCHES for state in states(frame, "posts") + (states(frame, "reposts") if reposts else [])):
        lines.append(UNKNOWN_IS_NOT_ZERO)
    return lines + _closing(about)


def has_authors(frame: pd.DataFrame) -> bool:
    """Tell whether authors are drawn: of a sample they are not counted, and of nothing there are none."""
    return bool(frame["authors"].notna().any())


def has_reposts(frame: pd.DataFrame) -> bool:
    """Tell whether reposts are drawn: where a source yields them, or some are there."""
    return bool(frame["state_reposts"].notna().any() or (frame["reposts"].fillna(0) > 0).any())


def states(frame: pd.DataFrame, kind: str) -> list[str]:
    """List the states that a kind has in a frame, the least known first, complete last."""
    present = set(told(frame, kind))
    return [state for state in (*HATCHES, "given", "complete") if state in present]


def _counted(frame: pd.DataFrame, about: About, reposts: bool) -> str:
    said = _number(frame, "posts", "post")
    if reposts:
        said = f"{said}, {_number(frame, 'reposts', 'repost')}"
    window = _span(frame["bin_start"].min(), frame["bin_end"].max(), about)
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


def _number(frame: pd.DataFrame, kind: str, word: str) -> str:
    count = int(frame[kind].fillna(0).sum())
    least = set(states(frame, kind)) <= {"complete", "given"}
    return f"{'' if least else 'at least '}{count:,} {word}{'' if count == 1 else 's'}"


def _coverage(frame: pd.DataFrame, kind: str, about: About) -> list[str]:
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
        where = "" if of_it["bins"].sum() == len(frame) else f", {_spans(of_it, about)}"
        lines.append(f"{STATES[state]}: {bins}{where}: {_MEANING[state]}{why}.")
    return lines


def _spans(of_it: pd.DataFrame, about: About) -> str:
    first = of_it.head(_SHOWN)
    shown = [_span(*span, about) for span in zip(first["starts_at"], first["ends_at"], strict=True)]
    more = len(of_it) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more {'time' if more == 1 else 'times'}" if more else "")


def _span(starts_at: datetime, ends_at: datetime, about: About) -> str:
    """Write a half-open stretch in local time; of whole days, by its first and last day."""
    if Step.read(about.step).seconds >= _DAY:
        first, last = _date(starts_at, about.zone), _date(ends_at - timedelta(microseconds=1), about.zone)
        return first if first == last else f"{first} to {last}"
    first_day, last_day = _date(starts_at, about.zone), _date(ends_at, about.zone)
    first, last = _time(starts_at, about.zone), _time(ends_at, about.zone)
    return f"{first_day} {first}–{last}" if first_day == last_day else f"{first_day} {first} to {last_day} {last}"


def _date(instant: datetime, zone: str) -> str:
    local = instant.astimezone(zone_of(zone))
    return f"{local.day} {local:%b %Y}"


def _time(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(zone_of(zone)):%H:%M}"


def _closing(about: About) -> list[str]:
    notes = [isolated(legible(note)) for note in about.notes]
    return [*notes, f"Groundswell {about.version}, data revision {about.revision}."]
