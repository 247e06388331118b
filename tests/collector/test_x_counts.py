"""X's counts over the stand-in: every bin once, what was counted too early again, and each request paid."""

import gzip
from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import orjson
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.clock import never
from collector.counting import CountJob, count, uncounted
from collector.errors import LimitReached, Unavailable
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.source import Query, Window
from collector.x.counts import Counts, Granularity
from collector.x.prices import SOURCES, Prices
from collector.x.search import SETTLING
from collector.x.settings import Archive, Names, Settings
from storage.counts import Count, CountedOf
from storage.spending import Limit
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_x_over_standin import HOUR, MADE, SINCE, TAGS, UNTIL, Clock, times_shown
from tests.platforms.canned import Reply, answering, is_packed, recorded
from tests.platforms.x.building import made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn

OF = CountedOf("x-counts", "", " ".join(TAGS))
WORLD = made(MADE)
MINUTE = timedelta(minutes=1)


def one_pass(
    x: StandIn,
    store: Store,
    clock: Clock,
    *limits: Limit,
    granularity: Granularity = "hour",
    archive: Archive = "recent",
    names: Names = "tweet",
) -> Outcome:
    x.change(names="2.166" if names == "tweet" else "2.167", now=clock.now)
    asked = Settings(TOKEN, x.url, archive, names, read_timeout=5.0)
    source = Counts(asked, Prices(), now=clock.now, granularity=granularity)
    try:
        return count(store, CountJob(source, Wanted(TAGS, SINCE, UNTIL), limits=limits), clock, never())
    finally:
        source.close()


def counts(store: Store) -> tuple[Count, ...]:
    return store.counts(OF, SINCE - 90 * 24 * HOUR, UNTIL + 24 * HOUR)


@pytest.mark.parametrize("client", ["client", "asyncclient"])
@pytest.mark.parametrize("what", ["recent", "all"])
def test_recorded_answers_are_read_by_the_same_code(shared: Path, client: str, what: Archive) -> None:
    file = shared / f"x/recorded/test_{client}_get_{what}_tweets_count.yaml"
    [exchange] = yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]
    given = recorded(exchange["response"])
    told = orjson.loads(gzip.decompress(given.body) if is_packed(given.body) else given.body)
    first, last = (datetime.fromisoformat(told["data"][place][edge]) for place, edge in ((0, "start"), (-1, "end")))
    with answering(lambda _: given) as x:
        counts = Counts(Settings(TOKEN, x.url, what), Prices(), now=Clock(last + HOUR).now)
        [page] = islice(counts.pages(Query(("tweepy",)), Window(first, last), None), 1)
        counts.close()
    assert page.counted is not None
    numbers = [(one.starts_at.timestamp(), one.posts) for one in page.counted.counts]
    assert numbers == [(datetime.fromisoformat(one["start"]).timestamp(), one["tweet_count"]) for one in told["data"]]
    assert len(numbers) > 100
    assert sum(number for _, number in numbers) == told["meta"]["total_tweet_count"]


@pytest.mark.parametrize("names", ["tweet", "post"])
@pytest.mark.parametrize("granularity", ["minute", "hour", "day"])
def test_each_bin_is_counted_as_x_shows_it_and_a_bin_without_posts_is_a_zero(
    database: Database, names: Names, granularity: Granularity
) -> None:
    clock = Clock(UNTIL + HOUR)
    with serving(WORLD) as x, blank_store(database) as store:
        outcome = one_pass(x, store, clock, granularity=granularity, names=names)
        told = counts(store)
        assert (outcome.failure, outcome.requests) == (None, 1)
        assert (told[0].starts_at, told[-1].ends_at) == (SINCE, UNTIL)
        assert all(one.ends_at == other.starts_at for one, other in pairwise(told))
        times = sorted(times_shown(WORLD, clock.moment).values())
        for one in told:
            assert one.posts == bisect_left(times, one.ends_at) - bisect_left(times, one.starts_at), one
        assert (granularity == "day") != any(one.posts == 0 for one in told)
        assert store.till.spent(SOURCES, SINCE).thousandths == x.bill.mills == 5


def test_what_is_counted_and_has_settled_is_not_counted_again_and_the_open_bin_is() -> None:
    clock = Clock(SINCE + 10.5 * HOUR)
    with serving(WORLD) as x, blank_store(SQLITE) as store:
        for _ in range(3):
            one_pass(x, store, clock)
            clock.moment += HOUR
        starts = [one.params["start_time"][:16] for one in x.requests]
        told = counts(store)
    assert starts == ["2026-11-01T00:00", "2026-11-01T10:00", "2026-11-01T11:00"]
    assert [one.starts_at for one in told] == [SINCE + i * HOUR for i in range(13)]
    assert told[10].ends_at == SINCE + 11 * HOUR


def test_once_all_is_counted_nothing_is_asked() -> None:
    clock = Clock(UNTIL + HOUR)
    with serving(WORLD) as x, blank_store(SQLITE) as store:
        one_pass(x, store, clock)
        assert one_pass(x, store, clock).requests == 0
        assert len(x.requests) == 1


def test_the_full_archive_is_counted_page_by_page() -> None:
    clock = Clock(UNTIL + 40 * 24 * HOUR)
    with serving(WORLD, counts_page=timedelta(days=1)) as x, blank_store(SQLITE) as store:
        outcome = one_pass(x, store, clock, archive="all")
        assert (outcome.pages, outcome.failure) == (3, None)
        told = counts(store)
        assert (told[0].starts_at, told[-1].ends_at) == (SINCE, UNTIL)
        assert store.till.spent(SOURCES, SINCE).thousandths == x.bill.mills == 30


def test_a_limit_holds_for_counts_and_posts_together() -> None:
    clock = Clock(UNTIL + HOUR)
    with serving(WORLD) as x, blank_store(SQLITE) as store:
        outcome = one_pass(x, store, clock, Limit(SOURCES, SINCE, thousandths=4))
        assert isinstance(outcome.failure, LimitReached)
        assert (counts(store), x.requests) == ((), [])


@pytest.mark.parametrize(
    "body",
    [
        b'{"meta":{}}',
        b'{"data":[{"start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00Z","tweet_count":"4"}]}',
        b'{"data":[{"start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00Z","tweet_count":-1}]}',
        b'{"data":[{"start":"2026-11-01T01:00:00Z","end":"2026-11-01T01:00:00Z","tweet_count":1}]}',
        b'{"data":[{"start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00Z"}]}',
        b'{"data":[{"start":"soon","end":"2026-11-01T01:00:00Z","tweet_count":1}]}',
        b'{"data":[7]}',
    ],
)
def test_numbers_that_cannot_be_read_are_no_zero(body: bytes) -> None:
    clock = Clock(UNTIL + HOUR)
    with answering(lambda _: Reply(body)) as x, blank_store(SQLITE) as store:
        source = Counts(Settings(TOKEN, x.url), Prices(), now=clock.now)
        outcome = count(store, CountJob(source, Wanted(TAGS, SINCE, UNTIL)), clock, never())
        source.close()
        assert outcome.failure is not None
        assert counts(store) == ()
        assert store.till.spent(SOURCES, SINCE).open == 5 * 5


def test_what_does_not_come_is_asked_for_in_the_next_pass() -> None:
    clock = Clock(UNTIL + HOUR)
    with serving(WORLD) as x, blank_store(SQLITE) as store:
        x.faults.status(503, count=None)
        assert isinstance(one_pass(x, store, clock).failure, Unavailable)
        assert store.till.spent(SOURCES, SINCE).thousandths == 0
        x.faults.clear()
        assert one_pass(x, store, clock).failure is None
        assert counts(store)[-1].ends_at == UNTIL


def at(minutes: int) -> "Window":
    return Window(SINCE + minutes * MINUTE, SINCE + (minutes + 1) * MINUTE)


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 40), st.booleans()), st.integers(0, 10), st.integers(11, 40))
def test_just_what_has_not_settled_is_counted(known: dict[int, bool], first: int, last: int) -> None:
    rows = [
        Count(at(minute).starts_at, at(minute).ends_at, 1, at(minute).ends_at + (SETTLING if settled else MINUTE))
        for minute, settled in known.items()
    ]
    wanted = Window(SINCE + first * MINUTE, SINCE + last * MINUTE)
    windows = uncounted(rows, wanted, MINUTE, SETTLING)
    for minute in range(first, last):
        asked = [one for one in windows if one.starts_at <= at(minute).starts_at < one.ends_at]
        assert len(asked) == (not known.get(minute, False)), minute
    assert all(wanted.starts_at <= one.starts_at and one.ends_at <= wanted.ends_at for one in windows)
