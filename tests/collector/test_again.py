"""Posts read again as they grow: which are due, in which order, what is seen of them, and what it costs."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from collector.again import AgainJob, again, due, due_now, due_since, stays_due
from collector.asking import Patience
from collector.by_ids import IdsJob, read_by_ids
from collector.clock import never
from collector.errors import LimitReached
from collector.x.lookup import Lookup
from collector.x.prices import SOURCES, Prices
from collector.x.settings import Settings
from collector.x.wording import ALONE
from storage.campaign import Campaign
from storage.engine import reading
from storage.last_counted import LastCounted
from storage.spending import Limit
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_by_ids import gone, looking_up
from tests.collector.test_x_over_standin import Clock
from tests.platforms.x.building import Campaign as MadeCampaign
from tests.platforms.x.building import made
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.world import Author, Metrics, Post, World, snowflake, tags_in

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
AGES = (DAY, 3 * DAY, 7 * DAY, 30 * DAY)
T0 = datetime(2026, 11, 1, tzinfo=UTC)
TAG = "rot"
ROT = Campaign("rot", "Rot", "UTC", (TAG,))
WRITER = Author(1, "writer", "Writer", T0 - 900 * DAY)
TAGGED = {"hashtags": [{"start": 0, "end": 4, "tag": TAG}]}


def post(number: int, at: datetime, deleted_at: datetime | None = None) -> Post:
    metrics = Metrics(likes=80, half_after_s=3600)
    return Post(snowflake(at, number), 1, f"#{TAG}", entities=TAGGED, metrics=metrics, deleted_at=deleted_at)


def following(store: Store) -> Store:
    store.set_campaigns([ROT], T0)
    return store


def read(store: Store, lookup: Lookup, clock: Clock, ids: Sequence[int]) -> None:
    assert read_by_ids(store, IdsJob(lookup, [str(one) for one in ids]), clock, never()).failure is None


def likes(store: Store) -> list[int]:
    with reading(store.engine) as connection:
        return list(connection.scalars(text("SELECT likes FROM engagement ORDER BY observed_at, likes")))


def due_ids(store: Store, lookup: Lookup, clock: Clock) -> tuple[str, ...]:
    return due_now(store, AgainJob(lookup, AGES, "rot"), clock.now())


def one(age: timedelta, counted: timedelta | None = None) -> LastCounted:
    """Make a post of an age, which was counted at another."""
    return LastCounted("1", T0 - age, None if counted is None else T0 - age + counted)


@pytest.mark.parametrize(
    ("age", "counted", "is_due"),
    [
        (DAY - HOUR, timedelta(0), False),
        (DAY, timedelta(0), True),
        (DAY, None, True),
        (DAY, DAY - HOUR, True),
        (2 * DAY, DAY, False),
        (2 * DAY, DAY + HOUR, False),
        (8 * DAY, 4 * DAY, True),  # for seven days
        (8 * DAY, 7 * DAY, False),
        (16 * DAY, DAY, False),  # for seven days no more, for thirty not yet
        (44 * DAY, DAY, True),
        (45 * DAY, DAY, False),
        (45 * DAY, None, False),
        (2_500 * DAY, None, False),
    ],
)
def test_a_post_is_due_from_an_age_on_until_it_was_counted_or_has_waited_too_long(
    age: timedelta, counted: timedelta | None, is_due: bool
) -> None:
    assert (due_since(one(age, counted), AGES, T0) is not None) is is_due


def test_those_that_have_waited_longest_come_first() -> None:
    posts = [LastCounted(str(number), T0 - hours * HOUR, None) for number, hours in enumerate((25, 30, 80, 26))]
    assert due(posts, AGES, T0) == ("2", "1", "3", "0")


@given(
    age=st.timedeltas(timedelta(0), 60 * DAY),
    counted=st.none() | st.timedeltas(timedelta(0), 60 * DAY),
    ages=st.lists(st.timedeltas(HOUR, 40 * DAY), max_size=4),
)
def test_a_reading_now_leaves_nothing_due(age: timedelta, counted: timedelta | None, ages: list[timedelta]) -> None:
    post = one(age, counted)
    since = due_since(post, sorted(ages), T0)
    if since is not None:
        assert since <= T0 < since + max(map(stays_due, ages))
    assert due_since(post._replace(counted_at=T0), sorted(ages), T0) is None


def test_growth_can_be_read_and_one_reading_serves_all_ages_that_are_past(database: Database) -> None:
    clock = Clock(T0 + HOUR)
    old, new = post(1, T0), post(2, T0 + 30 * timedelta(minutes=1))
    with looking_up(World((old, new), (WRITER,)), clock) as (x, lookup), blank_store(database) as store:
        following(store)
        read(store, lookup, clock, [old.id, new.id])
        assert due_ids(store, lookup, clock) == ()
        clock.moment = T0 + DAY + HOUR
        assert due_ids(store, lookup, clock) == (str(old.id), str(new.id))
        job = AgainJob(lookup, AGES, "rot")
        assert again(store, job, clock, never()).requests == 1
        assert likes(store) == [26, 40, 76, 76]  # of 80, half of which are there after an hour
        assert again(store, job, clock, never()).requests == 0
        clock.moment = T0 + 9 * DAY
        assert again(store, job, clock, never()).requests == 1
        assert due_ids(store, lookup, clock) == ()
        assert len(likes(store)) == 6
        spent = store.till.spent(SOURCES, T0)
        assert (spent.thousandths, spent.open) == (x.bill.mills, 0)


def test_on_the_same_utc_day_it_is_free() -> None:
    clock = Clock(T0 + HOUR)
    old = post(1, T0)
    with looking_up(World((old,), (WRITER,)), clock) as (x, lookup), blank_store(SQLITE) as store:
        read(following(store), lookup, clock, [old.id])
        clock.moment += 3 * HOUR
        assert again(store, AgainJob(lookup, (2 * HOUR,), "rot"), clock, never()).requests == 1
        assert len(likes(store)) == 2
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills == 15


def test_a_post_that_is_read_again_alone_costs_itself_and_keeps_its_author() -> None:
    clock = Clock(T0 + HOUR)
    old = post(1, T0)
    with looking_up(World((old,), (WRITER,)), clock) as (x, lookup), blank_store(SQLITE) as store:
        read(following(store), lookup, clock, [old.id])
        bought = x.bill.mills
        clock.moment = T0 + DAY
        alone = Lookup(Settings(TOKEN, x.url), ALONE, Prices(), now=clock.now)
        with closing(alone):
            assert again(store, AgainJob(alone, AGES, "rot"), clock, never()).failure is None
        assert x.bill.mills - bought == 5
        assert len(likes(store)) == 2
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills
        with reading(store.engine) as connection:
            assert connection.scalar(text("SELECT author FROM post_view")) == "writer"


def test_what_is_gone_becomes_a_deletion_and_is_not_asked_for_again(database: Database) -> None:
    clock = Clock(T0 + HOUR)
    leaves, stays = post(1, T0, deleted_at=T0 + 5 * HOUR), post(2, T0)
    with looking_up(World((leaves, stays), (WRITER,)), clock) as (_, lookup), blank_store(database) as store:
        read(following(store), lookup, clock, [leaves.id, stays.id])
        clock.moment = T0 + DAY
        again(store, AgainJob(lookup, AGES, "rot"), clock, never())
        assert gone(store) == {str(leaves.id)}
        clock.moment = T0 + 3 * DAY
        assert due_ids(store, lookup, clock) == (str(stays.id),)


def test_an_edited_post_is_asked_for_by_the_newest_version_that_is_known(database: Database) -> None:
    clock = Clock(T0 + timedelta(minutes=10))
    first, second = snowflake(T0, 1), snowflake(T0 + timedelta(minutes=20), 2)
    versions = (first, second)
    posts = (
        Post(first, 1, f"#{TAG}", entities=TAGGED, versions=versions, metrics=Metrics(likes=5)),
        Post(second, 1, f"#{TAG} now", entities=TAGGED, versions=versions, metrics=Metrics(likes=9)),
    )
    with looking_up(World(posts, (WRITER,)), clock) as (x, lookup), blank_store(database) as store:
        read(following(store), lookup, clock, [first])  # before the edit
        job = AgainJob(lookup, AGES, "rot")
        for day, asked in ((1, first), (3, second)):
            clock.moment = T0 + day * DAY
            assert again(store, job, clock, never()).failure is None
            assert x.requests[-1].params["ids"] == str(asked)
        with reading(store.engine) as connection:
            rows = connection.execute(text("SELECT platform_id, text FROM posts")).all()
            names = set(connection.scalars(text("SELECT local_id FROM post_ids WHERE server = 'x'")))
        assert [tuple(row) for row in rows] == [(str(first), f"#{TAG} now")]
        assert names == {str(first), str(second)}
        assert likes(store) == [5, 5, 9]


def test_only_a_campaign_s_own_posts_are_read_again(database: Database) -> None:
    clock = Clock(T0 + HOUR)
    mine = post(1, T0)
    other = Post(snowflake(T0, 2), 1, "nothing")
    with looking_up(World((mine, other), (WRITER,)), clock) as (_, lookup), blank_store(database) as store:
        read(following(store), lookup, clock, [mine.id, other.id])
        clock.moment = T0 + DAY
        assert due_ids(store, lookup, clock) == (str(mine.id),)
        assert due_now(store, AgainJob(lookup, (), "rot"), clock.now()) == ()
        assert due_now(store, AgainJob(lookup, AGES, "another"), clock.now()) == ()


def test_a_budget_is_never_gone_over_and_the_rest_stays_due(database: Database) -> None:
    world = made(MadeCampaign(posts=300, starts_at=T0, ends_at=T0 + DAY, tags={TAG: 1}, reposts=0.2))
    clock = Clock(T0 + DAY)
    ids = [one.id for one in world.posts if TAG in tags_in(one)]
    limit = Limit(SOURCES, T0 + DAY + HOUR, thousandths=1_200)
    with looking_up(world, clock) as (x, lookup), blank_store(database) as store:
        read(following(store), lookup, clock, ids)
        bought = x.bill.mills
        clock.moment = T0 + 2 * DAY
        before = due_ids(store, lookup, clock)
        job = AgainJob(lookup, AGES, "rot", limits=(limit,))
        outcome = again(store, job, clock, never())
        assert isinstance(outcome.failure, LimitReached)
        assert 1_200 - 25 < x.bill.mills - bought <= 1_200
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills
        # The rest is what had waited least, in its order.
        rest = due_ids(store, lookup, clock)
        assert 0 < len(rest) < len(before)
        assert before[-len(rest) :] == rest


def test_a_pass_takes_as_many_pages_as_it_needs() -> None:
    clock = Clock(T0 + HOUR)
    posts = tuple(post(number, T0) for number in range(30))
    with looking_up(World(posts, (WRITER,)), clock) as (_, lookup), blank_store(SQLITE) as store:
        read(following(store), lookup, clock, [one.id for one in posts])
        clock.moment = T0 + DAY
        job = AgainJob(_OneAtATime(lookup), AGES, "rot", patience=Patience(pages=3))
        assert again(store, job, clock, never()).requests == 30


class _OneAtATime:
    """A lookup that takes one post at a time, as near a budget's end."""

    at_once = 1

    def __init__(self, source: Lookup) -> None:
        self.traits, self.worst_of, self.read = source.traits, source.worst_of, source.read
