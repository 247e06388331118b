"""Bursts the slow, obvious way: write down every sequence of states, and look for the cheapest."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, product

Costs = Sequence[Sequence[float]]
"""What each gap or bin costs in each state."""
Burst = tuple[int, int, int, float]
"""First, last (exclusive), level and weight."""

_SAME = 1e-9


def gap_costs(gaps: Sequence[float], scaling: float) -> Costs:
    total, states = sum(gaps), math.ceil(1 + math.log(sum(gaps) / min(gaps), scaling))
    rates = [len(gaps) / total * scaling**state for state in range(states)]
    return [[rate * gap - math.log(rate) for rate in rates] for gap in gaps]


def share_costs(posts: Sequence[tuple[int, int] | None], scaling: float) -> Costs:
    """Two states; a bin is (relevant posts, posts), or None where it was not seen."""
    seen = [post for post in posts if post]
    base = sum(relevant for relevant, _ in seen) / sum(total for _, total in seen)
    shares = [base, min(scaling * base, 0.9999)]
    return [
        [-math.log(math.comb(post[1], post[0]) * p ** post[0] * (1 - p) ** (post[1] - post[0])) for p in shares]
        if post
        else [0.0, 0.0]
        for post in posts
    ]


def count_costs(posts: Sequence[int | None], expected: Sequence[float], scaling: float, states: int) -> Costs:
    """A bin is its posts, or None where it was not seen."""
    return [
        [0.0] * states
        if count is None
        else [mu - count * math.log(mu) for mu in (base * scaling**state for state in range(states))]
        for count, base in zip(posts, expected, strict=True)
    ]


def naive_bursts(costs: Costs, climb: float, grounded: Iterable[int] = ()) -> list[Burst]:
    """Find the bursts of the cheapest sequence that is in state 0 in the `grounded` bins.

    Of several it is the one that is lowest in every bin, and there must be such a one.
    """
    sequences = [
        (_cost(path, costs, climb), path)
        for path in product(*(range(len(of_bin)) for of_bin in costs))
        if not any(path[at] for at in grounded)
    ]
    least = min(cost for cost, _ in sequences)
    cheapest = [path for cost, path in sequences if cost < least + _SAME]
    lowest = tuple(map(min, zip(*cheapest, strict=True)))
    assert lowest in cheapest
    return [burst for level in range(1, len(costs[0])) for burst in _bursts_of(level, lowest, costs)]


def long_runs(seen: Sequence[bool], bridge: int) -> list[int]:
    """List the bins of runs of more than `bridge` unseen ones."""
    runs = [list(run) for _, run in groupby(range(len(seen)), key=lambda at: seen[at])]
    return [at for run in runs if not seen[run[0]] and len(run) > bridge for at in run]


def _cost(path: Sequence[int], costs: Costs, climb: float) -> float:
    climbed = sum(max(here - before, 0) for before, here in zip((0, *path), path, strict=False))
    return climbed * climb + sum(of_bin[state] for of_bin, state in zip(costs, path, strict=True))


def _bursts_of(level: int, path: Sequence[int], costs: Costs) -> Iterable[Burst]:
    for is_up, run in groupby(range(len(path)), key=lambda at: path[at] >= level):
        if is_up:
            bins = list(run)
            saved = sum(costs[at][level - 1] - costs[at][level] for at in bins)
            yield bins[0], bins[-1] + 1, level, saved
