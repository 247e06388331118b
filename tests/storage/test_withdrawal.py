"""Withdrawing: exactly what a run claimed is taken back, and what else is known stands."""

from datetime import UTC, datetime

import pytest

from storage.batch import Batch
from storage.coverage import ANY_TAG, CLAIMED, Key, State, Stretch
from storage.engine import reading, writing
from storage.store import Store
from storage.withdrawal import runs_with_claims, withdraw
from tests.blank import Database, blank_store

NOW = datetime(2024, 1, 10, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2024, 1, number, tzinfo=UTC)


def key(tag: str, source: str = "archive") -> Key:
    return Key("x", source, "", tag, "posts")


def claim(first: int, last: int) -> Stretch:
    return Stretch(day(first), day(last), State.COMPLETE, CLAIMED)


def imported(store: Store, *coverage: tuple[Key, Stretch]) -> int:
    run_id = store.begin_run("archive", "", NOW)
    store.save(Batch(run_id, "archive", "", NOW, coverage=coverage))
    return run_id


def taken_back(store: Store, run_id: int) -> tuple[tuple[Key, Stretch], ...]:
    with writing(store.engine) as connection:
        return withdraw(connection, run_id)


def claimants(store: Store) -> tuple[int, ...]:
    with reading(store.engine) as connection:
        return runs_with_claims(connection)


def test_what_a_run_claimed_is_taken_back_and_nothing_else(database: Database) -> None:
    given = (key(ANY_TAG), Stretch(day(2), day(4), State.GIVEN))
    searched = (key("rot", "search"), Stretch(day(1), day(3), State.COMPLETE))
    with blank_store(database) as store:
        one = imported(store, given, searched, (key("rot"), claim(1, 5)), (key("rott"), claim(1, 5)))
        other = imported(store, (key("rot"), claim(7, 9)))
        assert claimants(store) == (one, other)
        before = store.revision()
        assert taken_back(store, one) == ((key("rot"), claim(1, 5)), (key("rott"), claim(1, 5)))
        assert store.revision() > before
        left = {given[0]: (given[1],), searched[0]: (searched[1],), key("rot"): (claim(7, 9),)}
        assert sorted(map(repr, store.keys())) == sorted(map(repr, left))
        assert {known: store.coverage(known) for known in left} == left
        assert claimants(store) == (other,)


@pytest.mark.parametrize("run_id", [1, 99])
def test_a_run_that_claimed_nothing_or_is_none_changes_nothing(database: Database, run_id: int) -> None:
    with blank_store(database) as store:
        imported(store, (key(ANY_TAG), Stretch(day(2), day(4), State.GIVEN)))
        imported(store, (key("rot"), claim(1, 5)))
        before = store.revision()
        assert taken_back(store, run_id) == ()
        assert store.revision() == before
        assert len(store.keys()) == 2


def test_a_claim_that_another_went_on_with_is_taken_back_with_it(database: Database) -> None:
    with blank_store(database) as store:
        imported(store, (key("rot"), claim(1, 5)))
        last = imported(store, (key("rot"), claim(4, 9)))
        assert claimants(store) == (last,)
        assert taken_back(store, last) == ((key("rot"), claim(1, 9)),)
        assert store.keys() == []
