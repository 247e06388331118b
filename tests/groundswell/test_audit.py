"""Whether X's own bill agrees with ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collector.errors import BillDisagrees
from collector.x.prices import SOURCES
from groundswell.audit import NOTE, Audit
from groundswell.config.x import XSection
from storage.batch import Batch
from storage.spending import Cost, Limit, Order, Payment, Read
from storage.store import Store
from tests.blank import SQLITE, blank_store

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)
SECTION = XSection.model_validate({"budget": {"dollars": 20}})


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store(SQLITE) as opened:
        yield opened


def read(store: Store, *ids: str) -> None:
    """Pay for some posts."""
    run = store.begin_run("x-search", "", NOW)
    reservation = store.till.reserve(Order(run, "x-search", NOW, [Cost("post", 100, 5)]))
    payment = Payment(reservation, "2026-11-23", [Read("post", 5, ids)])
    store.save(Batch(run, "x-search", "", NOW, payment=payment))


def check(store: Store, theirs: int | None, section: XSection = SECTION, month: datetime = MONTH) -> None:
    Audit(store, section, Limit(SOURCES, month)).check(lambda: theirs)


def test_a_bill_that_grows_as_ours_does_agrees(store: Store) -> None:
    check(store, 0)
    read(store, "1", "2")
    check(store, 2)


def test_a_bill_that_comes_late_agrees(store: Store) -> None:
    read(store, "1", "2")
    for theirs in (0, 1, 2):
        check(store, theirs)


def test_what_was_read_with_the_key_before_is_no_contradiction_and_what_is_after_is(store: Store) -> None:
    check(store, 1_000)
    read(store, "1")
    check(store, 1_001)
    for _ in range(2):
        with pytest.raises(BillDisagrees, match=r"^X counts 1,041 posts as read this month, 40 more than are known"):
            check(store, 1_041)


def test_what_is_put_aside_and_never_settled_is_known_of(store: Store) -> None:
    check(store, 0)
    store.till.reserve(Order(store.begin_run("x-search", "", NOW), "x-search", NOW, [Cost("post", 100, 5)]))
    check(store, 100)
    with pytest.raises(BillDisagrees):
        check(store, 101)


def test_another_month_and_another_word_on_charges_begin_anew(store: Store) -> None:
    check(store, 0)
    with pytest.raises(BillDisagrees):
        check(store, 7)
    check(store, 7, XSection.model_validate({"budget": {"dollars": 20}, "charges": {"again_on_the_same_day": True}}))
    check(store, 3, month=MONTH + timedelta(days=30))
    check(store, 3, month=MONTH + timedelta(days=30))


def test_x_s_month_may_turn_on_another_day_than_ours(store: Store) -> None:
    check(store, 1_000)
    read(store, "1")
    check(store, 1)
    with pytest.raises(BillDisagrees):
        check(store, 2)


@pytest.mark.parametrize("note", ["{}", "nonsense", '{"month":1}'])
def test_where_x_does_not_tell_or_the_note_is_another_s_nothing_is_compared(store: Store, note: str) -> None:
    check(store, None)
    assert store.get_note(NOTE) is None
    store.set_note(NOTE, note)
    check(store, 5)
    check(store, 5)
