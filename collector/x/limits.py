"""How many requests X takes of each kind: kept by ourselves, and as its answers tell."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from collector.errors import RateLimited
from collector.http import date_of, number_of
from storage.instant import EPOCH

Kind: TypeAlias = Literal["search/recent", "search/all", "counts", "usage", "lookup", "retweets", "compliance", "rules"]

SPAN: Final = timedelta(minutes=15)
MOST: Final[Mapping[Kind, int]] = {
    "search/recent": 450,
    "search/all": 300,
    "counts": 300,
    "usage": 50,
    "lookup": 3_500,
    "retweets": 75,
    "compliance": 150,
    "rules": 450,
}
"""Requests of an app in 15 minutes, by X's documents (November 2026)."""
APART: Final[Mapping[Kind, timedelta]] = {"search/all": timedelta(seconds=1)}
"""What must lie between two requests of a kind."""
PAUSE: Final = SPAN
"""What is waited where X wants a pause and does not say how long: the longest that its window lasts."""


class Limits:
    """The requests that were made of each kind, and the pauses that X wants.

    Attributes:
        ahead: how far X's clock is ahead of ours, by its last answer.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin; `now` is our clock."""
        self._now = now
        self._made: defaultdict[Kind, deque[datetime]] = defaultdict(deque)
        self.ahead = timedelta(0)
        self._paused: dict[Kind, tuple[datetime, datetime]] = {}

    def take(self, kind: Kind) -> None:
        """Count a request that is about to be made; raises RateLimited where it would be one too many."""
        now = self._now()
        paused = self._paused.pop(kind, None)
        # Before the pause began means that our clock was set back: the pause cannot be told by it any more.
        if paused is not None and paused[0] <= now and now + self.ahead < paused[1]:
            self._paused[kind] = paused
            raise self._limited(now, paused[1], "no request is left for now")
        made = self._made[kind]
        while made and not now - SPAN < made[0] <= now:
            made.popleft()
        if len(made) >= MOST[kind]:
            raise self._limited(now, made[0] + SPAN + self.ahead, f"{MOST[kind]} requests in 15 minutes were made")
        if made and now - made[-1] < (apart := APART.get(kind, timedelta(0))):
            raise self._limited(now, made[-1] + apart + self.ahead, "the last request was a moment ago")
        made.append(now)

    def hear(self, kind: Kind, headers: Mapping[str, str]) -> None:
        """Take note of what an answer tells of X's clock and of the requests that are left."""
        now = self._now()
        served_at = date_of(headers)
        self.ahead = timedelta(0) if served_at is None else served_at - now
        until = _reset_of(headers, now + self.ahead)
        if number_of(headers.get("x-rate-limit-remaining")) == 0 and until is not None:
            self._paused[kind] = now, until

    def pause(self, kind: Kind, headers: Mapping[str, str]) -> Callable[[str], RateLimited]:
        """Give what begins the pause that X wants which answered 429, and says until when it lasts."""

        def begin(why: str) -> RateLimited:
            now = self._now()
            until = _reset_of(headers, now + self.ahead) or now + self.ahead + PAUSE
            self._paused[kind] = now, until
            return self._limited(now, until, why)

        return begin

    def _limited(self, now: datetime, until: datetime, why: str) -> RateLimited:
        return RateLimited(until, why, server_now=now + self.ahead)


def _reset_of(headers: Mapping[str, str], server_now: datetime) -> datetime | None:
    """Read when requests are taken again, in seconds since 1970; None where that is no later, or in another year."""
    seconds = number_of(headers.get("x-rate-limit-reset"))
    if seconds is None:
        return None
    soon = (server_now - EPOCH).total_seconds()
    return EPOCH + timedelta(seconds=seconds) if soon < seconds < soon + 86_400 * 32 else None
