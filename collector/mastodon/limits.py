"""How many requests a server takes: kept by ourselves, and as the server's answers tell."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from collector.errors import RateLimited
from collector.http import date_of, moment_of, number_of
from storage.instant import EPOCH

SPAN: Final = timedelta(minutes=5)
MOST: Final = 300
"""Requests in five minutes: Mastodon's own limit, kept also where a server tells none."""
PAUSE: Final = timedelta(minutes=1)
"""What is waited where a server wants a pause and does not say how long."""

_EPOCH_MILLISECONDS: Final = 1e11
"""A number of seconds that is larger would be after the year 5000: it counts milliseconds."""


class Limits:
    """The requests that were made of one server, and the pause that it wants."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin; `now` is our clock."""
        self._now = now
        self._made: deque[datetime] = deque()
        self._ahead = timedelta(0)
        self._paused_at: datetime | None = None
        self._until: datetime | None = None

    def take(self) -> None:
        """Count a request that is about to be made; raises RateLimited where it would be one too many."""
        now = self._now()
        if self._until is not None and self._paused_at is not None:
            # Before the pause began means that our clock was set back: the pause cannot be told by it any more.
            if self._paused_at <= now and now + self._ahead < self._until:
                raise self._limited(now, self._until, "no request is left for now")
            self._until = None
        while self._made and not now - SPAN < self._made[0] <= now:
            self._made.popleft()
        if len(self._made) >= MOST:
            raise self._limited(now, self._made[0] + SPAN + self._ahead, f"{MOST} requests in 5 minutes were made")
        self._made.append(now)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take note of what an answer tells of the server's clock and of the requests that are left."""
        now = self._now()
        served_at = date_of(headers)
        self._ahead = timedelta(0) if served_at is None else served_at - now
        if number_of(headers.get("X-RateLimit-Remaining")) == 0:
            self._until, self._paused_at = reset_of(headers, now + self._ahead), now

    def refused(self, headers: Mapping[str, str]) -> RateLimited:
        """Say until when a server that answered 429 wants a pause."""
        now = self._now()
        until = _retry_after(headers, now + self._ahead) or reset_of(headers, now + self._ahead)
        self._until, self._paused_at = until or now + self._ahead + PAUSE, now
        return self._limited(now, self._until, "HTTP 429 Too Many Requests")

    def _limited(self, now: datetime, until: datetime, why: str) -> RateLimited:
        return RateLimited(until, why, server_now=now + self._ahead)


def reset_of(headers: Mapping[str, str], server_now: datetime) -> datetime | None:
    """Read when requests are taken again: ISO 8601 (Mastodon) or seconds since 1970; None where it is no later."""
    text = headers.get("X-RateLimit-Reset", "")
    seconds = number_of(text)
    if seconds is not None:
        reset = EPOCH + timedelta(seconds=seconds / 1_000 if seconds > _EPOCH_MILLISECONDS else seconds)
    else:
        try:
            reset = datetime.fromisoformat(text.strip())
        except ValueError:
            return None
        reset = reset.replace(tzinfo=UTC) if reset.tzinfo is None else reset.astimezone(UTC)
    return reset if reset > server_now else None


def _retry_after(headers: Mapping[str, str], server_now: datetime) -> datetime | None:
    """Read Retry-After: seconds, or a date."""
    text = headers.get("Retry-After", "")
    seconds = number_of(text)
    moment = moment_of(text) if seconds is None else server_now + timedelta(seconds=seconds)
    return moment if moment is not None and moment > server_now else None
