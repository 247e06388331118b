"""The calls to X, over real sockets and with the real tweepy: what each answer is, and what never goes out."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson
import pytest

from collector.errors import (
    AccessRefused,
    BudgetSpent,
    CapReached,
    CreditsSpent,
    CursorRefused,
    NotPermitted,
    QuestionRefused,
    RateLimited,
    SourceError,
    TokenRefused,
    Unavailable,
)
from collector.x.client import Client
from collector.x.limits import MOST, SPAN
from collector.x.settings import Settings
from tests.platforms.canned import Asked, Reply, answering

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOKEN = "AAAAsecretBearerOfTheTests"
PROBLEMS = "https://api.twitter.com/2/problems"
JSON = {"Content-Type": "application/json; charset=utf-8"}
DATED = JSON | {"Date": format_datetime(NOW, usegmt=True)}


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


def problem(status: int, headers: Mapping[str, str] = JSON, **said: object) -> Reply:
    return Reply(orjson.dumps({"title": "A title", "detail": "A detail.", **said}), status, headers)


def opened(url: str, clock: Clock) -> "closing[Client]":
    return closing(Client(Settings(TOKEN, url), clock.now))


def ask(reply: Reply, clock: Clock, kind: str = "search/recent", **settings: float) -> dict[str, object]:
    with answering(lambda _: reply) as x:
        return asked(x.url, clock, kind, **settings)


def asked(url: str, clock: Clock, kind: str = "search/recent", **settings: float) -> dict[str, object]:
    with closing(Client(Settings(TOKEN, url, **settings), clock.now)) as client:  # type: ignore[arg-type]
        return client.get(kind, "/2/tweets/search/recent", {"query": "#a"}).json  # type: ignore[arg-type]


def test_the_token_goes_to_the_host_of_the_settings_and_the_answer_is_read_as_it_came(clock: Clock) -> None:
    answer_of = Reply(b'{"data":[],"meta":{}}', 200, DATED)
    with answering(lambda _: answer_of) as x, opened(x.url, clock) as client:
        answer = client.get("search/recent", "/2/tweets/search/recent", {"query": "#خليها_تخيس"})
        assert client.requests == 1
    assert (answer.body, answer.json) == (b'{"data":[],"meta":{}}', {"data": [], "meta": {}})
    assert answer.served_at == NOW
    assert x.log[0].path == "/2/tweets/search/recent"
    assert x.log[0].query == {"query": ["#خليها_تخيس"]}
    assert x.log[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (
            problem(400, errors=[{"message": "Odd query.", "parameters": {"query": ["#"]}}]),
            QuestionRefused,
            "Odd query.",
        ),
        (problem(400, errors=[{"message": "Old.", "parameters": {"next_token": ["x"]}}]), CursorRefused, "Old."),
        (problem(401), TokenRefused, "HTTP 401: A detail."),
        (problem(402), CreditsSpent, "HTTP 402: A detail."),
        (problem(403, type=f"{PROBLEMS}/client-forbidden", reason="client-not-enrolled"), NotPermitted, "A detail."),
        (problem(404), QuestionRefused, "HTTP 404"),
        (problem(429, type=f"{PROBLEMS}/usage-capped", period="Monthly"), CapReached, "A detail."),
        (problem(403, type=f"{PROBLEMS}/usage-capped", period="Monthly"), CapReached, "A detail."),
        (problem(429, type="about:blank"), RateLimited, "HTTP 429"),
        (Reply(b"<html>busy</html>", 503, {"Content-Type": "text/html"}), Unavailable, "HTTP 503"),
        (Reply(b"", 302, {"Location": "https://elsewhere.example/"}), Unavailable, "HTTP 302"),
        (Reply(b'{"data":[', 200, JSON), Unavailable, "JSON that breaks off"),
        (Reply(b"<html>sign in</html>", 200, {"Content-Type": "text/html"}), Unavailable, "a page that is not JSON"),
        (Reply(b"[]", 200, JSON), Unavailable, "no object"),
        (Reply(b'{"errors":[7],"detail":5}', 400, JSON), QuestionRefused, "HTTP 400"),
        (Reply(b"", 401, {"x-rate-limit-reset": "tomorrow"}), TokenRefused, "HTTP 401"),
    ],
)
def test_each_answer_that_is_no_page_is_an_error_of_its_own(
    clock: Clock, reply: Reply, error: type[SourceError], words: str
) -> None:
    with pytest.raises(error, match=words.replace(".", r"\.")) as raised:
        ask(reply, clock)
    assert type(raised.value) is error


def test_money_and_permission_want_a_person() -> None:
    assert issubclass(CapReached, BudgetSpent)
    assert issubclass(CreditsSpent, BudgetSpent)
    assert issubclass(TokenRefused, AccessRefused)
    assert issubclass(NotPermitted, AccessRefused)


def epoch(moment: datetime) -> str:
    return str(int(moment.timestamp()))


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"x-rate-limit-reset": epoch(NOW + timedelta(minutes=4))}, 4),
        ({}, 15),
        ({"x-rate-limit-reset": "soon"}, 15),
        ({"x-rate-limit-reset": epoch(NOW - timedelta(minutes=4))}, 15),
        ({"x-rate-limit-reset": "999999999999"}, 15),
    ],
)
def test_a_full_window_is_waited_out_by_the_server_s_clock(clock: Clock, headers: dict[str, str], minutes: int) -> None:
    with pytest.raises(RateLimited) as raised:
        ask(problem(429, DATED | headers), clock)
    assert raised.value.until == NOW + timedelta(minutes=minutes)


def test_a_pause_holds_for_its_kind_of_request_only_and_costs_no_request(clock: Clock) -> None:
    limited = problem(429, DATED | {"x-rate-limit-reset": epoch(NOW + timedelta(minutes=4))})
    replies = {"/2/tweets/search/recent": limited}
    with answering(lambda one: replies.get(one.path, Reply(b"{}", 200, DATED))) as x, opened(x.url, clock) as client:
        for _ in range(2):
            with pytest.raises(RateLimited):
                client.get("search/recent", "/2/tweets/search/recent", {})
        client.get("counts", "/2/tweets/counts/recent", {})
        replies.clear()
        clock.moment += timedelta(minutes=5)
        client.get("search/recent", "/2/tweets/search/recent", {})
    assert [one.path.rpartition("/2/tweets/")[2] for one in x.log] == [
        "search/recent",
        "counts/recent",
        "search/recent",
    ]


def test_the_last_request_that_is_left_begins_a_pause(clock: Clock) -> None:
    left = DATED | {"x-rate-limit-remaining": "0", "x-rate-limit-reset": epoch(NOW + timedelta(minutes=9))}
    with (
        answering(lambda _: Reply(b"{}", 200, left)) as x,
        closing(Client(Settings(TOKEN, x.url), clock.now)) as client,
    ):
        client.get("usage", "/2/usage/tweets", {})
        with pytest.raises(RateLimited) as raised:
            client.get("usage", "/2/usage/tweets", {})
        assert raised.value.until == NOW + timedelta(minutes=9)
        clock.moment += timedelta(minutes=9)
        client.get("usage", "/2/usage/tweets", {})
    assert len(x.log) == 2


def test_no_more_is_asked_than_x_s_papers_allow_also_where_it_sends_no_headers(clock: Clock) -> None:
    with (
        answering(lambda _: Reply(b"{}", 200, JSON)) as x,
        closing(Client(Settings(TOKEN, x.url), clock.now)) as client,
    ):
        for _ in range(MOST["usage"]):
            client.get("usage", "/2/usage/tweets", {})
        with pytest.raises(RateLimited) as raised:
            client.get("usage", "/2/usage/tweets", {})
    assert raised.value.until == NOW + SPAN
    assert len(x.log) == MOST["usage"]


def test_the_archive_is_asked_once_a_second(clock: Clock) -> None:
    with (
        answering(lambda _: Reply(b"{}", 200, JSON)) as x,
        closing(Client(Settings(TOKEN, x.url), clock.now)) as client,
    ):
        client.get("search/all", "/2/tweets/search/all", {})
        with pytest.raises(RateLimited) as raised:
            client.get("search/all", "/2/tweets/search/all", {})
        clock.moment = raised.value.until
        client.get("search/all", "/2/tweets/search/all", {})
    assert clock.moment == NOW + timedelta(seconds=1)


def test_a_redirect_is_not_followed_with_the_token(clock: Clock) -> None:
    with answering(lambda _: Reply(b"{}", 200, JSON)) as elsewhere, pytest.raises(Unavailable):
        ask(Reply(b"", 307, {"Location": f"{elsewhere.url}/2/tweets"}), clock)
    assert elsewhere.log == []


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_hangs_is_given_up(clock: Clock, silent: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        asked(silent, clock, read_timeout=0.3)
    assert time.monotonic() - began < 10


def test_a_server_that_is_not_there_is_named_without_the_question(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match=rf"^127\.0\.0\.1:{port}: the connection failed or broke off$") as raised:
        asked(f"http://127.0.0.1:{port}", clock)
    assert raised.value.__cause__ is None


def test_a_connection_that_breaks_within_the_answer_is_no_answer(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_half, args=(server,), daemon=True)
        thread.start()
        with pytest.raises(Unavailable):
            asked(f"http://127.0.0.1:{server.getsockname()[1]}", clock)
        thread.join(10)


def _half(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"data":')


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: Reply(b'{"data":[]}', 200, DATED),
        lambda _: problem(401),
        lambda _: problem(429),
        lambda _: problem(503),
    ],
)
def test_no_log_and_no_error_holds_the_token(
    clock: Clock, caplog: pytest.LogCaptureFixture, answer: Callable[[Asked], Reply]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with answering(answer) as x, opened(x.url, clock) as client:
        try:
            client.get("search/recent", "/2/tweets/search/recent", {"query": "#a"})
        except SourceError as error:
            told = repr(error) + repr(error.__context__) + repr(error.__cause__)
        assert x.log[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Making API request" in caplog.text
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    assert TOKEN not in caplog.text + told + repr(client.__dict__) + repr(Settings(TOKEN))


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://api.x.com", TOKEN),
        ("https://user:word@api.x.com", TOKEN),
        ("https://api.x.com/2", TOKEN),
        ("api.x.com", TOKEN),
        ("https://api.x.com", ""),
        ("https://api.x.com", "two words"),
        ("https://api.x.com", "line\nbreak"),
    ],
)
def test_what_would_be_asked_in_the_clear_or_with_no_token_is_refused_without_telling_it(url: str, token: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        Settings(token, url)
    assert not token or token not in str(raised.value)
