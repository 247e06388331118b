"""How the stand-in behaves; a test may change any of it while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Literal

TOKEN = "bearer-of-tests"


class Access(Enum):
    """What a token may do."""

    ALL = "everything"
    RECENT = "everything but the full archive: 403 there"
    NOT_ENROLLED = "nothing: 403, its app belongs to no project"
    EXPIRED = "nothing: 401"


@dataclass(frozen=True)
class Settings:
    """What may be chosen.

    Attributes:
        names: '2.166' or '2.167'.
        tokens: any other is answered with 401.
        limits: requests per window by endpoint (`GET /2/tweets/search/recent`), in the place of X's own.
        has_rate_headers: whether replies tell of the limits.
        all_spacing: the least time between two requests of the full archive.
        cap: posts a month.
        credits_mills: thousandths of a dollar; None: without end.
        cap_reset_day: the day of the month on which the cap starts anew.
        bills_includes: whether expanded authors and referenced posts are charged for.
        charges_once_a_day: whether a post or user read again on the same UTC day is free.
        empty_data: whether an empty result has `data: []`; else it has no data.
        usage_as_text: whether usage's numbers are strings in 2.166 as well, where its document has integers.
        search_lag, counts_lag: how long before now a stretch ends where no end is given.
        counts_page: how much time a page of counts/all holds.
        keep_alive_s: seconds between the stream's signs of life.
        keep_alive_clock: whose seconds.
        stream_poll_s: real seconds between two looks at the clock.
        job_takes: how long a compliance job is in progress.
        validated: the share of replies that are checked against X's document.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    names: Literal["2.166", "2.167"] = "2.166"
    tokens: Mapping[str, Access] = field(default_factory=lambda: {TOKEN: Access.ALL})
    limits: Mapping[str, int] = field(default_factory=dict)
    has_rate_headers: bool = True
    all_spacing: timedelta = timedelta(seconds=1)
    cap: int = 3_000_000
    credits_mills: int | None = None
    cap_reset_day: int = 1
    bills_includes: bool = True
    charges_once_a_day: bool = True
    empty_data: bool = False
    usage_as_text: bool = False
    search_lag: timedelta = timedelta(seconds=30)
    counts_lag: timedelta = timedelta(seconds=10)
    counts_page: timedelta = timedelta(days=31)
    keep_alive_s: float = 20.0
    keep_alive_clock: Literal["real", "simulated"] = "real"
    stream_poll_s: float = 0.02
    job_takes: timedelta = timedelta(minutes=1)
    validated: float = 1.0
