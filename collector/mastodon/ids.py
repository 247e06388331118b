"""The order of a timeline: where a status stands by its id, and ids made of times. Pure.

Servers of Mastodon sort by ids that hold a time (see moments.py): such an id can be made for the edge of a window.
Those of other servers (26 letters, 42 hex digits, small numbers) are only ever handed back.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from collector.errors import Unreadable
from collector.mastodon.moments import id_time, moment_of
from storage.instant import EPOCH

_MILLISECOND: Final = timedelta(milliseconds=1)
ASTRAY: Final = timedelta(hours=24)
"""How far a status may stand from its place where ids follow the time of arrival: as long as one settles."""


class Place(NamedTuple):
    """Where a status stands in a timeline.

    Attributes:
        local_id: its id on this server.
        key: its order key.
        below: what the timeline gives after it has order keys before this.
        has_time: its id holds its time.
    """

    local_id: str
    key: datetime
    below: datetime
    has_time: bool


def id_at(moment: datetime) -> str:
    """Make the least id that a status of this time or later can have."""
    milliseconds = -((EPOCH - moment) // _MILLISECOND)
    return str(max(milliseconds, 0) << 16)


def id_before(moment: datetime) -> str:
    """Make an id that is less than that of any status of this time or later."""
    return str(max(int(id_at(moment)) - 1, 0))


def place_of(status: Any) -> Place | None:
    """Find where a status stands; None for what has no id or no time."""
    local_id = status.get("id") if isinstance(status, dict) else None
    if not isinstance(local_id, str | int) or local_id == "":
        return None
    claim = _claim(status.get("created_at"))
    held = id_time(local_id, claim)
    if held is not None:
        return Place(str(local_id), held, held, has_time=True)
    return None if claim is None else Place(str(local_id), claim, claim + ASTRAY, has_time=False)


def _claim(created_at: Any) -> datetime | None:
    try:
        return moment_of(created_at, "created_at") if isinstance(created_at, str) else None
    except Unreadable:
        return None
