"""50,000 posts at 1,000 a second through X's stream, with two forced disconnects: stream and search lose none."""

import multiprocessing
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import pytest

from collector.clock import Clock, Stop, never
from collector.collect import Job, collect
from collector.plan import Wanted
from collector.x.prices import Prices
from collector.x.search import Search
from collector.x.settings import Settings
from collector.x.stream.source import Stream
from collector.x.wording import Extras
from storage import coverage
from storage.coverage import State
from storage.store import Store
from tests.blank import SQLITE, blank_store
from tests.collector.streamed import NOW, TAG, WRITERS, found, ledger, post, posts_every, running, spent, until
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.world import World

SPEED = 4.0
"""Simulated seconds in one of the machine's: what settles is waited for."""
POSTS = 50_000
BEGIN = NOW + timedelta(seconds=10)
A_SECOND = 1_000
LASTS = timedelta(seconds=POSTS / A_SECOND * SPEED)
GO: Any = multiprocessing.get_context("spawn")


class Shared:
    """A clock that two processes have in common; it stands until it is started."""

    speed = SPEED

    def __init__(self) -> None:
        self.started: float | None = None
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        elapsed = 0.0 if self.started is None else time.monotonic() - self.started
        return NOW + timedelta(seconds=elapsed * SPEED) + self.ahead

    def wait(self, seconds: float, stop: Stop) -> bool:
        return stop.wait(seconds / SPEED)


def made() -> tuple[Any, ...]:
    """Make the posts, a third of them reposts, and one before anybody listens."""
    step = LASTS / POSTS
    first = post(NOW - timedelta(minutes=1))
    return (first, *posts_every(int(step / timedelta(milliseconds=1)), POSTS, BEGIN))


def standin(pipe: "Connection") -> None:
    """Run a stand-in for X that does as it is told, in a process of its own."""
    clock = Shared()
    free = {"validated": 0.0, "all_spacing": timedelta(0), "limits": {"GET /2/tweets/search/all": 10**6}}
    with serving(World(made(), WRITERS), now=clock.now, keep_alive_clock="simulated", stream_poll_s=0.01, **free) as x:
        pipe.send(x.url)
        while True:
            match pipe.recv():
                case "start", float(at):
                    clock.started = at
                case "disconnect", _:
                    x.disconnect_streams()
                case "ahead", timedelta() as by:
                    clock.ahead = by
                case "end", _:
                    return
            pipe.send(x.bill.mills)


@pytest.mark.proof
def test_none_of_50_000_posts_at_1_000_a_second_is_lost_between_two_forced_disconnects() -> None:
    clock = Shared()
    pipe, theirs = GO.Pipe()
    process = GO.Process(target=standin, args=(theirs,), daemon=True)
    process.start()

    def tell(word: str, about: object = None) -> int:
        pipe.send((word, about))
        return int(pipe.recv())

    try:
        with blank_store(SQLITE) as store:
            settings = Settings(TOKEN, pipe.recv(), archive="all", read_timeout=10.0)
            heard(store, settings, clock, tell)
            filled(store, settings, clock, tell)
            check(store)
            assert spent(store) >= tell("bill")
    finally:
        pipe.send(("end", None))
        process.join(10)


def heard(store: Store, settings: Settings, clock: Shared, tell: Callable[..., int]) -> None:
    """Listen to all of it, with two disconnects."""
    source = Stream(settings, Extras(), Prices(), now=clock.now, silence=10.0)
    clock.started = time.monotonic()
    tell("start", clock.started)
    with running(store, source, clock) as run:
        for at, share in ((0, 0.3), (1, 0.65)):
            moment = BEGIN + share * LASTS
            until(lambda at=at, moment=moment: listens(store, at) and clock.now() > moment, 90, 0.25)  # type: ignore[misc]
            assert tell("disconnect") <= spent(store)
            print(f"\ndisconnected {(clock.now() - moment).total_seconds():.0f} simulated seconds after {moment}")
        until(lambda: listens(store, 2) and ledger(store)[-1].ends_at >= BEGIN + LASTS, 90, 0.25)
        late = (clock.now() - BEGIN - LASTS).total_seconds()
        outcome = run.end()
        print(f"{outcome.posts_new:,} posts by {outcome.pages:,} batches, the last covered after {late:.0f} s")
    source.close()


def listens(store: Store, gaps: int) -> bool:
    """Tell whether something is complete after so many gaps."""
    return [one.state for one in ledger(store)] == [State.COMPLETE, State.FAILED] * gaps + [State.COMPLETE]


def filled(store: Store, settings: Settings, clock: Shared, tell: Callable[..., int]) -> None:
    """Have the search ask for what is missing, some minutes later."""
    clock.ahead = timedelta(minutes=5)
    tell("ahead", clock.ahead)
    search = Search(settings, Extras(), Prices(), now=clock.now)
    began = time.monotonic()
    outcome = collect(store, Job(search, Wanted((TAG,), BEGIN, BEGIN + LASTS)), as_clock(clock), never())
    search.close()
    assert outcome.failure is None
    print(f"the search asked {outcome.requests} times, {outcome.posts_new:,} new, {time.monotonic() - began:.1f} s")


def as_clock(clock: Shared) -> Clock:
    return clock


def check(store: Store) -> None:
    """See that what is missing are reposts of the gaps, and that the gaps are named."""
    rows, of_reposts = ledger(store), ledger(store, "reposts")
    assert [one.state for one in rows] == [State.COMPLETE, State.FAILED] * 2 + [State.COMPLETE]
    gaps = [one for one in rows if one.state is State.FAILED]
    lost = [one for one in of_reposts if one.state is State.LOST]
    assert [(one.starts_at, one.ends_at) for one in gaps] == [(one.starts_at, one.ends_at) for one in lost]
    by_search = [one for one in ledger(store, source="x-search") if one.state is State.COMPLETE]
    asked = [edges for gap in gaps for edges in coverage.within([gap], BEGIN, BEGIN + LASTS)]
    assert [(one.starts_at, one.ends_at) for one in by_search] == [(one.starts_at, one.ends_at) for one in asked]
    assert asked
    assert not coverage.holes(coverage.best(rows, by_search), BEGIN, BEGIN + LASTS)
    had = found(store)
    world = [one for one in made() if one.created_at >= BEGIN]
    assert len(world) == POSTS
    missing = [one for one in world if str(one.id) not in had]
    assert [one for one in missing if not one.is_repost] == []
    assert all(any(gap.starts_at <= one.created_at < gap.ends_at for gap in lost) for one in missing)
    print(f"{len(missing):,} of {sum(one.is_repost for one in world):,} reposts are lost, all in gaps")
