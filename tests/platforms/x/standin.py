"""X's API v2 as far as its documents tell: one request in, one outcome out, all state behind one lock."""

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from tests.platforms.x.answering import Answer, Context
from tests.platforms.x.asking import Request
from tests.platforms.x.bill import Bill
from tests.platforms.x.compliance import Desk
from tests.platforms.x.faults import Fault, Faults, window_headers
from tests.platforms.x.index import Index
from tests.platforms.x.limits import Limits, Standing
from tests.platforms.x.lookup import APP_ID
from tests.platforms.x.names import NAMES
from tests.platforms.x.problems import (
    Refused,
    capped,
    forbidden,
    not_enrolled,
    not_found,
    out_of_credits,
    too_many,
    unauthorized,
)
from tests.platforms.x.routes import CHARGED, UNAUTHENTICATED, route
from tests.platforms.x.rules import Rules
from tests.platforms.x.settings import Access, Settings
from tests.platforms.x.stream import Stream, Streams
from tests.platforms.x.validation import Validation
from tests.platforms.x.world import Author, Post, World

ACCOUNT = "1501310283104411648"


@dataclass(frozen=True)
class Asked:
    """An entry of the log; status 0: the connection was closed or left hanging."""

    method: str
    path: str
    params: Mapping[str, str]
    when: datetime
    status: int


@dataclass(frozen=True)
class Outcome:
    """What is to be sent, and what goes wrong with the sending."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    fault: Fault | None = None
    stream: Stream | None = None


class StandIn:
    """The state of a stand-in for X.

    Attributes:
        url: its address; set by the server.
        requests: what it was asked, in order.
        invalid: its own replies that X's document does not allow; must be empty.
    """

    def __init__(self, world: World, settings: Settings) -> None:
        self.lock = threading.RLock()
        self.url = ""
        self.settings = settings
        self.index = Index(world)
        self.bill = Bill()
        self.faults = Faults()
        self.requests: list[Asked] = []
        self.invalid: list[str] = []
        self.rules = Rules()
        self.desk = Desk()
        self.streams = Streams(self)
        self._limits = Limits()
        self._rng = random.Random(1)  # noqa: S311  which replies are checked need be no secret
        self._checks = {version: Validation.of(version) for version in NAMES}

    def change(self, **changes: Any) -> None:
        """Behave otherwise from here on."""
        with self.lock:
            self.settings = replace(self.settings, **changes)

    def put(self, *posts: Post, authors: Iterable[Author] = ()) -> None:
        """Add posts and authors, or put them in the place of those with their ids."""
        with self.lock:
            self.index.put(posts)
            self.index.put_authors(authors)

    def disconnect_streams(self, is_clean: bool = False) -> None:
        """End every open stream: with the last chunk of HTTP, or in the middle of it."""
        self.streams.disconnect(is_clean)

    def answer(self, request: Request) -> Outcome:
        """Answer a request, and note it."""
        with self.lock:
            now = self.settings.now()
            fault, meant = self.faults.hit(request, now)
            outcome = self._outcome(meant, fault, now)
            is_unheard = fault is not None and fault.kind in {"hang", "close"}
            entry = Asked(request.method, request.path, dict(request.params), now, 0 if is_unheard else outcome.status)
            self.requests.append(entry)
            return outcome

    def check(self, endpoint: str, status: int, body: Any) -> str:
        """Hold a reply against X's document, or let it by as the settings say."""
        if self._rng.random() >= self.settings.validated:
            return ""
        body = {name: value for name, value in body.items() if name != "data" or value != []}
        if endpoint == "GET /2/usage/tweets" and self.settings.usage_as_text and status == 200:
            return ""
        complaint = self._checks[self.settings.names].complaint(endpoint, status, body)
        if complaint:
            self.invalid.append(f"{endpoint} {status}: {complaint}")
        return complaint

    def _outcome(self, request: Request, fault: Fault | None, now: datetime) -> Outcome:
        if fault is not None and not fault.does_work:
            return self._failed(fault, now)
        context = Context(request, self.index, self.settings, now)
        endpoint, arguments, serve = route(request)
        headers: dict[str, str] = {}
        try:
            if serve is None:
                raise not_found()
            if endpoint not in UNAUTHENTICATED:
                self._admit(endpoint, request)
                headers |= self._counted(endpoint, now)
                self._afford(endpoint, now)
            answer = serve(self, context, *arguments)
        except Refused as refused:
            return self._refusal(endpoint, refused, headers, fault)
        if isinstance(answer, Stream):
            return Outcome(200, headers, fault=fault, stream=answer)
        return self._reply(endpoint, answer, headers, fault, now)

    def _admit(self, endpoint: str, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        access = self.settings.tokens.get(token) if kind == "Bearer" else None
        if access is None or access is Access.EXPIRED:
            raise unauthorized()
        if access is Access.NOT_ENROLLED:
            raise not_enrolled(APP_ID)
        if access is Access.RECENT and endpoint.endswith("/all"):
            raise forbidden()

    def _counted(self, endpoint: str, now: datetime) -> dict[str, str]:
        standing: Standing = self._limits.take(endpoint, now, self.settings)
        headers = standing.headers if self.settings.has_rate_headers else {}
        if standing.is_refused:
            refused = too_many()
            refused.headers = headers
            raise refused
        return headers

    def _afford(self, endpoint: str, now: datetime) -> None:
        if endpoint not in CHARGED:
            return
        if self.bill.is_broke(self.settings):
            raise out_of_credits(ACCOUNT)
        if CHARGED[endpoint] and self.bill.is_capped(now, self.settings):
            raise capped(ACCOUNT)

    def _reply(
        self, endpoint: str, answer: Answer, headers: dict[str, str], fault: Fault | None, now: datetime
    ) -> Outcome:
        if answer.raw is not None:
            return Outcome(200, {"content-type": "text/plain"}, answer.raw, fault)
        if complaint := self.check(endpoint, 200, answer.body):
            return Outcome(500, headers, complaint.encode())
        self.bill.charge(answer.reads, now, self.settings)
        kind = {"content-type": "application/json; charset=utf-8"}
        return Outcome(200, headers | kind, orjson.dumps(answer.body), fault)

    def _refusal(self, endpoint: str, refused: Refused, headers: dict[str, str], fault: Fault | None) -> Outcome:
        body = refused.body(NAMES[self.settings.names])
        if complaint := self.check(endpoint, refused.status, body):
            return Outcome(500, headers, complaint.encode())
        kind = {"content-type": "application/problem+json"}
        return Outcome(refused.status, {**headers, **refused.headers, **kind}, orjson.dumps(body), fault)

    def _failed(self, fault: Fault, now: datetime) -> Outcome:
        """Write the error that a fault asks for, with nothing done."""
        status = fault.status or 200
        if fault.kind != "status":
            return Outcome(status if fault.kind == "html" else 200, {}, b"{}", fault)
        headers = window_headers(now) if status == 429 and fault.has_headers else {}
        refused = {
            401: unauthorized(),
            402: out_of_credits(ACCOUNT),
            403: not_enrolled(APP_ID) if fault.problem == "client-forbidden" else forbidden(),
            429: capped(ACCOUNT) if fault.problem == "usage-capped" else too_many(),
        }.get(status, Refused(status, "", "Service Unavailable", "Service Unavailable"))
        body = refused.body(NAMES[self.settings.names])
        return Outcome(status, {**headers, "content-type": "application/problem+json"}, orjson.dumps(body), fault)
