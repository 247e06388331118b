"""The machine's clock, against what it said before: no server is asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from groundswell import heartbeat
from groundswell.doctor.finding import Finding, Subject
from storage import schema
from storage.engine import reading
from storage.instant import from_text
from storage.store import Store

TOLERATED: Final = timedelta(minutes=2)
_SIMULATED: Final = "replay:%"
"""Replays run on a clock of their own."""


def look(subject: Subject) -> Iterator[Finding]:
    """Compare the clock with the latest moment that the collector noted by it."""
    latest = _latest(subject.store) if subject.store else None
    now = f"it is {subject.now:%Y-%m-%d %H:%M:%S} UTC"
    if latest is None:
        yield Finding("clock", "unknown", f"{now}; the store notes no moment to compare that with")
    elif latest - subject.now > TOLERATED:
        what = f"{now}, but the collector already noted {latest:%Y-%m-%d %H:%M:%S}: it was or is wrong"
        yield Finding("clock", "failed", what, "set the machine's clock by the network (NTP)")
    else:
        yield Finding("clock", "ok", f"{now}, after all that the collector noted")


def _latest(store: Store) -> datetime | None:
    runs = schema.runs.c
    with reading(store.engine) as connection:
        of_runs = select(func.max(func.coalesce(runs.finished_at, runs.started_at)))
        noted = connection.scalar(of_runs.where(runs.source.not_like(_SIMULATED)))
    beat = heartbeat.last_beat(store)
    moments = [from_text(noted)] if noted else []
    moments += [beat.at] if beat else []
    return max(moments, default=None)
