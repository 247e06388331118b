"""Campaigns side by side, and what platforms count beside what was collected."""

from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest

from analysis.comparison import COLUMNS, Side, compared
from analysis.volume import collected, together, volume
from tests.made_lake import SLUG, START, asking, covered, hourly, plain, post


def of(posts: list[float], hours: int, state: str = "complete") -> pd.DataFrame:
    """Make a volume frame with posts at these hours."""
    grid = hourly(hours)
    return together(volume(asking([post(at) for at in posts]), SLUG, grid, covered(grid, lambda *_: state)))


def test_by_the_calendar_both_have_the_same_days() -> None:
    told = compared(Side("a", of([0.5], 3), START), Side("b", of([1.5], 2), START))
    assert tuple(told.columns) == COLUMNS
    assert told["campaign"].tolist() == ["a"] * 3 + ["b"] * 2
    assert told["day"].tolist() == pytest.approx([0, 1 / 24, 2 / 24, 0, 1 / 24])
    assert told["posts"].tolist() == [1, 0, 0, 0, 1]


def test_by_onset_each_has_days_of_its_own_also_before_it() -> None:
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    second = (START + timedelta(hours=1)).astimezone(elsewhere)
    told = compared(Side("a", of([2.5], 3), START + timedelta(hours=2)), Side("b", of([1.5], 2), second))
    assert told["day"].tolist() == pytest.approx([-2 / 24, -1 / 24, 0, -1 / 24, 0])
    assert told.loc[told["posts"] == 1, "day"].tolist() == [0, 0]


def test_an_unknown_count_stays_unknown_beside_a_zero() -> None:
    told = compared(Side("a", of([], 2, "lost"), START), Side("b", of([], 2), START))
    assert plain(told["posts"]) == [None, None, 0, 0]
    assert told["state_posts"].tolist() == ["lost", "lost", "complete", "complete"]
    assert str(told["posts"].dtype) == "Int64"
    assert str(told["day"].dtype) == "Float64"


def test_a_campaign_without_bins_has_no_row() -> None:
    empty = of([], 2).iloc[:0]
    told = compared(Side("a", empty, START), Side("b", of([1], 2), START))
    assert told["campaign"].tolist() == ["b", "b"]
    assert compared(Side("a", empty, START)).empty


def test_a_day_0_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        compared(Side("a", of([], 2), datetime(2019, 11, 2)))  # noqa: DTZ001


def counted(posts: list[float], hours: int, told: dict[int, int], state: str = "complete") -> pd.DataFrame:
    """Lay counts of x, by bin, beside these posts; mastodon counts nothing."""
    grid = hourly(hours)
    rows = pd.DataFrame(
        {
            "bin_start": grid.starts[list(told)],
            "platform": pd.array(["x"] * len(told), "str"),
            "counted": pd.array(list(told.values()), "Int64"),
        }
    )
    ask = asking([*(post(at) for at in posts), post(0.5, platform="mastodon")])
    coverage = covered(grid, lambda *_: state, ("x", "mastodon"))
    return collected(volume(ask, SLUG, grid, coverage, rows))


def test_the_collected_share_is_collected_by_counted() -> None:
    told = counted([0.1, 0.2, 1.5, 3.5], 4, {0: 4, 1: 1, 3: 0})
    assert told["platform"].tolist() == ["x"] * 4
    assert plain(told["posts"]) == [2, 1, 0, 1]
    assert plain(told["counted"]) == [4, 1, None, 0]
    assert plain(told["share"]) == [0.5, 1.0, None, None]
    assert told.index.tolist() == [0, 1, 2, 3]


def test_of_counted_posts_none_collected_is_a_share_of_zero_though_the_count_is_unknown() -> None:
    told = counted([], 2, {0: 7}, "lost")
    assert plain(told["posts"]) == [None, None]
    assert plain(told["share"]) == [0.0, None]


def test_where_no_platform_counts_there_is_no_row() -> None:
    told = counted([0.5], 2, {})
    assert told.empty
    assert list(told.columns) == ["bin_start", "bin_end", "platform", "counted", "posts", "share"]
    assert counted([0.5], 2, {0: 3})["platform"].unique().tolist() == ["x"]
