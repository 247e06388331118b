"""Times as tables write them: text in, instants out; a time without a zone is read in the table's. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from collector.errors import Unreadable
from collector.x.rules import FAR_AHEAD, X_BEGAN
from storage.instant import EPOCH, Instant, to_text

X_FORM: Final = "%a %b %d %H:%M:%S %z %Y"
NAMED: Final = ("iso", "seconds", "milliseconds", "x")
"""The forms of times that have a name; any other is a pattern of strptime."""

_NUMBER: Final = re.compile(r"([0-9]{1,16})(?:\.([0-9]{1,9}))?")
_OFFSET_APART: Final = re.compile(r" +(?:(UTC|GMT|Z)|([+-]\d\d:?\d\d))$")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UNITS: Final[Mapping[str, timedelta]] = {
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
}


class Times:
    """A form of times in a zone."""

    def __init__(self, form: str, time_zone: str) -> None:
        """Learn the form (one of NAMED, or a pattern) and the zone's IANA name."""
        self._zone = UTC if time_zone == "UTC" else ZoneInfo(time_zone)
        self._zone_name = time_zone
        self._parse = _parser(form)

    def read(self, cell: str, column: str, hint: Instant | None = None) -> Instant | None:
        """Read a time; None for an empty cell. Also ISO 8601 is read, as spreadsheets keep times.

        `hint` is the time as something else tells it: when clocks are turned back, it decides which of the two hours
        of that name is meant. Raises Unreadable where nothing decides, and for what is no time.
        """
        text = cell.strip()
        if not text:
            return None
        try:
            moment = self._moment(text, column, hint)
            instant = to_text(moment)
        except (ValueError, OverflowError) as error:
            raise Unreadable(f"{column} is {text[:40]!r}, not a time in the form that is expected") from error
        if X_BEGAN <= instant < FAR_AHEAD:
            return instant
        raise Unreadable(f"{column} is {text[:40]!r}, which is the year {moment.year}")

    def _moment(self, text: str, column: str, hint: Instant | None) -> datetime:
        moment = self._parse(text)
        if moment.tzinfo is not None:
            return moment
        if self._zone is UTC:
            return moment.replace(tzinfo=UTC)
        return self._placed(moment, column, hint)

    def _placed(self, naive: datetime, column: str, hint: Instant | None) -> datetime:
        """Read a wall clock's time in the zone."""
        first, second = (naive.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return first
        told = hint and hint[:16]
        for one in (first, second):
            if told == to_text(one)[:16] and one.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) == naive:
                return one
        raise Unreadable(f"{column} is {naive}, which clocks of {self._zone_name} showed twice or never")


def is_day(cell: str) -> bool:
    """Tell whether a time tells the day alone."""
    return _DAY.fullmatch(cell.strip()) is not None


def _parser(form: str) -> Callable[[str], datetime]:
    if form == "iso":
        return _iso
    if form in _UNITS:
        return lambda text: _since_epoch(text, _UNITS[form])
    pattern = X_FORM if form == "x" else form
    return lambda text: _by_pattern(text, pattern)


def _iso(text: str) -> datetime:
    if text[4:5] != "-":
        raise ValueError("not ISO 8601")
    apart = _OFFSET_APART.search(text)
    return datetime.fromisoformat(text if apart is None else text[: apart.start()] + (apart[2] or "+00:00"))


def _since_epoch(text: str, unit: timedelta) -> datetime:
    number = _NUMBER.fullmatch(text)
    if number is None:
        return _iso(text)
    return EPOCH + int(number[1]) * unit + int((number[2] or "0").ljust(9, "0")) * unit / 10**9


def _by_pattern(text: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007  # what has no zone is given the table's
    except ValueError:
        return _iso(text)
