"""Posts and users of the stand-in for X by their ids, and who passed a post on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.platforms.x.client import Client, Clock
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Author, Post, Reference, World, snowflake

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
SINCE = datetime(2015, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
AUTHORS = (
    Author(1, "stays", "Stays", SINCE),
    Author(2, "leaves", "Leaves", SINCE, deleted_at=NOW + HOUR),
    Author(3, "banned", "Banned", SINCE, suspended_at=NOW + HOUR),
    Author(4, "hides", "Hides", SINCE, protected_at=NOW + HOUR),
)
IDS = {author.username: snowflake(NOW - HOUR, author.id) for author in AUTHORS}
POSTS = tuple(Post(IDS[author.username], author.id, "words") for author in AUTHORS)
DELETED = Post(snowflake(NOW - HOUR, 9), 1, "words", deleted_at=NOW + HOUR)
REPOSTS = tuple(
    Post(
        snowflake(NOW + timedelta(minutes=number)), 1, "RT @stays: words", references=(Reference("retweeted", target),)
    )
    for target in (IDS["stays"],)
    for number in range(250)
)


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture(params=NAMES)
def x(clock: Clock, request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A stand-in where an hour later some are gone."""
    with serving(World((*POSTS, DELETED, *REPOSTS), AUTHORS), now=clock, names=request.param) as x:
        yield x


def test_what_is_gone_is_named_with_its_kind(x: StandIn, clock: Clock) -> None:
    asked = ",".join(str(one) for one in (*IDS.values(), DELETED.id, 5))
    before = Client(x).json("/tweets", ids=asked)
    assert [one["id"] for one in before["data"]] == [str(one) for one in (*IDS.values(), DELETED.id)]
    assert [one["resource_id"] for one in before["errors"]] == ["5"]
    clock.turn(hours=2)
    after = Client(x).json("/tweets", ids=asked)
    assert [one["id"] for one in after["data"]] == [str(IDS["stays"])]
    kinds = {one["value"]: one["type"].rpartition("/")[2] for one in after["errors"]}
    assert kinds == {
        str(IDS["leaves"]): "resource-not-found",
        str(IDS["banned"]): "resource-not-found",
        str(IDS["hides"]): "not-authorized-for-resource",
        str(DELETED.id): "resource-not-found",
        "5": "resource-not-found",
    }


def test_one_post_that_is_gone_is_an_error_within_a_reply(x: StandIn) -> None:
    assert Client(x).json(f"/tweets/{IDS['stays']}")["data"]["text"] == "words"
    gone = Client(x).json("/tweets/5")
    assert set(gone) == {"errors"}


def test_a_hundred_ids_at_most(x: StandIn) -> None:
    assert Client(x).get("/tweets", ids=",".join(str(one) for one in range(1, 102))).status_code == 400
    assert Client(x).get("/tweets", ids="1,x").status_code == 400
    assert Client(x).get("/tweets").status_code == 400


def test_reposts_come_in_pages_and_are_posts_themselves(x: StandIn, clock: Clock) -> None:
    clock.turn(hours=5)
    pages = list(Client(x).pages(f"/tweets/{IDS['stays']}/retweets", max_results=100))
    assert [page["meta"]["result_count"] for page in pages] == [100, 100, 50]
    ids = [int(one["id"]) for page in pages for one in page["data"]]
    assert ids == sorted((one.id for one in REPOSTS), reverse=True)


def test_only_reposts_that_there_are_by_now(x: StandIn, clock: Clock) -> None:
    clock.turn(minutes=10)
    assert Client(x).json(f"/tweets/{IDS['stays']}/retweets")["meta"]["result_count"] == 10
    assert set(Client(x).json("/tweets/5/retweets")) == {"errors"}


def test_users(x: StandIn, clock: Clock) -> None:
    clock.turn(hours=2)
    reply = Client(x).json("/users", {"user.fields": "protected,public_metrics"}, ids="1,2,3,4")
    assert [(one["username"], one["protected"]) for one in reply["data"]] == [("stays", False), ("hides", True)]
    assert [one["title"] for one in reply["errors"]] == ["Not Found Error", "Forbidden"]


def test_reposts_go_with_what_they_pass_on(x: StandIn, clock: Clock) -> None:
    repost = Post(snowflake(NOW, 77), 1, "RT @leaves: words", references=(Reference("retweeted", IDS["leaves"]),))
    x.put(repost)
    clock.turn(minutes=1)
    assert Client(x).json(f"/tweets/{repost.id}")["data"]["id"] == str(repost.id)
    clock.turn(hours=2)
    assert set(Client(x).json(f"/tweets/{repost.id}")) == {"errors"}
