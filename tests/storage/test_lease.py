"""Leases: one process at a time, a dead one's at once, another host's after two minutes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage import schema
from storage.batch import Batch
from storage.engine import writing
from storage.errors import LeaseLost
from storage.instant import from_text, to_text
from storage.lease import HELD_FOR, Lease
from storage.store import Store
from tests.blank import Database, blank_store
from tests.dump import contents
from tests.made import item

START = datetime(2026, 11, 1, tzinfo=UTC)


class Clock:
    """The clock that leases run by: the machine's stands until it is moved, the server's goes by itself."""

    def __init__(self) -> None:
        self.now = START
        self.store: Store | None = None

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        """Let time go by: on a server, where it cannot, what is held is held until so much earlier."""
        self.now += by
        if self.store is not None:
            leases = schema.leases
            with writing(self.store.engine) as connection:
                for row in connection.execute(select(leases)).all():
                    until = to_text(from_text(row.until) - by)
                    connection.execute(update(leases).where(leases.c.source == row.source).values(until=until))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Iterator[Store]:
    with blank_store(database, clock=clock) as store:
        clock.store = store if database.name == "postgresql" else None
        yield store


@pytest.fixture
def mine() -> Lease:
    return Lease.of_this_process("x-search", "")


@pytest.fixture
def elsewhere(mine: Lease) -> Lease:
    return replace(mine, host="another-host", pid=1)


def test_a_lease_is_renewed_by_its_owner_and_refused_to_others(store: Store, mine: Lease, elsewhere: Lease) -> None:
    assert store.take_lease(mine)
    assert store.take_lease(mine)
    assert not store.take_lease(elsewhere)
    store.release_lease(elsewhere)
    assert not store.take_lease(elsewhere)
    store.release_lease(mine)
    assert store.take_lease(elsewhere)


def test_another_host_takes_over_when_the_time_is_up(store: Store, clock: Clock, mine: Lease, elsewhere: Lease) -> None:
    assert store.take_lease(elsewhere)
    clock.advance(HELD_FOR - timedelta(seconds=1))
    assert not store.take_lease(mine)
    clock.advance(timedelta(seconds=2))
    assert store.take_lease(mine)


@pytest.mark.parametrize("change", [{"pid": 2**22 + 1}, {"process_started_at": "1.0"}])
def test_a_dead_process_of_this_host_loses_its_lease_at_once(
    store: Store, mine: Lease, change: dict[str, object]
) -> None:
    assert store.take_lease(replace(mine, **change))
    assert store.take_lease(mine)


def test_a_process_that_slept_does_not_write_over_its_successor(
    store: Store, clock: Clock, mine: Lease, elsewhere: Lease
) -> None:
    assert store.take_lease(mine)
    run_id = store.begin_run("x-search", "", START)
    clock.advance(HELD_FOR + timedelta(seconds=1))
    assert store.take_lease(elsewhere)
    before = contents(store.engine)
    with pytest.raises(LeaseLost):
        store.save(Batch(run_id, "x-search", "", START, items=[item(1)], lease=mine))
    assert contents(store.engine) == before


def test_saving_renews_the_lease(store: Store, clock: Clock, mine: Lease, elsewhere: Lease) -> None:
    assert store.take_lease(mine)
    run_id = store.begin_run("x-search", "", START)
    clock.advance(HELD_FOR - timedelta(seconds=1))
    store.save(Batch(run_id, "x-search", "", START, lease=mine))
    clock.advance(timedelta(seconds=2))
    assert not store.take_lease(elsewhere)


def test_runs_of_the_dead_are_noted_and_those_of_the_living_left_alone(
    store: Store, mine: Lease, elsewhere: Lease
) -> None:
    assert store.take_lease(replace(mine, pid=2**22 + 1))
    assert store.take_lease(replace(elsewhere, source="other"))
    store.begin_run("x-search", "", START)
    store.begin_run("other", "", START)
    store.abandon_runs(START)
    with store.engine.connect() as connection:
        states = connection.exec_driver_sql("SELECT source, state FROM runs ORDER BY id").all()
    assert [tuple(row) for row in states] == [("x-search", "stopped"), ("other", "running")]


def test_who_takes_over_from_the_dead_notes_that_their_run_has_ended(store: Store, mine: Lease) -> None:
    assert store.take_lease(replace(mine, pid=2**22 + 1))
    for source, server in (("x-search", ""), ("x-search", "another"), ("other", "")):
        store.begin_run(source, server, START)
    assert store.take_lease(mine)
    store.begin_run("x-search", "", START)
    assert store.take_lease(mine)
    with store.engine.connect() as connection:
        runs = connection.exec_driver_sql(
            "SELECT source, server, state, finished_at, error FROM runs ORDER BY id"
        ).all()
    ended = ("stopped", to_text(START), "the process ended without a word")
    assert [tuple(row) for row in runs] == [
        ("x-search", "", *ended),
        *(
            (source, server, "running", None, None)
            for source, server in (("x-search", "another"), ("other", ""), ("x-search", ""))
        ),
    ]
