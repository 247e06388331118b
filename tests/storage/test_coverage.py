"""The algebra of coverage, held against a model with one state a second."""

import time
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import coverage
from storage.coverage import Ledger, State, Stretch
from tests import naive

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
LENGTH = 60
WRITABLE = [state for state in State if state is not State.NOT_TRIED]


def at(second: float) -> datetime:
    return SINCE + timedelta(seconds=second)


def stretch(start: float, end: float, state: State, reason: str = "", share: float | None = None) -> Stretch:
    return Stretch(at(start), at(end), state, reason, share)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    start = draw(st.integers(0, LENGTH - 1))
    end = draw(st.integers(start + 1, LENGTH))
    return stretch(
        start,
        end,
        draw(st.sampled_from(WRITABLE)),
        draw(st.sampled_from(["", "settling", "503"])),
        draw(st.sampled_from([None, None, 0.1])),
    )


writes = st.lists(stretches(), max_size=12)
NOTHING: Ledger = ()
ledgers = writes.map(lambda news: reduce(coverage.write, news, NOTHING))
windows = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, LENGTH)).filter(lambda w: w[0] < w[1])


def says(row: Stretch | None) -> tuple[State, str, float | None]:
    return (State.NOT_TRIED, "", None) if row is None else (row.state, row.reason, row.share)


@given(writes)
def test_writing_agrees_with_the_model_and_never_lowers(news: list[Stretch]) -> None:
    model: list[tuple[State, str, float | None]] = [(State.NOT_TRIED, "", None)] * LENGTH
    rows: Ledger = ()
    for new in news:
        before = [state.rank for state, _, _ in model]
        rows = coverage.write(rows, new)
        naive.written(model, new, SINCE)
        held = [says(row) for row in naive.second_by_second(rows, SINCE, LENGTH)]
        assert held == model
        assert all(was <= state.rank for was, (state, _, _) in zip(before, held, strict=True))


def assert_is_a_ledger(rows: Ledger) -> None:
    for left, right in pairwise(rows):
        assert left.ends_at <= right.starts_at
        assert left.ends_at < right.starts_at or says(left) != says(right)


@given(ledgers)
def test_rows_are_in_order_and_equal_neighbours_are_one(rows: Ledger) -> None:
    assert_is_a_ledger(rows)


@given(ledgers, stretches())
def test_writing_twice_is_writing_once(rows: Ledger, new: Stretch) -> None:
    once = coverage.write(rows, new)
    assert coverage.write(once, new) == once


@given(st.lists(ledgers, max_size=4))
def test_best_and_worst_agree_with_asking_every_ledger_every_second(many: list[Ledger]) -> None:
    for fold, highest in ((coverage.best, True), (coverage.worst, False)):
        held = naive.second_by_second(fold(*many), SINCE, LENGTH)
        for second, row in enumerate(held):
            assert says(row)[0] is naive.chosen(many, at(second), highest=highest)


@given(st.lists(ledgers, min_size=1, max_size=3))
def test_best_and_worst_give_ledgers(many: list[Ledger]) -> None:
    for fold in (coverage.best, coverage.worst):
        assert_is_a_ledger(fold(*many))


@given(ledgers)
def test_best_and_worst_of_one_ledger_are_that_ledger(rows: Ledger) -> None:
    assert coverage.best(rows) == coverage.worst(rows) == rows


@given(ledgers, windows)
def test_tiles_fill_the_window_and_holes_are_what_is_not_complete(rows: Ledger, window: tuple[int, int]) -> None:
    start, end = window
    tiles = coverage.tiled(rows, at(start), at(end))
    held = naive.second_by_second(rows, SINCE, LENGTH)[start:end]
    tiled = naive.second_by_second(tiles, at(start), end - start)
    assert [says(row) for row in tiled] == [says(row) for row in held]
    assert None not in tiled
    holes = naive.second_by_second(coverage.holes(rows, at(start), at(end)), at(start), end - start)
    assert [row is None for row in holes] == [says(row)[0] is State.COMPLETE for row in held]


@given(ledgers, st.sets(st.integers(0, LENGTH), min_size=2, max_size=8))
def test_a_bin_has_the_lowest_state_at_any_instant_in_it(rows: Ledger, marks: set[int]) -> None:
    edges = sorted(marks)
    held = naive.second_by_second(rows, SINCE, LENGTH)
    bins = coverage.over(rows, [at(edge) for edge in edges])
    assert len(bins) == len(edges) - 1
    for found, (start, end) in zip(bins, pairwise(edges), strict=True):
        seconds = [says(row) for row in held[start:end]]
        lowest = min(seconds, key=lambda said: said[0].rank)
        assert (found.state, found.reason) == lowest[:2]
        complete = sum(said[0] is State.COMPLETE for said in seconds)
        assert found.share == pytest.approx(complete / (end - start))


def test_a_family_is_complete_only_where_every_tag_is() -> None:
    singular = [(stretch(0, 10, State.COMPLETE),), (stretch(10, 20, State.COMPLETE),)]
    plural = [(stretch(5, 20, State.COMPLETE),), (stretch(0, 5, State.FAILED, "503"),)]
    assert coverage.of_family([singular, plural]) == (
        stretch(0, 5, State.FAILED, "503"),
        stretch(5, 20, State.COMPLETE),
    )


def test_what_an_archive_gave_counts_for_every_tag_but_never_above_given() -> None:
    anything = (stretch(0, 10, State.GIVEN),)
    assert coverage.best((stretch(0, 5, State.FAILED, "503"),), anything) == (stretch(0, 10, State.GIVEN),)
    assert coverage.best((stretch(0, 5, State.COMPLETE),), anything)[0].state is State.COMPLETE


def test_no_row_is_not_tried() -> None:
    assert coverage.holes((), at(0), at(9)) == (stretch(0, 9, State.NOT_TRIED),)
    assert coverage.worst((stretch(0, 9, State.COMPLETE),), ()) == ()
    with pytest.raises(ValueError, match="not a row"):
        coverage.write((), stretch(0, 9, State.NOT_TRIED))


def test_a_stretch_is_aware_and_not_empty() -> None:
    with pytest.raises(ValueError, match="empty"):
        stretch(5, 5, State.COMPLETE)
    with pytest.raises(ValueError, match="time zone"):
        Stretch(datetime(2026, 1, 1), datetime(2026, 1, 2), State.COMPLETE)  # noqa: DTZ001  that is the point


def test_long_ledgers_are_swept_not_searched() -> None:
    """10,000 rows of three tags over 35,000 bins: quadratic, this would be 10^9 steps."""
    states = (State.COMPLETE, State.FAILED, State.PARTIAL)
    tags = [tuple(stretch(6 * n, 6 * n + 5, states[(n + shift) % 3]) for n in range(10_000)) for shift in range(3)]
    edges = [at(2 * n) for n in range(35_001)]
    began = time.process_time()
    bins = coverage.over(coverage.of_family([[tag] for tag in tags]), edges)
    assert time.process_time() - began < 3
    assert len(bins) == 35_000
