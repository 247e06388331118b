"""A list of ids over a store: what is known of it, what is left, and when its stretch is given."""

from collections.abc import Sequence
from datetime import timedelta

from collector.archive.hydrating import Hydrated, hydrate, known_of
from collector.by_ids import IdsJob, ReadsByIds
from collector.clock import never
from collector.errors import LimitReached
from collector.source import Page, Traits
from collector.x.prices import SOURCES
from storage.coverage import ANY_TAG, Key, State
from storage.spending import Cost, Limit
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.test_again import T0, WRITER, post
from tests.collector.test_by_ids import looking_up
from tests.collector.test_x_over_standin import Clock
from tests.platforms.x.world import Post, Reference, World, snowflake

DAY = timedelta(days=1)
NOW = T0 + 30 * DAY
STAYS = [post(number, T0 + number * DAY) for number in range(5)]
GOES = post(9, T0, deleted_at=T0 + DAY)
WORLD = World((*STAYS, GOES), (WRITER,))
NEVER_WAS = "12345"
IDS = [str(one.id) for one in (*STAYS, GOES)] + [NEVER_WAS]


def a_pass(store: Store, source: ReadsByIds, clock: Clock, ids: Sequence[str], *limits: Limit) -> Hydrated:
    return hydrate(store, IdsJob(source, ids, limits=limits), clock, never())


def given(store: Store) -> list[tuple[object, object, State]]:
    rows = store.coverage(Key("x", "archive", "", ANY_TAG, "posts"))
    return [(one.starts_at, one.ends_at, one.state) for one in rows]


def test_what_is_known_is_not_asked_for_again_and_the_whole_list_gives_its_stretch(database: Database) -> None:
    clock = Clock(NOW)
    with looking_up(WORLD, clock) as (x, lookup), blank_store(database) as store:
        hydrated = a_pass(store, lookup, clock, IDS)
        assert hydrated.known.there == {str(one.id) for one in STAYS}
        assert hydrated.known.gone == {str(GOES.id), NEVER_WAS}
        assert hydrated.left == ()
        assert given(store) == [(T0, T0 + 4 * DAY + timedelta(seconds=1), State.GIVEN)]
        assert store.till.spent(SOURCES, T0).thousandths == x.bill.mills
        assert a_pass(store, lookup, clock, IDS).outcome.requests == 0


def test_before_its_end_a_list_gives_nothing(database: Database) -> None:
    clock = Clock(NOW)
    limit = Limit(SOURCES, T0, thousandths=40)
    with looking_up(WORLD, clock) as (x, lookup), blank_store(database) as store:
        hydrated = a_pass(store, lookup, clock, IDS, limit)
        assert isinstance(hydrated.outcome.failure, LimitReached)
        assert 0 < len(hydrated.left) < len(IDS)
        assert given(store) == []
        assert x.bill.mills <= 40
        rest = a_pass(store, lookup, clock, IDS)
        assert (rest.left, len(given(store))) == ((), 1)


def test_a_post_is_known_by_each_of_its_versions_ids(database: Database) -> None:
    first, second = snowflake(T0, 1), snowflake(T0 + timedelta(minutes=5), 2)
    posts = [Post(one, 1, "words", versions=(first, second)) for one in (first, second)]
    clock = Clock(NOW)
    with looking_up(World(tuple(posts), (WRITER,)), clock) as (_, lookup), blank_store(database) as store:
        a_pass(store, lookup, clock, [str(second)])
        ids = [str(first), str(second)]
        assert known_of(store, IdsJob(lookup, ids)).there == set(ids)
        assert a_pass(store, lookup, clock, ids).outcome.requests == 0


def test_a_post_that_is_only_referred_to_is_asked_for() -> None:
    clock = Clock(NOW)
    target = STAYS[0]
    quote = Post(snowflake(T0 + DAY, 77), 1, "look", references=(Reference("quoted", target.id),))
    with looking_up(World((target, quote), (WRITER,)), clock) as (_, lookup), blank_store(SQLITE) as store:
        a_pass(store, lookup, clock, [str(quote.id)])
        assert known_of(store, IdsJob(lookup, [str(target.id)])).there == frozenset()
        assert a_pass(store, lookup, clock, [str(target.id)]).outcome.posts_new == 1


def test_what_the_platform_says_nothing_of_is_left(database: Database) -> None:
    clock = Clock(NOW)
    with blank_store(database) as store:
        hydrated = a_pass(store, _Silent(), clock, IDS)
        assert (hydrated.outcome.failure, hydrated.outcome.requests) == (None, 1)
        assert hydrated.left == tuple(IDS)
        assert given(store) == []


class _Silent:
    """A source that answers with nothing at all."""

    traits = Traits(platform="x", name="x-lookup", kinds=(), costs=True)
    at_once = 100

    def worst_of(self, number: int) -> Sequence[Cost]:
        return (Cost("post", number, 5),)

    def read(self, _ids: Sequence[str]) -> Page:
        return Page((), None)
