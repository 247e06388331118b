"""From when to when a request asks, as the ids that lie between."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.platforms.x.asking import Params
from tests.platforms.x.names import Names
from tests.platforms.x.problems import invalid
from tests.platforms.x.world import EPOCH_MS, milliseconds, snowflake, time_of

RECENT = timedelta(days=7)
FIRST_POST = datetime(2006, 3, 21, tzinfo=UTC)
LEAST_LAG = timedelta(seconds=10)
MIXED = "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'."


@dataclass(frozen=True)
class Bounds:
    """A stretch: low <= id < high, and the seconds that it starts and ends with."""

    low: int
    high: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Reach:
    """How far an endpoint sees.

    Attributes:
        first: the earliest second that may be asked for.
        start: where it starts by default.
        end: where it ends by default.
    """

    first: datetime
    start: datetime
    end: datetime


def seconds(at: datetime) -> datetime:
    """Drop what is less than a second."""
    return at.astimezone(UTC).replace(microsecond=0)


def bounds(params: Params, names: Names, reach: Reach, now: datetime) -> Bounds:
    """Read a request's bounds, or refuse them with 400."""
    start, end = params.moment("start_time"), params.moment("end_time")
    since, until = params.post_id("since_id"), params.post_id("until_id")
    _refuse_mixtures(params, names)
    if start is not None:
        _check_start(params, start, end or reach.end, reach)
    if end is not None:
        _check_end(params, end, reach, now)
    _check_ids(params, since, until, reach)
    low, high = _floor(start or reach.start), _floor(end or reach.end)
    if since is not None:
        low, start = since + 1, time_of(since)
    if until is not None:
        high, end = min(until, snowflake(now)), time_of(until) + timedelta(seconds=1)
    return Bounds(low, max(low, high), start or reach.start, end or reach.end)


def _floor(at: datetime) -> int:
    return snowflake(at) if milliseconds(at) > EPOCH_MS else 0


def _refuse_mixtures(params: Params, names: Names) -> None:
    given = {name for name in ("start_time", "end_time", "since_id", "until_id") if params.text(name) is not None}
    if names.has_old_ones:
        is_mixed = bool(given & {"since_id", "until_id"}) and bool(given & {"start_time", "end_time"})
    else:
        is_mixed = given >= {"start_time", "since_id"} or given >= {"end_time", "until_id"}
    if is_mixed:
        name = "since_id" if "since_id" in given else "until_id"
        raise invalid(MIXED, name, params.text(name) or "")


def _check_start(params: Params, start: datetime, end: datetime, reach: Reach) -> None:
    value = params.text("start_time") or ""
    if start < reach.first:
        why = f"Invalid 'start_time':'{_minute(start)}'. 'start_time' must be on or after {_minute(reach.first)}"
        raise invalid(why, "start_time", value)
    if start >= end:
        why = f"Invalid 'start_time':'{_minute(start)}'. 'start_time' must be before 'end_time'"
        raise invalid(why, "start_time", value)


def _check_end(params: Params, end: datetime, reach: Reach, now: datetime) -> None:
    value = params.text("end_time") or ""
    if end > now - LEAST_LAG:
        why = (
            f"Invalid 'end_time':'{_minute(end)}'. 'end_time' must be a minimum of 10 seconds prior to the request time"
        )
        raise invalid(why, "end_time", value)
    if end <= reach.first:
        why = f"Invalid 'end_time':'{_minute(end)}'. 'end_time' must be on or after {_minute(reach.first)}"
        raise invalid(why, "end_time", value)


def _check_ids(params: Params, since: int | None, until: int | None, reach: Reach) -> None:
    first = _floor(reach.first)
    for name, given in (("since_id", since), ("until_id", until)):
        if given is not None and first and given < first:
            why = (
                f"'{name}' must be a tweet id created after {_minute(reach.first)}."
                f" Please use a '{name}' that is larger than {first}"
            )
            raise invalid(why, name, params.text(name) or "")


def _minute(at: datetime) -> str:
    return f"{at.isoformat()[:16]}Z"
