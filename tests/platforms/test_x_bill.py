"""What the stand-in for X charges and whom it lets in: bill, cap, credits, limits, tokens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.platforms.x.building import Campaign, made
from tests.platforms.x.client import Client, Clock
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.settings import Access
from tests.platforms.x.standin import StandIn

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
RECENT = "/tweets/search/recent"
QUERY = "#خليها_تخيس OR #letitrot"
WORLD = made(Campaign(posts=400, seed=2))
AUTHORS = {"expansions": "author_id"}


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture
def x(clock: Clock) -> Iterator[StandIn]:
    """A stand-in with a campaign."""
    with serving(WORLD, now=clock) as x:
        yield x


def test_posts_users_and_counts_have_their_prices(x: StandIn) -> None:
    page = Client(x).json(RECENT, AUTHORS, query=QUERY)
    users = len(page["includes"]["users"])
    assert x.bill.units == {"post": 10, "user": users}
    Client(x).json("/tweets/counts/recent", query=QUERY)
    Client(x).json("/tweets/counts/all", query=QUERY)
    assert x.bill.mills == 10 * 5 + users * 10 + 5 + 10


def test_the_same_post_is_charged_once_a_day(x: StandIn, clock: Clock) -> None:
    for _ in range(3):
        Client(x).json(RECENT, AUTHORS, query=QUERY)
    once = dict(x.bill.units)
    clock.turn(hours=12, minutes=1)
    Client(x).json(RECENT, AUTHORS, query=QUERY)
    assert x.bill.units == {unit: 2 * number for unit, number in once.items()}
    x.change(charges_once_a_day=False)
    Client(x).json(RECENT, AUTHORS, query=QUERY)
    assert x.bill.units == {unit: 3 * number for unit, number in once.items()}


def test_what_is_included_may_be_free(x: StandIn) -> None:
    x.change(bills_includes=False)
    Client(x).json(RECENT, {"expansions": "author_id,referenced_tweets.id"}, query=QUERY)
    assert x.bill.units == {"post": 10}


def test_a_refused_request_is_free(x: StandIn) -> None:
    Client(x).get(RECENT, query="-#a")
    Client(x, "wrong").get(RECENT, query=QUERY)
    assert x.bill.mills == 0
    assert [one.status for one in x.requests] == [400, 401]


@pytest.mark.parametrize("names", NAMES)
def test_the_cap_ends_posts_but_not_counts(x: StandIn, clock: Clock, names: str) -> None:
    x.change(cap=10, names=names)
    Client(x).json(RECENT, query=QUERY)
    capped = Client(x).get(RECENT, query=QUERY)
    assert capped.status_code == 429
    assert capped.json()["type"].endswith("/2/problems/usage-capped")
    assert capped.headers["x-rate-limit-remaining"] != "0"
    assert Client(x).get("/tweets/counts/recent", query=QUERY).status_code == 200
    clock.turn(days=25)
    assert Client(x).get(RECENT, query=QUERY).status_code == 200


@pytest.mark.parametrize("names", NAMES)
def test_without_credits_nothing_that_costs(x: StandIn, names: str) -> None:
    x.change(credits_mills=50, names=names)
    Client(x).json(RECENT, query=QUERY)
    assert Client(x).get(RECENT, query=QUERY).status_code == 402
    assert Client(x).get("/tweets/counts/recent", query=QUERY).status_code == 402
    assert Client(x).get("/usage/tweets").status_code == 200
    x.change(credits_mills=None)
    assert Client(x).get(RECENT, query=QUERY).status_code == 200


@pytest.mark.parametrize(("names", "text"), [("2.166", False), ("2.166", True), ("2.167", False)])
def test_usage_tells_the_truth_of_the_bill(x: StandIn, clock: Clock, names: str, text: bool) -> None:
    x.change(names=names, usage_as_text=text, cap_reset_day=7)
    fields = {"usage.fields": "project_usage,project_cap,cap_reset_day,daily_project_usage,daily_client_app_usage"}
    Client(x).json(RECENT, query=QUERY)
    clock.turn(days=1)
    Client(x).json(RECENT, query=QUERY, max_results=20)
    said = Client(x).json("/usage/tweets", fields, days=2)["data"]
    assert [int(day["usage"]) for day in said["daily_project_usage"]["usage"]] == [20, 10]
    assert [int(said["project_usage"]), int(said["project_cap"]), said["cap_reset_day"]] == [20, 3_000_000, 7]
    assert isinstance(said["project_usage"], str) == (text or names == "2.167")


@pytest.mark.parametrize("names", NAMES)
def test_a_window_is_used_up_and_comes_again(x: StandIn, clock: Clock, names: str) -> None:
    x.change(limits={"GET /2/tweets/search/recent": 2}, names=names)
    client = Client(x)
    first, second, third = (client.get(RECENT, query=QUERY) for _ in range(3))
    assert [one.headers["x-rate-limit-remaining"] for one in (first, second, third)] == ["1", "0", "0"]
    assert third.status_code == 429
    assert third.json()["type"] == "about:blank"
    assert third.headers["x-rate-limit-reset"] == str(int((NOW + timedelta(minutes=15)).timestamp()))
    assert client.get("/tweets/counts/recent", query=QUERY).status_code == 200
    clock.turn(minutes=15)
    assert client.get(RECENT, query=QUERY).status_code == 200


def test_limits_may_go_untold(x: StandIn) -> None:
    x.change(has_rate_headers=False, limits={"GET /2/usage/tweets": 0})
    reply = Client(x).get("/usage/tweets")
    assert reply.status_code == 429
    assert not [name for name in reply.headers if name.lower().startswith("x-rate")]


def test_the_full_archive_is_asked_once_a_second(x: StandIn, clock: Clock) -> None:
    client = Client(x)
    assert client.get("/tweets/search/all", query=QUERY).status_code == 200
    too_soon = client.get("/tweets/search/all", query=QUERY)
    assert too_soon.status_code == 429
    assert int(too_soon.headers["x-rate-limit-remaining"]) > 0
    clock.turn(seconds=1)
    assert client.get("/tweets/search/all", query=QUERY).status_code == 200


def test_tokens(x: StandIn) -> None:
    x.change(tokens={"old": Access.EXPIRED, "loose": Access.NOT_ENROLLED, "small": Access.RECENT})
    assert Client(x, "old").get(RECENT, query=QUERY).status_code == 401
    assert requests.get(f"{x.url}/2{RECENT}", params={"query": QUERY}, timeout=5).status_code == 401
    loose = Client(x, "loose").get(RECENT, query=QUERY)
    assert (loose.status_code, loose.json()["reason"]) == (403, "client-not-enrolled")
    assert Client(x, "small").get(RECENT, query=QUERY).status_code == 200
    assert Client(x, "small").get("/tweets/search/all", query=QUERY).status_code == 403


def test_an_address_that_there_is_not(x: StandIn) -> None:
    assert Client(x).get("/posts/search/recent", query=QUERY).status_code == 404
