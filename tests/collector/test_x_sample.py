"""A sample by budget over the stand-in: what is read, what the ledger says of the rest, and what weights it gives."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from collector.clock import never
from collector.collect import Job, collect
from collector.counting import CountJob, count
from collector.plan import Wanted
from collector.sampling import HOUR, MINUTE, Sample, minutes_drawn
from collector.source import floor
from collector.x.counts import Counts
from collector.x.prices import COUNTS, SOURCES, Prices
from collector.x.search import Search
from collector.x.settings import Settings
from collector.x.wording import Extras
from groundswell.config import parse
from groundswell.reach import sample_of
from storage import coverage
from storage.counts import Count, CountedOf
from storage.coverage import Key, Ledger, State
from storage.engine import reading
from storage.instant import from_text
from storage.spending import Limit
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_x_over_standin import SINCE, TAGS, Clock, found, shown
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import World

HOURS = 10
UNTIL = SINCE + HOURS * HOUR
SPELLINGS = dict.fromkeys(TAGS, 1)
MADE = Campaign(posts=900, starts_at=SINCE, ends_at=UNTIL, tags=SPELLINGS, reposts=0.1, late=0.0, edited=0.0)
WANTED = Wanted(TAGS, SINCE, UNTIL)


@contextmanager
def over(world: World, clock: Clock) -> Iterator[tuple[StandIn, Search, Counts]]:
    with serving(world, now=clock.now, validated=0.05) as x:
        settings = Settings(TOKEN, x.url, read_timeout=5.0)
        search = Search(settings, Extras(), Prices(), now=clock.now)
        counts = Counts(settings, Prices(), now=clock.now)
        try:
            yield x, search, counts
        finally:
            search.close()
            counts.close()


def ledger(store: Store, tag: str = TAGS[0]) -> Ledger:
    return store.coverage(Key("x", "x-search", "", tag, "posts"))


def read_minutes(rows: Ledger) -> set[datetime]:
    """List the minutes that are complete in hours that are not."""
    minutes: set[datetime] = set()
    for row in rows:
        if row.state is State.COMPLETE and row.share is not None:
            length = (row.ends_at - row.starts_at) // MINUTE
            minutes.update(row.starts_at + number * MINUTE for number in range(length))
    return minutes


def weights(store: Store) -> Mapping[datetime, float]:
    """Add up, by hour, the weights of the posts of the minutes that were read."""
    rows = ledger(store)
    sums: defaultdict[datetime, float] = defaultdict(float)
    with reading(store.engine) as connection:
        query = text("SELECT created_at FROM posts JOIN found ON post_id = posts.id WHERE NOT is_repost")
        times = [from_text(moment) for moment in connection.scalars(query)]
    for moment in times:
        [row] = coverage.within(rows, moment, moment + timedelta(microseconds=1))
        if row.state is State.COMPLETE and row.share:
            sums[floor(moment, HOUR)] += 1 / row.share
    return sums


def test_a_tenth_of_the_minutes_is_read_whole_and_the_rest_is_said_to_be_left(database: Database) -> None:
    world, clock = made(MADE), Clock(UNTIL + HOUR)
    with over(world, clock) as (x, search, counts), blank_store(database) as store:
        count(store, CountJob(counts, WANTED), clock, never())
        sample = Sample(0.1, COUNTS, seed=3)
        assert collect(store, Job(search, WANTED, sample=sample), clock, never()).failure is None
        rows = ledger(store)
        assert {(row.state, row.reason) for row in rows} == {(State.COMPLETE, ""), (State.PARTIAL, coverage.BUDGET)}
        assert (rows[0].starts_at, rows[-1].ends_at) == (SINCE, UNTIL)
        for tag in TAGS:
            assert ledger(store, tag) == rows
        hours = [SINCE + number * HOUR for number in range(HOURS)]
        drawn = {hour + minute * MINUTE for hour in hours for minute in minutes_drawn(hour, 0.1, 3)}
        whole = {
            hour + minute * MINUTE
            for hour in hours
            for minute in range(60)
            if all(one.state is State.COMPLETE for one in coverage.within(rows, hour, hour + HOUR))
        }
        assert read_minutes(rows) <= drawn
        there = shown(world, clock.moment, SINCE, UNTIL)
        assert found(store) == {key for key in there if floor(_created(x, key), MINUTE) in drawn | whole}
        # What the platform counted is what the weights add up to, hour by hour.
        counted = {one.starts_at: one.posts for one in _counts(store)}
        sums = weights(store)
        assert len(sums) > HOURS // 2
        assert all(total == pytest.approx(counted[hour]) for hour, total in sums.items())
        assert store.till.spent(SOURCES, SINCE).thousandths == x.bill.mills


def _created(x: StandIn, key: str) -> datetime:
    return x.index.posts[int(key)].created_at


def _counts(store: Store) -> list[Count]:
    return list(store.counts(CountedOf(COUNTS, "", " ".join(TAGS)), SINCE, UNTIL))


@pytest.mark.proof
def test_a_second_pass_of_the_same_share_reads_nothing_more_and_a_larger_one_adds() -> None:
    world, clock = made(MADE), Clock(UNTIL + HOUR)
    with over(world, clock) as (x, search, counts), blank_store(SQLITE) as store:
        count(store, CountJob(counts, WANTED), clock, never())
        for share in (0.1, 0.1, 0.3, 1.0):
            before = set(found(store))
            outcome = collect(store, Job(search, WANTED, sample=Sample(share, COUNTS)), clock, never())
            assert outcome.failure is None
            assert before <= found(store)
        assert [(row.state, row.share) for row in ledger(store)] == [(State.COMPLETE, None)]
        assert found(store) >= shown(world, clock.moment, SINCE, UNTIL)
        asked = [one for one in x.requests if "search" in one.path]
        assert len(asked) < HOURS * (6 + 12) + HOURS * 45


CONFIG = """
campaigns:
  rot:
    title: Rot
    tags: [{tags}]
    from: 2026-11-01T00:00:00Z
    until: 2026-11-01T10:00:00Z
sources:
  x:
    budget: {{dollars: {dollars}}}
"""


@pytest.mark.parametrize("dollars", [1.5, pytest.param(4, marks=pytest.mark.proof), 1_000])
def test_the_share_is_what_the_budget_reaches_for_and_the_bill_stays_under_it(dollars: float) -> None:
    world, clock = made(MADE), Clock(UNTIL + HOUR)
    tags = ", ".join(f'"#{tag}"' for tag in TAGS)
    config = parse(CONFIG.format(tags=tags, dollars=dollars), Path("config.yaml"))
    limit = Limit(SOURCES, SINCE, thousandths=round(dollars * 1_000))
    with over(world, clock) as (x, search, counts), blank_store(SQLITE) as store:
        assert sample_of(store, config, "rot", search.traits, clock.now()) is None
        count(store, CountJob(counts, WANTED), clock, never())
        for _ in range(3):
            sample = sample_of(store, config, "rot", search.traits, clock.now())
            assert sample is not None
            collect(store, Job(search, WANTED, limits=(limit,), sample=sample), clock, never())
            clock.moment += HOUR
        assert store.till.spent(SOURCES, SINCE).thousandths == x.bill.mills <= dollars * 1_000
        if dollars == 1_000:
            assert sample.share > 1
            assert {row.state for row in ledger(store)} == {State.COMPLETE}
        else:
            # All but what one more page may cost is spent, or the minutes that were drawn are all read.
            assert x.bill.mills > 0.6 * dollars * 1_000
            assert any(row.share for row in ledger(store))
