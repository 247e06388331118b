"""A Mastodon server on loopback: mastodon_mock, with what it lacks, in a time of the test's own.

What is laid over it: `any[]`, the timelines' access in /api/v2/instance, an Arabic Link header that is
percent-encoded, a Date header by the test's clock, and the faults of networks that it has not (a connection that is
reset, a body that breaks off, a page that comes again). Its own faults are put into its own store of faults.
"""

import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, quote

import mastodon_mock.routers.helpers as mock_helpers
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from mastodon_mock.app import create_app
from mastodon_mock.config import AuthConfig, MastodonMockConfig, StreamingConfig
from mastodon_mock.db.models import Account, Status, StatusTag
from mastodon_mock.pagination import link_header, paginate
from mastodon_mock.serializers.instance import serialize_instance_v2
from mastodon_mock.serializers.statuses import serialize_status_list
from sqlalchemy import delete, select, update

TOKEN = "mock_token"

mock_helpers.link_header = lambda base, *rest: link_header(quote(base, safe=":/?=&%@"), *rest)


@dataclass(frozen=True)
class Made:
    """A status as a test wants it.

    Attributes:
        uri: the same on every server.
        at: when it was posted.
        local_id: None: of its time, as Mastodon makes it.
    """

    uri: str
    at: datetime
    tags: tuple[str, ...]
    words: str = "some words"
    local_id: int | None = None
    author: str = "dana"
    domain: str | None = None

    @property
    def id(self) -> int:
        """Tell its id on the server."""
        return self.local_id or snowflake(self.at, sum(self.uri.encode()))

    @property
    def html(self) -> str:
        """Write what it says."""
        tags = " ".join(
            f'<a href="https://x.example/tags/{tag}" class="mention hashtag">#<span>{tag}</span></a>'
            for tag in self.tags
        )
        return f"<p>{self.words} {tags}</p>"


def snowflake(at: datetime, number: int = 0) -> int:
    """Make an id as Mastodon does: milliseconds, and 16 bits of something."""
    return (int(at.timestamp() * 1_000) << 16) + number % 65_536


@dataclass
class Behaviour:
    """How a server behaves; a test changes it at any time.

    Attributes:
        now: the server's clock.
        local, remote: who may read its hashtag timelines.
        has_links, has_rates: whether it sends these headers.
        version: what it says of its software; None: it has no /api/v2/instance.
        faults: what comes over the next requests of timelines, in order; '' is none.
        before: called before each answer.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    local: str = "public"
    remote: str = "public"
    has_links: bool = True
    version: str | None = "4.5.0"
    faults: deque[str] = field(default_factory=deque)
    before: Callable[[], None] = lambda: None
    page_size: int = 40


class MockMastodon:
    """A running server.

    Attributes:
        log: the timelines that were asked for: path with query, in order.
    """

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.log: list[str] = []
        self.agents: set[str] = set()
        config = MastodonMockConfig(
            auth=AuthConfig(permissive=False), streaming=StreamingConfig(enabled=False), mocked_version="4.5.0"
        )
        self.app = create_app(config)
        _lay_over(self.app, self)
        self._last_asked = b""
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        settings = uvicorn.Config(
            self._serve, log_level="critical", lifespan="off", date_header=False, interface="asgi3"
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    @property
    def url(self) -> str:
        """Tell its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """Tell its name."""
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        """End it."""
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(10)
        self.app.state.engine.dispose()

    def reset(self) -> None:
        """Make it as it was: no status, nothing wrong."""
        self.behaviour = Behaviour()
        self.log.clear()
        self._last_asked = b""
        self.app.state.fault_store.clear()
        with self.app.state.session_factory() as session:
            session.execute(delete(StatusTag))
            session.execute(delete(Status))
            session.commit()

    def add(self, *made: Made) -> None:
        """Put statuses in."""
        with self.app.state.session_factory() as session:
            for one in made:
                author = session.scalars(
                    select(Account).where(
                        Account.username == one.author, Account.domain.is_not_distinct_from(one.domain)
                    )
                ).first()
                if author is None:
                    author = Account(username=one.author, domain=one.domain, created_at=datetime(2020, 1, 1))  # noqa: DTZ001  the mock's columns are naive
                    session.add(author)
                    session.flush()
                naive = one.at.replace(tzinfo=None)
                session.add(
                    Status(
                        id=one.id, account_id=author.id, content=one.html, text=one.words, created_at=naive, url=one.uri
                    )
                )
                session.add_all(StatusTag(status_id=one.id, name=tag.lower()) for tag in one.tags)
            session.commit()

    def edit(self, one: Made, words: str, at: datetime) -> None:
        """Have a status say something else."""
        changed = Made(**{**one.__dict__, "words": words})
        with self.app.state.session_factory() as session:
            session.execute(
                update(Status)
                .where(Status.id == one.id)
                .values(content=changed.html, edited_at=at.replace(tzinfo=None))
            )
            session.commit()

    def remove(self, one: Made) -> None:
        """Take a status out."""
        with self.app.state.session_factory() as session:
            session.execute(delete(StatusTag).where(StatusTag.status_id == one.id))
            session.execute(delete(Status).where(Status.id == one.id))
            session.commit()

    def fault(self, effect: Mapping[str, Any], count: int | None = None, path: str = "/api/v1/timelines/tag/*") -> None:
        """Have one of mastodon_mock's own faults come over the next requests."""
        self.app.state.fault_store.add({"match": {"path": path}, "effect": dict(effect), "count": count})

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        behaviour = self.behaviour
        behaviour.before()
        is_timeline = "/timelines/" in scope["path"]
        if is_timeline:
            self.log.append(f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}")
        self.agents |= {value.decode() for name, value in scope["headers"] if name == b"user-agent"}
        fault = behaviour.faults.popleft() if is_timeline and behaviour.faults else ""
        if fault == "reset":
            _reset(send)
            return
        if fault in OF_THE_MOCK:
            self.fault(_effect(fault, behaviour.now()), count=1)
        asked = scope["query_string"]
        if is_timeline:
            if fault == "again" and _goes_on(asked, self._last_asked):
                scope = {**scope, "query_string": self._last_asked}
            self._last_asked = asked
        answer = _Answer()
        await self.app(scope, receive, answer.take)
        await answer.pass_on(send, behaviour, breaks_off=fault == "breaks off")


OF_THE_MOCK = {"malformed", "503", "429", "429 iso", "429 epoch"}


def _effect(fault: str, now: datetime) -> dict[str, Any]:
    """Say one of mastodon_mock's own faults as it wants it."""
    if fault == "malformed":
        return {"type": "malformed"}
    if fault in {"503", "429"}:
        return {"type": "status", "status": int(fault)}
    until = now + timedelta(minutes=3)
    reset = until.isoformat().replace("+00:00", "Z") if fault == "429 iso" else str(int(until.timestamp()))
    return {"type": "status", "status": 429, "headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}}


def _goes_on(asked: bytes, before: bytes) -> bool:
    """Tell whether a page goes on from another in the same direction: only then can that one come again."""
    one, other = (parse_qs(query.decode()) for query in (asked, before))
    for name, sign in (("max_id", 1), ("min_id", -1)):
        if name in one and name in other:
            return sign * int(one.pop(name)[0]) <= sign * int(other.pop(name)[0]) and one == other
    return False


@dataclass
class _Answer:
    """What the mock answers, before it goes out."""

    start: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""

    async def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def pass_on(self, send: Any, behaviour: Behaviour, *, breaks_off: bool) -> None:
        headers = [(name, value) for name, value in self.start["headers"] if behaviour.has_links or name != b"link"]
        date = format_datetime(behaviour.now().replace(microsecond=0), usegmt=True)
        await send({**self.start, "headers": [*headers, (b"date", date.encode())]})
        if breaks_off:
            await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
            _reset(send)
            return
        await send({"type": "http.response.body", "body": self.body})


def _reset(send: Any) -> None:
    """Reset the connection, as a firewall does."""
    transport = send.__self__.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _lay_over(app: FastAPI, server: MockMastodon) -> None:
    """Answer what mastodon_mock does not know instead of it."""

    def instance(request: Request) -> dict[str, Any]:
        behaviour = server.behaviour
        if behaviour.version is None:
            raise HTTPException(404, "Record not found")
        with app.state.session_factory() as session:
            answer: dict[str, Any] = serialize_instance_v2(session, app.state.config)
        access = {"local": behaviour.local, "remote": behaviour.remote}
        answer["configuration"]["timelines_access"] = {"hashtag_feeds": access}
        return {**answer, "version": behaviour.version}

    def timeline(hashtag: str, request: Request, response: Response) -> list[dict[str, Any]]:
        behaviour, asked = server.behaviour, request.query_params
        has_token = request.headers.get("authorization") == f"Bearer {TOKEN}"
        access = {behaviour.local, behaviour.remote}
        if access != {"public"} and not has_token:
            raise HTTPException(401, "This method requires an authenticated user")
        if "disabled" in access:
            return []
        with app.state.session_factory() as session:
            names = [tag.lower() for tag in [hashtag, *asked.getlist("any[]")][:4]]
            if session.scalars(select(StatusTag).where(StatusTag.name == names[0]).limit(1)).first() is None:
                return []  # Mastodon does not know the leading tag, and looks no further
            tagged = select(StatusTag.status_id).where(StatusTag.name.in_(names))
            query = select(Status).where(Status.id.in_(tagged))
            place = {name: asked.get(name) for name in ("max_id", "min_id", "since_id")}
            limit = min(int(asked.get("limit", 20)), behaviour.page_size)
            page = paginate(session, query, Status.id, limit=limit, **place)
            mock_helpers.set_link_header(request, response, page)
            return serialize_status_list(session, page.items, app.state.config, None)

    routes = FastAPI()
    for path in ("/api/v2/instance", "/api/v2/instance/"):
        routes.get(path)(instance)
    routes.get("/api/v1/timelines/tag/{hashtag}")(timeline)
    app.router.routes[:0] = [route for route in routes.router.routes if getattr(route, "path", "").startswith("/api")]


@contextmanager
def running(count: int = 1) -> Iterator[list[MockMastodon]]:
    """Run servers for as long as they are needed."""
    servers = [MockMastodon() for _ in range(count)]
    try:
        yield servers
    finally:
        for server in servers:
            server.close()


def ids_of(made: Iterable[Made]) -> set[str]:
    """Name statuses as the store does."""
    return {one.uri for one in made}
