"""When a Bluesky post was posted, by what its record key, its platform and its author say. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from collector.errors import Unreadable
from storage.instant import Instant, to_text

BEGAN: Final = "2022-11-01T00:00:00.000000Z"
"""Nothing was posted on Bluesky before; an earlier record key or indexedAt repeats what a client claims."""

FAR_AHEAD: Final = "2100"
"""A record key from later on was made up."""


def instant_of(moment: str | None) -> Instant | None:
    """Read a time as clients and servers write it (RFC 3339, any offset, any number of digits).

    None where there is none, where it has no zone, and for a year that has not four digits.
    """
    if moment is None:
        return None
    try:
        return to_text(datetime.fromisoformat(moment.upper()))
    except (ValueError, OverflowError):
        return None


def posted_at(key_time: Instant | None, seen: Iterable[Instant | None]) -> Instant:
    """Choose the time of posting: the record key's, unless the post was seen earlier or the key's is impossible.

    `seen` are the times at which the platform indexed or showed it (None: not told). Of one post this is the least
    over its readings: what each says by its own `seen`, the least of these is what all together say.
    Raises Unreadable where nothing tells a time.
    """
    told = [moment for moment in seen if moment is not None]
    if key_time is not None and BEGAN <= key_time < FAR_AHEAD:
        return min([key_time, *(moment for moment in told if moment >= BEGAN)])
    if not told:
        raise Unreadable("nothing tells when it was posted")
    return min(told)
