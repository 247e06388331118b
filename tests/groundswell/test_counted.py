"""What X counted of a campaign beside what is here: the same stretches, the same posts, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from analysis.bins import Grid, Step
from groundswell.counted import bins_counted, counted_of
from storage.batch import Batch
from storage.campaign import Campaign
from storage.counts import Count, Counted, CountedOf
from storage.instant import to_text
from storage.post import Item, Post
from storage.store import Store
from tests.blank import Database, blank_store

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG = tuple(letter * 300 for letter in "ab")


def campaign(*tags: str) -> Campaign:
    return Campaign("c", "C", "UTC", tags)


def count(hour: float, posts: int, lasts: float = 1) -> Count:
    return Count(SINCE + hour * HOUR, SINCE + (hour + lasts) * HOUR, posts, SINCE + 99 * HOUR)


def told(store: Store, query: Sequence[str], *counts: Count) -> None:
    run = store.begin_run("x-counts", "", SINCE)
    store.save(Batch(run, "x-counts", "", SINCE, counted=Counted(CountedOf("x-counts", "", " ".join(query)), counts)))


def item(key: str, hour: float, *tags: str, **more: object) -> Item:
    post = Post(
        platform="x",
        platform_id=key,
        server="x",
        author=None,
        created_at=to_text(SINCE + hour * HOUR),
        time_resolution=1,
        url=f"https://x.com/i/status/{key}",
        text="",
        hashtags=tags,
        ids=(("x", key),),
    )
    return Item(payload=b'{"id":%s}' % key.encode(), post=msgspec.structs.replace(post, **more))


def put(store: Store, *items: Item) -> None:
    store.save(Batch(store.begin_run("x-search", "", SINCE), "x-search", "", SINCE, items))


def test_each_bin_is_compared_with_the_posts_of_its_own_time(database: Database) -> None:
    with blank_store(database) as store:
        told(store, ["a"], count(0, 3), count(1, 0), count(2, 1))
        put(
            store,
            item("1", 0, "a"),
            item("2", 0.5, "A"),
            item("3", 2, "a"),
            item("4", 3, "a"),
            item("5", 2, "b"),
            item("6", 2, "a", is_repost=True),
        )
        compared = counted_of(store, campaign("a"))
    assert compared
    assert (compared.counted, compared.collected, compared.is_exact) == (4, 3, True)
    assert [(one.counted, one.collected) for one in compared.bins] == [(3, 2), (0, 0), (1, 1)]


def test_what_was_never_counted_is_no_zero(database: Database) -> None:
    with blank_store(database) as store:
        put(store, item("1", 0, "a"))
        told(store, ["b"], count(0, 3))
        assert counted_of(store, campaign("a")) is None


def test_tags_that_fit_no_one_query_are_counted_at_most_where_each_query_was(database: Database) -> None:
    with blank_store(database) as store:
        told(store, LONG[:1], count(0, 3), count(1, 5))
        told(store, LONG[1:], count(0, 4))
        put(store, item("1", 0.1, *LONG))
        compared = counted_of(store, campaign(*LONG))
    assert compared
    assert (compared.counted, compared.collected, compared.is_exact) == (7, 1, False)
    assert [one.starts_at for one in compared.bins] == [SINCE]


@pytest.mark.parametrize(
    ("new", "left"),
    [
        ([count(0, 9, 3)], [(0, 9)]),
        ([count(1, 9)], [(0, 1), (1, 9), (2, 3)]),
        ([count(0.5, 9)], [(0.5, 9), (2, 3)]),
        ([count(3, 9)], [(0, 1), (1, 2), (2, 3), (3, 9)]),
        ([count(0, 8), count(2, 9)], [(0, 8), (1, 2), (2, 9)]),
    ],
)
def test_new_numbers_take_the_place_of_all_that_they_overlap(
    database: Database, new: list[Count], left: list[tuple[float, int]]
) -> None:
    with blank_store(database) as store:
        told(store, ["a"], count(0, 1), count(1, 2), count(2, 3))
        told(store, ["b"], count(0, 7))
        told(store, ["a"], *new)
        here = store.counts(CountedOf("x-counts", "", "a"), SINCE, SINCE + 99 * HOUR)
        assert [((one.starts_at - SINCE) / HOUR, one.posts) for one in here] == left
        assert len(store.counts(CountedOf("x-counts", "", "b"), SINCE, SINCE + 99 * HOUR)) == 1


def test_a_bin_of_a_chart_has_a_number_where_it_was_counted_from_end_to_end(database: Database) -> None:
    grid = Grid.over(SINCE, SINCE + 3 * HOUR, Step.read("1h"), "UTC")
    with blank_store(database) as store:
        assert bins_counted(counted_of(store, campaign("a")), grid) is None
        halves = (count(1, 2, 0.5), count(1.5, 3, 0.5))
        told(store, ["a"], count(-1, 9), count(0, 4), *halves, count(2, 5, 0.5), count(3, 9))
        laid = bins_counted(counted_of(store, campaign("a")), grid)
    assert laid is not None
    assert [(row.bin_start, row.platform, row.counted) for row in laid.itertuples()] == [
        (SINCE, "x", 4),
        (SINCE + HOUR, "x", 5),
    ]
