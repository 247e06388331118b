"""Instants of time: UTC to the microsecond, as text of 27 characters that sorts and compares as time does.

Rows and posts hold the text (`2026-11-23T09:00:00.123456Z`); arithmetic is done on aware datetimes.
A naive datetime is refused everywhere: a time without a zone is a guess.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

Instant: TypeAlias = str

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LENGTH: Final = 27
_MICROSECOND: Final = timedelta(microseconds=1)


def to_text(moment: datetime) -> Instant:
    """Write an aware datetime as an instant; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_text(text: Instant) -> datetime:
    """Read an instant as an aware datetime in UTC; raises ValueError for any other form."""
    if len(text) != LENGTH or text[26] != "Z":
        raise ValueError(f"{text!r} is not an instant like 2026-11-23T09:00:00.123456Z")
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Count the microseconds from 1970 (UTC) to an aware datetime, exactly."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Read microseconds since 1970 (UTC) as an aware datetime, exactly."""
    return EPOCH + timedelta(microseconds=micros)
