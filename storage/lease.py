"""Leases: one process at a time collects from one (source, server).

They run by one clock: the machine's for a store in a file, the server's for one on a server, whatever the clocks of
the machines that collect say.
"""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import psutil
from sqlalchemy import ColumnElement, Connection, Row, Text, cast, delete, exists, or_, select, update

from storage import schema
from storage.engine import clock, insert_rows
from storage.errors import LeaseLost
from storage.instant import from_text, to_text

HELD_FOR: Final = timedelta(minutes=2)
"""How long a lease holds without being renewed; another host waits that long."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A process's claim to collect from a source; two processes on one host differ by pid and start."""

    source: str
    server: str
    host: str
    pid: int
    process_started_at: str

    @classmethod
    def of_this_process(cls, source: str, server: str) -> "Lease":
        """Make the claim of the running process."""
        pid = os.getpid()
        return cls(source, server, socket.gethostname(), pid, _started_at(pid) or "")


def _started_at(pid: int) -> str | None:
    """Tell when a process started, as text; None where there is none. A pid alone may have been used again."""
    try:
        return repr(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def take(connection: Connection, lease: Lease, now: datetime) -> bool:
    """Take or renew a lease; False where another process holds it.

    From a dead process on the same host it is taken at once, from any other when its time is up. Its run of the
    source then never said how it ended: that is noted.
    """
    row = _row(connection, lease)
    at = clock(connection, now)
    if row is not None and not _is_own(row, lease):
        if _is_alive(row, lease.host, at):
            return False
        runs = schema.runs.c
        _abandon(connection, now, runs.source == lease.source, runs.server == lease.server)
    release(connection, lease, anyone=True)
    until = to_text(at + HELD_FOR)
    insert_rows(
        connection,
        schema.leases,
        [(lease.source, lease.server, lease.host, lease.pid, lease.process_started_at, until)],
    )
    return True


def check(connection: Connection, lease: Lease, now: datetime) -> None:
    """Renew a lease that must still be ours; raises LeaseLost where it is not: another may have come and gone since."""
    row = _row(connection, lease)
    if row is None or not _is_own(row, lease) or not take(connection, lease, now):
        raise LeaseLost(f"{lease.source} {lease.server}".strip() + " is collected by another process now")


def release(connection: Connection, lease: Lease, *, anyone: bool = False) -> None:
    """Give a lease back, if it is ours (or anyone's)."""
    row = _row(connection, lease)
    if row is not None and (anyone or _is_own(row, lease)):
        table = schema.leases
        connection.execute(delete(table).where(table.c.source == lease.source, table.c.server == lease.server))


def abandon_runs(connection: Connection, now: datetime, noted_at: datetime) -> None:
    """Take away the leases of the dead, and note of runs that nobody holds any more that their process has died.

    An import has a lease of its own, whose server is the run's number.
    """
    _drop_dead(connection, now)
    runs, leases = schema.runs.c, schema.leases.c
    server = or_(leases.server == runs.server, leases.server == cast(runs.id, Text))
    _abandon(connection, noted_at, ~exists().where(leases.source == runs.source, server))


def _abandon(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> None:
    runs = schema.runs
    ended = {"state": "stopped", "finished_at": to_text(now), "error": "the process ended without a word"}
    connection.execute(update(runs).where(runs.c.state == "running", *which).values(ended))


def _drop_dead(connection: Connection, now: datetime) -> None:
    """Take away the leases of processes of this host that have died, and those whose time is up."""
    table = schema.leases
    at = clock(connection, now)
    for row in connection.execute(select(table)).all():
        if not _is_alive(row, socket.gethostname(), at):
            connection.execute(delete(table).where(table.c.source == row.source, table.c.server == row.server))


def _row(connection: Connection, lease: Lease) -> Row[tuple[object, ...]] | None:
    table = schema.leases
    query = select(table).where(table.c.source == lease.source, table.c.server == lease.server)
    return connection.execute(query).first()


def _is_own(row: Row[tuple[object, ...]], lease: Lease) -> bool:
    return (row.host, row.pid, row.process_started_at) == (lease.host, lease.pid, lease.process_started_at)


def _is_alive(row: Row[tuple[object, ...]], host: str, now: datetime) -> bool:
    if row.host == host and _started_at(row.pid) != row.process_started_at:
        return False
    return from_text(row.until) > now
