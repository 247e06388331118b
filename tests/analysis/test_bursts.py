"""Bursts: exactly those of the cheapest sequence of states, and none that was made by what was not seen."""

import math

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bursts.batches import bursts_above, bursts_of_shares
from analysis.bursts.counts import bursts_of_counts
from analysis.bursts.gaps import bursts_of_times
from analysis.bursts.settings import Settings
from analysis.zone import HOUR, SECOND
from tests.naive_bursts import Burst, count_costs, gap_costs, long_runs, naive_bursts, share_costs

SERIES = 200
GARBAGE = 10**9


def rows(found: pd.DataFrame) -> list[Burst]:
    return list(found[["first", "last", "level", "weight"]].itertuples(index=False, name=None))


def assert_same(found: list[Burst], right: list[Burst], why: object) -> None:
    assert [burst[:3] for burst in found] == [burst[:3] for burst in right], why
    assert [burst[3] for burst in found] == pytest.approx([burst[3] for burst in right]), why


def some_seen(chance: np.random.Generator, bins: int, series: int) -> np.ndarray:
    """Mark bins as seen: all of them in every other series."""
    seen = np.ones(bins, bool) if series % 2 else chance.random(bins) < 0.6
    seen[chance.integers(bins)] = True
    return seen


def test_bursts_of_gaps_are_those_of_the_cheapest_sequence_of_all() -> None:
    chance, levels = np.random.default_rng(1), 0
    for series in range(SERIES):
        gaps = np.maximum(chance.exponential(chance.choice([0.3, 3, 20], 5)), 1).round(6)
        settings = Settings(scaling=chance.uniform(2.8, 4), gamma=chance.uniform(0.02, 0.6))
        times = np.append(0, np.cumsum((gaps * SECOND).round().astype(np.int64)))
        found = bursts_of_times(times, SECOND, settings)
        right = naive_bursts(gap_costs(gaps.tolist(), settings.scaling), settings.climb(5))
        told = found[["starts_at", "ends_at", "level", "weight"]].itertuples(index=False, name=None)
        in_time = [(int(times[first]), int(times[last]), level, weight) for first, last, level, weight in right]
        assert_same(list(told), in_time, (series, gaps, settings))
        assert found["events"].tolist() == [last - first + 1 for first, last, _, _ in right]
        levels = max([levels, *found["level"]])
    assert levels >= 3


def test_bursts_of_shares_are_those_of_the_cheapest_sequence_of_all() -> None:
    chance, many = np.random.default_rng(2), 0
    for series in range(SERIES):
        bins = 8
        settings = Settings(scaling=chance.uniform(1.5, 3), gamma=chance.uniform(0.05, 1), bridge=2)
        totals = chance.integers(20, 90, bins)
        relevant = chance.binomial(totals, np.where(chance.random(bins) < 0.4, 0.4, 0.07))
        seen = some_seen(chance, bins, series)
        if not relevant[seen].any():
            continue
        posts = [(int(r), int(d)) if told else None for r, d, told in zip(relevant, totals, seen, strict=True)]
        right = naive_bursts(
            share_costs(posts, settings.scaling), settings.climb(int(seen.sum())), long_runs(seen.tolist(), 2)
        )
        relevant[~seen], totals[~seen] = GARBAGE, -1
        assert_same(rows(bursts_of_shares(relevant, totals, seen, settings)), right, (series, posts, settings))
        many += len(right)
    assert many > SERIES / 2


@pytest.mark.parametrize("levels", [1, 2])
def test_bursts_above_a_base_are_those_of_the_cheapest_sequence_of_all(levels: int) -> None:
    chance, many = np.random.default_rng(3), 0
    for series in range(SERIES):
        bins = 8 if levels == 1 else 5
        settings = Settings(chance.uniform(1.5, 3), chance.uniform(0.05, 1), levels=levels, bridge=2)
        expected = chance.uniform(0.5, 6, bins)
        counts = chance.poisson(expected * chance.choice([1, 3, 8], bins, p=[0.5, 0.3, 0.2]))
        seen = some_seen(chance, bins, series)
        posts = [int(count) if told else None for count, told in zip(counts, seen, strict=True)]
        costs = count_costs(posts, expected.tolist(), settings.scaling, levels + 1)
        right = naive_bursts(costs, settings.climb(int(seen.sum())), long_runs(seen.tolist(), 2))
        counts[~seen] = GARBAGE
        expected[~seen] = np.nan
        assert_same(rows(bursts_above(counts, expected, seen, settings)), right, (series, posts, settings))
        many += len(right)
    assert many > SERIES / 2


@st.composite
def bins_seen(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    counts = draw(st.lists(st.integers(0, 60), min_size=1, max_size=60))
    seen = draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    return np.array(counts), np.array(seen)


@given(bins_seen(), st.integers(1, 3), st.integers(0, 4))
def test_a_burst_begins_and_ends_in_seen_bins_and_stops_at_long_holes(
    series: tuple[np.ndarray, np.ndarray], levels: int, bridge: int
) -> None:
    counts, seen = series
    settings = Settings(gamma=0.5, levels=levels, bridge=bridge)
    found = bursts_above(np.where(seen, counts, GARBAGE), np.full(len(seen), 8.0), seen, settings)
    for first, last, unseen in found[["first", "last", "unseen"]].itertuples(index=False, name=None):
        assert seen[first]
        assert seen[last - 1]
        assert unseen == (~seen[first:last]).sum()
        assert not long_runs(seen[first:last].tolist(), bridge)


@given(bins_seen())
@hypothesis.settings(deadline=None, max_examples=40)
def test_what_an_unseen_bin_holds_is_never_looked_at(series: tuple[np.ndarray, np.ndarray]) -> None:
    counts, seen = series
    starts = np.arange(len(seen)) * HOUR
    found, season = bursts_of_counts(np.where(seen, counts, 0), starts, "Asia/Tehran", seen)
    again, season_again = bursts_of_counts(np.where(seen, counts, GARBAGE), starts, "Asia/Tehran", seen)
    pd.testing.assert_frame_equal(found, again)
    assert np.array_equal(season.expected, season_again.expected)
    totals = np.full(len(seen), 100)
    pd.testing.assert_frame_equal(
        bursts_of_shares(np.where(seen, counts, 0), totals, seen),
        bursts_of_shares(np.where(seen, counts, GARBAGE), np.where(seen, totals, -3), seen),
    )


@given(bins_seen(), st.integers(0, 4))
def test_bursts_of_a_level_lie_in_those_below_and_save_what_going_up_costs(
    series: tuple[np.ndarray, np.ndarray], levels: int
) -> None:
    counts, seen = series
    settings = Settings(scaling=1.8, gamma=0.7, levels=levels)
    found = bursts_above(counts, np.full(len(seen), 4.0), seen, settings)
    assert (found["weight"] >= settings.climb(int(seen.sum())) - 1e-9).all()
    assert set(found["level"]) <= set(range(1, levels + 1))
    for burst in found[found["level"] > 1].itertuples():
        below = found[found["level"] == burst.level - 1]
        assert ((below["first"] <= burst.first) & (below["last"] >= burst.last)).any()


@pytest.mark.parametrize(("hole", "bursts"), [(6, [(20, 32, 6)]), (7, [(20, 23, 0), (30, 33, 0)])])
def test_a_burst_on_both_sides_of_a_hole_is_one_or_two_by_its_length(
    hole: int, bursts: list[tuple[int, int, int]]
) -> None:
    counts = np.repeat([2, 30, GARBAGE, 30, 2], [20, 3, hole, 3, 20])
    found = bursts_above(counts, np.full(len(counts), 2.0), counts != GARBAGE)
    assert list(found[["first", "last", "unseen"]].itertuples(index=False, name=None)) == bursts


@pytest.mark.parametrize("bins", [0, 1, 50])
@pytest.mark.parametrize("posts", [0, 7])
@pytest.mark.parametrize("is_seen", [False, True])
def test_where_nothing_happens_there_is_no_burst(bins: int, posts: int, is_seen: bool) -> None:
    counts, seen = np.full(bins, posts), np.full(bins, is_seen)
    starts = np.arange(bins) * HOUR
    found, season = bursts_of_counts(counts, starts, "UTC", seen)
    assert found.empty
    assert (season.expected > 0).all()
    assert bursts_of_shares(counts, np.full(bins, 7), seen).empty
    assert bursts_of_shares(counts, np.full(bins, 900), seen).empty
    assert bursts_of_times(starts[:1]).empty
    assert bursts_of_times(np.full(bins, 5)).empty


def test_every_frame_has_its_columns_without_a_burst_too() -> None:
    of_bins = "first: int64, last: int64, level: int64, weight: float64, is_shown: bool, unseen: int64"
    for counts in (np.zeros(30, int), np.array([1] * 25 + [60] * 5)):
        assert columns(bursts_of_shares(counts, np.full(30, 100), np.ones(30, bool))) == of_bins
    of_times = "starts_at: int64, ends_at: int64, level: int64, events: int64, weight: float64, is_shown: bool"
    for times in (np.arange(3) * HOUR, np.append(np.arange(40) * HOUR, 39 * HOUR + np.arange(1, 40) * SECOND)):
        assert columns(bursts_of_times(times)) == of_times


def columns(found: pd.DataFrame) -> str:
    return ", ".join(f"{name}: {dtype}" for name, dtype in found.dtypes.items())


def test_a_burst_is_shown_if_it_saves_the_margin_too() -> None:
    seen, expected = np.ones(100, bool), np.full(100, 5.0)
    counts = np.full(100, 5)
    weight = [0.0, 0.0]
    for at, posts in enumerate((15, 19)):
        counts[50] = posts
        burst = bursts_above(counts, expected, seen).iloc[0]
        weight[at] = burst["weight"]
        assert burst["is_shown"] == (posts == 19)
    assert math.log(100) <= weight[0] < math.log(100) + 3 <= weight[1]


def test_a_share_is_judged_by_its_total() -> None:
    # The whole platform is ten times as loud in some bins, and the campaign with it: that is no burst of its own.
    totals = np.where(np.arange(100) // 5 % 4 == 1, 10_000, 1_000)
    relevant = totals // 100
    seen = np.ones(100, bool)
    assert bursts_of_shares(relevant, totals, seen).empty
    relevant[60:63] *= 6
    found = bursts_of_shares(relevant, totals, seen)
    assert list(found[["first", "last"]].itertuples(index=False, name=None)) == [(60, 63)]


def test_more_levels_than_there_are_shares_are_left_out() -> None:
    totals, relevant = np.full(40, 100), np.full(40, 20)
    relevant[10:14] = 95
    found = bursts_of_shares(relevant, totals, np.ones(40, bool), Settings(levels=5))
    assert set(found["level"]) == {1}


def test_equal_times_are_a_tick_apart() -> None:
    quiet = np.arange(30) * HOUR
    at_once = np.sort(np.append(quiet, np.full(20, 15 * HOUR)))
    ticking = np.sort(np.append(quiet, 15 * HOUR + np.arange(20) * SECOND))
    found, right = bursts_of_times(at_once), bursts_of_times(ticking)
    assert (found["starts_at"] == 15 * HOUR).all()
    assert (found["ends_at"] == 15 * HOUR).all()
    assert found["level"].tolist() == right["level"].tolist()
    assert found["events"].tolist() == right["events"].tolist() == [21] * len(right)


def test_bursts_of_gaps_lie_in_each_other() -> None:
    times = np.cumsum(
        np.concatenate([np.full(50, 3600), np.full(30, 300), np.full(20, 5), np.full(30, 300), [3600] * 50])
    )
    found = bursts_of_times(times * SECOND)
    assert found["level"].tolist() == list(range(1, len(found) + 1))
    assert len(found) >= 4
    assert found["starts_at"].is_monotonic_increasing
    assert found["ends_at"].is_monotonic_decreasing
    assert found["events"].iloc[0] == 81
    assert found["events"].iloc[-1] == 21


def test_what_has_no_meaning_is_refused() -> None:
    seen = np.ones(3, bool)
    with pytest.raises(ValueError, match="ascend"):
        bursts_of_times(np.array([3, 2, 5]))
    with pytest.raises(ValueError, match="more relevant"):
        bursts_of_shares(np.array([1, 5, 1]), np.array([4, 4, 4]), seen)
    with pytest.raises(ValueError, match="expected"):
        bursts_above(np.array([1, 1, 1]), np.array([1.0, 0.0, 1.0]), seen)
    with pytest.raises(ValueError, match="scaling"):
        Settings(scaling=1.0)
