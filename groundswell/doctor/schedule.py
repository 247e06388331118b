"""The collector: whether it runs, and whether each source's last pass went well and in time."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import psutil
from sqlalchemy import Row, func, select

from groundswell import heartbeat
from groundswell.doctor.finding import Finding, Subject
from groundswell.sources import paces_of
from groundswell.times import write_span
from storage import schema
from storage.engine import reading
from storage.instant import from_text, to_text
from storage.store import Store

_START: Final = "start it with `groundswell run`, or have `groundswell service` keep it running"
_BY_HAND: Final = ("archive", "restore", "forget", "reparse")
GRACE: Final = timedelta(minutes=10)
LATE: Final = 4
"""A source whose last pass is so many passes ago is late."""


def look(subject: Subject) -> Iterator[Finding]:
    """Tell of the collector, of each source, and of leases that nobody gives back."""
    if subject.store is None or subject.config is None:
        return
    is_running, finding = _collector(subject.store, subject.now)
    yield finding
    pace = max(paces_of(subject.config).values(), default=None) if is_running else None
    runs = _last_runs(subject.store)
    well = f"the last pass over each of {len(runs)} went well" if runs else "none was asked yet"
    troubles = [one for run in runs if (one := _trouble(run, subject.now, pace)) is not None]
    yield from troubles or [Finding("sources", "ok", well)]
    yield _leases(subject.store, subject.now)


def _collector(store: Store, now: datetime) -> tuple[bool, Finding]:
    beat = heartbeat.last_beat(store)
    if beat is None:
        return False, Finding("collector", "warning", "it never ran on this store", _START)
    if heartbeat.is_alive(beat, now):
        what = f"it runs as process {beat.pid} on {beat.host} since {beat.started_at:%Y-%m-%d %H:%M} UTC"
        if beat.config_refused:
            cure = "correct config.yaml: the one before is in force"
            return True, Finding("collector", "warning", f"{what}; it refused a change: {beat.config_refused}", cure)
        return True, Finding("collector", "ok", what)
    ago = write_span(now - beat.at, "a moment")
    if beat.is_running:
        what = f"no sign of life for {ago} of process {beat.pid} on {beat.host}, which nobody stopped"
        return False, Finding("collector", "failed", what, _START)
    return False, Finding("collector", "warning", f"it was stopped {ago} ago", _START)


def _last_runs(store: Store) -> list[Row[Any]]:
    """Find the last run of each source and server."""
    runs = schema.runs
    last = select(func.max(runs.c.id)).where(runs.c.source.not_in(_BY_HAND)).group_by(runs.c.source, runs.c.server)
    with reading(store.engine) as connection:
        return list(connection.execute(select(runs).where(runs.c.id.in_(last)).order_by(runs.c.source, runs.c.server)))


def _trouble(run: Row[Any], now: datetime, pace: timedelta | None) -> Finding | None:
    """Tell what was wrong with a source's last run; `pace` is how often one is due, None where nothing runs."""
    name = f"{run.source} {run.server}".strip()
    if run.state == "failed":
        what = f"the last pass over {name} failed at {run.started_at[:16]}Z: {run.error or 'it does not say why'}"
        return Finding("sources", "warning", what, "it is tried again; `groundswell status` shows what is missing")
    # Replays run on a clock of their own.
    if pace is not None and run.state != "running" and not run.source.startswith("replay:"):
        ago = now - from_text(run.finished_at or run.started_at)
        if ago > LATE * pace + GRACE:
            what = f"the last pass over {name} was {write_span(ago)} ago, one is due each {write_span(pace)}"
            return Finding("sources", "warning", what, "see the log beside the store; a restart begins anew")
    return None


def _leases(store: Store, now: datetime) -> Finding:
    leases = schema.leases
    with reading(store.engine) as connection:
        rows = connection.execute(select(leases)).all()
    dead = [row for row in rows if _is_dead(row, now)]
    if dead:
        named = ", ".join(f"{row.source} {row.server}".strip() for row in dead)
        what = f"of processes that are gone: {named}"
        return Finding("leases", "warning", what, "none is needed: the next `groundswell run` or `collect` takes over")
    return Finding("leases", "ok", f"{len(rows)} held by processes that live" if rows else "none is held")


def _is_dead(row: Row[Any], now: datetime) -> bool:
    is_here = row.host == socket.gethostname()
    return bool(row.until <= to_text(now)) or (is_here and not psutil.pid_exists(row.pid))
