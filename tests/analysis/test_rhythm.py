"""The rhythm: hours of the week as the wall clock shows them, of what was seen, and unknown where nothing was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.bins import STEPS, Grid
from analysis.rhythm import COLUMNS, rhythm
from analysis.states import RANK, UNKNOWN
from tests.made_lake import plain
from tests.naive_measures import naive_rhythm

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo")
STARTS = (datetime(2019, 3, 29, tzinfo=UTC), datetime(2019, 4, 4, tzinfo=UTC), datetime(2019, 10, 25, tzinfo=UTC))


def frame_of(grid: Grid, posts: list[int], states: list[str]) -> pd.DataFrame:
    """Make what rhythm sees of a volume frame; a count is unknown where volume says so."""
    unknown = [not count and state in UNKNOWN for count, state in zip(posts, states, strict=True)]
    counts: Any = pd.Series(posts, dtype="Int64").mask(pd.Series(unknown, dtype=bool))
    return pd.DataFrame({"bin_start": grid.starts, "bin_end": grid.ends, "posts": counts, "state_posts": states})


def cells(frame: pd.DataFrame) -> dict[tuple[int, int], tuple[int, int, float | None]]:
    rows = zip(frame["weekday"], frame["hour"], frame["bins"], frame["posts"], plain(frame["mean"]), strict=True)
    return {(day, hour): (bins, posts, mean) for day, hour, bins, posts, mean in rows}


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(STARTS), st.sampled_from(["15min", "1h", "6h"]), st.integers(0, 999))
def test_a_rhythm_equals_the_slow_obvious_average(zone: str, since: datetime, step: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    grid = Grid.over(since, since + timedelta(days=9), STEPS[step], zone)
    posts = chance.poisson(1, len(grid)).tolist()
    states = chance.choice(RANK, len(grid), p=[0.1, 0.05, 0.05, 0.1, 0.1, 0.6]).tolist()
    frame = frame_of(grid, posts, states)
    bins = zip(grid.starts, grid.ends, plain(frame["posts"]), states, strict=True)
    slow = naive_rhythm([(start.to_pydatetime(), end.to_pydatetime(), n, s) for start, end, n, s in bins], zone)
    fast = cells(rhythm(frame, zone))
    assert list(fast) == list(slow)
    for place, (number, summed, mean) in slow.items():
        assert fast[place] == (number, summed, None if mean is None else pytest.approx(mean))


@pytest.mark.parametrize(
    ("since", "hours", "passed"),
    [(datetime(2019, 3, 30, 23, tzinfo=UTC), 23, {2: 0}), (datetime(2019, 10, 26, 22, tzinfo=UTC), 25, {2: 2})],
)
def test_days_of_23_and_25_hours(since: datetime, hours: int, passed: dict[int, int]) -> None:
    grid = Grid.over(since, since + timedelta(hours=hours), STEPS["1h"], "Europe/Berlin")
    told = cells(rhythm(frame_of(grid, [3] * len(grid), ["complete"] * len(grid)), "Europe/Berlin"))
    for hour in range(24):
        number = passed.get(hour, 1)
        assert told[6, hour] == (number, 3 * number, 3.0 if number else None)
    assert all(told[day, hour] == (0, 0, None) for day in range(6) for hour in range(24))


def test_a_shorter_hour_weighs_as_long_as_it_was() -> None:
    since = datetime(2019, 4, 6, 13, tzinfo=UTC)  # Lord Howe goes back half an hour at 15:00 UTC
    grid = Grid.over(since, since + timedelta(hours=5), STEPS["1h"], "Australia/Lord_Howe")
    assert min(np.diff(grid.edges)) == 1_800_000_000
    minutes = (np.diff(grid.edges) // 60_000_000).tolist()
    told = cells(rhythm(frame_of(grid, minutes, ["complete"] * len(grid)), "Australia/Lord_Howe"))
    assert {mean for _, _, mean in told.values()} == {60.0, None}
    assert told[6, 1][1] == 90


def test_what_was_not_seen_is_unknown_and_an_hour_without_posts_is_zero() -> None:
    grid = Grid.over(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 6, tzinfo=UTC), STEPS["1h"], "UTC")
    states = ["complete", "given", "lost", "partial", "not_tried", "failed"]
    told = rhythm(frame_of(grid, [0, 0, 9, 9, 9, 9], states), "UTC")
    assert plain(told["mean"])[:6] == [0.0, 0.0, None, None, None, None]
    assert told["posts"].sum() == 0
    assert plain(told["mean"])[6:] == [None] * 162


@pytest.mark.parametrize("step", ["6h", "1day", "1week"])
def test_bins_longer_than_an_hour_tell_of_no_hour(step: str) -> None:
    grid = Grid.over(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC), STEPS[step], "UTC")
    told = rhythm(frame_of(grid, [24] * len(grid), ["complete"] * len(grid)), "UTC")
    assert told["mean"].isna().all()
    assert told["bins"].sum() == 0


def test_without_bins_every_hour_is_unknown() -> None:
    grid = Grid.over(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC), STEPS["1h"], "UTC")
    told = rhythm(frame_of(grid, [0] * 24, ["complete"] * 24).iloc[:0], "UTC")
    assert tuple(told.columns) == COLUMNS
    assert len(told) == 168
    assert told["mean"].isna().all()


def test_posts_of_whole_weeks_are_all_in_the_rhythm() -> None:
    grid = Grid.over(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 29, tzinfo=UTC), STEPS["1h"], "UTC")
    posts = np.random.default_rng(5).poisson(2, len(grid)).tolist()
    told = rhythm(frame_of(grid, posts, ["complete"] * len(grid)), "UTC")
    assert told["posts"].sum() == sum(posts)
    assert told["bins"].tolist() == [4] * 168
    assert told["mean"].sum() * 4 == pytest.approx(sum(posts))
