"""X's stream over the stand-in: what is stored, what the ledgers say, what was paid, and how soon it ends."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from collector.clock import Clock, never
from collector.collect import Job, collect
from collector.errors import (
    CapReached,
    CreditsSpent,
    LimitReached,
    NotPermitted,
    SourceError,
    TokenRefused,
)
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.streaming.listen import StreamJob, stream
from collector.x.prices import SOURCES, Prices
from collector.x.search import Search
from collector.x.settings import Settings
from collector.x.stream.rules import PATH as RULES
from collector.x.wording import Extras
from storage.coverage import State
from storage.spending import Limit
from storage.store import Store
from tests.blank import PROVED, SQLITE, Database, blank_store
from tests.collector.streamed import (
    MONTH,
    NOW,
    TAG,
    connected,
    found,
    ids,
    ledger,
    post,
    posts_every,
    running,
    spent,
    standing,
    until,
    write,
)
from tests.platforms.x.client import Client as Other
from tests.platforms.x.faults import Fault
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Post

SECOND = timedelta(seconds=1)
STREAM = "/2/tweets/search/stream"
SIMULATED = {"keep_alive_clock": "simulated"}


def states(store: Store, kind: Any = "posts") -> list[State]:
    return [one.state for one in ledger(store, kind)]


@pytest.mark.parametrize("names", ["2.166", "2.167"])
def test_posts_and_reposts_are_stored_once_each_and_paid_as_x_bills_them(database: Database, names: str) -> None:
    with standing(names=names) as (x, source, clock), blank_store(database) as store:
        Other(x).post(RULES.removeprefix("/2"), {"add": [{"value": "#other", "tag": "somebody's"}]})
        with running(store, source, clock) as run:
            made = write(x, clock, 10, 150)
            # Later than now: what is written for a moment that the stream has passed is never sent.
            x.put(*(post(clock.now() + timedelta(milliseconds=100 * n), n, tag="other") for n in range(5, 15)))
            until(lambda: len(found(store)) == 150 and x.bill.units["post"] == 160)
            assert spent(store) >= x.bill.mills
            x.faults.add(Fault("status", STREAM, None, status=401))
            x.disconnect_streams(is_clean=True)
            assert isinstance(run.ended().failure, TokenRefused)
        assert found(store) == {str(one.id): one.is_repost for one in made}
        # After a clean end it is the bill to the thousandth.
        assert (spent(store), store.till.spent(SOURCES, MONTH).open) == (x.bill.mills, 0)


def test_signs_of_life_alone_extend_what_is_complete() -> None:
    with (
        standing(speed=40, silence=5.0, **SIMULATED) as (_, source, clock),
        blank_store(SQLITE) as store,
        running(store, source, clock) as run,
    ):
        until(lambda: clock.now() > NOW + timedelta(seconds=100))
        run.end()
        for kind in ("posts", "reposts"):
            [row] = ledger(store, kind)  # type: ignore[arg-type]
            assert row.state is State.COMPLETE
            assert NOW < row.starts_at < NOW + timedelta(seconds=40)
            assert NOW + timedelta(seconds=50) < row.ends_at <= clock.now() - timedelta(seconds=30)


def test_silence_ends_the_connection_and_another_is_made() -> None:
    with (
        standing(silence=0.5, keep_alive_s=60) as (x, source, clock),
        blank_store(SQLITE) as store,
        running(store, source, clock) as run,
    ):
        x.faults.add(Fault("hang", STREAM, skip=1))
        until(lambda: sum(one.path == STREAM for one in x.requests) >= 2)
        outcome = run.end()
    assert str(outcome.failure).endswith("sent nothing for 0.5 s")


@pytest.mark.parametrize("wait", [0.0, 0.4])
def test_it_stops_within_seconds_while_nothing_comes_and_frees_the_one_connection(wait: float) -> None:
    for fault in (None, Fault("hang", STREAM)):
        with standing() as (x, source, clock), blank_store(SQLITE) as store:
            if fault is not None:
                x.faults.add(fault)
            with running(store, source, clock) as run:
                until(lambda x=x: any(one.path == STREAM for one in x.requests))  # type: ignore[misc]
                time.sleep(wait)
                began = time.monotonic()
                assert run.end().is_stopped
                assert time.monotonic() - began < 4
            until(lambda x=x: not connected(x), 2)  # type: ignore[misc]


def test_it_stops_while_it_waits_to_connect_again() -> None:
    with standing() as (x, source, clock), blank_store(SQLITE) as store:
        x.faults.status(429, STREAM, None)
        with running(store, source, clock) as run:
            until(lambda: any(one.path == STREAM for one in x.requests))
            time.sleep(0.3)
            began = time.monotonic()
            outcome = run.end()
            assert time.monotonic() - began < 2
        assert outcome.is_stopped
        assert spent(store) == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("status", STREAM, status=401), TokenRefused),
        (Fault("status", STREAM, status=402), CreditsSpent),
        (Fault("status", STREAM, status=403), NotPermitted),
        (Fault("status", STREAM, status=403, problem="client-forbidden"), NotPermitted),
        (Fault("status", STREAM, status=429, problem="usage-capped"), CapReached),
        (Fault("status", RULES, status=401), TokenRefused),
    ],
)
def test_what_takes_a_person_ends_it_and_costs_nothing(fault: Fault, error: type[SourceError]) -> None:
    with standing() as (x, source, clock), blank_store(SQLITE) as store:
        x.faults.add(fault)
        outcome = stream(store, StreamJob(source, (TAG,)), clock, never())
        assert type(outcome.failure) is error
        assert spent(store) == 0
        assert ledger(store) == ()


def test_it_ends_when_x_says_that_the_month_s_posts_are_used_up() -> None:
    with standing(*posts_every(20, 100, NOW + SECOND), cap=30) as (x, source, clock), blank_store(SQLITE) as store:
        outcome = stream(store, StreamJob(source, (TAG,)), clock, never())
        assert type(outcome.failure) is CapReached
        assert 30 <= len(found(store)) + 1 <= 32
        assert (spent(store), store.till.spent(SOURCES, MONTH).open) == (x.bill.mills, 0)


def test_a_second_process_is_refused_the_connection_and_waits_for_it() -> None:
    with standing(speed=60) as (x, source, clock), blank_store(SQLITE) as store, running(store, source, clock):
        until(lambda: connected(x))
        with blank_store(SQLITE) as other, running(other, source, clock):
            until(lambda: sum(one.path == STREAM and one.status == 429 for one in x.requests) >= 2)
            assert sum(one.path == STREAM for one in x.requests) <= 4
            until(lambda: spent(other) == 0)


@pytest.mark.proof
def test_an_outage_is_waited_out_and_named() -> None:
    with standing(speed=20, silence=5.0, **SIMULATED) as (x, source, clock), blank_store(SQLITE) as store:
        with running(store, source, clock) as run:
            until(lambda: clock.now() > NOW + timedelta(seconds=70))
            x.faults.status(503, STREAM, 2)
            x.disconnect_streams()
            until(lambda: states(store)[-1:] == [State.COMPLETE] and len(states(store)) == 3)
            run.end()
        assert states(store) == [State.COMPLETE, State.FAILED, State.COMPLETE]
        assert states(store, "reposts") == [State.COMPLETE, State.LOST, State.COMPLETE]
        gap = ledger(store)[1]
        # The reason is the last thing that went wrong.
        assert gap.reason == "HTTP 503: Service Unavailable"
        assert gap == ledger(store, "reposts")[1].__class__(gap.starts_at, gap.ends_at, State.FAILED, gap.reason)


def filled_by_search(x: StandIn, store: Store, clock: Clock, since: datetime) -> Outcome:
    search = Search(Settings(TOKEN, x.url), Extras(), Prices(), now=clock.now)
    try:
        return collect(store, Job(search, Wanted((TAG,), since)), clock, never())
    finally:
        search.close()


def test_the_search_fills_the_gap_and_asks_for_nothing_that_the_stream_has(database: Database) -> None:
    made = posts_every(500, 600, NOW + SECOND)
    with standing(*made, speed=30, silence=5.0, **SIMULATED) as (x, source, clock), blank_store(database) as store:
        with running(store, source, clock) as run:
            until(lambda: states(store) == [State.COMPLETE])
            x.faults.status(503, STREAM, 1)
            x.disconnect_streams()
            until(lambda: len(states(store)) == 3)
            gap = ledger(store)[1]
            # The search takes for settled what is two minutes old.
            until(lambda: clock.now() > gap.ends_at + timedelta(seconds=130))
            run.end()
        first, gap, last = ledger(store)
        assert filled_by_search(x, store, clock, NOW).failure is None
        asked = [one for one in ledger(store, source="x-search") if one.state is State.COMPLETE]
        # Before the stream began, and its gap; no more of what has settled.
        assert [(one.starts_at, one.ends_at) for one in asked] == [
            (NOW, first.starts_at),
            (gap.starts_at, gap.ends_at),
        ]
        posts = [one for one in made if not one.is_repost and one.created_at < last.ends_at]
        assert ids(posts) <= found(store).keys()
        reposts = [one for one in made if one.is_repost and first.starts_at <= one.created_at < last.ends_at]
        missing = [one for one in reposts if str(one.id) not in found(store)]
        assert all(gap.starts_at <= one.created_at < gap.ends_at for one in missing)
        assert len(missing) < len(reposts) / 2


@pytest.mark.parametrize("thousandths", [1_500, 6_000, 20_000])
def test_a_budget_is_never_gone_over_however_fast_it_comes(database: Database, thousandths: int) -> None:
    limit = Limit(SOURCES, MONTH, thousandths=thousandths)
    made = posts_every(5, 1_500, NOW + SECOND)
    with standing(*made) as (x, source, clock), blank_store(database) as store:
        for _ in range(2):
            outcome = stream(store, StreamJob(source, (TAG,), lambda: [limit]), clock, never())
            assert isinstance(outcome.failure, LimitReached)
            until(lambda: not connected(x))
        assert x.bill.mills <= spent(store) <= thousandths
        assert x.bill.mills > 0


class Killed(BaseException):
    """The process dies."""


def dying(store: Store, at: int, *, before: bool) -> None:
    """Have the store's so-many-th save be the last thing that the process does, or the first that it does not."""
    save, count = store.save, 0

    def saving(batch: Any) -> Any:
        nonlocal count
        count += 1
        if count > at or (count == at and before):
            raise Killed
        saved = save(batch)
        if count == at:
            raise Killed
        return saved

    store.save = saving  # type: ignore[method-assign]


@pytest.mark.parametrize("database", PROVED, indirect=True)
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", [1, 2, 5])
def test_a_kill_between_any_two_saves_loses_nothing_that_is_called_complete_and_no_money(
    database: Database, at: int, before: bool
) -> None:
    made = posts_every(100, 1_200, NOW + SECOND)
    settings: dict[str, Any] = {"speed": 30, "silence": 5.0, **SIMULATED}
    with standing(*made, **settings) as (x, source, clock), database.blank() as url:
        with Store.open(url) as store:
            dying(store, at, before=before)
            with running(store, source, clock) as run, pytest.raises(Killed):
                run.ended()
        until(lambda: not connected(x))
        with Store.open(url) as store:
            assert spent(store) >= x.bill.mills
            is_true(store, made)
            with running(store, source, clock) as run:
                until(lambda: states(store)[-1:] == [State.COMPLETE])
                run.end()
            is_true(store, made)
            assert spent(store) >= x.bill.mills
            assert len(found(store)) == len(set(found(store)))


def is_true(store: Store, made: tuple[Post, ...]) -> None:
    """See that all posts are there of what is called complete."""
    had = found(store).keys()
    for kind, is_repost in (("posts", False), ("reposts", True)):
        for row in ledger(store, kind):  # type: ignore[arg-type]
            if row.state is State.COMPLETE:
                of_it = [p for p in made if p.is_repost == is_repost and row.starts_at <= p.created_at < row.ends_at]
                assert ids(of_it) <= had
