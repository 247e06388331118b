"""What must be known of a server's timelines after some passes: told every five minutes, without the collector.

A pass lasts from its first instant to its last, and when within it the server was asked is the collector's affair:
states are told as sets. Where only one is possible the collector has no choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

STEP = timedelta(minutes=5)
TOLD = timedelta(seconds=1)
"""A server tells its time in whole seconds."""
DAY = timedelta(hours=24)

NOT_TRIED, FAILED, SETTLING, COMPLETE = (1 << state for state in range(4))


@dataclass(frozen=True)
class Pass:
    """One pass over one server.

    Attributes:
        first, last: the earlier of the server's clock and ours, at its beginning and its end.
        how: it had its way; nobody answered; or something between.
        ours: our own clock at its end: a server that does not answer tells no time.
    """

    first: datetime
    last: datetime
    ours: datetime
    how: Literal["whole", "in vain", "in part"]


def possible(starts_at: datetime, ends_at: datetime, passes: Sequence[Pass]) -> list[int]:
    """Tell which states every fifth minute's first instant may be in: a sum of the states."""
    moments = [starts_at + number * STEP for number in range((ends_at - starts_at) // STEP)]
    states = [NOT_TRIED] * len(moments)
    for one in passes:
        may, must = _rereads(moments, states, one)
        states = [_after(at, state, one, may, must) for at, state in zip(moments, states, strict=True)]
    return states


def _rereads(moments: Sequence[datetime], states: Sequence[int], one: Pass) -> tuple[datetime | None, datetime | None]:
    """Tell until when what is settling may be read again in a pass, and until when it must."""
    earliest = next((at for at, state in zip(moments, states, strict=True) if state & SETTLING), None)
    surely = next((at for at, state in zip(moments, states, strict=True) if state == SETTLING), None)
    # It may have begun between two of the moments.
    may = one.last - DAY if earliest is not None and one.last - DAY - (earliest - STEP) >= DAY else None
    must = one.first - DAY if surely is not None and one.first - DAY - surely >= DAY else None
    return may, must


def _after(at: datetime, state: int, one: Pass, may: datetime | None, must: datetime | None) -> int:
    """Tell what a pass makes of a moment."""
    end = one.ours if one.how == "in vain" else one.last
    if at >= end:
        return state
    is_sure = at < (one.ours if one.how == "in vain" else one.first - TOLD)
    after = 0 if is_sure and one.how != "in part" else state
    if state & (NOT_TRIED | FAILED):
        after |= _of_a_hole(at, state, one)
    if state & SETTLING:
        after |= _of_settling(at, one, may, must)
    return after | state & COMPLETE


def _of_a_hole(at: datetime, state: int, one: Pass) -> int:
    if one.how == "in vain":
        return FAILED
    after = (COMPLETE if at < one.last - DAY else 0) | (SETTLING if at >= one.first - DAY - TOLD else 0)
    return after if one.how == "whole" else after | FAILED | state & NOT_TRIED


def _of_settling(at: datetime, one: Pass, may: datetime | None, must: datetime | None) -> int:
    is_old = at + DAY < one.first - DAY - TOLD
    is_read = one.how == "whole" and (is_old or (must is not None and at < must - TOLD))
    can_be_read = one.how != "in vain" and may is not None and at < may
    return (COMPLETE if can_be_read else 0) | (0 if is_read else SETTLING)
