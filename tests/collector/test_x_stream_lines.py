"""X's stream as bytes over a real socket, with the real tweepy: what is a line, what ends it, what never goes out."""

import gzip
import json
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import (
    CapReached,
    CreditsSpent,
    NotPermitted,
    QuestionRefused,
    RateLimited,
    SourceError,
    TokenRefused,
    Unavailable,
)
from collector.streaming.source import Came, Disturbed
from collector.x.prices import Prices
from collector.x.settings import Settings
from collector.x.stream.lines import came
from collector.x.stream.source import Stream, StreamConnection
from collector.x.wording import Extras
from storage.instant import to_text

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOKEN = "AAAAsecretBearerOfTheTests"
DATE = f"Date: {format_datetime(NOW, usegmt=True)}\r\n"
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n{DATE}"
CHUNKED = (HEAD + "Transfer-Encoding: chunked\r\n\r\n").encode()
LAST = b"0\r\n\r\n"
Say = Callable[[socket.socket], Any]


def line(key: str, tag: str | None = "groundswell", **more: Any) -> bytes:
    made = {"id": key, "text": "#a", "created_at": "2026-11-23T08:59:59.000Z", "author_id": "7"}
    rules = {"matching_rules": [{"id": "1"} | ({} if tag is None else {"tag": tag})]}
    return orjson.dumps({"data": made, **rules, **more}) + b"\r\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def sends(*parts: bytes, wait: float = 0.0) -> Say:
    def say(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(wait)

    return say


def hangs(*parts: bytes) -> Say:
    def say(connection: socket.socket) -> None:
        sends(*parts)(connection)
        connection.recv(65_536)

    return say


@contextmanager
def server(say: Say) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that takes one connection; gives its address and what it was asked."""
    asked: list[bytes] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            asked.append(connection.recv(65_536))
            with suppress(OSError):
                say(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        thread.join(10)


@contextmanager
def listening_to(say: Say, silence: float = 5.0) -> Iterator[StreamConnection]:
    with server(say) as (url, _), opened(url, silence) as connection:
        yield connection


@contextmanager
def opened(url: str, silence: float = 5.0) -> Iterator[StreamConnection]:
    source = Stream(Settings(TOKEN, url), Extras(), Prices(), now=lambda: NOW, silence=silence)
    with closing(source), closing(source.connect()) as connection:
        yield connection


def heard(connection: StreamConnection, seconds: float = 5.0) -> tuple[list[Came], SourceError]:
    """Read to the end."""
    given: list[Came] = []
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        try:
            given += connection.read(0.1)
        except SourceError as error:
            return given, error
    raise AssertionError("it did not end")


def keys(given: list[Came]) -> list[str]:
    return [item.post.platform_id if item.post else "?" for one in given for item in one.items]


def test_posts_and_signs_of_life_come_in_their_order_after_the_opening_by_the_clock_of_x() -> None:
    with listening_to(sends(CHUNKED, chunk(line("1")), chunk(b"\r\n"), chunk(line("2") + line("3")), LAST)) as stream:
        given, error = heard(stream)
    assert [len(one.items) for one in given] == [0, 1, 0, 1, 1]
    assert keys(given) == ["1", "2", "3"]
    assert {one.at for one in given} == {NOW}
    assert {item.post.observed_at for one in given for item in one.items if item.post} == {to_text(NOW)}
    assert (type(error), error.may_have_cost) == (Unavailable, False)


def test_a_post_is_here_a_moment_after_it_was_sent_however_short_it_is() -> None:
    for say in (hangs(CHUNKED, chunk(line("1"))), hangs((HEAD + "\r\n").encode(), line("1"))):
        began = time.monotonic()
        with listening_to(say) as stream:
            given: list[Came] = []
            while not keys(given):
                given += stream.read(1)
            assert time.monotonic() - began < 1


@pytest.mark.parametrize("size", [1, 7, 100])
def test_lines_are_whole_wherever_they_are_cut_on_their_way(size: int) -> None:
    whole = line("1") + b"\r\n" + line("2", text="ü")
    parts = [chunk(whole[at : at + size]) for at in range(0, len(whole), size)]
    with listening_to(sends(CHUNKED, *parts, LAST)) as stream:
        given, _ = heard(stream)
    assert keys(given) == ["1", "2"]
    assert sum(not one.posts for one in given) == 2


@pytest.mark.parametrize("end", [b"", LAST])
def test_a_line_that_is_cut_by_the_end_is_no_post(end: bytes) -> None:
    with listening_to(sends(CHUNKED, chunk(line("1") + line("2")[:40]), end)) as stream:
        given, error = heard(stream)
    assert keys(given) == ["1"]
    assert error.may_have_cost == (end == b"")


def test_a_compressed_stream_is_read_as_it_comes() -> None:
    squeezer = zlib.compressobj(wbits=31)
    first = squeezer.compress(line("1")) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    with listening_to(hangs(head, chunk(first))) as stream:
        given: list[Came] = []
        while not keys(given):
            given += stream.read(1)
    assert gzip.decompress(gzip.compress(line("1"))) == line("1")
    assert keys(given) == ["1"]


def test_a_connection_on_which_nothing_comes_is_dead() -> None:
    began = time.monotonic()
    with listening_to(hangs(CHUNKED, chunk(line("1"))), silence=0.4) as stream:
        given, error = heard(stream)
        assert 0.3 < time.monotonic() - began < 3
    assert keys(given) == ["1"]
    assert str(error).endswith("sent nothing for 0.4 s")
    assert error.may_have_cost


def test_a_server_that_never_answers_is_given_up() -> None:
    with listening_to(hangs(), silence=0.3) as stream:
        given, error = heard(stream)
    assert given == []
    assert "did not answer in time" in str(error)
    assert error.may_have_cost


@pytest.mark.parametrize("say", [hangs(CHUNKED, chunk(line("1"))), hangs()])
def test_a_blocked_read_ends_when_it_is_closed_and_the_connection_with_it(say: Say) -> None:
    with server(say) as (url, _):
        source = Stream(Settings(TOKEN, url), Extras(), Prices(), now=lambda: NOW, silence=4.0)
        connection = source.connect()
        connection.read(0.5)
        began = time.monotonic()
        connection.close()
        assert time.monotonic() - began < 3
        while connection.read(0):
            pass
        source.close()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b"{}", TokenRefused),
        (402, b'{"detail":"no credits"}', CreditsSpent),
        (403, b"{}", NotPermitted),
        (400, b"{}", QuestionRefused),
        (429, b'{"type":"https://api.x.com/2/problems/usage-capped"}', CapReached),
        (429, b'{"type":"https://api.x.com/2/problems/streaming-connection"}', RateLimited),
        (503, b"<html>", Disturbed),
        (302, b"", Disturbed),
    ],
)
def test_a_refused_connection_is_an_error_of_its_own_and_costs_nothing(
    status: int, body: bytes, error: type[SourceError]
) -> None:
    head = f"HTTP/1.1 {status} Said\r\n{DATE}Location: http://127.0.0.1:9/\r\nContent-Length: {len(body)}\r\n\r\n"
    with listening_to(sends(head.encode(), body)) as stream:
        given, raised = heard(stream)
    assert (given, type(raised), raised.may_have_cost) == ([], error, False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": 240}, 240),
        ({"x-rate-limit-reset": 240}, 240),
        ({"x-rate-limit-remaining": "49", "x-rate-limit-reset": 240}, 0),
        ({}, 0),
        ({"x-rate-limit-reset": 10**15 - 2 * 10**9}, 0),
    ],
)
def test_a_pause_lasts_as_long_as_x_says_and_a_second_connection_has_no_window(
    headers: dict[str, Any], seconds: int
) -> None:
    if "x-rate-limit-reset" in headers:
        headers = headers | {"x-rate-limit-reset": int(NOW.timestamp()) + headers["x-rate-limit-reset"]}
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 429 Said\r\n{DATE}{told}Content-Length: 2\r\n\r\n{{}}"
    with listening_to(sends(head.encode())) as stream:
        _, raised = heard(stream)
    assert isinstance(raised, RateLimited)
    assert raised.until == NOW + timedelta(seconds=seconds)


def test_a_page_of_somebody_else_is_no_stream() -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{DATE}Transfer-Encoding: chunked\r\n\r\n"
    with listening_to(sends(head.encode(), chunk(b"<html>\r\nsign in\r\n"), LAST)) as stream:
        given, raised = heard(stream)
    assert given == []
    assert "no stream" in str(raised)


def test_a_server_that_is_not_there_costs_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with opened(f"http://127.0.0.1:{port}") as stream:
        given, raised = heard(stream)
    assert (given, raised.may_have_cost) == ([], False)
    assert str(raised) == f"127.0.0.1:{port}: the connection failed or broke off"


def test_no_log_and_no_error_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    for parts in ([CHUNKED, chunk(line("1"))], [b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}"], [b"nonsense"]):
        with server(sends(*parts)) as (url, asked), opened(url) as stream:
            _, error = heard(stream)
            told += repr(error) + repr(error.__context__) + repr(error.__cause__) + repr(stream.__dict__)
        assert f"Bearer {TOKEN}".encode() in asked[0]
        assert asked[0].startswith(b"GET /2/tweets/search/stream?")
        assert b"Accept-Encoding: identity" in asked[0]
    assert TOKEN not in caplog.text + told
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}


def said(*problems: Any) -> bytes:
    return orjson.dumps({"errors": list(problems)})


@pytest.mark.parametrize(
    ("problem", "error", "words"),
    [
        ({"type": "https://api.x.com/2/problems/usage-capped", "detail": "Capped."}, CapReached, "Capped."),
        ({"type": "https://api.x.com/2/problems/credits", "detail": "Empty."}, CreditsSpent, "Empty."),
        ({"type": "https://api.x.com/2/problems/client-forbidden"}, NotPermitted, ""),
        (
            {
                "title": "operational-disconnect",
                "disconnect_type": "UpstreamOperationalDisconnect",
                "detail": "This stream has been disconnected upstream for operational reasons.",
                "type": "https://api.twitter.com/2/problems/operational-disconnect",
            },
            Unavailable,
            "This stream has been disconnected upstream for operational reasons.",
        ),
        ({"type": "https://api.x.com/2/problems/streaming-connection", "title": "Two"}, Unavailable, "Two"),
        ("nonsense", Unavailable, ""),
    ],
)
def test_the_last_word_of_x_is_why_the_stream_ended(problem: Any, error: type[SourceError], words: str) -> None:
    read = came(said(problem), NOW, Prices())
    assert type(read) is error
    assert str(read) == (f"X ended the stream: {words}" if words else "X ended the stream")
    assert not read.may_have_cost
    with listening_to(sends(CHUNKED, chunk(line("1") + said(problem) + b"\r\n" + line("2")), LAST)) as stream:
        given, raised = heard(stream)
    assert (keys(given), type(raised)) == (["1"], error)


def test_a_post_whose_companions_are_gone_is_a_post_and_a_deletion() -> None:
    gone = {"resource_type": "tweet", "resource_id": "9", "type": "https://x/2/problems/resource-not-found"}
    read = came(line("1", errors=[gone]).strip(), NOW, Prices())
    assert isinstance(read, Came)
    assert (keys([read]), [one.platform_id for one in read.deletions]) == (["1"], ["9"])


def test_what_only_a_rule_of_another_matches_is_paid_and_not_kept() -> None:
    for tag, kept in (("groundswell", 1), ("groundswell 2", 1), ("somebody's", 0), (None, 0)):
        read = came(line("1", tag).strip(), NOW, Prices())
        assert isinstance(read, Came)
        assert (len(read.items), read.posts, [set(one.ids or ()) for one in read.reads]) == (kept, 1, [{"1"}, set()])


@given(
    st.binary(min_size=1)
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["data", "errors", "id", "includes", "matching_rules", "type"]), inner)
        ),
    ).map(lambda told: json.dumps(told).encode())
)
def test_whatever_a_line_is_it_is_kept_or_named(line: bytes) -> None:
    read = came(line, NOW, Prices())
    if isinstance(read, Came):
        assert read.posts == 1
        assert read.items or read.reads
    else:
        assert str(read)
