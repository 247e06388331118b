"""How often an endpoint may be asked: windows of 15 minutes, and one request a second of the full archive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.platforms.x.settings import Settings

WINDOW = timedelta(minutes=15)
LIMITS: Mapping[str, int] = {
    "GET /2/tweets/search/recent": 450,
    "GET /2/tweets/search/all": 300,
    "GET /2/tweets/counts/recent": 300,
    "GET /2/tweets/counts/all": 300,
    "GET /2/tweets": 300,
    "GET /2/tweets/{id}": 300,
    "GET /2/tweets/{id}/retweets": 75,
    "GET /2/users": 300,
    "GET /2/tweets/search/stream": 50,
    "GET /2/tweets/search/stream/rules": 450,
    "POST /2/tweets/search/stream/rules": 100,
    "GET /2/usage/tweets": 50,
    "GET /2/compliance/jobs": 150,
    "POST /2/compliance/jobs": 150,
    "GET /2/compliance/jobs/{id}": 150,
}


@dataclass
class Standing:
    """How a window stands after a request.

    Attributes:
        resets_at: epoch seconds.
    """

    limit: int
    remaining: int
    resets_at: int
    is_refused: bool

    @property
    def headers(self) -> dict[str, str]:
        """Write it as X does."""
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(self.remaining),
            "x-rate-limit-reset": str(self.resets_at),
        }


class Limits:
    """The windows of one app."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[datetime, int]] = {}
        self._last_of_all: datetime | None = None

    def take(self, endpoint: str, now: datetime, settings: Settings) -> Standing:
        """Count a request; one that is refused is not counted."""
        limit = settings.limits.get(endpoint, LIMITS[endpoint])
        started, used = self._windows.get(endpoint, (now, 0))
        if now >= started + WINDOW:
            started, used = now, 0
        resets_at = int((started + WINDOW).timestamp())
        if endpoint == "GET /2/tweets/search/all" and self._is_too_soon(now, settings):
            # The window is open: only the second is not over yet.
            return Standing(limit, max(0, limit - used), int(now.timestamp()) + 1, True)
        is_refused = used >= limit
        used += not is_refused
        self._windows[endpoint] = (started, used)
        return Standing(limit, limit - used, resets_at, is_refused)

    def _is_too_soon(self, now: datetime, settings: Settings) -> bool:
        last = self._last_of_all
        if last is not None and last <= now < last + settings.all_spacing:
            return True
        self._last_of_all = now
        return False
