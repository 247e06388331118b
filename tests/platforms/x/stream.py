"""The filtered stream: what comes to be while a client listens, as its rules match it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from tests.platforms.x.answering import Context, Reads
from tests.platforms.x.asking import Params, shaping_params
from tests.platforms.x.including import included
from tests.platforms.x.names import NAMES
from tests.platforms.x.problems import Body, capped, invalid, one_stream_only, out_of_credits
from tests.platforms.x.shaping import Shaper, Wanted
from tests.platforms.x.world import Post, snowflake

if TYPE_CHECKING:
    from tests.platforms.x.standin import StandIn

ENTERPRISE = ("backfill_minutes", "start_time", "end_time")
SIGN_OF_LIFE = b"\r\n"
ENDPOINT = "GET /2/tweets/search/stream"


class Streams:
    """The one connection that an app may have."""

    def __init__(self, standin: StandIn) -> None:
        self.standin = standin
        self.current: Stream | None = None

    def open(self, context: Context) -> Stream:
        """Start a stream, or refuse it with 429 where there is one."""
        params = Params(context.request, {*ENTERPRISE, *shaping_params(context.names, of_stream=True)})
        wanted = params.wanted(context.names, of_stream=True)
        for name in ENTERPRISE:
            if (value := params.text(name)) not in {None, "0"}:
                raise invalid(f"The `{name}` query parameter is not available to this app", name, value or "")
        if self.current is not None and not self.current.ended.is_set():
            raise one_stream_only()
        self.current = Stream(self.standin, wanted, context.now)
        return self.current

    def disconnect(self, is_clean: bool) -> None:
        """End what is open, with the last chunk of HTTP or in the middle of it."""
        with self.standin.lock:
            if self.current is not None:
                self.current.ends_cleanly = is_clean
                self.current.ended.set()


class Stream:
    """A connection.

    Attributes:
        ended: set once it is over, by whichever side.
        ends_cleanly: whether HTTP's last chunk is sent then.
    """

    def __init__(self, standin: StandIn, wanted: Wanted, now: datetime) -> None:
        self.standin = standin
        self.wanted = wanted
        self.ended = threading.Event()
        self.ends_cleanly = False
        self._next_id = snowflake(now)
        self._alive_at = now
        self._alive_at_real = time.monotonic()

    def chunks(self) -> Iterator[bytes]:
        """Give what is to be sent, b'' where there is nothing yet, until it ends."""
        while not self.ended.is_set():
            with self.standin.lock:
                chunk = b"".join(self._due(self.standin.settings.now()))
            yield chunk
            if not chunk:
                self.ended.wait(self.standin.settings.stream_poll_s)

    def _due(self, now: datetime) -> Iterator[bytes]:
        standin = self.standin
        end = snowflake(now)
        # A clock that was set back gives nothing until it has caught up.
        for post_id in standin.index.between(self._next_id, end):
            if standin.bill.is_broke(standin.settings) or standin.bill.is_capped(now, standin.settings):
                yield self._last_word()
                return
            line = self._line(standin.index.posts[post_id], now)
            if line:
                yield line
        self._next_id = max(self._next_id, end)
        if self._is_silent(now):
            yield SIGN_OF_LIFE

    def _line(self, post: Post, now: datetime) -> bytes:
        standin = self.standin
        if standin.index.fate(post.id, now):
            return b""
        rules = [one for one in standin.rules.by_id.values() if one.clause.match(post, standin.index)]
        if not rules:
            return b""
        names = NAMES[standin.settings.names]
        shaper = Shaper(names, standin.index, self.wanted, now)
        beside = included(shaper, [post])
        body: Body = {"data": shaper.post(post)}
        if shown := beside.shaped(shaper):
            body["includes"] = shown
        if beside.errors:
            body["errors"] = list(beside.errors.values())
        body["matching_rules"] = [one.named() for one in rules]
        standin.check(ENDPOINT, 200, body)
        reads = Reads(frozenset({post.id}))
        if standin.settings.bills_includes:
            reads = Reads(frozenset({post.id, *beside.posts}), frozenset(beside.authors))
        standin.bill.charge(reads, now, standin.settings)
        return orjson.dumps(body) + SIGN_OF_LIFE

    def _last_word(self) -> bytes:
        standin = self.standin
        self.ends_cleanly = True
        self.ended.set()
        refused = out_of_credits("0") if standin.bill.is_broke(standin.settings) else capped("0")
        return orjson.dumps({"errors": [refused.body(NAMES[standin.settings.names])]}) + SIGN_OF_LIFE

    def _is_silent(self, now: datetime) -> bool:
        settings = self.standin.settings
        if settings.keep_alive_clock == "simulated":
            is_due = now >= self._alive_at + timedelta(seconds=settings.keep_alive_s)
        else:
            is_due = time.monotonic() >= self._alive_at_real + settings.keep_alive_s
        if is_due:
            self._alive_at, self._alive_at_real = now, time.monotonic()
        return is_due
