"""The calls to X: made by tweepy, read as the bytes that came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
import tweepy

from collector.errors import Unavailable, Unreadable
from collector.http import date_of, failure
from collector.json_text import parse
from collector.x.limits import Kind, Limits
from collector.x.refusals import refused
from collector.x.session import KEPT_FROM_TWEEPY, Session
from collector.x.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What X answered to a request that it accepted.

    Attributes:
        body: as it came.
        json: what the body says; an object.
        served_at: X's clock, by its Date header.
    """

    body: bytes
    json: dict[str, Any]
    served_at: datetime | None


class Client:
    """X, asked within its limits.

    Attributes:
        requests: how many requests were made.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime], session: Session | None = None) -> None:
        """Make ready to ask; `now` is our clock. Nothing is asked yet."""
        self._host = settings.host
        self._limits = Limits(now)
        self._session = session or Session(settings)
        self._api = tweepy.Client(KEPT_FROM_TWEEPY, return_type=requests.Response, wait_on_rate_limit=False)
        self._api.session.close()
        self._api.session = self._session
        self.requests = 0

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def ahead(self) -> timedelta:
        """Tell how far X's clock is ahead of ours, by its last answer; 0 until there is one."""
        return self._limits.ahead

    def get(self, kind: Kind, path: str, params: Mapping[str, str]) -> Answer:
        """Ask for what stands under a path; `kind` names the allowance that the request is counted to.

        Raises:
            SourceError: no answer came, or one that is no page; see `refusals`.
        """
        return self._ask(kind, lambda: self._api.request("GET", path, params=dict(params)))

    def post(self, kind: Kind, path: str, body: Mapping[str, Any]) -> Answer:
        """Send something to a path; raises as `get` does."""
        return self._ask(kind, lambda: self._api.request("POST", path, json=dict(body)))

    def _ask(self, kind: Kind, call: Callable[[], object]) -> Answer:
        self._limits.take(kind)
        self.requests += 1
        try:
            call()
        except tweepy.HTTPException:
            pass  # It has judged a status: the answer is heard, and judged by us.
        except requests.RequestException as error:
            raise failure(error, self._host) from None
        response = self._session.heard
        if response is None:
            raise Unavailable(f"{self._host} was not asked")
        self._limits.hear(kind, response.headers)
        if not response.ok or response.is_redirect:
            raise refused(response.status_code, response.content, self._limits.pause(kind, response.headers))
        return Answer(response.content, self._read(response), date_of(response.headers))

    def _read(self, response: requests.Response) -> dict[str, Any]:
        """Read an answer's JSON; raises Unavailable for one that was cut short, or is another's."""
        try:
            told = parse(response.content)
        except Unreadable as error:
            is_json = "json" in response.headers.get("Content-Type", "")
            what = "JSON that breaks off or is none" if is_json else "a page that is not JSON"
            raise Unavailable(f"{self._host} answered with {what}", may_have_cost=True) from error
        if not isinstance(told, dict):
            raise Unavailable(f"{self._host} answered with JSON that is no object", may_have_cost=True)
        return told
