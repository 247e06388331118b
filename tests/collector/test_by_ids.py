"""Posts by their ids over the stand-in: what is there, what is gone, what it costs, and where a budget ends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text

from collector.by_ids import IdsJob, read_by_ids
from collector.clock import never
from collector.errors import LimitReached
from collector.x.lookup import Lookup
from collector.x.prices import SOURCES, Prices
from collector.x.settings import Settings
from collector.x.wording import Extras
from storage.engine import reading
from storage.spending import Limit
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_x_over_standin import MADE, SINCE, UNTIL, Clock
from tests.platforms.x.building import made
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import World

LATER = UNTIL + timedelta(days=20)
"""All that the made campaign has deleted is gone by then."""


@contextmanager
def looking_up(world: World, clock: Clock) -> Iterator[tuple[StandIn, Lookup]]:
    with serving(world, now=clock.now) as x:
        lookup = Lookup(Settings(TOKEN, x.url, read_timeout=5.0), Extras(), Prices(), now=clock.now)
        try:
            yield x, lookup
        finally:
            lookup.close()


def posted(world: World) -> list[str]:
    """Name the posts that are no reposts, edited ones left out: their ids change."""
    return [str(post.id) for post in world.posts if not post.is_repost and not post.versions]


def found(store: Store) -> set[str]:
    with reading(store.engine) as connection:
        return set(connection.scalars(text("SELECT platform_id FROM posts JOIN found ON post_id = posts.id")))


def gone(store: Store) -> set[str]:
    with reading(store.engine) as connection:
        return set(connection.scalars(text("SELECT platform_id FROM deletions")))


def test_each_post_is_there_or_gone_and_paid_for_as_x_bills(database: Database) -> None:
    world, clock = made(MADE), Clock(LATER)
    ids = posted(world)
    with looking_up(world, clock) as (x, lookup), blank_store(database) as store:
        outcome = read_by_ids(store, IdsJob(lookup, ids), clock, never())
        assert outcome.failure is None
        assert outcome.requests == -(-len(ids) // 100)
        there = {key for key in ids if not x.index.fate(int(key), clock.now())}
        assert 0 < len(there) < len(ids)
        assert found(store) == there
        assert gone(store) == set(ids) - there
        spent = store.till.spent(SOURCES, SINCE)
        assert (spent.thousandths, spent.open) == (x.bill.mills, 0)


def test_near_a_limit_fewer_are_asked_for_and_the_bill_stays_under_it() -> None:
    world, clock = made(MADE), Clock(LATER)
    limit = Limit(SOURCES, SINCE, thousandths=3_000)
    with looking_up(world, clock) as (x, lookup), blank_store(SQLITE) as store:
        outcome = read_by_ids(store, IdsJob(lookup, posted(world), limits=(limit,)), clock, never())
        assert isinstance(outcome.failure, LimitReached)
        spent = store.till.spent(SOURCES, SINCE)
        assert spent.thousandths == x.bill.mills
        # What is left is less than a single post may cost: itself, two that it refers to, and its author.
        assert 3_000 - 3 * 5 - 10 < spent.thousandths <= 3_000


def test_a_lost_answer_is_asked_for_again_and_counts_as_paid() -> None:
    world, clock = made(MADE), Clock(LATER)
    ids = posted(world)[:150]
    with looking_up(world, clock) as (x, lookup), blank_store(SQLITE) as store:
        x.faults.add(Fault("close", works=True))
        outcome = read_by_ids(store, IdsJob(lookup, ids), clock, never())
        assert outcome.failure is None
        assert found(store) | gone(store) == set(ids)
        assert store.till.spent(SOURCES, SINCE).thousandths >= x.bill.mills


def test_without_ids_nobody_is_asked() -> None:
    clock = Clock(LATER)
    with looking_up(World((), ()), clock) as (x, lookup), blank_store(SQLITE) as store:
        assert read_by_ids(store, IdsJob(lookup, ()), clock, never()).requests == 0
        assert x.requests == []
