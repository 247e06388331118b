"""Trend, season and rest: they come back as they were planted, and what was not seen has none."""

import numpy as np
import pytest

from analysis.decomposition import decomposition

BINS = 24 * 42
GARBAGE = 10**9


def planted(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make counts with a slow trend and a daily season; returns trend and mean, too."""
    trend = np.linspace(30, 90, BINS)
    mean = trend * (1 + 0.6 * np.cos(2 * np.pi * np.arange(BINS) / 24))
    return np.random.default_rng(seed).poisson(mean), trend, mean


def test_trend_season_and_rest_make_up_the_root_of_the_count() -> None:
    counts, _, _ = planted(1)
    got = decomposition(counts, np.ones(BINS, bool), 24)
    assert got is not None
    fitted = np.sqrt(got["expected"] + 1 / 8) + got["rest"]
    assert fitted.to_numpy() == pytest.approx(np.sqrt(counts + 3 / 8))


def test_what_was_planted_comes_back() -> None:
    counts, trend, mean = planted(2)
    got = decomposition(counts, np.ones(BINS, bool), 24)
    assert got is not None
    assert np.corrcoef(got["trend"], trend)[0, 1] > 0.98
    assert np.abs(got["expected"] / mean - 1).mean() < 0.08
    assert got["rest"].std() == pytest.approx(0.5, abs=0.08)
    assert np.abs(got["season"].to_numpy().reshape(-1, 24).mean(axis=1)).max() < 0.3


def test_a_burst_goes_to_the_rest() -> None:
    counts, _, mean = planted(3)
    counts[500:503] *= 20
    got = decomposition(counts, np.ones(BINS, bool), 24)
    assert got is not None
    assert (got["rest"][500:503] > 10).all()
    assert np.abs(got["expected"][480:520] / mean[480:520] - 1).mean() < 0.15


def test_what_was_not_seen_is_bridged_in_the_fit_alone() -> None:
    counts, _, mean = planted(4)
    seen = np.random.default_rng(5).random(BINS) >= 0.1
    got = decomposition(np.where(seen, counts, GARBAGE), seen, 24)
    assert got is not None
    assert got[~seen].isna().all(axis=None)
    assert got[seen].notna().all(axis=None)
    assert np.abs(got["expected"][seen] / mean[seen] - 1).mean() < 0.1


@pytest.mark.parametrize(("bins", "period", "refused"), [(47, 24, True), (48, 24, False), (48, 1, True), (0, 24, True)])
def test_fewer_than_two_periods_are_refused(bins: int, period: int, refused: bool) -> None:
    assert (decomposition(np.arange(bins), np.ones(bins, bool), period) is None) == refused
    if not refused:
        assert decomposition(np.arange(bins), np.arange(bins) > 0, period) is None
