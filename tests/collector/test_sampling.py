"""A sample of whole minutes: which are drawn, what is left, and which share of an hour's posts is here."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.plan import Known, Task, Why
from collector.sampling import HOUR, MINUTE, Sample, draw, minutes_drawn, shares, unread
from collector.source import Query, Window
from storage import coverage
from storage.counts import Count
from storage.coverage import State, Stretch

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
DAY = Window(BEGAN, BEGAN + 24 * HOUR)
QUERY = Query(("a",))
windows = st.builds(
    lambda start, length: Window(BEGAN + timedelta(seconds=start), BEGAN + timedelta(seconds=start + length)),
    st.integers(0, 20_000),
    st.integers(1, 20_000),
)
portions = st.floats(0.001, 1.2)


def task(window: Window = DAY, *tags: str) -> Task:
    return Task(Query(tags or ("a",)), window, Why.HOLE)


def sample(share: float, *empty: Window, seed: int = 0) -> Sample:
    return Sample(share, "counts", seed, empty)


@given(windows, portions, st.integers(0, 3))
def test_what_is_drawn_and_what_is_left_are_the_window_without_overlap(window: Window, share: float, seed: int) -> None:
    drawn = draw([task(window)], sample(share, seed=seed))
    pieces = sorted([one.window for one in drawn.tasks] + [left for _, left in drawn.left])
    edges = [(one.starts_at, one.ends_at) for one in pieces]
    assert edges[0][0] == window.starts_at
    assert edges[-1][1] == window.ends_at
    assert all(before[1] == after[0] for before, after in itertools.pairwise(edges))


@given(st.lists(portions, min_size=2, max_size=2), st.integers(0, 100))
def test_a_larger_share_adds_minutes_to_those_of_a_smaller_one(both: list[float], seed: int) -> None:
    less, more = (minutes_drawn(BEGAN, share, seed) for share in sorted(both))
    assert more[: len(less)] == less


@given(windows, windows, portions)
def test_all_questions_read_the_same_minutes(one: Window, other: Window, share: float) -> None:
    drawn = draw([task(one, "a"), task(other, "b")], sample(share))
    both = one.within(other.starts_at, other.ends_at)
    if both is not None:
        read = [
            {
                part
                for taken in drawn.tasks
                if taken.query.tags == (tag,) and (part := taken.window.within(both.starts_at, both.ends_at))
            }
            for tag in "ab"
        ]
        assert read[0] == read[1]


@pytest.mark.parametrize("share", [0.03, 0.1, 0.333, 0.9])
def test_on_average_so_many_minutes_of_an_hour_are_drawn(share: float) -> None:
    hours = [BEGAN + number * HOUR for number in range(4_000)]
    mean = sum(len(minutes_drawn(hour, share, 1)) for hour in hours) / len(hours)
    assert mean == pytest.approx(60 * share, abs=0.05)


def test_each_minute_is_drawn_as_often_as_any_other() -> None:
    hours = [BEGAN + number * HOUR for number in range(6_000)]
    often = [0] * 60
    for hour in hours:
        for minute in minutes_drawn(hour, 0.1, 2):
            often[minute] += 1
    # 600 each: the chance of one of sixty being further off than five standard deviations is 1 in 30,000.
    assert all(abs(number - 600) < 5 * (600 * 0.9) ** 0.5 for number in often)


def test_other_seeds_and_other_hours_draw_other_minutes() -> None:
    orders = {minutes_drawn(BEGAN + number * HOUR, 1.0, seed) for number in range(3) for seed in range(3)}
    assert len(orders) == 9
    assert all(sorted(order) == list(range(60)) for order in orders)


def test_a_piece_of_every_hour_comes_before_any_hour_s_second() -> None:
    for share in (0.05, 0.5):
        drawn = draw([task()], sample(share))
        hours = [one.window.starts_at.hour for one in drawn.tasks]
        assert sorted(hours[:24]) == list(range(24))
        assert all((one.window.ends_at - one.window.starts_at) % MINUTE == timedelta() for one in drawn.tasks)


def test_neighbouring_minutes_are_read_at_once() -> None:
    drawn = draw([task()], sample(0.9))
    minutes = sum((one.window.ends_at - one.window.starts_at) // MINUTE for one in drawn.tasks)
    assert minutes == sum(len(minutes_drawn(BEGAN + hour * HOUR, 0.9, 0)) for hour in range(24))
    assert len(drawn.tasks) < minutes / 6
    assert all(one.window.starts_at.hour == (one.window.ends_at - MINUTE).hour for one in drawn.tasks)


@pytest.mark.parametrize("share", [0.1, 0.7])
def test_where_the_budget_ends_early_no_minute_was_more_likely_to_be_read(share: float) -> None:
    hours = 4_000
    often = [0] * 60
    for number in range(hours):
        hour = BEGAN + number * HOUR
        pieces = draw([task(Window(hour, hour + HOUR))], sample(share)).tasks
        for one in pieces[: max(1, len(pieces) // 3)]:
            first = (one.window.starts_at - hour) // MINUTE
            for minute in range(first, first + (one.window.ends_at - one.window.starts_at) // MINUTE):
                often[minute] += 1
    mean = sum(often) / 60
    # Those at an hour's edges among them, where programs write what they were told to.
    assert all(abs(number - mean) < 5 * mean**0.5 for number in often)


def test_what_is_empty_is_read_whole() -> None:
    night = Window(BEGAN + HOUR, BEGAN + 5 * HOUR)
    drawn = draw([task()], sample(0.05, night))
    assert night in [one.window for one in drawn.tasks]
    assert all(left.within(night.starts_at, night.ends_at) is None for _, left in drawn.left)


def test_where_the_budget_reaches_for_all_nothing_is_cut() -> None:
    assert draw([task()], sample(1.0)).tasks == (task(),)


def test_what_is_left_out_is_said_only_where_less_is_known() -> None:
    ledger = (
        Stretch(BEGAN, BEGAN + HOUR, State.COMPLETE),
        Stretch(BEGAN + HOUR, BEGAN + 2 * HOUR, State.FAILED, "HTTP 503"),
        Stretch(BEGAN + 2 * HOUR, BEGAN + 3 * HOUR, State.PARTIAL, coverage.SETTLING),
    )
    left = [(QUERY, Window(BEGAN, BEGAN + 4 * HOUR))]
    said = [one.stretch for one in unread(left, {("a", "posts"): Known(ledger)}, ("posts",))]
    budget = (State.PARTIAL, coverage.BUDGET)
    assert [(one.starts_at, one.state, one.reason) for one in said] == [
        (BEGAN + HOUR, *budget),
        (BEGAN + 3 * HOUR, *budget),
    ]


def count(posts: int, hour: int = 0, minutes: int = 60, first: int = 0) -> Count:
    start = BEGAN + hour * HOUR + first * MINUTE
    return Count(start, start + minutes * MINUTE, posts, BEGAN + 30 * HOUR)


def read(*minutes: int, hour: int = 0) -> coverage.Ledger:
    """Write the ledger of an hour of which some minutes are read."""
    start = BEGAN + hour * HOUR
    ledger: coverage.Ledger = (Stretch(start, start + HOUR, State.PARTIAL, coverage.BUDGET),)
    for minute in minutes:
        at = start + minute * MINUTE
        ledger = coverage.write(ledger, Stretch(at, at + MINUTE, State.COMPLETE))
    return ledger


def test_the_share_of_an_hour_is_what_was_collected_of_what_was_counted() -> None:
    found = [BEGAN + 5 * MINUTE, BEGAN + 5.5 * MINUTE, BEGAN + 20 * MINUTE]
    said = list(shares(read(5, 6), [count(8)], found))
    # The post at 20 minutes is here by another way; that minute was not read.
    assert {one.share for one in said} == {0.25}
    assert {one.state for one in said} == {State.COMPLETE, State.PARTIAL}
    ledger = read(5, 6)
    for one in said:
        ledger = coverage.write(ledger, one)
    assert list(shares(ledger, [count(8)], found)) == []
    assert (ledger[0].starts_at, ledger[-1].ends_at) == (BEGAN, BEGAN + HOUR)


def test_minutes_that_were_counted_apart_add_up_to_the_hour() -> None:
    halves = [count(3, minutes=30), count(5, minutes=30, first=30)]
    assert {one.share for one in shares(read(5), halves, [BEGAN + 5 * MINUTE])} == {0.125}


@pytest.mark.parametrize(
    ("ledger", "counted"),
    [
        (read(5), []),
        (read(5), [count(8, minutes=30)]),
        (read(5), [count(0)]),
        (read(), [count(8)]),
        (read(*range(60)), [count(8)]),
    ],
    ids=["not counted", "half counted", "none counted", "nothing read", "all read"],
)
def test_no_share_is_told_where_there_is_none(ledger: coverage.Ledger, counted: list[Count]) -> None:
    assert list(shares(ledger, counted, [BEGAN + 5 * MINUTE])) == []


def test_an_hour_that_is_whole_now_tells_of_no_share_any_more() -> None:
    ledger = read(5)
    for one in shares(ledger, [count(8)], [BEGAN + 5 * MINUTE]):
        ledger = coverage.write(ledger, one)
    ledger = coverage.write(ledger, Stretch(BEGAN, BEGAN + HOUR, State.COMPLETE))
    ledger = coverage.write(ledger, Stretch(BEGAN + 5 * MINUTE, BEGAN + 6 * MINUTE, State.COMPLETE, share=0.1))
    for one in shares(ledger, [count(8)], []):
        ledger = coverage.write(ledger, one)
    assert ledger == (Stretch(BEGAN, BEGAN + HOUR, State.COMPLETE),)
