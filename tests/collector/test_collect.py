"""The loop, with sources that answer by a script."""

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.errors import (
    AccessRefused,
    BudgetSpent,
    CursorRefused,
    PayloadError,
    RateLimited,
    SourceError,
    Unavailable,
)
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.source import Page, Query, Traits, Window
from storage import coverage
from storage.coverage import Key, Ledger, State, Stretch
from storage.errors import LeaseLost
from storage.instant import to_text
from storage.lease import Lease
from storage.post import Item, Post
from storage.store import Store

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SEARCH = Traits("x", "x-search", kinds=("posts",), unit=MINUTE)


def at(minute: float) -> datetime:
    return SINCE + minute * MINUTE


def window(start: float, end: float) -> Window:
    return Window(at(start), at(end))


def stretch(start: float, end: float, state: State = State.COMPLETE, reason: str = "") -> Stretch:
    return Stretch(at(start), at(end), state, reason)


def item(minute: float, name: str | None = None) -> Item:
    post = Post(
        platform="x",
        platform_id=name or f"{minute}",
        server="x",
        author="a",
        created_at=to_text(at(minute)),
        time_resolution=60,
        url="",
        hashtags=("a",),
    )
    return Item(payload=(name or f"{minute}").encode(), post=post)


class Clock:
    """A clock that only waits move; it remembers how long they were."""

    speed = 1.0

    def __init__(self, minute: float) -> None:
        self.moment = at(minute)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


class Scripted:
    """A source that gives one answer of its script after the other, and remembers what it was asked."""

    def __init__(self, script: Iterable[Page | SourceError], traits: Traits = SEARCH) -> None:
        self.script = list(script)
        self.traits = traits
        self.asked: list[tuple[Window, str | None]] = []

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        self.asked.append((window, cursor))
        while self.script:
            answer = self.script.pop(0)
            if isinstance(answer, SourceError):
                raise answer
            yield answer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


def run(store: Store, source: Scripted, clock: Clock | None = None, stop: Stop | None = None, **job: Any) -> Outcome:
    """Make one pass at minute 60 over the first 30 minutes, where nothing else is said."""
    usual: dict[str, Any] = {"wanted": until(30), "patience": Patience(attempts=3)}
    return collect(store, Job(source, **(usual | job)), clock or Clock(60), stop or never())


def until(minute: float, since: float = 0) -> Wanted:
    return Wanted(("a",), at(since), at(minute))


def ledger(store: Store) -> Ledger:
    return store.coverage(Key("x", "x-search", "", "a", "posts"))


def posts(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return [row.platform_id for row in connection.execute(text("SELECT platform_id FROM posts ORDER BY 1"))]


def only_run(store: Store) -> tuple[str, str | None]:
    with store.engine.connect() as connection:
        [row] = connection.execute(text("SELECT state, error FROM runs"))
        return row.state, row.error


def test_pages_are_saved_with_what_is_known_by_them(store: Store) -> None:
    script = [
        Page((item(25), item(21)), window(22, 30), "on"),
        Page((item(3),), window(0, 22), exhausted=True),
    ]
    outcome = run(store, Scripted(script))
    assert posts(store) == ["21", "25", "3"]
    assert ledger(store) == (stretch(0, 30),)
    assert (outcome.pages, outcome.posts_seen, outcome.posts_new, outcome.error) == (2, 3, 3, None)
    assert [entry.stretch for entry in outcome.filled] == [stretch(0, 30)]
    assert only_run(store) == ("done", None)
    assert store.cursors("x-search", "") == ()


def test_of_a_window_that_was_finished_later_no_place_is_left(store: Store) -> None:
    run(store, Scripted([Page((item(25),), window(22, 30), "on"), Unavailable("gone")]), patience=Patience(attempts=1))
    assert [cursor.cursor is None for cursor in store.cursors("x-search", "")] == [False]
    source = Scripted([Page((item(3),), window(0, 22), exhausted=True)])
    run(store, source)
    assert [cursor for _, cursor in source.asked] == ["on"]
    assert ledger(store) == (stretch(0, 30),)
    assert store.cursors("x-search", "") == ()


def test_nothing_to_ask_is_no_run(store: Store) -> None:
    run(store, Scripted([Page((), window(0, 30), exhausted=True)]))
    source = Scripted([])
    assert run(store, source) == Outcome()
    assert source.asked == []
    assert only_run(store)[0] == "done"


def test_a_rate_limit_is_waited_out_by_the_sources_clock(store: Store) -> None:
    clock = Clock(60)
    limit = RateLimited(at(72), server_now=at(57))
    told: list[RateLimited] = []
    outcome = run(store, Scripted([limit, Page((), window(0, 30), exhausted=True)]), clock, pausing=told.append)
    assert told == [limit]
    assert sum(clock.waits) == 15 * 60
    assert max(clock.waits) <= 30, "there are signs of life meanwhile"
    assert (outcome.waits, outcome.waited, outcome.error) == (1, 15 * MINUTE, None)
    assert ledger(store) == (stretch(0, 30),)


def test_a_rate_limit_without_end_is_given_up(store: Store) -> None:
    outcome = run(store, Scripted([RateLimited(at(60)) for _ in range(99)]), patience=Patience(limits=10))
    assert (outcome.waits, outcome.error) == (10, "rate limited")
    assert ledger(store) == (stretch(0, 30, State.FAILED, "rate limited"),)
    for_days = run(store, Scripted([RateLimited(at(9_999))]))
    assert for_days.waits == 0


def test_the_sign_to_stop_ends_a_wait_and_nothing_is_claimed(store: Store) -> None:
    stop = threading.Event()

    class Stopping(Clock):
        def wait(self, seconds: float, stop_: Stop) -> bool:
            stop.set()
            return super().wait(seconds, stop_)

    script: list[Page | SourceError] = [
        Page((item(25),), window(26, 30), "on"),
        RateLimited(at(75)),
        Page((), None),
    ]
    outcome = run(store, Scripted(script), Stopping(60), stop=stop)
    assert outcome.is_stopped
    assert only_run(store) == ("stopped", None)
    assert ledger(store) == (stretch(26, 30),)


def test_a_page_that_has_arrived_is_saved_and_the_next_is_not_asked_for(store: Store) -> None:
    stop = threading.Event()

    class Stopping(Scripted):
        def pages(self, query: Query, window_: Window, cursor: str | None) -> Iterator[Page]:
            stop.set()
            return super().pages(query, window_, cursor)

    source = Stopping([Page((item(25),), window(26, 30), "on"), Page((), window(0, 26), exhausted=True)])
    run(store, source, stop=stop)
    assert posts(store) == ["25"]
    assert len(source.script) == 1


def test_what_does_not_answer_is_asked_again_and_then_failed(store: Store) -> None:
    clock = Clock(60)
    page = Page((item(25),), window(26, 30), "on")
    source = Scripted([Unavailable("503"), page, *(Unavailable("504") for _ in range(3))])
    outcome = run(store, source, clock)
    assert clock.waits == [1.0, 1.0, 2.0]
    assert outcome.error == "504"
    assert only_run(store) == ("failed", "504")
    assert ledger(store) == (stretch(0, 26, State.FAILED, "504"), stretch(26, 30))
    assert source.asked[-1] == (window(0, 26), "on"), "it goes on from where the answer broke off"


def test_after_a_failure_other_windows_are_asked_for_once_each_and_the_last_not_at_all(store: Store) -> None:
    for start in (5, 15, 25):
        page = Page((), window(start, start + 5), exhausted=True)
        run(store, Scripted([page]), wanted=until(start + 5, since=start))
    source = Scripted([Unavailable("503") for _ in range(9)])
    run(store, source, wanted=until(35))
    assert [asked for asked, _ in source.asked] == [window(30, 35)] * 3 + [window(0, 5), window(10, 15)]
    failed = [row for row in ledger(store) if row.state is State.FAILED]
    assert failed == [stretch(start, start + 5, State.FAILED, "503") for start in (0, 10, 20, 30)]


@pytest.mark.parametrize("refusal", [AccessRefused("HTTP 403"), BudgetSpent("HTTP 402")], ids=repr)
def test_what_needs_a_person_fails_all_that_was_planned_and_is_not_asked_again(
    store: Store, refusal: SourceError
) -> None:
    run(store, Scripted([Page((), window(10, 20), exhausted=True)]), wanted=until(20, since=10))
    source = Scripted([refusal])
    outcome = run(store, source)
    assert len(source.asked) == 1
    assert outcome.error == str(refusal)
    assert ledger(store) == (
        stretch(0, 10, State.FAILED, str(refusal)),
        stretch(10, 20),
        stretch(20, 30, State.FAILED, str(refusal)),
    )


def test_an_answer_that_cannot_be_read_is_kept_and_counted(store: Store) -> None:
    source = Scripted([PayloadError(b"<html>", "not JSON") for _ in range(3)])
    outcome = run(store, source)
    assert outcome.unparsed == 3
    assert ledger(store) == (stretch(0, 30, State.FAILED, "not JSON"),)
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM raw_payloads")).scalar() == 1


def test_a_source_without_end_is_left_after_some_pages(store: Store) -> None:
    class Endless(Scripted):
        def pages(self, query: Query, window_: Window, cursor: str | None) -> Iterator[Page]:
            number = 0
            while True:
                number += 1
                yield Page((item(29, f"made {number}"),), None, cursor=f"{number}")

    outcome = run(store, Endless([]), patience=Patience(pages=7))
    assert outcome.pages == 7
    assert ledger(store) == (stretch(0, 30, State.PARTIAL, coverage.CAPPED),)


def test_a_repeating_source_is_left_after_three_repeats(store: Store) -> None:
    outcome = run(store, Scripted([Page((item(25),), window(26, 30), "on") for _ in range(99)]))
    assert outcome.pages == 4
    assert ledger(store) == (stretch(0, 26, State.PARTIAL, coverage.REPEATED), stretch(26, 30))
    again = Scripted([])
    run(store, again)
    assert again.asked == []


def test_after_a_restart_a_window_is_gone_on_with_from_its_cursor(store: Store) -> None:
    run(store, Scripted([Page((item(25),), window(26, 30), "on"), *[Unavailable("503")] * 3]))
    source = Scripted([CursorRefused("gone"), Page((), window(0, 26), exhausted=True)])
    run(store, source)
    assert source.asked == [(window(0, 26), "on"), (window(0, 26), None)]
    assert ledger(store) == (stretch(0, 30),)


def test_a_cursor_is_not_used_where_more_has_gone_missing_since(store: Store) -> None:
    settling = Traits("x", "x-search", kinds=("posts",), unit=MINUTE, settling=10 * MINUTE)
    script: list[Page | SourceError] = [Page((item(25),), window(26, 30), "on"), *[Unavailable("503")] * 3]
    run(store, Scripted(script, settling), Clock(30))
    assert len(store.cursors("x-search", "")) == 1
    source = Scripted([Page((), window(0, 30), exhausted=True)], settling)
    run(store, source, Clock(60))
    assert source.asked == [(window(0, 30), None)]
    assert ledger(store) == (stretch(0, 30),)
    assert store.cursors("x-search", "") == ()


def test_another_process_that_took_the_lease_is_not_written_over(store: Store) -> None:
    ours = Lease.of_this_process("x-search", "")
    theirs = Lease("x-search", "", "another host", 1, "then")
    assert store.take_lease(theirs)
    with pytest.raises(LeaseLost):
        run(store, Scripted([Page((item(25),), window(0, 30), exhausted=True)]), lease=ours)
    assert (posts(store), ledger(store)) == ([], ())


def test_what_an_outage_outlasted_is_lost_once_the_source_answers(store: Store) -> None:
    week = Traits("x", "x-search", kinds=("posts",), unit=MINUTE, reach=60 * MINUTE)
    run(store, Scripted([Page((), window(0, 30), exhausted=True)], week), Clock(30), wanted=until(500))
    run(store, Scripted([Unavailable("503")] * 99, week), Clock(60), wanted=until(500))
    run(store, Scripted([Unavailable("503")] * 99, week), Clock(110), wanted=until(500))
    assert ledger(store)[-1] == stretch(30, 110, State.FAILED, "503"), "silence does not say what is lost"
    source = Scripted([Page((), window(61, 120), exhausted=True)] * 2, week)
    outcome = run(store, source, Clock(120), wanted=until(500))
    assert [entry.stretch.state for entry in outcome.lost] == [State.LOST]
    assert ledger(store)[1] == stretch(30, 61, State.LOST, "left the reach (503)")


def test_a_fast_clock_neither_claims_what_is_yet_to_come_nor_loses_what_is_still_to_be_had(
    store: Store,
) -> None:
    """Ours is 10 minutes fast: the last 10 of the source's reach are asked for once that is known."""
    week = Traits("x", "x-search", kinds=("posts",), unit=MINUTE, reach=30 * MINUTE)
    now = at(50)
    pages = [Page((), window(start, end), exhausted=True, server_now=now) for start, end in SPANS]
    source = Scripted(pages, week)
    run(store, source, Clock(60), wanted=until(500))
    assert [asked for asked, _ in source.asked] == [window(*span) for span in SPANS]
    assert ledger(store) == (stretch(21, 50),)


def test_what_is_yet_to_come_by_the_sources_clock_has_not_failed(store: Store) -> None:
    page = Page((item(40),), window(41, 60), "on", server_now=at(50))
    run(store, Scripted([page, *[Unavailable("503")] * 3]), wanted=until(500, since=30))
    assert ledger(store) == (
        stretch(30, 41, State.FAILED, "503"),
        stretch(41, 50),
    )


SPANS = [(31, 35), (21, 25), (35, 50), (25, 31)]
