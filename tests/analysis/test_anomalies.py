"""Anomalies: exact tails, few false ones on chance and rhythm, and none hidden behind a giant; and silences."""

import math
from typing import Final

import numpy as np
import pytest

from analysis.anomalies import anomalies, silence
from analysis.zone import HOUR

DAYS: Final = 42
BINS: Final = 24 * DAYS
STARTS: Final = 491_000 * HOUR + np.arange(BINS) * HOUR
EVERYTHING: Final = np.ones(BINS, bool)
GARBAGE: Final = 10**9


def season_of(kind: str, base: float, chance: np.random.Generator) -> np.ndarray:
    daily = 2 * np.pi * (np.arange(BINS) - chance.integers(24)) / 24
    return base * (1 + 0.7 * np.cos(daily)) if kind == "rhythm" else np.full(BINS, float(base))


def streams_with_an_anomaly(kind: str, base: float, hidden: float, seeds: int) -> float:
    alarmed = 0
    for seed in range(seeds):
        chance = np.random.default_rng([seed, int(base), len(kind), hidden > 0])
        counts = chance.poisson(season_of(kind, base, chance))
        seen = chance.random(BINS) >= hidden
        alarmed += bool(anomalies(np.where(seen, counts, GARBAGE), STARTS, "UTC", seen)["is_anomalous"].any())
    return alarmed / seeds


def share_of_found(kind: str, base: float, seeds: int, giant: int = 1) -> float:
    """Plant a bin of three times what its hour has, at an hour that has `base` or more, and perhaps a giant, too."""
    found = 0
    for seed in range(seeds):
        chance = np.random.default_rng([seed, int(base), len(kind), giant])
        mean = season_of(kind, base, chance)
        planted, beside = chance.choice(np.flatnonzero(mean >= base - 1e-9), 2, replace=False)
        mean[planted] *= 3
        mean[beside] *= giant
        flagged = anomalies(chance.poisson(mean), STARTS, "UTC", EVERYTHING)["is_anomalous"]
        found += bool(flagged[planted]) and (giant == 1 or bool(flagged[beside]))
    return found / seeds


def test_a_tail_is_the_chance_of_so_many_posts_or_more() -> None:
    counts = np.random.default_rng(1).poisson(4, BINS)
    got = anomalies(counts, STARTS, "UTC", EVERYTHING)
    for row, posts in list(zip(got.itertuples(), counts.tolist(), strict=True))[:100]:
        mean = row.expected
        fewer = sum(math.exp(-mean) * mean**number / math.factorial(number) for number in range(posts))
        assert row.p == pytest.approx(1 - fewer, abs=1e-12)


def test_tails_are_adjusted_over_the_seen_bins() -> None:
    chance = np.random.default_rng(2)
    seen = chance.random(BINS) < 0.7
    got = anomalies(np.where(seen, chance.poisson(4, BINS), GARBAGE), STARTS, "UTC", seen)
    p = sorted(got["p"][seen])
    adjusted = [min(later * len(p) / rank for rank, later in list(enumerate(p, 1))[at:]) for at in range(len(p))]
    assert sorted(got["q"][seen]) == pytest.approx(np.minimum(adjusted, 1))
    assert got.loc[~seen, ["p", "q", "is_anomalous"]].isna().all(axis=None)
    assert got["expected"].notna().all()


@pytest.mark.parametrize("kind", ["flat", "rhythm"])
def test_few_streams_alarm_by_chance(kind: str) -> None:
    assert streams_with_an_anomaly(kind, 5, 0.2, 20) <= 0.15


@pytest.mark.parametrize("kind", ["flat", "rhythm"])
def test_three_times_the_posts_in_one_bin_are_found_also_beside_a_giant(kind: str) -> None:
    assert share_of_found(kind, 100, 8) == 1
    assert share_of_found(kind, 100, 8, giant=1000) == 1


def test_posts_in_clusters_alarm_no_more_often() -> None:
    alarmed = 0
    for seed in range(20):
        chance = np.random.default_rng(seed)
        counts = chance.poisson(20 * chance.gamma(3, 1 / 3, BINS))
        alarmed += bool(anomalies(counts, STARTS, "UTC", EVERYTHING)["is_anomalous"].any())
    assert alarmed <= 4


@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("bins", [1, 30])
def test_without_posts_nothing_is_anomalous(bins: int, seen: bool) -> None:
    got = anomalies(np.zeros(bins), STARTS[:bins], "UTC", np.full(bins, seen))
    assert not got["is_anomalous"].fillna(False).any()
    assert got["is_anomalous"].isna().all() != seen


@pytest.mark.proof
@pytest.mark.parametrize("hidden", [0, 0.2])
@pytest.mark.parametrize("base", [2, 5, 20, 100])
@pytest.mark.parametrize("kind", ["flat", "rhythm"])
def test_at_most_one_in_twenty_streams_alarms_by_chance(kind: str, base: float, hidden: float) -> None:
    assert streams_with_an_anomaly(kind, base, hidden, 200) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 200)


@pytest.mark.proof
@pytest.mark.parametrize("giant", [1, 1000])
@pytest.mark.parametrize("base", [20, 100])
@pytest.mark.parametrize("kind", ["flat", "rhythm"])
def test_three_times_the_posts_in_one_bin_are_found(kind: str, base: float, giant: int) -> None:
    assert share_of_found(kind, base, 200, giant) >= 0.95


def silent_for(hours: int, base: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    counts = np.random.default_rng(3).poisson(base, 480)
    counts[-hours - 1] = 1
    counts[-hours:] = 0
    return counts, STARTS[:480]


def test_a_silence_is_as_improbable_as_no_post_falling_into_it() -> None:
    counts, starts = silent_for(12)
    got = silence(counts, starts, "UTC", np.ones(480, bool))
    assert got is not None
    assert (got.first, got.last, got.unseen) == (468, 480, 0)
    assert got.expected == pytest.approx(12 * (counts.sum() + 0.5) / 480)
    assert got.p == pytest.approx((468 / 480) ** counts.sum(), rel=0.2)
    assert got.p_in_window == pytest.approx(got.p * (1 + (counts > 0).sum()))


def test_a_silence_in_the_small_hours_is_not_so_improbable() -> None:
    hour = np.arange(480) % 24
    counts = np.random.default_rng(4).poisson(np.where(hour >= 18, 0.02, 6))
    counts[474:] = 0
    night = silence(counts, STARTS[:480], "UTC", np.ones(480, bool))
    counts[468:] = 0
    day = silence(counts, STARTS[:480], "UTC", np.ones(480, bool))
    assert night is not None
    assert day is not None
    assert night.p > 0.05
    assert day.p_in_window < 1e-6


def test_what_was_not_seen_is_not_silent() -> None:
    counts, starts = silent_for(12)
    seen = np.ones(480, bool)
    seen[470:476] = seen[478:] = False
    got = silence(np.where(seen, counts, GARBAGE), starts, "UTC", seen)
    assert got is not None
    assert (got.first, got.last, got.unseen) == (468, 478, 6)
    assert got.expected < 5
    seen[468:] = False
    assert silence(np.where(seen, counts, GARBAGE), starts, "UTC", seen) is None


def test_where_nothing_was_ever_posted_silence_is_certain() -> None:
    got = silence(np.zeros(48), STARTS[:48], "UTC", np.ones(48, bool))
    assert got is not None
    assert (got.p, got.p_in_window) == (1, 1)
    assert silence(np.zeros(48), STARTS[:48], "UTC", np.zeros(48, bool)) is None
    assert silence(np.zeros(0), STARTS[:0], "UTC", np.zeros(0, bool)) is None


def test_a_giant_burst_does_not_make_a_usual_silence_improbable() -> None:
    counts, starts = silent_for(2)
    counts[100] = 5000
    got = silence(counts, starts, "UTC", np.ones(480, bool))
    assert got is not None
    assert got.p > 0.05


@pytest.mark.parametrize("seeds", [150, pytest.param(1000, marks=pytest.mark.proof)])
def test_a_silence_is_improbable_as_often_as_it_says(seeds: int) -> None:
    improbable = 0
    for seed in range(seeds):
        chance = np.random.default_rng(seed)
        told = silence(chance.poisson(0.3, 120), STARTS[:120], "UTC", chance.random(120) >= 0.1)
        improbable += told is not None and told.p <= 0.05
    assert improbable / seeds <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / seeds)
