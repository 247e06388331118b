"""Bins the slow, obvious way: walk through a window tick by tick and look at the wall clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def _wall_bin(wall: datetime, count: int, unit: str) -> datetime:
    """Find the beginning, on the wall clock, of the bin that this wall time is in."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "min":
            return wall.replace(minute=wall.minute // count * count, second=0, microsecond=0)
        case "h":
            return midnight.replace(hour=wall.hour // count * count)
        case "day":
            return midnight
        case "week":
            return midnight - timedelta(days=midnight.weekday())
        case "month":
            return midnight.replace(day=1)
        case "year":
            return midnight.replace(month=1, day=1)
    raise ValueError(unit)


def naive_starts(
    since: datetime, until: datetime, *, count: int, unit: str, zone: str, tick: timedelta
) -> list[datetime]:
    """List the instants after `since` and before `until` at which a bin begins, seen at ticks."""
    info = ZoneInfo(zone)
    starts, instant, seen = [], since, None
    while instant < until:
        local = instant.astimezone(info)
        wall = _wall_bin(local.replace(tzinfo=None), count, unit)
        if unit == "min" or (unit == "h" and count == 1):
            here = (local.utcoffset(), wall)
            begins = here != seen
        else:
            # A wall clock that is set back over midnight does not begin the day a second time.
            here = max(wall, seen or wall)
            begins = here != seen
        if begins and seen is not None:
            starts.append(instant)
        seen, instant = here, instant + tick
    return starts
