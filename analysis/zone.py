"""Instants and time zones: exact microseconds since 1970 in UTC, and the offsets that a zone had when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analysis.errors import UnknownZone

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR
# No zone has changed its offset twice within 167 hours (tzdata 2026: America/Recife, Asia/Gaza).
_PROBE: Final = 5 * DAY


def micros(instant: datetime) -> int:
    """Count the microseconds from 1970 (UTC) to a datetime, exactly; raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return (instant - EPOCH) // timedelta(microseconds=1)


def moment(instant: int) -> datetime:
    """Read microseconds since 1970 (UTC) as an aware datetime, exactly."""
    return EPOCH + timedelta(microseconds=instant)


@cache
def zone_of(name: str) -> ZoneInfo:
    """Find an IANA zone; raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def offsets(start: int, end: int, zone: str) -> list[tuple[int, int]]:
    """List a zone's offsets over [start, end) as (from when on, offset), in microseconds."""
    info = zone_of(zone)

    def offset(instant: int) -> int:
        shift = moment(instant).astimezone(info).utcoffset() or timedelta()
        return shift // timedelta(microseconds=1)

    table, low = [(start, offset(start))], start
    for probe in [*range(start + _PROBE, end, _PROBE), end - 1]:
        if offset(probe) != table[-1][1]:
            table.append((_change(offset, low, probe), offset(probe)))
        low = probe
    return table


def _change(offset: Callable[[int], int], low: int, high: int) -> int:
    """Find the first instant in (low, high] that has the offset of `high`, where it changes once."""
    after = offset(high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if offset(middle) == after else (middle, high)
    return high
