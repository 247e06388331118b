"""Volume by a trait: nothing is lost, nothing is counted twice, and unknown is never zero."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.bins import Grid
from analysis.breakdown import COLUMNS, OTHERS, TRAITS, Trait, breakdown
from analysis.shares import NOT_TOLD
from analysis.states import RANK
from analysis.volume import together, volume
from tests.made_lake import SLUG, asking, covered, hourly, plain, post
from tests.naive_measures import naive_breakdown

PLATFORMS = ("x", "mastodon", "bluesky")
KEYS = ("rot", "let")
POSTS = st.lists(
    st.builds(
        post,
        st.floats(-3, 12),
        platform=st.sampled_from(PLATFORMS),
        lang=st.sampled_from(["ar", "en", "fa", "de", None]),
        tags=st.lists(st.sampled_from(["rot", "Rot", "ROT", "let", "other"]), max_size=4).map(tuple),
        is_reply=st.booleans(),
        is_quote=st.booleans(),
        repost_of=st.sampled_from([None, None, "0"]),
        is_member=st.sampled_from([True, True, False]),
    ),
    max_size=25,
)


def told(
    posts: list[dict[str, Any]], grid: Grid, trait: Trait, coverage: pd.DataFrame, most: int = 7
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the breakdown and the volume that it is of."""
    ask = asking(posts)
    frame = volume(ask, SLUG, grid, coverage)
    whole = frame if trait == "platform" else together(frame)
    return breakdown(ask, SLUG, whole, grid, trait, KEYS, most), whole


def by_value(frame: pd.DataFrame) -> dict[str, list[int | None]]:
    return {str(value): plain(rows["posts"]) for value, rows in frame.groupby("value", sort=False)}


def with_watched(slow: dict[str, list[int]], posts: list[dict[str, Any]], grid: Grid) -> dict[str, list[int]]:
    """Add the platforms that have no post, before what is left over of the others."""
    posted = naive_breakdown(posts, grid.edges.tolist(), "platform", KEYS, len(PLATFORMS))
    left = {"others": slow["others"]} if "others" in slow else {}
    watched = {name: [0] * len(grid) for name in sorted(PLATFORMS) if name not in posted}
    return {**{value: counts for value, counts in slow.items() if value != "others"}, **watched, **left}


@settings(max_examples=15, deadline=None)
@given(POSTS, st.sampled_from(TRAITS), st.integers(1, 4), st.sampled_from(["1h", "6h"]), st.data())
def test_a_breakdown_equals_the_slow_obvious_count(
    posts: list[dict[str, Any]], trait: Trait, most: int, step: str, data: st.DataObject
) -> None:
    grid = hourly(12, step)
    states = {(at, name): data.draw(st.sampled_from(RANK)) for name in PLATFORMS for at in range(len(grid))}
    frame, whole = told(posts, grid, trait, covered(grid, lambda at, name: states[at, name], PLATFORMS), most)
    slow = naive_breakdown(posts, grid.edges.tolist(), trait, KEYS, most)
    if trait == "platform":
        slow = with_watched(slow, posts, grid)
    values = by_value(frame)
    assert list(values) == list(slow)
    named = {value for value in slow if value in PLATFORMS}
    rest = {one["platform"] for one in posts if one["repost_of"] is None and one["is_member"]} - named
    for value, counts in slow.items():
        for at, count in enumerate(counts):
            of = {value} if value in PLATFORMS else rest if trait == "platform" else set(PLATFORMS)
            lowest = min((states[at, name] for name in of), key=RANK.index)
            is_known = count > 0 or lowest in ("given", "complete")
            assert values[value][at] == (count if is_known else None)
    if trait != "spelling":
        summed = frame.groupby("bin_start")["posts"].sum()
        counted = whole.groupby("bin_start")["posts"].sum()
        assert (summed == counted.reindex(summed.index)).all()
        assert frame["posts"].sum() == counted.sum()


def test_a_platform_is_known_by_its_own_state_and_a_language_by_the_lowest() -> None:
    grid = hourly(2)
    coverage = covered(grid, lambda at, name: "complete" if name == "x" else "lost", ("x", "mastodon"))
    posts = [post(0.5), post(0.6, platform="mastodon", lang="en")]
    platforms, _ = told(posts, grid, "platform", coverage)
    assert by_value(platforms) == {"mastodon": [1, None], "x": [1, 0]}
    languages, _ = told(posts, grid, "language", coverage)
    assert by_value(languages) == {"ar": [1, None], "en": [1, None]}
    assert languages["state_posts"].tolist() == ["lost"] * 4


def test_other_platforms_together_are_as_known_as_the_least_known_of_them() -> None:
    grid = hourly(2)
    states = {"x": "lost", "mastodon": "given", "bluesky": "complete"}
    posts = [post(0.5), post(0.6), post(0.7, platform="mastodon"), post(0.8, platform="bluesky")]
    frame, _ = told(posts, grid, "platform", covered(grid, lambda _, name: states[name], states), most=1)
    assert by_value(frame) == {"x": [2, None], OTHERS: [2, 0]}
    assert frame["state_posts"].tolist() == ["lost", "lost", "given", "given"]


def test_a_post_with_two_spellings_counts_for_each_and_for_one_only_once() -> None:
    grid = hourly(1)
    posts = [post(0.1, tags=("rot", "Rot", "let")), post(0.2, tags=("rot", "rot")), post(0.3, tags=("other",))]
    frame, _ = told(posts, grid, "spelling", covered(grid, lambda *_: "complete"))
    assert by_value(frame) == {"rot": [2], "Rot": [1], "let": [1]}
    ask = asking(posts)
    whole = volume(ask, SLUG, grid, covered(grid, lambda *_: "complete"))
    again = breakdown(ask, SLUG, whole, grid, "spelling", (*KEYS, *KEYS))
    pd.testing.assert_frame_equal(again, frame)
    assert breakdown(ask, SLUG, whole, grid, "spelling").empty


def test_posts_of_no_told_language_are_a_value_of_their_own() -> None:
    grid = hourly(2)
    complete = covered(grid, lambda *_: "complete")
    assert by_value(told([post(0.5, lang=None), post(1.5, lang=None)], grid, "language", complete)[0]) == {
        NOT_TOLD: [1, 1]
    }
    mixed, _ = told([post(0.5, lang=None), post(1.5), post(1.6)], grid, "language", complete)
    assert by_value(mixed) == {"ar": [0, 2], NOT_TOLD: [1, 0]}


@pytest.mark.parametrize(("values", "kept"), [(7, 7), (8, 8), (9, 7), (30, 7)])
def test_of_many_values_the_least_are_taken_together(values: int, kept: int) -> None:
    grid = hourly(1)
    posts = [post(0.5, lang=f"l{number:02}") for number in range(values) for _ in range(values - number)]
    frame, whole = told(posts, grid, "language", covered(grid, lambda *_: "complete"))
    names = [f"l{number:02}" for number in range(kept)]
    assert frame["value"].tolist() == names + [OTHERS] * (kept < values)
    assert frame["posts"].sum() == whole["posts"].sum() == values * (values + 1) // 2


def test_rows_have_numbers_of_their_own_and_the_columns_that_are_told() -> None:
    grid = hourly(3)
    frame, _ = told([post(0.5), post(0.6, lang="en")], grid, "language", covered(grid, lambda *_: "complete"))
    assert frame.index.tolist() == list(range(6))
    assert tuple(frame.columns) == COLUMNS
    assert frame["bin_start"].tolist() == [*grid.starts, *grid.starts]


def test_a_platform_that_was_watched_is_there_without_posts() -> None:
    grid = hourly(2)
    coverage = covered(
        grid, lambda at, name: "complete" if (at, name) != (1, "mastodon") else "lost", ("mastodon", "x")
    )
    frame, _ = told([post(0.5)], grid, "platform", coverage)
    assert by_value(frame) == {"x": [1, 0], "mastodon": [0, None]}


@pytest.mark.parametrize("trait", [trait for trait in TRAITS if trait != "platform"])
def test_without_posts_there_is_no_value(trait: Trait) -> None:
    grid = hourly(3)
    for coverage in (covered(grid, lambda *_: "complete"), covered(grid, lambda *_: "complete", ())):
        frame, _ = told([post(1, repost_of="0"), post(50)], grid, trait, coverage)
        assert frame.empty
        assert tuple(frame.columns) == COLUMNS
        assert str(frame["posts"].dtype) == "Int64"
