"""What goes wrong with the stand-in for X on command, and who pays for it."""

import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.platforms.x.building import Campaign, made
from tests.platforms.x.client import Client, Clock
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
RECENT = "/tweets/search/recent"
QUERY = "#خليها_تخيس OR #letitrot"
WORLD = made(Campaign(posts=400, seed=2))


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture
def x(clock: Clock) -> Iterator[StandIn]:
    """A stand-in with a campaign."""
    with serving(WORLD, now=clock) as x:
        yield x


@pytest.mark.parametrize("status", [500, 503, 429, 402, 403, 401])
def test_errors_come_as_often_as_they_were_ordered(x: StandIn, status: int) -> None:
    x.faults.status(status, "/2/tweets/search/*", count=2)
    assert Client(x).get("/usage/tweets").status_code == 200
    assert [Client(x).get(RECENT, query=QUERY).status_code for _ in range(3)] == [status, status, 200]
    assert x.bill.units["post"] == 10


def test_a_429_with_and_without_headers_and_of_the_cap(x: StandIn) -> None:
    x.faults.status(429)
    x.faults.status(429, has_headers=False)
    x.faults.add(Fault("status", status=429, problem="usage-capped", has_headers=False))
    window, bare, cap = (Client(x).get(RECENT, query=QUERY) for _ in range(3))
    assert int(window.headers["x-rate-limit-reset"]) == NOW.timestamp() + 60
    assert "x-rate-limit-reset" not in bare.headers
    assert cap.json()["type"].endswith("usage-capped")


@pytest.mark.parametrize("kind", ["hang", "half"])
def test_an_answer_that_does_not_come_is_paid_for(x: StandIn, kind: str) -> None:
    x.faults.add(Fault(kind, "/2/tweets/*"))  # type: ignore[arg-type]
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(
            f"{x.url}/2{RECENT}", params={"query": QUERY}, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=0.3
        )
    assert x.bill.units["post"] == 10


def test_what_cannot_be_read_is_paid_for(x: StandIn) -> None:
    x.faults.add(Fault("broken"))
    x.faults.add(Fault("html", works=True))
    for _ in range(2):
        with pytest.raises(requests.exceptions.JSONDecodeError):
            Client(x).get(RECENT, query=QUERY).json()
    assert x.bill.units["post"] == 10


def test_a_connection_that_is_closed_costs_nothing(x: StandIn) -> None:
    x.faults.add(Fault("close"))
    with pytest.raises(requests.exceptions.ConnectionError):
        Client(x).get(RECENT, query=QUERY)
    assert x.bill.mills == 0
    assert [one.status for one in x.requests] == [0]


def test_a_page_that_comes_again_and_again(x: StandIn) -> None:
    x.faults.add(Fault("repeat", "/2/tweets/search/*", count=None, skip=1))
    tokens = [
        page["meta"]["next_token"] for page, _ in zip(Client(x).pages(RECENT, query=QUERY), range(4), strict=False)
    ]
    assert tokens[0] != tokens[1] == tokens[2] == tokens[3]
    x.faults.clear()
    assert len(list(Client(x).pages(RECENT, query=QUERY, max_results=100))) > 1


def test_slow_huge_and_elsewhere(x: StandIn) -> None:
    x.faults.add(Fault("slow", seconds=0.2))
    x.faults.add(Fault("huge", size=1_000_000))
    x.faults.add(Fault("redirect"))
    started = time.monotonic()
    assert Client(x).get(RECENT, query=QUERY).json()["data"]
    assert time.monotonic() - started >= 0.2
    huge = Client(x).get(RECENT, query=QUERY)
    assert len(huge.content) > 1_000_000
    assert huge.json()["data"]
    assert Client(x).get(RECENT, query=QUERY).status_code == 302


def test_an_outage_lasts_from_one_instant_to_another(x: StandIn, clock: Clock) -> None:
    x.faults.outage(NOW + timedelta(minutes=1), NOW + timedelta(minutes=3))
    seen = []
    for _ in range(5):
        seen.append(Client(x).get(RECENT, query=QUERY).status_code)
        clock.turn(minutes=1)
    assert seen == [200, 503, 503, 200, 200]


def test_a_client_that_is_killed_pays(x: StandIn) -> None:
    host, port = x.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        asked = f"GET /2{RECENT}?query=%23letitrot HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        connection.sendall(asked.encode())
    deadline = time.monotonic() + 5
    while not x.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    assert x.bill.units["post"] == 10


def test_a_connection_is_kept_alive(x: StandIn) -> None:
    connection = http.client.HTTPConnection(x.url.removeprefix("http://"), timeout=5)
    for _ in range(3):
        connection.request("GET", "/2/usage/tweets", headers={"Authorization": f"Bearer {TOKEN}"})
        reply = connection.getresponse()
        assert (reply.status, bool(reply.read())) == (200, True)
        assert reply.getheader("Date") == "Fri, 06 Nov 2026 12:00:00 GMT"
    connection.close()


def test_many_ask_at_once(x: StandIn) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: Client(x).get(RECENT, query=QUERY), range(40)))
    assert {reply.status_code for reply in replies} == {200}
    assert sorted(int(reply.headers["x-rate-limit-remaining"]) for reply in replies) == list(range(410, 450))
    assert x.bill.units["post"] == 10
