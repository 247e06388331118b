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


def check(
    store: Store, theirs: int | None, section: XSection = SECTION, month: datetime = MONTH, hours: float = 0
) -> None:
    Audit(store, section, Limit(SOURCES, month), NOW + timedelta(hours=hours)).check(lambda: theirs)


def put_aside(store: Store, hours: float, *, is_over: bool = True) -> None:
    """Put aside what a page may cost and never settle it, as a process does that is killed."""
    at = NOW + timedelta(hours=hours)
    costs = [Cost("post", 100, 5), Cost("user", 100, 10), Cost("request", 1, 5)]
    store.till.reserve(Order(store.begin_run("x-search", "", at), "x-search", at, costs))
    if is_over:
        store.abandon_runs(at)


def open_posts(store: Store) -> int:
    return store.till.spent(SOURCES, MONTH).posts - store.till.paid_posts(SOURCES, MONTH, NOW + timedelta(days=9))


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


def test_what_was_put_aside_is_given_back_once_x_has_no_room_for_it(store: Store) -> None:
    check(store, 1_000)
    read(store, "1", "2")
    put_aside(store, 1)
    for hours in (2, 24):
        check(store, 1_002, hours=hours)
        assert open_posts(store) == 100
    check(store, 1_002, hours=26)
    spent = store.till.spent(SOURCES, MONTH)
    assert (open_posts(store), dict(spent.by_unit), spent.open) == (0, {"post": 2, "request": 1}, 5)


def test_what_x_may_have_charged_for_is_kept(store: Store) -> None:
    check(store, 0)
    read(store, "1", "2")
    put_aside(store, 1)
    # One more than was paid for: of the hundred at least one was read.
    check(store, 3, hours=48)
    assert open_posts(store) == 100


def test_where_x_may_charge_for_less_than_we_count_only_the_same_number_gives_back(store: Store) -> None:
    careful = SECTION
    exact = XSection.model_validate({"budget": {"dollars": 20}, "charges": {"referenced": False}})
    for section, is_kept in ((careful, True), (exact, False)):
        check(store, 0, section)
        read(store, "1", "2")
        put_aside(store, 1)
        check(store, 1, section, hours=48)
        assert (open_posts(store) > 0) == is_kept


def test_what_was_put_aside_before_x_was_first_asked_is_kept(store: Store) -> None:
    put_aside(store, -1)
    check(store, 0)
    check(store, 0, hours=48)
    assert open_posts(store) == 100


def test_what_a_run_that_goes_on_has_put_aside_is_kept(store: Store) -> None:
    # A stream uses up slowly what it has put aside, and settles it only then.
    check(store, 0)
    put_aside(store, 1, is_over=False)
    check(store, 0, hours=48)
    assert open_posts(store) == 100
    store.abandon_runs(NOW + timedelta(hours=49))
    check(store, 0, hours=50)
    assert open_posts(store) == 0
