"""The stream of the stand-in for X and its rules."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.platforms.x.client import Client, Clock
from tests.platforms.x.faults import Fault
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.texts import Draft
from tests.platforms.x.world import Author, Post, Reference, World, snowflake

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
STREAM = "/tweets/search/stream"
RULES = "/tweets/search/stream/rules"
WRITER = Author(7, "writer", "A writer", datetime(2015, 1, 1, tzinfo=UTC))


def post(minutes: float, tag: str, *references: Reference) -> Post:
    """Make a post with a tag, some minutes from now."""
    draft = Draft()
    draft.tag(tag)
    return Post(
        snowflake(NOW + timedelta(minutes=minutes)), 7, draft.text, entities=draft.entities, references=references
    )


FIRST = post(-1, "a")
POSTS = (FIRST, post(1, "A"), post(2, "b"), post(3, "c"), post(4, "z", Reference("retweeted", FIRST.id)))


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture(params=NAMES)
def x(clock: Clock, request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """A stand-in with two rules, and posts to come."""
    settings = {"now": clock, "names": request.param, "stream_poll_s": 0.005}
    with serving(World(POSTS, (WRITER,)), **settings) as x:
        Client(x).post(RULES, {"add": [{"value": "#a", "tag": "first"}, {"value": "#b OR #A"}]})
        yield x


@contextmanager
def listening(x: StandIn, **params: str) -> Iterator[Iterator[bytes]]:
    """Open the stream and give its lines."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with requests.get(f"{x.url}/2{STREAM}", params=params, headers=headers, stream=True, timeout=5) as reply:
        assert reply.status_code == 200
        yield reply.iter_lines(chunk_size=1)


def next_post(lines: Iterator[bytes]) -> Any:
    """Wait for a line that is not a sign of life."""
    return json.loads(next(line for line in lines if line))


def test_what_comes_while_one_listens_with_the_rules_that_it_matches(x: StandIn, clock: Clock) -> None:
    with listening(x, **{"expansions": "author_id"}) as lines:
        clock.turn(minutes=10)
        seen = [next_post(lines) for _ in range(3)]
    assert [one["data"]["text"] for one in seen] == ["#A", "#b", "#z"]
    assert [[rule.get("tag") for rule in one["matching_rules"]] for one in seen] == [
        ["first", None],
        [None],
        ["first", None],
    ]
    assert seen[0]["includes"]["users"][0]["username"] == "writer"
    assert x.bill.units == {"post": 3, "user": 1}
    history = "edit_history_tweet_ids" if x.settings.names == "2.166" else "edit_history_post_ids"
    assert history in seen[0]["data"]


def test_the_stream_keeps_the_old_names_of_parameters(x: StandIn) -> None:
    assert Client(x).get(STREAM, {"post.fields": "id"}).status_code == 400
    with listening(x, **{"tweet.fields": "author_id"}):
        pass


def test_there_is_one_connection(x: StandIn) -> None:
    with listening(x):
        second = Client(x).get(STREAM)
        assert second.status_code == 429
        assert second.json()["type"].endswith("/2/problems/streaming-connection")
        assert second.json()["connection_issue"] == "TooManyConnections"
        x.disconnect_streams()
        with listening(x):
            pass


def test_signs_of_life_by_either_clock(x: StandIn, clock: Clock) -> None:
    x.change(keep_alive_s=0.05)
    with listening(x) as lines:
        assert next(lines) == b""
        x.change(keep_alive_s=20, keep_alive_clock="simulated")
        clock.turn(seconds=25)
        assert next(lines) == b""


def test_it_ends_on_command_and_by_a_fault(x: StandIn) -> None:
    with listening(x) as lines:
        x.disconnect_streams(is_clean=True)
        assert list(lines) == []
    with listening(x) as lines:
        x.disconnect_streams()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            next(lines)
    x.faults.add(Fault("disconnect", "/2/tweets/search/stream", seconds=0.05))
    with listening(x) as lines, pytest.raises(requests.exceptions.ChunkedEncodingError):
        next(lines)


def test_it_ends_when_the_cap_is_reached(x: StandIn, clock: Clock) -> None:
    x.change(cap=1)
    with listening(x) as lines:
        clock.turn(minutes=10)
        assert next_post(lines)["data"]["text"] == "#A"
        assert next_post(lines)["errors"][0]["type"].endswith("usage-capped")
        assert b"".join(lines) == b""


def test_rules_come_and_go(x: StandIn) -> None:
    client = Client(x)
    listed = client.json(RULES)
    assert [one["value"] for one in listed["data"]] == ["#a", "#b OR #A"]
    again = client.post(RULES, {"add": [{"value": "#a", "tag": "first"}, {"value": "-#x"}, {"value": "#y"}]}).json()
    assert again["meta"]["summary"] == {"created": 1, "not_created": 2, "valid": 1, "invalid": 2}
    assert [one["title"] for one in again["errors"]] == ["DuplicateRule", "UnprocessableEntity"]
    out = {"delete": {"ids": [listed["data"][0]["id"]], "values": ["#y", "#never"]}}
    assert client.post(RULES, out).json()["meta"]["summary"] == {"deleted": 2, "not_deleted": 1}
    assert [one["value"] for one in client.json(RULES)["data"]] == ["#b OR #A"]
    assert client.post(RULES, {"add": [{"value": "#dry"}]}, dry_run="true").json()["meta"]["summary"]["created"] == 1
    assert client.json(RULES)["meta"]["result_count"] == 1
    assert client.post(RULES, {}, delete_all="true").json()["meta"]["summary"] == {"deleted": 1, "not_deleted": 0}


def test_rules_come_in_pages_and_end_at_a_thousand(x: StandIn) -> None:
    client = Client(x)
    rules = [{"value": f"#t{number}"} for number in range(1_000)]
    assert client.post(RULES, {"add": rules}).json()["meta"]["summary"]["created"] == 998
    pages = list(client.pages(RULES, max_results=400))
    assert [page["meta"]["result_count"] for page in pages] == [400, 400, 200]
    assert {len(page["meta"].get("next_token", " " * 16)) for page in pages} == {16}
    assert client.get(RULES, {"pagination_token": "0123456789abcdef"}).status_code == 400
    long = client.post(RULES, {"delete": {"values": ["#t1"]}}) and client.post(
        RULES, {"add": [{"value": "#" + "a" * 1_024}]}
    )
    assert long.json()["meta"]["summary"]["invalid"] == 1


def test_a_stream_that_hangs_leaves_room_for_another(x: StandIn) -> None:
    x.faults.add(Fault("hang", "/2/tweets/search/stream"))
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{x.url}/2{STREAM}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=0.1)
    with listening(x):
        pass
