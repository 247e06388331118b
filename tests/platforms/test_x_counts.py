"""Counts of the stand-in for X: their buckets, their edges, their pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.platforms.x.building import Campaign, made
from tests.platforms.x.client import Client, Clock
from tests.platforms.x.server import serving
from tests.platforms.x.standin import StandIn

NOW = datetime(2026, 11, 6, 12, 56, 27, tzinfo=UTC)
QUERY = "#خليها_تخيس OR #letitrot"
RECENT = "/tweets/counts/recent"
ALL = "/tweets/counts/all"
WORLD = made(Campaign(posts=500, seed=5, late=0.1, deleted=0.1, edited=0.1))


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture
def x(clock: Clock) -> Iterator[StandIn]:
    """A stand-in with a campaign of five days."""
    with serving(WORLD, now=clock) as x:
        yield x


def test_a_week_by_the_hour_has_169_buckets_partial_at_both_ends(x: StandIn) -> None:
    buckets = Client(x).json(RECENT, query=QUERY)["data"]
    assert len(buckets) == 169
    assert (buckets[0]["start"], buckets[0]["end"]) == ("2026-10-30T12:56:17.000Z", "2026-10-30T13:00:00.000Z")
    assert (buckets[-1]["start"], buckets[-1]["end"]) == ("2026-11-06T12:00:00.000Z", "2026-11-06T12:56:17.000Z")
    assert all(before["end"] == after["start"] for before, after in pairwise(buckets))
    assert buckets[0]["tweet_count"] == 0


def test_the_whole_archive_starts_thirty_days_back_where_a_day_does(x: StandIn) -> None:
    buckets = Client(x).json(ALL, query=QUERY)["data"]
    assert buckets[0]["start"] == "2026-10-07T00:00:00.000Z"
    assert buckets[-1]["end"] == "2026-11-06T12:56:17.000Z"


@pytest.mark.parametrize("granularity", ["minute", "hour", "day"])
def test_counts_are_what_search_finds(x: StandIn, granularity: str) -> None:
    within = {"start_time": "2026-11-02T03:04:05Z", "end_time": "2026-11-05T06:07:08Z"}
    reply = Client(x).json(RECENT, within, query=QUERY, granularity=granularity)
    posts = Client(x).posts("/tweets/search/recent", within | {"tweet.fields": "created_at"}, query=QUERY)
    assert reply["meta"]["total_tweet_count"] == len(posts) == sum(one["tweet_count"] for one in reply["data"])
    for bucket in reply["data"]:
        assert bucket["tweet_count"] == sum(bucket["start"] <= one["created_at"] < bucket["end"] for one in posts)


def test_late_and_deleted_posts_change_the_counts_of_a_past_hour(x: StandIn, clock: Clock) -> None:
    within = {"start_time": "2026-11-01T00:00:00Z", "end_time": "2026-11-02T00:00:00Z"}
    seen = set()
    clock.turn(days=-4)
    for _ in range(12):
        seen.add(Client(x).json(RECENT, within, query=QUERY)["meta"]["total_tweet_count"])
        clock.turn(hours=8)
    assert len(seen) > 1


def test_counts_of_all_time_come_in_pages_the_newest_first(x: StandIn) -> None:
    x.change(counts_page=timedelta(days=2))
    within = {"start_time": "2026-10-31T12:00:00Z", "end_time": "2026-11-06T12:00:00Z"}
    pages = list(Client(x).pages(ALL, within, query=QUERY, granularity="day"))
    whole = Client(x).json(RECENT, within, query=QUERY, granularity="day")
    assert len(pages) == 3
    assert [bucket for page in reversed(pages) for bucket in page["data"]] == whole["data"]
    assert sum(page["meta"]["total_tweet_count"] for page in pages) == whole["meta"]["total_tweet_count"]


def test_counts_are_bounded_by_ids_too(x: StandIn) -> None:
    ids = [int(one["id"]) for one in Client(x).posts("/tweets/search/recent", query=QUERY, max_results=100)]
    reply = Client(x).json(RECENT, query=QUERY, since_id=ids[20], until_id=ids[9])
    assert reply["meta"]["total_tweet_count"] == 10


def test_post_names(x: StandIn) -> None:
    x.change(names="2.167")
    reply = Client(x).json(RECENT, query=QUERY)
    assert set(reply["data"][0]) == {"start", "end", "post_count"}
    assert reply["meta"]["total_post_count"] > 0


def test_a_granularity_that_there_is_not(x: StandIn) -> None:
    assert Client(x).get(RECENT, query=QUERY, granularity="week").status_code == 400
