"""Growth: what has come by each time, and that it is the least where something is missing."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.growth import COLUMNS, growth
from analysis.states import RANK
from analysis.volume import together, volume
from tests.made_lake import SLUG, asking, covered, hourly, plain, post

POSTS = st.lists(
    st.builds(post, st.floats(-4, 14), st.none() | st.integers(1, 5), repost_of=st.sampled_from([None, None, "0"])),
    max_size=25,
)


def grown(posts: list[dict[str, Any]], states: list[str], sampled: int | None = None) -> pd.DataFrame:
    """Give the growth of these posts over as many hours as there are states."""
    grid = hourly(len(states))
    coverage = covered(grid, lambda at, _: states[at])
    if sampled is not None:
        coverage.loc[sampled, "sampled"] = True
    return growth(together(volume(asking(posts), SLUG, grid, coverage)))


@settings(max_examples=20, deadline=None)
@given(POSTS, st.lists(st.sampled_from(RANK), min_size=12, max_size=12))
def test_growth_equals_counting_anew_by_the_end_of_each_bin(posts: list[dict[str, Any]], states: list[str]) -> None:
    told, grid = grown(posts, states), hourly(12)
    own = [one for one in posts if one["repost_of"] is None]
    before = {one["author_id"] for one in own if one["created_at"] < grid.since}
    for at, end in enumerate(grid.edges[1:].tolist()):
        come = [one for one in own if grid.since <= one["created_at"] < end]
        is_known = bool(come) or any(state in ("given", "complete") for state in states[: at + 1])
        authors = len({one["author_id"] for one in come} - before - {None})
        assert plain(told["posts"])[at] == (len(come) if is_known else None)
        assert plain(told["authors"])[at] == (authors if is_known else None)
        assert told["at_least"].iloc[at] == any(state not in ("given", "complete") for state in states[: at + 1])
    assert told["posts"].dropna().is_monotonic_increasing
    assert told["authors"].dropna().is_monotonic_increasing


def test_what_was_missed_stays_missing() -> None:
    posts = [post(0.5), post(2.5, 2), post(3.5, 2)]
    told = grown(posts, ["complete", "lost", "complete", "partial", "complete"])
    assert told["posts"].tolist() == [1, 1, 2, 3, 3]
    assert told["authors"].tolist() == [1, 1, 2, 2, 2]
    assert told["at_least"].tolist() == [False, True, True, True, True]
    assert told["state_posts"].tolist() == ["complete", "lost", "complete", "partial", "complete"]


def test_authors_are_unknown_from_where_a_sample_began() -> None:
    told = grown([post(0.5), post(1.5, 2), post(2.5, 3)], ["complete"] * 4, sampled=1)
    assert told["posts"].tolist() == [1, 2, 3, 3]
    assert plain(told["authors"]) == [1, None, None, None]


def test_growth_without_bins_has_no_row() -> None:
    grid = hourly(3)
    told = growth(volume(asking([]), SLUG, grid, covered(grid, lambda *_: "complete", ())))
    assert told.empty
    assert tuple(told.columns) == COLUMNS


def test_growth_does_not_change_the_frame_that_it_is_given() -> None:
    grid = hourly(3)
    frame = volume(asking([post(1)]), SLUG, grid, covered(grid, lambda *_: "lost"))
    before = frame.copy(deep=True)
    growth(frame)
    pd.testing.assert_frame_equal(frame, before)
