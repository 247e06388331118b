"""X's search over the stand-in, in simulated days: what is stored, what the ledger says, and what was paid."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.x.prices import SOURCES, Prices
from collector.x.search import Search
from collector.x.settings import Names, Settings
from collector.x.wording import Extras
from storage.coverage import Key, State
from storage.engine import reading
from storage.spending import Limit
from storage.store import Store
from tests.blank import Database, blank_store
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Post, World, tag_key, tags_in

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 4, tzinfo=UTC)
TAGS = ("letitrot", "خلوها_تخيس", "خليها_تخيس")
HOUR = timedelta(hours=1)
MADE = Campaign(posts=600, starts_at=SINCE, ends_at=UNTIL, tags=dict.fromkeys(TAGS, 1))


class Clock:
    """A clock that only waits move."""

    speed = 1.0

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


@contextmanager
def over(
    world: World, clock: Clock, names: Names = "tweet", extras: Extras | None = None, page_size: int = 10
) -> Iterator[tuple[StandIn, Search]]:
    version = "2.166" if names == "tweet" else "2.167"
    with serving(world, now=clock.now, names=version) as x:
        settings = Settings(TOKEN, x.url, names=names, page_size=page_size, read_timeout=5.0)
        search = Search(settings, extras or Extras(), Prices(), now=clock.now)
        try:
            yield x, search
        finally:
            search.close()


def one_pass(store: Store, search: Search, clock: Clock, *limits: Limit) -> Outcome:
    return collect(store, Job(search, Wanted(TAGS, SINCE, UNTIL), limits=limits), clock, never())


def shown(world: World, now: datetime, first: datetime, last: datetime) -> set[str]:
    """Name the posts that X's search has of a stretch at a moment, by their first ids."""
    return {key for key, created_at in times_shown(world, now).items() if first <= created_at < last}


def times_shown(world: World, now: datetime) -> dict[str, datetime]:
    """Tell of each post that X's search has at a moment, by its first id, when its newest version was written."""
    newest = {post.versions[-1] if post.versions else post.id: post for post in world.posts}
    gone = {one.id for one in world.authors if one.fate(now)}
    return {
        str(post.versions[0] if post.versions else post.id): post.created_at
        for key, post in newest.items()
        if post.id == key and _is_found(post, now) and post.author_id not in gone
    }


def _past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _is_found(post: Post, now: datetime) -> bool:
    is_there = _past(post.shown_at or post.created_at, now) and not _past(post.deleted_at, now)
    return is_there and not post.is_repost and not tags_in(post).isdisjoint({tag_key(tag) for tag in TAGS})


def found(store: Store) -> set[str]:
    with reading(store.engine) as connection:
        query = text("SELECT platform_id FROM posts JOIN found ON post_id = id")
        return set(connection.scalars(query))


def complete(store: Store) -> list[tuple[datetime, datetime]]:
    """List the stretches that are complete for all tags."""
    ledgers = [store.coverage(Key("x", "x-search", "", tag, "posts")) for tag in TAGS]
    assert ledgers[0] == ledgers[1] == ledgers[2]
    return [(one.starts_at, one.ends_at) for one in ledgers[0] if one.state is State.COMPLETE]


@pytest.mark.parametrize("names", ["tweet", "post"])
def test_after_some_passes_the_store_holds_what_x_showed_and_spent_what_x_bills(
    database: Database, names: Names
) -> None:
    world, clock = made(MADE), Clock(SINCE + 5 * HOUR)
    with over(world, clock, names) as (x, search), blank_store(database) as store:
        for _ in range(12):
            assert one_pass(store, search, clock).failure is None
            clock.moment += 7 * HOUR
        assert complete(store) == [(SINCE, UNTIL)]
        assert found(store) >= shown(world, clock.moment, SINCE, UNTIL) - late(world)
        assert found(store) <= {str(post.versions[0] if post.versions else post.id) for post in world.posts}
        spent = store.till.spent(SOURCES, SINCE)
        assert (spent.thousandths, spent.open) == (x.bill.mills, 0)
        assert spent.thousandths > 0


def late(world: World) -> set[str]:
    """Name the posts that turned up after their stretch had settled."""
    return {str(post.id) for post in world.posts if post.shown_at is not None}


def test_a_budget_is_never_gone_over_and_what_it_did_not_reach_for_is_named(database: Database) -> None:
    world, clock = made(MADE), Clock(SINCE + 24 * HOUR)
    limit = Limit(SOURCES, SINCE, thousandths=1_500)
    with over(world, clock) as (x, search), blank_store(database) as store:
        for _ in range(4):
            one_pass(store, search, clock, limit)
            clock.moment += 9 * HOUR
        assert 0 < x.bill.mills <= 1_500
        assert store.till.spent(SOURCES, SINCE).thousandths == x.bill.mills
        had = found(store)
        for first, last in complete(store):
            assert shown(world, clock.moment, first, last) - late(world) <= had
        states = {(one.state, one.reason) for one in store.coverage(Key("x", "x-search", "", TAGS[0], "posts"))}
        assert (State.PARTIAL, "budget") in states
