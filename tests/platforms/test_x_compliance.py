"""Compliance jobs of the stand-in for X."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.platforms.x.client import Client, Clock
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Author, Post, World, snowflake

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
SINCE = datetime(2015, 1, 1, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
AUTHORS = (
    Author(1, "stays", "Stays", SINCE),
    Author(2, "leaves", "Leaves", SINCE, deleted_at=EARLIER),
    Author(3, "banned", "Banned", SINCE, suspended_at=EARLIER),
    Author(4, "hides", "Hides", SINCE, protected_at=EARLIER),
)
POSTS = tuple(Post(snowflake(NOW - timedelta(days=1), author.id), author.id, "words") for author in AUTHORS)
DELETED = Post(snowflake(NOW - timedelta(days=1), 9), 1, "words", deleted_at=EARLIER)


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture(params=NAMES)
def x(clock: Clock, request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A stand-in where some are gone."""
    with serving(World((*POSTS, DELETED), AUTHORS), now=clock, names=request.param) as x:
        yield x


def status(x: StandIn, job_id: str) -> str:
    """Ask how far a job is."""
    return str(Client(x).json(f"/compliance/jobs/{job_id}")["data"]["status"])


def test_a_job_from_its_beginning_to_its_result(x: StandIn, clock: Clock) -> None:
    job = Client(x).post("/compliance/jobs", {"type": "tweets", "name": "daily"}).json()["data"]
    assert (job["status"], job["name"]) == ("created", "daily")
    assert Client(x).post("/compliance/jobs", {"type": "tweets"}).status_code == 409
    assert requests.get(job["download_url"], timeout=5).status_code == 404
    ids = "\n".join(str(post.id) for post in (*POSTS, DELETED)) + "\n5\n"
    assert requests.put(job["upload_url"], data=ids.encode(), timeout=5).status_code == 200
    assert status(x, job["id"]) == "in_progress"
    clock.turn(minutes=2)
    assert status(x, job["id"]) == "complete"
    lines = requests.get(job["download_url"], timeout=5).text.splitlines()
    found = [json.loads(line) for line in lines]
    assert [(one["id"], one["action"], one["reason"]) for one in found] == [
        (str(POSTS[1].id), "delete", "deactivated"),
        (str(POSTS[2].id), "delete", "suspended"),
        (str(POSTS[3].id), "delete", "protected"),
        (str(DELETED.id), "delete", "deleted"),
    ]
    assert {one["redacted_at"] for one in found} == {"2026-11-06T11:00:00.000Z"}
    assert found[0]["created_at"] == "2026-11-05T12:00:00.000Z"


def test_a_job_of_users(x: StandIn, clock: Clock) -> None:
    job = Client(x).post("/compliance/jobs", {"type": "users"}).json()["data"]
    requests.put(job["upload_url"], data=b"1\n2\n3\n4", timeout=5)
    clock.turn(minutes=2)
    lines = requests.get(job["download_url"], timeout=5).text.splitlines()
    assert len(lines) == 3


def test_jobs_are_listed_by_type_and_status(x: StandIn, clock: Clock) -> None:
    client = Client(x)
    client.post("/compliance/jobs", {"type": "tweets"})
    client.post("/compliance/jobs", {"type": "users"})
    assert client.json("/compliance/jobs", type="tweets")["meta"]["result_count"] == 1
    assert client.json("/compliance/jobs", type="tweets", status="complete") == {"meta": {"result_count": 0}}
    assert client.get("/compliance/jobs").status_code == 400
    clock.turn(minutes=20)
    (job,) = client.json("/compliance/jobs", type="users")["data"]
    assert job["status"] == "expired"


def test_ids_that_are_none_fail_a_job(x: StandIn) -> None:
    job = Client(x).post("/compliance/jobs", {"type": "tweets"}).json()["data"]
    requests.put(job["upload_url"], data=b"1\ntwo\n", timeout=5)
    assert status(x, job["id"]) == "failed"
