"""The calls to one server: made by Mastodon.py, read as the bytes that came.

The library does the calls and is shown an answer's status alone. Of a body it would make objects of its own, with
renamed fields and other times and ids, in ten times the time that the answer takes to come; and it gives up on an
answer that is well for the form of its rate limit's headers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
from mastodon import Mastodon, MastodonError, MastodonNetworkError
from requests.exceptions import RequestException

from collector.errors import AccessRefused, SourceError, Unavailable, Unreadable
from collector.http import date_of, failure
from collector.json_text import parse
from collector.mastodon.limits import Limits
from collector.mastodon.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        served_at: the server's clock, by its Date header.
        links: the addresses of its Link header by their rel; None: there was no such header.
    """

    status: int
    body: bytes
    is_json: bool
    served_at: datetime | None
    links: Mapping[str, str] | None

    @property
    def json(self) -> Any:
        """Read the body; raises Unreadable for what is not JSON."""
        return parse(self.body)


class _ForeignRedirect(RequestException):
    """A server sends us, with our token, to another one."""


class _Api(Mastodon):
    """Mastodon.py, without its own look at who may read a timeline: that one hides its errors, and is not cached."""

    def timeline_is_available(self, *_: object, **__: object) -> bool:
        return True


class Client:
    """One server, asked politely: its limits are kept, and every request says who is asking.

    Attributes:
        requests: how many requests were made.
    """

    def __init__(self, settings: Settings, session: requests.Session, now: Callable[[], datetime]) -> None:
        """Make ready to ask; nothing is asked yet. The session is ours from now on."""
        self._settings = settings
        self._limits = Limits(now)
        self._session = session
        self._heard: tuple[requests.Response, bytes] | None = None
        self.requests = 0
        session.hooks["response"].append(self._hear)
        # It is handed on to requests, which takes two.
        timeouts: Any = (settings.connect_timeout, settings.read_timeout)
        self._api = _Api(
            api_base_url=settings.base_url,
            session=session,
            user_agent=settings.user_agent,
            request_timeout=timeouts,
            version_check_mode="none",
            ratelimit_method="throw",
        )
        # Handed over at making, it would be taken for a file's name where there is one of that name.
        self._api.access_token = settings.token

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def instance(self) -> Answer:
        """Ask what the server says of itself."""
        return self._ask(self._api.instance_v2)

    def status(self, local_id: str) -> Answer:
        """Ask for one status."""
        return self._ask(lambda: self._api.status(quote(local_id, safe="")))

    def timeline(self, tags: tuple[str, ...], **place: str) -> Answer:
        """Ask for a page of what has any of the tags, the first of which leads; `place` is a max_id or a min_id."""
        leader, *others = tags
        more = "?" + urlencode([("any[]", tag) for tag in others]) if others else ""
        path = f"tag/{quote(leader, safe='')}{more}"
        return self._ask(lambda: self._api.timeline(path, limit=self._settings.page_size, **place))

    def _ask(self, call: Callable[[], object]) -> Answer:
        """Make a call of the library's; raises RateLimited, Unavailable and AccessRefused where no answer came."""
        self._limits.take()
        self._heard = None
        self.requests += 1
        try:
            call()
        except MastodonNetworkError as error:
            raise _failure(error, self._settings.host) from None
        except MastodonError:
            pass  # It has judged an answer: that is heard, and judged by us.
        if self._heard is None:
            raise Unavailable(f"{self._settings.host} was not asked")
        response, body = self._heard
        headers = response.headers
        self._limits.hear(headers)
        if response.status_code == requests.codes.too_many_requests:
            raise self._limits.refused(headers)
        return Answer(
            status=response.status_code,
            body=body,
            is_json="json" in headers.get("Content-Type", ""),
            served_at=date_of(headers),
            links=_links(headers.get("Link")),
        )

    def _hear(self, response: requests.Response, *_: object, **__: object) -> requests.Response:
        """Take an answer off the wire; the library goes on with an empty one of the same status."""
        if response.is_redirect:
            target = urljoin(response.url, response.headers["Location"])
            if urlsplit(target)[:2] != urlsplit(self._settings.base_url)[:2]:
                raise _ForeignRedirect(f"redirects to {urlsplit(target).netloc}")
            return response
        self._heard = (response, response.content)
        shown = requests.Response()
        shown.status_code, shown.reason = response.status_code, response.reason
        shown.url, shown.request = response.url, response.request
        shown.raw = BytesIO(b"null")
        return shown


def refused(answer: Answer, host: str) -> SourceError:
    """Say what an answer is that is no page."""
    fact = f"{host}: HTTP {answer.status}"
    if answer.status >= requests.codes.internal_server_error or answer.status in {408, 425}:
        return Unavailable(fact)
    if answer.status in {requests.codes.not_found, requests.codes.gone}:
        return AccessRefused(f"{fact}: it does not answer as Mastodon does")
    why = _said(answer)
    return AccessRefused(f"{fact}: {why}" if why else fact)


def _said(answer: Answer) -> str:
    """Find a server's own words for an error: of its JSON, or plain text; a page of HTML says nothing."""
    try:
        told = answer.json
    except Unreadable:
        told = answer.body.decode("utf-8", "replace") if b"<" not in answer.body else ""
    word = told.get("error") if isinstance(told, dict) else told
    return " ".join(word.split())[:200] if isinstance(word, str) else ""


def _failure(error: MastodonNetworkError, host: str) -> SourceError:
    """Say why no whole answer came, by what the library had caught."""
    cause = error.__context__
    if isinstance(cause, _ForeignRedirect):
        return AccessRefused(f"{host} {cause}")
    return failure(cause, host)


def _links(header: str | None) -> Mapping[str, str] | None:
    """Read a Link header."""
    if header is None:
        return None
    parsed = requests.utils.parse_header_links(header)
    return {link["rel"]: link["url"] for link in parsed if "rel" in link and "url" in link}
