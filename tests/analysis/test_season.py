"""The season: it follows the zone's clock, is never 0, and a burst does not pass for a rhythm."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from analysis.season import HARMONICS, calmed, season
from analysis.zone import DAY, HOUR, micros

BERLIN = ZoneInfo("Europe/Berlin")
START = micros(datetime(2026, 1, 5, tzinfo=BERLIN))


def hours(number: int, start: int = START) -> np.ndarray:
    return start + np.arange(number) * HOUR


def all_of(number: int) -> np.ndarray:
    return np.ones(number, bool)


def daily(number: int, base: float = 20.0) -> np.ndarray:
    return base * (1 + 0.7 * np.cos(2 * np.pi * np.arange(number) / 24))


def test_without_a_rhythm_the_expectation_is_the_mean_and_half_a_post() -> None:
    counts = np.random.default_rng(4).poisson(5, 240)
    got = season(counts, hours(240), "Europe/Berlin", all_of(240))
    assert not got.has_rhythm
    assert got.expected == pytest.approx(np.full(240, (counts.sum() + 0.5) / 240))
    assert got.bins == 240
    assert got.dispersion == pytest.approx(counts.var() / counts.mean(), rel=0.02)


def test_the_fit_is_the_most_probable_one() -> None:
    counts = np.random.default_rng(5).poisson(daily(240))
    angle = 2 * np.pi * np.arange(240)[:, None] / 24 * np.arange(1, HARMONICS + 1)
    design = np.hstack([np.ones((240, 1)), np.cos(angle), np.sin(angle)])
    posts = counts + 0.5 / 240

    def improbable(coefficients: np.ndarray) -> float:
        logs = design @ coefficients
        return float((np.exp(logs) - posts * logs).sum() + (coefficients[1:] ** 2).sum() / 2)

    best = optimize.minimize(improbable, np.append(np.log(20), np.zeros(2 * HARMONICS)), method="BFGS")
    got = season(counts, hours(240), "Europe/Berlin", all_of(240))
    assert got.expected == pytest.approx(np.exp(design @ best.x), rel=1e-3)


@pytest.mark.parametrize("rate", [1, 5, 100])
def test_a_rhythm_is_found_and_followed(rate: int) -> None:
    mean = daily(480, rate)
    got = season(np.random.default_rng(rate).poisson(mean), hours(480), "Europe/Berlin", all_of(480))
    assert got.has_rhythm
    assert np.abs(got.expected / mean - 1).mean() < 0.5 / np.sqrt(rate)


def test_the_rhythm_is_that_of_the_wall_clock() -> None:
    starts = hours(56 * 24, micros(datetime(2026, 3, 1, tzinfo=BERLIN)))  # summer time begins on the 29th
    clock = np.array([datetime.fromtimestamp(start / 1e6, BERLIN).hour for start in starts.tolist()])
    counts = np.random.default_rng(6).poisson(np.where(clock == 21, 90, 10))
    got = season(counts, starts, "Europe/Berlin", all_of(len(starts)))
    loudest = starts[got.expected > 0.9 * got.expected.max()]
    assert {datetime.fromtimestamp(start / 1e6, BERLIN).hour for start in loudest.tolist()} == {21}
    assert len({datetime.fromtimestamp(start / 1e6, UTC).hour for start in loudest.tolist()}) == 2


def test_few_flat_streams_have_a_rhythm_by_chance() -> None:
    chance = np.random.default_rng(7)
    got = [season(chance.poisson(5, 240), hours(240), "Europe/Berlin", all_of(240)) for _ in range(300)]
    assert sum(one.has_rhythm for one in got) <= 300 * 0.05 + 2 * np.sqrt(300 * 0.05 * 0.95)


def test_a_giant_burst_is_no_rhythm() -> None:
    chance = np.random.default_rng(8)
    rhythms = 0
    for _ in range(100):
        counts = chance.poisson(20, 240)
        first = chance.integers(234)
        counts[first : first + 6] *= 1000
        rhythms += season(counts, hours(240), "Europe/Berlin", all_of(240)).has_rhythm
    assert rhythms <= 100 * 0.05 + 2 * np.sqrt(100 * 0.05 * 0.95)


@pytest.mark.parametrize(("bins", "step"), [(48, HOUR), (100, DAY), (60, 6 * HOUR)])
def test_in_two_days_or_by_long_bins_no_daily_rhythm_can_be_told(bins: int, step: int) -> None:
    counts = 1 + 50 * (np.arange(bins) % max(DAY // step, 2) == 0)
    assert not season(counts, START + np.arange(bins) * step, "Europe/Berlin", all_of(bins)).has_rhythm


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_weekdays_are_told_from_three_weeks_on(step: int) -> None:
    for weeks, told in ((2, False), (4, True)):
        starts = micros(datetime(2026, 1, 5, tzinfo=UTC)) + np.arange(0, weeks * 7 * DAY, step)
        is_weekend = (starts // DAY + 3) % 7 >= 5
        counts = np.random.default_rng(weeks).poisson(np.where(is_weekend, 40, 15) * step / HOUR)
        got = season(counts, starts, "UTC", all_of(len(starts)))
        assert got.has_weekdays == told
        if told:
            ratio = got.expected[is_weekend].mean() / got.expected[~is_weekend].mean()
            assert ratio == pytest.approx(40 / 15, rel=0.05)


def test_what_does_not_tell_is_never_looked_at() -> None:
    counts = np.random.default_rng(9).poisson(daily(240))
    told = np.random.default_rng(10).random(240) < 0.8
    right = season(np.where(told, counts, 0), hours(240), "Europe/Berlin", told)
    got = season(np.where(told, counts, 10**9), hours(240), "Europe/Berlin", told)
    assert np.array_equal(got.expected, right.expected)
    assert got.dispersion == right.dispersion
    assert got.bins == told.sum()


def test_longer_bins_are_expected_to_have_more() -> None:
    starts = np.array([micros(datetime(2025, month, 1, tzinfo=UTC)) for month in range(1, 13)])
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 30])  # the last is taken for its neighbour
    got = season(days * 10, starts, "UTC", all_of(12))
    assert got.expected == pytest.approx(days * 10, rel=0.001)


def test_posts_in_clusters_are_dispersed() -> None:
    counts = 10 * np.random.default_rng(11).poisson(4, 300)
    assert season(counts, hours(300), "UTC", all_of(300)).dispersion == pytest.approx(10, rel=0.2)


@given(
    st.lists(st.one_of(st.integers(0, 3), st.integers(0, 10**7)), min_size=1, max_size=200),
    st.sampled_from([HOUR // 4, HOUR, 3 * HOUR, DAY, 7 * DAY]),
    st.integers(0, 3),
)
@settings(deadline=None)
def test_something_finite_is_expected_of_every_bin(counts: list[int], step: int, every: int) -> None:
    told = np.arange(len(counts)) % 4 >= every
    got = season(np.array(counts), START + np.arange(len(counts)) * step, "Asia/Tehran", told)
    assert np.isfinite(got.expected).all()
    assert (got.expected > 0).all()
    assert got.dispersion is None or np.isfinite(got.dispersion)


def test_calmed_counts_have_no_peak() -> None:
    counts = np.append(np.full(99, 3), 3000)
    assert calmed(counts, all_of(100)).tolist() == [3.0] * 100
    assert calmed(np.array([0] * 99 + [7]), all_of(100)).max() == 1
    assert calmed(np.array([5, 7]), np.array([True, False])).tolist() == [5, 0]
    assert calmed(np.array([5]), np.array([False])).tolist() == [0]
