"""Clocks that do not agree, and edges of what X answers for: nothing is claimed that was not asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from collector.asking import Patience
from collector.clock import never
from collector.collect import Job, collect
from collector.plan import Wanted
from collector.progress import left_at
from collector.source import Window
from collector.x.limits import Limits
from collector.x.prices import Prices
from collector.x.search import Search
from collector.x.settings import Archive, Settings
from collector.x.wording import Extras
from storage.coverage import Key, State
from tests.blank import SQLITE, blank_store
from tests.collector.test_x_over_standin import MADE, SINCE, TAGS, Clock
from tests.collector.test_x_search import LET_QUERY, NOW, answer, by_token, searching
from tests.platforms.x.building import made
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn

DAY = timedelta(days=1)


def dated(moment: datetime) -> dict[str, str]:
    return {"Date": format_datetime(moment, usegmt=True)}


@pytest.mark.parametrize("behind", [0.4, 14, 7_200])
def test_no_pause_is_made_up_where_xs_clock_is_behind_ours(behind: float) -> None:
    moment = NOW + timedelta(seconds=0.4)
    limits = Limits(lambda: moment)
    limits.take("search/recent")
    limits.hear("search/recent", dated(moment - timedelta(seconds=behind)))
    limits.take("search/recent")


def test_a_page_does_not_complete_what_was_not_asked_for() -> None:
    window = Window(NOW - 7 * DAY, NOW - DAY)
    with searching(by_token(first=answer())) as (x, search):
        [page] = search.pages(LET_QUERY, window, None)
    asked = datetime.strptime(x.log[0].query["start_time"][0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert asked > window.starts_at
    assert page.completes == Window(asked, window.ends_at)


@contextmanager
def skewed(clock: Clock, ahead: float, archive: Archive = "recent") -> Iterator[tuple[StandIn, Search]]:
    """A stand-in whose clock is behind ours by so many seconds."""
    with serving(made(MADE), now=lambda: clock.now() - timedelta(seconds=ahead)) as x:
        search = Search(Settings(TOKEN, x.url, archive=archive, page_size=10), Extras(), Prices(), now=clock.now)
        try:
            yield x, search
        finally:
            search.close()


def test_the_ledger_claims_no_second_that_x_was_not_asked_for() -> None:
    clock = Clock(SINCE + 10 * DAY)
    wanted = Wanted(TAGS, SINCE, SINCE + 3 * DAY + 12 * timedelta(hours=1))
    with skewed(clock, 14) as (x, search), blank_store(SQLITE) as store:
        x.faults.add(Fault("status", status=503))
        collect(store, Job(search, wanted, patience=Patience(first_pause=10)), clock, never())
        asked = min(datetime.fromisoformat(one.params["start_time"]) for one in x.requests if one.status == 200)
        ledger = store.coverage(Key("x", "x-search", "", TAGS[0], "posts"))
        assert min(one.starts_at for one in ledger if one.state is State.COMPLETE) >= asked


def test_a_pass_has_not_failed_because_our_clock_is_ahead() -> None:
    clock = Clock(SINCE + 2 * DAY)
    with skewed(clock, 14) as (_, search), blank_store(SQLITE) as store:
        outcome = collect(store, Job(search, Wanted(TAGS)), clock, never())
        assert outcome.failure is None


def test_the_full_archive_can_be_asked_without_a_start() -> None:
    clock = Clock(SINCE + 2 * DAY)
    with skewed(clock, 0, archive="all") as (_, search), blank_store(SQLITE) as store:
        outcome = collect(store, Job(search, Wanted(TAGS)), clock, never())
        assert outcome.failure is None


@pytest.mark.parametrize("ahead", [25, -65])
def test_a_clock_that_is_off_by_more_than_the_lag_is_got_over(ahead: float) -> None:
    clock = Clock(SINCE + 2 * DAY)
    with skewed(clock, ahead) as (_, search), blank_store(SQLITE) as store:
        for _ in range(2):
            start = None if ahead < 0 else SINCE
            outcome = collect(store, Job(search, Wanted(TAGS, start)), clock, never())
            clock.moment += timedelta(hours=1)
        assert outcome.failure is None


def test_a_window_at_the_horizon_goes_on_from_its_token_after_an_outage() -> None:
    clock = Clock(SINCE + 7 * DAY)
    with skewed(clock, 0) as (x, search), blank_store(SQLITE) as store:
        x.faults.add(Fault("status", status=503, skip=1))
        collect(store, Job(search, Wanted(TAGS, SINCE), patience=Patience(first_pause=5)), clock, never())
        assert [("next_token" in one.params, one.status) for one in x.requests[:3]] == [
            (False, 200),
            (True, 503),
            (True, 200),
        ]


def test_a_capped_stretch_that_begins_before_x_did_is_read_to_its_end() -> None:
    clock = Clock(SINCE + 2 * DAY)
    with skewed(clock, 0, archive="all") as (_, search), blank_store(SQLITE) as store:
        for _ in range(2):
            outcome = collect(store, Job(search, Wanted(TAGS), patience=Patience(pages=3)), clock, never())
            clock.moment += timedelta(hours=1)
        assert outcome.failure is None


def test_what_a_page_has_completed_is_not_left_to_do_where_the_end_was_cut_off() -> None:
    clock = Clock(SINCE + 1 * DAY + timedelta(milliseconds=500))
    with skewed(clock, 0) as (x, search), blank_store(SQLITE) as store:
        collect(store, Job(search, Wanted(TAGS, SINCE)), clock, never())
        clock.moment += DAY - timedelta(milliseconds=300)
        x.faults.add(Fault("status", status=503, skip=1, count=None))
        collect(store, Job(search, Wanted(TAGS, SINCE)), clock, never())
        [cursor] = [one for one in store.cursors("x-search", "") if one.cursor]
        assert cursor.cursor is not None
        ledger = store.coverage(Key("x", "x-search", "", TAGS[0], "posts"))
        had = max(one.ends_at for one in ledger if one.state is State.COMPLETE)
        assert left_at(cursor.cursor).ends_at < had


def test_what_leaves_the_reach_before_it_is_asked_for_is_not_capped() -> None:
    clock = Clock(SINCE + 2 * DAY)
    with skewed(clock, 14) as (x, search), blank_store(SQLITE) as store:
        x.faults.add(Fault("status", status=503, skip=1))
        collect(store, Job(search, Wanted(TAGS), patience=Patience(first_pause=20)), clock, never())
        ledger = store.coverage(Key("x", "x-search", "", TAGS[0], "posts"))
        assert "capped" not in {one.reason for one in ledger}
