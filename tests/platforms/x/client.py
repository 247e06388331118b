"""The least of a client: what a test asks a stand-in with."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn

TIMEOUT_S = 10


class Clock:
    """A time that a test turns on."""

    def __init__(self, at: datetime = datetime(2026, 11, 6, 12, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


class Client:
    """Asks a stand-in with the token of an app."""

    def __init__(self, x: StandIn, token: str = TOKEN) -> None:
        self.x = x
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> requests.Response:
        """Ask for something under /2."""
        asked = {**(params or {}), **more}
        return requests.get(
            f"{self.x.url}/2{path}", params=asked, headers=self._headers, timeout=TIMEOUT_S, allow_redirects=False
        )

    def post(self, path: str, body: Mapping[str, Any], **params: Any) -> requests.Response:
        """Send something to an address under /2."""
        url = f"{self.x.url}/2{path}"
        return requests.post(url, json=body, params=params, headers=self._headers, timeout=TIMEOUT_S)

    def json(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Ask for something that must succeed."""
        reply = self.get(path, params, **more)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def pages(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Iterator[Any]:
        """Ask for page after page."""
        token: dict[str, str] = {}
        while True:
            reply = self.json(path, params, **more, **token)
            yield reply
            if "next_token" not in reply["meta"]:
                return
            token = {"pagination_token": reply["meta"]["next_token"]}

    def posts(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
        """Collect the posts of all pages."""
        return [post for page in self.pages(path, params, **more) for post in page.get("data", [])]
