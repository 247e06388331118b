"""Episodes: made campaigns whose outbreaks are known, and holes that make, begin and end none."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.bins import STEPS, Grid
from analysis.episodes import COLUMNS, Burst, Detected, Kind, Settings, _cores, _grouped, _Series, episodes
from analysis.states import RANK, UNKNOWN
from analysis.zone import HOUR
from tests.made_lake import plain
from tests.naive_measures import Node, naive_cores

START = datetime(2019, 1, 1, tzinfo=UTC)
DAYS = 60
YEARS = 24 * 365 * 5 + 24 * 120
GARBAGE = 10**6
Counts: TypeAlias = npt.NDArray[np.int64]
Outbreak: TypeAlias = tuple[int, float, float]
"""The bin in which it is strongest and begins, its posts in that bin, the bins in which it falls to 37 %."""


def made(seed: int, bins: int, base: float, *outbreaks: Outbreak, rhythm: float = 0.0) -> Counts:
    """Draw counts above a base."""
    at = np.arange(bins)
    mean = base * (1 + rhythm * np.cos(2 * np.pi * at / 24))
    for first, height, decay in outbreaks:
        mean[first:] += height * np.exp(-(at[first:] - first) / decay)
    return np.random.default_rng([seed, bins, int(1000 * base)]).poisson(mean)


def frame_of(counts: Counts, unseen: Sequence[slice] = (), step: str = "1h", kind: Kind = "posts") -> pd.DataFrame:
    """Make what episodes see of a volume frame; what was found in unseen bins is garbage."""
    grid = Grid.over(START, START + timedelta(seconds=STEPS[step].seconds * max(len(counts), 1)), STEPS[step], "UTC")
    state, found = np.array(["complete"] * len(counts), object), counts.copy()
    for hole in unseen:
        state[hole], found[hole] = "lost", GARBAGE
    of_kind: dict[str, Any] = {kind: pd.array(found, "Int64"), f"state_{kind}": pd.array(state, "str")}
    edges = {"bin_start": grid.starts[: len(counts)], "bin_end": grid.ends[: len(counts)]}
    return pd.DataFrame({**edges, **of_kind, f"reason_{kind}": pd.array([""] * len(counts), "str")})


def detected(counts: Counts, *unseen: slice) -> pd.DataFrame:
    return episodes(frame_of(counts, unseen), "UTC").episodes


def places(told: pd.DataFrame) -> list[tuple[int, int]]:
    """List the bins [onset, end) of the episodes of hours."""
    edges = (((told[name] - START) // pd.Timedelta(hours=1)).tolist() for name in ("onset", "end"))
    return list(zip(*edges, strict=True))


def check(told: Detected, frame: pd.DataFrame, kind: Kind = "posts") -> None:
    """Hold episodes to what is always true of them."""
    bins = told.bins
    seen = ~frame[f"state_{kind}"].isin(UNKNOWN)
    assert bins["is_seen"].tolist() == seen.tolist()
    counts = frame[kind].where(seen, 0)
    before: pd.Timestamp = pd.Timestamp(START)
    rows: Iterable[Any] = told.episodes.itertuples()
    for row in rows:
        inside = (frame["bin_start"] >= row.onset) & (frame["bin_end"] <= row.end)
        assert before <= row.onset <= row.peak < row.end <= frame["bin_end"].iloc[-1]
        assert row.onset in set(frame["bin_start"])
        assert row.end in set(frame["bin_end"])
        assert row.posts == frame.loc[inside, kind].sum()
        assert row.peak_posts == counts[inside].max() > 0
        assert row.peak == frame.loc[inside & (counts == row.peak_posts), "bin_start"].iloc[0]
        assert row.unseen_bins == (inside & ~seen).sum()
        assert seen[inside].iloc[0]
        assert seen[inside].iloc[-1]
        assert (bins["level"][inside] > 0).any()
        before = row.end
    if len(told.episodes):
        assert told.episodes[["quiet_days", "quiet_posts", "quiet_seen", "reignites"]].iloc[0].isna().all()
        assert told.episodes[["quiet_days", "quiet_posts", "quiet_seen"]].iloc[1:].notna().all(axis=None)


def test_an_outbreak_is_one_episode_from_its_onset_while_it_decays() -> None:
    counts = made(1, 24 * DAYS, 0.5, (500, 100, 20))
    told = detected(counts)
    ((onset, end),) = places(told)
    assert onset == 500
    assert 530 <= end <= 600
    row = told.iloc[0]
    assert 0.75 * counts[500:700].sum() <= row["posts"] <= counts[500:700].sum()
    assert row["weight"] > 1000
    assert row["unseen_bins"] == 0


def test_outbreaks_less_than_a_day_apart_are_one_episode() -> None:
    ((onset, end),) = places(detected(made(2, 24 * DAYS, 0.5, (500, 100, 3), (520, 100, 3))))
    assert onset == 500
    assert 525 <= end <= 545


def test_a_second_outbreak_six_days_later_in_an_almost_empty_campaign_is_an_episode_of_its_own() -> None:
    for height in (100, 30):
        told = detected(made(3, 24 * DAYS, 0.01, (500, 100, 6), (644, height, 6)))
        (first, _), (second, _) = places(told)
        assert (first, second) == (500, 644)
        assert 4 < told["quiet_days"].iloc[1] < 6
        assert told["reignites"].tolist() == [pd.NA, False]


def test_an_episode_that_came_five_years_later_has_reignited_the_campaign() -> None:
    told = detected(made(4, YEARS, 0.002, (2000, 100, 24), (YEARS - 900, 60, 24)))
    assert [onset for onset, _ in places(told)] == pytest.approx([2000, YEARS - 900], abs=2)
    assert told["reignites"].tolist() == [pd.NA, True]
    assert told["quiet_days"].iloc[1] == pytest.approx(5 * 365, abs=5)
    assert told["quiet_seen"].iloc[1] == 1


def test_whether_it_was_silent_is_unknown_where_the_years_between_were_not_collected() -> None:
    counts = made(5, YEARS, 0.002, (2000, 100, 24), (YEARS - 900, 60, 24))
    told = detected(counts, slice(2400, YEARS - 1000))
    assert [onset for onset, _ in places(told)] == pytest.approx([2000, YEARS - 900], abs=2)
    assert told["reignites"].isna().all()
    assert told["quiet_seen"].iloc[1] < 0.05
    # A third of the time is not enough to tell, two thirds are.
    for hidden, reignites in ((16, None), (8, True)):
        daily = [slice(at, at + hidden) for at in range(2400, YEARS - 1000, 24)]
        assert plain(detected(counts, *daily)["reignites"]) == [None, reignites]


def test_after_years_that_were_busy_nothing_is_reignited() -> None:
    counts = made(6, YEARS, 0.002, (2000, 100, 24), (YEARS - 900, 60, 24))
    busy = counts + np.where((np.arange(YEARS) > 3000) & (np.arange(YEARS) < YEARS - 1500), made(7, YEARS, 6), 0)
    told = detected(busy)
    assert YEARS - 900 in [onset for onset, _ in places(told)]
    assert not told["reignites"].fillna(False).any()


@pytest.mark.parametrize(("days", "reignites"), [(25, False), (40, True)])
def test_a_silence_of_under_thirty_days_is_none(days: int, reignites: bool) -> None:
    told = detected(made(8, 24 * 120, 0.0, (500, 100, 3), (500 + 24 * days, 100, 3)))
    assert told["reignites"].tolist() == [pd.NA, reignites]


HOLES = {
    "long before": slice(300, 400),
    "right before": slice(450, 500),
    "long after": slice(700, 800),
    "inside, short": slice(508, 512),
    "inside, under a day": slice(508, 518),
}


@pytest.mark.parametrize("hole", HOLES.values(), ids=HOLES)
def test_a_hole_beside_or_inside_an_outbreak_begins_and_ends_nothing(hole: slice) -> None:
    counts = made(9, 24 * DAYS, 0.5, (500, 100, 20))
    frame = frame_of(counts, [hole])
    told = episodes(frame, "UTC")
    check(told, frame)
    ((onset, end),) = places(told.episodes)
    assert onset == 500
    assert abs(end - places(detected(counts))[0][1]) <= 20


@pytest.mark.parametrize("hole", [slice(480, 505), slice(520, 620), slice(505, 545)], ids=["onset", "end", "middle"])
def test_a_hole_across_an_edge_of_an_outbreak_leaves_what_was_seen_beside_it(hole: slice) -> None:
    frame = frame_of(made(9, 24 * DAYS, 0.5, (500, 100, 20)), [hole])
    told = episodes(frame, "UTC")
    check(told, frame)
    found = places(told.episodes)
    assert all(last <= hole.start or first >= hole.stop for first, last in found)
    assert min(first for first, _ in found) == (505 if hole.start < 500 else 500)
    assert not told.episodes["reignites"].fillna(False).any()


def test_an_outbreak_that_nobody_saw_is_no_episode() -> None:
    counts = made(9, 24 * DAYS, 0.5, (500, 100, 20))
    assert detected(counts, slice(490, 700)).empty
    assert not episodes(frame_of(counts, [slice(490, 700)]), "UTC").bins["is_seen"].iloc[490:700].any()


def test_what_was_found_in_unseen_bins_changes_nothing_but_the_size() -> None:
    hole = slice(505, 520)
    frame = frame_of(made(10, 24 * DAYS, 0.5, (500, 100, 20), (900, 30, 10)), [hole])
    told = episodes(frame, "UTC")
    facts = told.episodes.drop(columns="posts")
    for found in (0, 1, None):
        other = frame.copy()
        other.loc[hole.start : hole.stop - 1, "posts"] = pd.NA if found is None else found
        again = episodes(other, "UTC")
        pd.testing.assert_frame_equal(again.episodes.drop(columns="posts"), facts)
        lacks = (told.episodes["posts"] - again.episodes["posts"]).tolist()
        assert lacks == [(GARBAGE - (found or 0)) * unseen for unseen in facts["unseen_bins"]]
        columns = ["expected", "level", "is_seen"]
        pd.testing.assert_frame_equal(again.bins[columns], told.bins[columns])
    for state in (*UNKNOWN, None):
        other = frame.copy()
        other.loc[hole.start : hole.stop - 1, "state_posts"] = state
        pd.testing.assert_frame_equal(episodes(other, "UTC").episodes, told.episodes)
    given_it = frame.copy()
    given_it.loc[hole.start : hole.stop - 1, "state_posts"] = "given"
    assert episodes(given_it, "UTC").episodes["peak_posts"].max() == GARBAGE


@pytest.mark.parametrize(
    ("counts", "unseen"),
    [
        ([], []),
        ([0], []),
        ([500], []),
        ([0] * 100 + [1] + [0] * 100, []),
        ([0] * 100, []),
        ([50] * 100, [slice(0, 100)]),
    ],
    ids=["no bins", "one empty bin", "one bin", "one post", "no posts", "only unseen bins"],
)
def test_where_nothing_stands_out_there_is_no_episode(counts: list[int], unseen: list[slice]) -> None:
    frame = frame_of(np.array(counts, np.int64), unseen)
    told = episodes(frame, "UTC")
    assert told.episodes.empty
    assert tuple(told.episodes.columns) == COLUMNS
    assert len(told.bins) == len(frame)
    types = {name: str(told.episodes[name].dtype) for name in ("onset", "posts", "quiet_days", "reignites")}
    one = detected(made(1, 24 * DAYS, 0.5, (500, 100, 20)))
    assert types == {name: str(one[name].dtype) for name in types}
    whole = episodes(frame_of(made(1, 24 * DAYS, 0.5)), "UTC")
    assert told.bins.dtypes.astype(str).to_dict() == whole.bins.dtypes.astype(str).to_dict()


def test_all_posts_in_one_bin_are_an_episode_of_one_bin() -> None:
    counts = np.zeros(201, np.int64)
    counts[100] = 500
    told = detected(counts)
    assert places(told) == [(100, 101)]
    assert (told["posts"].iloc[0], told["peak_posts"].iloc[0]) == (500, 500)


def test_a_daily_rhythm_is_no_episode_and_hides_none() -> None:
    assert detected(made(11, 24 * DAYS, 5, rhythm=0.7)).empty
    ((onset, end),) = places(detected(made(11, 24 * DAYS, 5, (24 * 30, 80, 10), rhythm=0.7)))
    assert abs(onset - 24 * 30) <= 1
    assert end - onset <= 48


def test_episodes_of_reposts_look_at_reposts_and_their_states_alone() -> None:
    counts = made(12, 24 * DAYS, 0.5, (500, 100, 20))
    frame = frame_of(counts, [slice(900, 950)], kind="reposts").assign(posts=0, state_posts="complete", reason_posts="")
    told = episodes(frame, "UTC", "reposts")
    check(told, frame, "reposts")
    assert places(told.episodes)[0][0] == 500
    assert told.bins["state_posts"].tolist() == frame["state_reposts"].tolist()
    assert episodes(frame, "UTC").episodes.empty
    assert episodes(frame.assign(state_reposts=None), "UTC", "reposts").episodes.empty


def test_days_are_bins_too() -> None:
    frame = frame_of(made(13, 400, 1, (200, 100, 1)), step="1day")
    told = episodes(frame, "UTC")
    check(told, frame)
    assert told.episodes["onset"].tolist() == [START + timedelta(days=200)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.3, 3.0]), st.floats(0, 0.4), st.sampled_from(["1h", "6h"]))
def test_episodes_are_in_order_apart_and_made_of_what_was_seen(
    seed: int, base: float, hidden: float, step: str
) -> None:
    chance = np.random.default_rng(seed)
    bins = 600
    outbreaks = [
        (int(first), float(height), float(decay))
        for first, height, decay in zip(
            chance.integers(0, bins, 6), 3 + 20 * chance.pareto(1, 6), 1 + chance.exponential(15, 6), strict=True
        )
    ]
    counts = made(seed, bins, base, *outbreaks)
    frame = frame_of(counts, step=step)
    run = np.repeat(chance.random(bins // 5) < hidden, 5)
    states = np.where(run, chance.choice(RANK, bins), "complete")
    frame["state_posts"] = states
    told = episodes(frame, "Europe/Berlin")
    check(told, frame)
    onsets, ends = told.episodes["onset"].iloc[1:].array, told.episodes["end"].iloc[:-1].array
    assert all(onset - end >= pd.Timedelta(days=1) for onset, end in zip(onsets, ends, strict=True))
    days = [(onset - end) / pd.Timedelta(days=1) for onset, end in zip(onsets, ends, strict=True)]
    assert told.episodes["quiet_days"].iloc[1:].tolist() == pytest.approx(days)


def tree(chance: np.random.Generator, bins: int) -> list[Node]:
    """Draw bursts that lie within each other, in any order."""
    found: list[Node] = []

    def grow(level: int, first: int, last: int) -> None:
        edges = sorted(chance.integers(first, last + 1, 2 * int(chance.integers(0, 5))).tolist())
        if level > 1 and chance.random() < 0.3:
            edges = [first, last]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if start < end and (not found or level < 7):
                found.append((level, start, end))
                grow(level + 1, start, end)

    grow(1, 0, bins)
    # What touches is one burst.
    kept = [one for one in found if not any(o[0] == one[0] and o is not one and o[1] == one[2] for o in found)]
    kept = [one for one in kept if one[0] == 1 or any(_within(one, o) for o in kept)]
    return [kept[at] for at in chance.permutation(len(kept))]


def _within(one: Node, other: Node) -> bool:
    return other[0] == one[0] - 1 and other[1] <= one[1] and one[2] <= other[2]


def nested(nodes: Sequence[Node]) -> list[Node]:
    """Keep the bursts of which every level below is there."""
    kept: list[Node] = []
    for one in sorted(nodes):
        if one[0] == 1 or any(_within(one, other) for other in kept):
            kept.append(one)
    return kept


def series(counts: Counts) -> _Series:
    starts = np.arange(len(counts)) * HOUR
    return _Series(
        counts.astype(np.float64), counts.astype(np.float64), np.ones(len(counts), bool), starts, starts + HOUR
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 0.75, 0.95]), st.sampled_from([1, 5, 24]))
def test_cores_equal_a_slow_walk_of_the_tree_of_bursts(seed: int, share: float, apart: int) -> None:
    chance = np.random.default_rng(seed)
    counts = (20 * chance.pareto(1, 60)).astype(np.int64)
    nodes = nested(tree(chance, 60))
    wanted = Settings(share=share, apart=timedelta(hours=apart))
    found = sorted(_cores([Burst(*node) for node in nodes], series(counts), wanted))
    assert found == naive_cores(nodes, counts.tolist(), share, apart)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    stretches = {(first, last) for _, first, last in nodes}
    assert set(found) <= stretches
    assert all(any(level == 1 and first <= one[0] and one[1] <= last for level, first, last in nodes) for one in found)
    assert all(any(first <= one[0] and one[1] <= last for one in found) for level, first, last in nodes if level == 1)


def test_a_core_is_the_highest_level_with_most_posts_and_what_is_beside_it_stands_alone() -> None:
    counts = np.zeros(200, np.int64)
    counts[10:12], counts[60:64], counts[150] = 100, 6, 1
    loud = [Burst(1, 0, 200), Burst(2, 10, 12), Burst(3, 10, 12), Burst(4, 11, 12)]
    beside = [Burst(2, 60, 64), Burst(2, 150, 151)]
    assert sorted(_cores([*loud, *beside], series(counts), Settings())) == [(10, 12), (60, 64), (150, 151)]
    # How loud the first was does not cut the second to the tip that is as loud.
    tip = [Burst(3, 61, 62)]
    assert sorted(_cores([*loud, *beside, *tip], series(counts), Settings())) == [(10, 12), (60, 64), (150, 151)]
    assert list(_cores(loud[:1], series(counts), Settings())) == [(0, 200)]
    assert list(_cores([], series(counts), Settings())) == []


@pytest.mark.parametrize("height", [20, 40, 80, 150, 300])
def test_an_outbreak_is_not_cut_short_by_a_louder_one_before(height: int) -> None:
    counts = made(20, 24 * DAYS, 0.01, (500, 300, 10), (644, height, 10))
    alone = made(20, 24 * DAYS, 0.01, (644, height, 10))
    found = detected(counts)
    assert len(found) == 2
    assert found["posts"].iloc[1] >= 0.7 * counts[640:740].sum()
    assert abs(places(found)[1][1] - places(detected(alone))[0][1]) <= 12


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=20))
def test_stretches_are_one_episode_where_less_than_a_day_lies_between(lengths: list[int]) -> None:
    edges = np.cumsum([0, *lengths]).tolist()
    stretches = list(zip(edges[::2], edges[1::2], strict=False))
    groups = list(_grouped(stretches, series(np.ones(1000, np.int64)), Settings()))
    assert [one for group in groups for one in group] == stretches
    assert all(start - end < 24 for group in groups for (_, end), (start, _) in pairwise(group))
    assert all(after[0][0] - before[-1][1] >= 24 for before, after in pairwise(groups))


def test_ten_years_by_the_hour_are_looked_at_in_seconds() -> None:
    hours = 24 * 3_650
    every_other_day = np.random.default_rng(14).poisson(2, hours)
    for day in range(0, 3_650, 2):
        every_other_day[24 * day + 5 : 24 * day + 8] += 40
    for counts, number in ((np.zeros(hours, np.int64), 0), (every_other_day, 1_825)):
        frame, began = frame_of(counts), time.process_time()
        told = episodes(frame, "Europe/Berlin")
        assert time.process_time() - began < 6
        assert len(told.episodes) == number


@pytest.mark.proof
@pytest.mark.parametrize("rhythm", [0.0, 0.7])
@pytest.mark.parametrize("base", [0.1, 0.5, 2, 10])
def test_noise_has_almost_no_episodes(base: float, rhythm: float) -> None:
    with_any = sum(len(detected(made(seed, 24 * DAYS, base, rhythm=rhythm))) > 0 for seed in range(200))
    print(f"base {base}, rhythm {rhythm}: {with_any} of 200 streams have an episode")
    assert with_any <= 10


@pytest.mark.proof
@pytest.mark.parametrize(("base", "height", "decay"), [(0.02, 10, 12), (0.5, 20, 12), (5, 60, 12), (0.5, 100, 48)])
def test_a_planted_outbreak_is_one_episode(base: float, height: float, decay: float) -> None:
    one, on_time = 0, 0
    for seed in range(100):
        found = places(detected(made(seed, 24 * DAYS, base, (700, height, decay))))
        near = [first for first, last in found if first < 700 + 5 * decay and last > 700]
        one += len(near) == len(found) == 1
        on_time += any(abs(first - 700) <= 2 for first in near)
    print(f"base {base}, {height} posts falling over {decay} h: one episode {one}, onset in 2 h {on_time} of 100")
    assert one >= 90
    assert on_time >= 90


@pytest.mark.proof
def test_a_campaign_that_came_again_after_five_years_is_recognised() -> None:
    told = [detected(made(seed, YEARS, 0.005, (2000, 60, 24), (YEARS - 900, 30, 24))) for seed in range(50)]
    recognised = sum(bool(one["reignites"].iloc[-1]) and len(one) == 2 for one in told if len(one) > 1)
    print(f"recognised {recognised} of 50")
    assert recognised >= 48
