"""Reposts of single posts over the stand-in: what is stored, what it costs, where it ends, and what is not asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from collector.by_ids import IdsJob, read_by_ids
from collector.clock import never
from collector.errand import Errand, run_errand
from collector.errors import LimitReached, Unreadable
from collector.outcome import Outcome
from collector.x.lookup import Lookup
from collector.x.prices import SOURCES, Prices
from collector.x.reposting import Asked, RepostsJob, is_worth_asking, read_most_shared_reposts
from collector.x.reposts import Reposts, reposts_of
from collector.x.settings import Names, Settings
from collector.x.wording import Extras
from storage.campaign import Campaign
from storage.engine import reading
from storage.most_shared import Shared
from storage.spending import Limit
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_x_over_standin import Clock
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Author, Metrics, Post, Reference, World, snowflake

T0 = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TAGGED = {"hashtags": [{"start": 0, "end": 4, "tag": "rot"}]}
AUTHORS = tuple(Author(number, f"a{number}", f"A{number}", T0 - 900 * DAY) for number in range(1, 40))
ROT = Campaign("rot", "Rot", "UTC", ("rot",))


def post(number: int, reposts: int | None = None, deleted_at: datetime | None = None) -> Post:
    """Make a post of the campaign; X counts its reposts itself, or says what it is told to."""
    metrics = Metrics(reposts=reposts)
    return Post(snowflake(T0, number), 1, "#rot", entities=TAGGED, metrics=metrics, deleted_at=deleted_at)


def passed_on(target: Post, count: int, since: datetime = T0 + MINUTE) -> tuple[Post, ...]:
    said = (Reference("retweeted", target.id),)
    number = target.id % 1_000
    return tuple(
        Post(snowflake(since + timedelta(seconds=one), number), 2 + one % 30, "RT @a1: #rot", references=said)
        for one in range(count)
    )


@contextmanager
def listing(
    world: World, clock: Clock, names: Names = "tweet", most_pages: int = 100
) -> Iterator[tuple[StandIn, Reposts, Lookup]]:
    with serving(world, now=clock.now, names="2.166" if names == "tweet" else "2.167") as x:
        settings = Settings(TOKEN, x.url, names=names, read_timeout=5.0)
        reposts = Reposts(settings, Extras(), Prices(), now=clock.now, most_pages=most_pages)
        lookup = Lookup(settings, Extras(), Prices(), now=clock.now)
        try:
            yield x, reposts, lookup
        finally:
            reposts.close()
            lookup.close()


def errand(store: Store, reposts: Reposts, clock: Clock, posts: Sequence[Post], *limits: Limit) -> Outcome:
    asked = [reposts_of(str(one.id)) for one in posts]
    return run_errand(store, Errand(reposts, asked, limits=limits), clock, never())


def stored(store: Store) -> dict[str, str]:
    """Name the reposts that were found, each with what it passes on."""
    query = "SELECT platform_id, repost_of FROM posts JOIN found ON post_id = id WHERE source = 'x-reposts'"
    with reading(store.engine) as connection:
        return dict(connection.execute(text(query)).all())


def number(store: Store, sql: str) -> int:
    with reading(store.engine) as connection:
        return int(connection.scalar(text(sql)) or 0)


def know(store: Store, lookup: Lookup, clock: Clock, posts: Sequence[Post]) -> None:
    """Have the store know posts, with how often they were passed on."""
    store.set_campaigns([ROT], T0)
    assert read_by_ids(store, IdsJob(lookup, [str(one.id) for one in posts]), clock, never()).failure is None


def a_pass(store: Store, reposts: Reposts, clock: Clock, most: int = 5, *limits: Limit) -> Outcome:
    return read_most_shared_reposts(store, RepostsJob(reposts, most, "rot", limits=limits), clock, never())


def asked_for(x: StandIn) -> list[str]:
    return [one.path.split("/")[3] for one in x.requests if one.path.endswith("/retweets")]


@pytest.mark.parametrize("names", ["tweet", "post"])
def test_each_repost_is_stored_with_what_it_passes_on_and_paid_for_as_x_bills(database: Database, names: Names) -> None:
    target = post(1)
    reposts = passed_on(target, 250)
    clock = Clock(T0 + HOUR)
    with listing(World((target, *reposts), AUTHORS), clock, names) as (x, source, _), blank_store(database) as store:
        outcome = errand(store, source, clock, [target])
        assert (outcome.failure, outcome.requests, outcome.posts_new) == (None, 3, 250)
        assert stored(store) == {str(one.id): str(target.id) for one in reposts}
        assert number(store, "SELECT COUNT(*) FROM posts WHERE is_repost") == 250
        assert number(store, "SELECT COUNT(*) FROM coverage") == 0
        spent = store.till.spent(SOURCES, T0)
        assert (spent.thousandths, spent.open) == (x.bill.mills, 0)
        assert names == "post" or spent.thousandths == 250 * 5 + 30 * 10


def test_a_post_without_reposts_costs_nothing_and_one_that_is_gone_is_a_deletion(database: Database) -> None:
    lonely, gone = post(1), post(2, deleted_at=T0 + MINUTE)
    clock = Clock(T0 + HOUR)
    with listing(World((lonely, gone), AUTHORS), clock) as (x, source, _), blank_store(database) as store:
        assert errand(store, source, clock, [lonely, gone]).failure is None
        with reading(store.engine) as connection:
            assert list(connection.scalars(text("SELECT platform_id FROM deletions"))) == [str(gone.id)]
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills == 0


def test_a_page_that_comes_again_and_again_comes_to_an_end() -> None:
    target = post(1)
    clock = Clock(T0 + HOUR)
    world = World((target, *passed_on(target, 300)), AUTHORS)
    with listing(world, clock) as (x, source, _), blank_store(SQLITE) as store:
        x.faults.add(Fault("repeat", count=None))
        outcome = errand(store, source, clock, [target])
        assert (outcome.failure, outcome.requests, len(stored(store))) == (None, 4, 100)
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills


def test_one_post_takes_no_more_than_its_pages() -> None:
    target = post(1)
    clock = Clock(T0 + HOUR)
    world = World((target, *passed_on(target, 500)), AUTHORS)
    with listing(world, clock, most_pages=2) as (_, source, _), blank_store(SQLITE) as store:
        assert errand(store, source, clock, [target]).requests == 2
        assert len(stored(store)) == 200


def test_a_lost_page_is_asked_for_again_and_counts_as_paid() -> None:
    target = post(1)
    reposts = passed_on(target, 250)
    clock = Clock(T0 + HOUR)
    with listing(World((target, *reposts), AUTHORS), clock) as (x, source, _), blank_store(SQLITE) as store:
        x.faults.add(Fault("close", works=True, skip=1))
        assert errand(store, source, clock, [target]).failure is None
        assert len(stored(store)) == 250
        assert store.till.spent(SOURCES, T0).thousandths >= x.bill.mills


def test_a_pause_that_x_wants_is_waited_for() -> None:
    clock = Clock(T0 + HOUR)
    targets = [post(one) for one in range(100)]
    with listing(World(tuple(targets), AUTHORS), clock) as (x, source, _), blank_store(SQLITE) as store:
        assert errand(store, source, clock, targets).failure is None
        assert len(x.requests) == 100  # 75 in 15 minutes
        assert clock.moment >= T0 + HOUR + 15 * MINUTE


def test_near_a_limit_smaller_pages_are_asked_for_and_the_bill_stays_under_it(database: Database) -> None:
    target = post(1)
    clock = Clock(T0 + HOUR)
    world = World((target, *passed_on(target, 500)), AUTHORS)
    limit = Limit(SOURCES, T0, thousandths=2_000)
    with listing(world, clock) as (x, source, _), blank_store(database) as store:
        outcome = errand(store, source, clock, [target], limit)
        assert isinstance(outcome.failure, LimitReached)
        sizes = [int(one.params["max_results"]) for one in x.requests]
        assert sizes == sorted(sizes, reverse=True)
        assert {sizes[0], sizes[-1]} == {100, 1}
        # What is left is less than one repost and its author may cost.
        assert 2_000 - 15 < x.bill.mills <= 2_000
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills


def test_what_is_no_id_is_not_asked_for() -> None:
    with pytest.raises(Unreadable):
        reposts_of("1/../../users")


def test_the_most_shared_posts_are_asked_for_once_a_day_and_are_members_with_their_reposts(database: Database) -> None:
    targets = [post(one) for one in (1, 2, 3)]
    reposts = [passed_on(target, count) for target, count in zip(targets, (5, 120, 40), strict=True)]
    clock = Clock(T0 + HOUR)
    world = World((*targets, *(one for some in reposts for one in some)), AUTHORS)
    with listing(world, clock) as (x, source, lookup), blank_store(database) as store:
        know(store, lookup, clock, targets)
        assert a_pass(store, source, clock, 2).members == {"rot": 160}
        assert asked_for(x) == [str(targets[1].id)] * 2 + [str(targets[2].id)]
        # The third does not move up: only so many are followed.
        assert a_pass(store, source, clock, 2).requests == 0
        assert a_pass(store, source, clock, 0).requests == 0
        assert a_pass(store, source, clock, 3).members == {"rot": 5}
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills


def test_a_post_of_which_x_gives_no_more_is_left_alone_until_more_are_missing(database: Database) -> None:
    target = post(1, reposts=20)  # X counts 20, and gives 12: the others are protected
    clock = Clock(T0 + HOUR)
    world = World((target, *passed_on(target, 12)), AUTHORS)
    with listing(world, clock) as (x, source, lookup), blank_store(database) as store:
        know(store, lookup, clock, [target])
        assert a_pass(store, source, clock).posts_new == 12
        clock.moment += 2 * DAY
        assert a_pass(store, source, clock).requests == 0
        x.put(post(1, reposts=25), *passed_on(target, 3, T0 + DAY))
        know(store, lookup, clock, [target])
        assert a_pass(store, source, clock).posts_new == 3
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills


def test_a_list_that_was_read_whole_is_read_later_only_to_what_is_known(database: Database) -> None:
    target = post(1)
    clock = Clock(T0 + HOUR)
    world = World((target, *passed_on(target, 450)), AUTHORS)
    with listing(world, clock) as (x, source, lookup), blank_store(database) as store:
        know(store, lookup, clock, [target])
        assert a_pass(store, source, clock).requests == 5
        x.put(*passed_on(target, 30, T0 + DAY))
        clock.moment += 2 * DAY
        know(store, lookup, clock, [target])
        outcome = a_pass(store, source, clock)
        assert (outcome.requests, outcome.posts_new) == (2, 30)


def test_a_list_that_was_cut_off_is_read_whole_the_next_day() -> None:
    target = post(1)
    clock = Clock(T0 + HOUR)
    world = World((target, *passed_on(target, 450)), AUTHORS)
    with listing(world, clock) as (_, source, lookup), blank_store(SQLITE) as store:
        know(store, lookup, clock, [target])
        limit = Limit(SOURCES, T0, thousandths=store.till.spent(SOURCES, T0).thousandths + 2_000)
        assert isinstance(a_pass(store, source, clock, 5, limit).failure, LimitReached)
        assert 0 < len(stored(store)) < 450
        assert a_pass(store, source, clock).requests == 0
        clock.moment += DAY
        assert a_pass(store, source, clock).failure is None
        assert len(stored(store)) == 450


def test_an_edited_post_is_asked_for_by_each_of_its_ids(database: Database) -> None:
    clock = Clock(T0 + HOUR)
    first, second = snowflake(T0, 1), snowflake(T0 + 20 * MINUTE, 2)
    versions = [
        Post(one, 1, "#rot", entities=TAGGED, versions=(first, second), metrics=Metrics(reposts=9))
        for one in (first, second)
    ]
    reposts = (*passed_on(versions[0], 4), *passed_on(versions[1], 5, T0 + 21 * MINUTE))
    world = World((*versions, *reposts), AUTHORS)
    with listing(world, clock) as (x, source, lookup), blank_store(database) as store:
        know(store, lookup, clock, versions[1:])
        assert a_pass(store, source, clock).members == {"rot": 9}
        assert asked_for(x) == [str(first), str(second)]
        clock.moment += 2 * DAY
        assert a_pass(store, source, clock).requests == 0


@pytest.mark.parametrize(
    ("before", "is_worth"),
    [
        (None, True),
        (Asked(T0 - DAY + MINUTE, None), False),
        (Asked(T0 - DAY, None), True),
        (Asked(T0 - DAY, 10), False),
        (Asked(T0 - DAY, 9), True),
        (Asked(T0 - MINUTE, 9), False),
        (Asked(T0 - DAY, 20), False),
    ],
)
def test_it_is_worth_asking_where_more_are_missing_than_x_did_not_give(before: Asked | None, is_worth: bool) -> None:
    assert is_worth_asking(Shared(1, "1", 30, 20), before, T0) is is_worth
    assert not is_worth_asking(Shared(1, "1", 30, 30), before, T0)
