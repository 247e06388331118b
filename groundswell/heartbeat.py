"""The sign of life that `run` leaves in the store, for `status` and for the next start."""

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
import psutil

from storage.store import Store

EVERY: Final = timedelta(seconds=30)
SILENCE: Final = 4 * EVERY
"""Without a sign of life for so long a process is gone, or sleeps."""
_KEY: Final = "heartbeat"


class Heartbeat(msgspec.Struct, frozen=True):
    """What a running collector says of itself; times are aware.

    Attributes:
        at: when it said so.
        is_running: false in its last word, when it was stopped.
        config: what is in force: since when, and why a later change of the file was refused ('' if none was).
        due: when each job runs next, by its name.
    """

    at: datetime
    started_at: datetime
    host: str
    pid: int
    is_running: bool
    config_since: datetime
    config_refused: str
    due: Mapping[str, datetime]


_SIGN: Final = msgspec.json.Decoder(Heartbeat)


def beat(store: Store, heartbeat: Heartbeat) -> None:
    """Leave a sign of life."""
    store.set_note(_KEY, msgspec.json.encode(heartbeat).decode())


def last_beat(store: Store) -> Heartbeat | None:
    """Read the last sign of life; None where nothing ever ran on this store."""
    note = store.get_note(_KEY)
    return None if note is None else _SIGN.decode(note)


def is_ours(heartbeat: Heartbeat) -> bool:
    """Tell whether it is the running process's own."""
    return (heartbeat.host, heartbeat.pid) == (socket.gethostname(), os.getpid())


def is_alive(heartbeat: Heartbeat, now: datetime) -> bool:
    """Tell whether its process still runs, as far as can be told from here."""
    is_here = heartbeat.host == socket.gethostname()
    is_there = psutil.pid_exists(heartbeat.pid) if is_here else True
    return heartbeat.is_running and is_there and now - heartbeat.at <= SILENCE


def last_word(heartbeat: Heartbeat) -> Heartbeat:
    """Make the sign that says that the process was stopped."""
    return msgspec.structs.replace(heartbeat, is_running=False)


def of_this_process(
    at: datetime, started_at: datetime, config: tuple[datetime, str], due: Mapping[str, datetime]
) -> Heartbeat:
    """Make the sign of life of the running process."""
    return Heartbeat(at, started_at, socket.gethostname(), os.getpid(), True, *config, due)
