"""Read and write what people say of time: lengths such as 15m, and moments in ISO 8601.

Every moment comes out aware; one written without an offset is read in the zone it is given.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LENGTH: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_SPANS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_UNITS_SAID: Final = 2
LONGEST: Final = timedelta(days=36_500)


def read_length(text: str) -> timedelta:
    """Read a length of time such as 90s, 15m, 2h, 1d or 1w; raises ValueError for all else, and for 0."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a length of time")
    length = int(match[1]) * _UNITS[match[2]]
    if not timedelta() < length <= LONGEST:
        raise ValueError(f"{text!r} is not between one second and a hundred years")
    return length


def write_length(length: timedelta) -> str:
    """Write a length as `read_length` reads it, in the greatest unit up to a day that divides it."""
    for unit in ("d", "h", "m"):
        if length % _UNITS[unit] == timedelta():
            return f"{length // _UNITS[unit]}{unit}"
    return f"{length // _UNITS['s']}s"


def write_span(length: timedelta, none: str = "nothing") -> str:
    """Write a length for people, in its two greatest units: '3 d 4 h', '2 h 5 min', '40 s'; `none` below a second."""
    seconds = max(0, int(length.total_seconds()))
    parts: list[str] = []
    for name, size in _SPANS:
        if seconds >= size and len(parts) < _UNITS_SAID:
            parts.append(f"{seconds // size} {name}")
        seconds %= size
    return " ".join(parts) or none


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment in ISO 8601 (a date alone is its midnight) as an aware datetime in `zone`.

    A local time that the zone skips is read as the moment it is skipped to, one that it has twice as the
    first. Raises ValueError for any other text, and for a moment outside the years 1 to 9999 in UTC.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC).astimezone(zone)
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside the years 1 to 9999") from error


def write_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Write an aware datetime as local time with its offset, such as 2019-11-03 21:05:00+03:00."""
    return moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")
