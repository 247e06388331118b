"""Changes of level: where they were planted, between seen bins, and none by chance."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from analysis.changes import LEAST, PENALTY, changes

STEPS = [200, 500, 620, 900]
LEVELS = [20, 50, 25, 60, 20]
BINS = 1200
GARBAGE = 10**9


def stepped(chance: np.random.Generator) -> np.ndarray:
    return chance.poisson(np.repeat(LEVELS, np.diff([0, *STEPS, BINS])))


def naive_cuts(counts: np.ndarray) -> tuple[int, ...]:
    """Try all ways of cutting into at most four stretches."""
    level, penalty = np.sqrt(counts + 3 / 8), PENALTY * np.log(len(counts))

    def cost(cuts: tuple[int, ...]) -> float:
        parts = [level[start:end] for start, end in pairwise([0, *cuts, len(level)])]
        return sum(float(((part - part.mean()) ** 2).sum()) for part in parts) + penalty * len(cuts)

    ways = (cuts for number in range(4) for cuts in combinations(range(LEAST, len(level) - LEAST + 1), number))
    return min((cuts for cuts in ways if all(b - a >= LEAST for a, b in pairwise(cuts))), key=cost)


def test_cuts_are_the_cheapest_of_all() -> None:
    chance, most = np.random.default_rng(1), 0
    for _ in range(30):
        counts = chance.poisson(np.repeat(chance.choice([2, 20, 60], 3), [5, 6, 5]))
        got = changes(counts, np.ones(16, bool))
        assert tuple(got["first_after"]) == naive_cuts(counts)
        most = max(most, len(got))
    assert most == 2


@pytest.mark.parametrize("seed", range(20))
def test_planted_steps_are_found_within_a_bin(seed: int) -> None:
    got = changes(stepped(np.random.default_rng(seed)), np.ones(BINS, bool))
    assert len(got) == len(STEPS)
    assert np.abs(got["first_after"].to_numpy() - STEPS).max() <= 1
    assert (got["last_before"] == got["first_after"] - 1).all()
    assert got["before"].tolist() == pytest.approx(LEVELS[:-1], rel=0.1)
    assert got["after"].tolist() == pytest.approx(LEVELS[1:], rel=0.1)


def test_a_change_in_a_hole_lies_somewhere_between() -> None:
    counts, seen = stepped(np.random.default_rng(1)), np.ones(BINS, bool)
    seen[490:510] = False
    got = changes(np.where(seen, counts, GARBAGE), seen)
    assert (489, 510) in zip(got["last_before"], got["first_after"], strict=True)
    assert len(got) == len(STEPS)


def test_few_flat_streams_have_a_change() -> None:
    chance = np.random.default_rng(2)
    changed = sum(not changes(chance.poisson(20, 1000), np.ones(1000, bool)).empty for _ in range(200))
    assert changed <= 10


def test_of_a_daily_rhythm_only_days_tell_what_lasts() -> None:
    mean = 50 * (1 + 0.7 * np.cos(2 * np.pi * np.arange(480) / 24)) * np.where(np.arange(480) < 240, 1, 2)
    counts = np.random.default_rng(3).poisson(mean)
    assert len(changes(counts, np.ones(480, bool))) > 20
    by_day = counts.reshape(20, 24).sum(axis=1)
    assert changes(by_day, np.ones(20, bool))["first_after"].tolist() == [10]


@pytest.mark.parametrize("bins", [0, 1, 2, 3, 4, 30])
@pytest.mark.parametrize("is_seen", [False, True])
def test_what_stays_the_same_has_no_change(bins: int, is_seen: bool) -> None:
    got = changes(np.full(bins, 7), np.full(bins, is_seen))
    assert got.empty
    assert list(got) == ["last_before", "first_after", "before", "after"]
