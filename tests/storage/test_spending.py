"""Money: what is put aside, paid and counted, on both databases."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage.batch import Batch
from storage.campaign import Campaign
from storage.engine import reading
from storage.errors import OverBudget
from storage.spending import Cost, Limit, Order, Payment, Read, Reservation, dollars
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)
X = ("x-search",)
PAGE = (Cost("post", 100, 5), Cost("user", 50, 10))
"""A dollar."""


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with blank_store(database) as opened:
        opened.set_campaigns([Campaign(slug, slug, "UTC", (slug,)) for slug in ("a", "b")], NOW)
        yield opened


def order(
    store: Store, costs: Sequence[Cost] = PAGE, *limits: Limit, campaign: str | None = None, at: datetime = NOW
) -> Order:
    return Order(store.begin_run("x-search", "", NOW, campaign), "x-search", at, costs, limits)


def pay(store: Store, reservation: Reservation, *reads: Read, day: str = "2026-11-23") -> None:
    run = store.begin_run("x-search", "", NOW)
    store.save(Batch(run, "x-search", "", NOW, payment=Payment(reservation, day, reads)))


def posts(*ids: str, free_again: bool = True) -> Read:
    return Read("post", 5, ids, free_again)


def rows(store: Store) -> list[tuple[object, ...]]:
    with reading(store.engine) as connection:
        query = text("SELECT unit, units, thousandths, state FROM spend ORDER BY id")
        return [tuple(row) for row in connection.execute(query)]


def test_what_is_put_aside_counts_as_spent_until_it_is_known_what_it_did_cost(store: Store) -> None:
    reservation = store.till.reserve(order(store))
    before = store.till.spent(X, MONTH)
    assert (before.posts, before.thousandths, before.open) == (100, 1_000, 1_000)
    pay(store, reservation, posts("1", "2"), Read("user", 10, ["u"]))
    after = store.till.spent(X, MONTH)
    assert (after.posts, after.thousandths, after.open) == (2, 20, 0)
    assert after.by_unit == {"post": 2, "user": 1}


def test_a_request_that_cost_nothing_gives_back_what_was_put_aside(store: Store) -> None:
    store.till.release(store.till.reserve(order(store)))
    assert store.till.spent(X, MONTH).thousandths == 0
    assert {row[-1] for row in rows(store)} == {"released"}


def test_what_an_answer_does_not_bring_costs_nothing(store: Store) -> None:
    pay(store, store.till.reserve(order(store)))
    assert rows(store) == [("post", 0, 0, "settled"), ("user", 0, 0, "settled")]


def test_a_unit_without_ids_is_paid_once_an_answer(store: Store) -> None:
    pay(store, store.till.reserve(order(store, [Cost("request", 1, 5)])), Read("request", 5))
    assert rows(store) == [("request", 1, 5, "settled")]


def test_what_was_read_on_the_same_day_is_free_and_on_the_next_it_is_not(store: Store) -> None:
    for ids, day, units in (("12", "2026-11-23", 2), ("23", "2026-11-23", 1), ("3", "2026-11-24", 1)):
        before = store.till.spent(X, MONTH).posts
        pay(store, store.till.reserve(order(store)), posts(*ids), day=day)
        assert store.till.spent(X, MONTH).posts - before == units
    with reading(store.engine) as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM billed")) == 1


def test_a_user_and_a_post_of_one_id_are_two_things(store: Store) -> None:
    pay(store, store.till.reserve(order(store)), posts("1"), Read("user", 10, ["1"]))
    assert store.till.spent(X, MONTH).by_unit == {"post": 1, "user": 1}


def test_where_reading_again_is_not_free_each_reading_is_paid(store: Store) -> None:
    for _ in range(2):
        pay(store, store.till.reserve(order(store)), posts("1", free_again=False))
    assert store.till.spent(X, MONTH).posts == 2


@pytest.mark.parametrize(
    ("limit", "fits"),
    [
        (Limit(X, MONTH, thousandths=2_000), 2),
        (Limit(X, MONTH, thousandths=1_999), 1),
        (Limit(X, MONTH, thousandths=999), 0),
        (Limit(X, MONTH, posts=250), 2),
        (Limit(X, MONTH, posts=0), 0),
        (Limit(X, NOW, thousandths=1_000), 1),
        (Limit(X, NOW + timedelta(hours=1), thousandths=1_000), 3),
    ],
)
def test_no_more_is_put_aside_than_a_limit_lets(store: Store, limit: Limit, fits: int) -> None:
    for _ in range(fits):
        store.till.reserve(order(store, PAGE, limit))
    if fits < 3:
        with pytest.raises(OverBudget):
            store.till.reserve(order(store, PAGE, limit))
    assert len(rows(store)) == 2 * fits


def test_a_campaign_s_limit_is_its_own_and_all_together_have_theirs(store: Store) -> None:
    own, together = Limit(X, MONTH, thousandths=1_000, campaign="a"), Limit(X, MONTH, thousandths=2_000)
    store.till.reserve(order(store, PAGE, own, together, campaign="a"))
    with pytest.raises(OverBudget, match=r"^\$1\.00 of the month's \$1\.00 for a are spent, and the next answer may"):
        store.till.reserve(order(store, PAGE, own, together, campaign="a"))
    store.till.reserve(order(store, PAGE, together, campaign="b"))
    with pytest.raises(OverBudget, match=r"^\$2\.00 of the month's \$2\.00 for all campaigns"):
        store.till.reserve(order(store, PAGE, together, campaign="b"))
    assert store.till.spent(X, MONTH, "a").thousandths == 1_000
    assert store.till.spent(X, MONTH).thousandths == 2_000


def test_two_that_ask_at_once_do_not_spend_more_than_there_is(store: Store) -> None:
    limit = Limit(X, MONTH, thousandths=10_000)
    asked = [order(store, PAGE, limit) for _ in range(24)]

    def ask(one: Order) -> bool:
        try:
            store.till.reserve(one)
        except OverBudget:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(ask, asked)) == 10
    assert store.till.spent(X, MONTH).thousandths == 10_000


def test_what_is_settled_once_is_not_settled_again(store: Store) -> None:
    reservation = store.till.reserve(order(store))
    pay(store, reservation, posts("1"))
    pay(store, reservation, posts("2"))
    store.till.release(reservation)
    assert store.till.spent(X, MONTH).posts == 1
    pay(store, store.till.reserve(order(store)), posts("2"))
    assert store.till.spent(X, MONTH).posts == 2


READINGS = st.lists(st.tuples(st.sets(st.sampled_from("abcdef")), st.integers(0, 3)), max_size=12)


@settings(deadline=None, max_examples=25)
@given(READINGS)
def test_each_post_is_paid_once_a_day_in_whatever_pages_it_comes(readings: list[tuple[set[str], int]]) -> None:
    readings = sorted(readings, key=lambda one: one[1])
    with blank_store(SQLITE) as store:
        for ids, day in readings:
            pay(store, store.till.reserve(order(store)), posts(*ids), day=f"2026-11-2{day}")
        paid = store.till.spent(X, MONTH)
    assert paid.posts == len({(one, day) for ids, day in readings for one in ids})
    assert paid.thousandths == 5 * paid.posts


@pytest.mark.parametrize(
    ("thousandths", "written"),
    [(0, "$0.00"), (5, "$0.005"), (10, "$0.01"), (1_234_500, "$1,234.50"), (20_000, "$20.00")],
)
def test_an_amount_is_written_as_dollars(thousandths: int, written: str) -> None:
    assert dollars(thousandths) == written
