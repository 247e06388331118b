"""Volume: counts in bins, and what is known of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ask import Ask
from analysis.bins import STEPS, Grid
from analysis.errors import TooFine
from analysis.states import RANK, stretches
from analysis.volume import COLUMNS, COUNTS, together, volume
from analysis.zone import HOUR, micros
from tests.naive_volume import naive_volume

START = datetime(2019, 11, 2, 20, tzinfo=UTC)
UNTIL = START + timedelta(hours=30)
PLATFORMS = ("x", "mastodon")
SLUG = "let-it-go"
LAKE = duckdb.connect()
TYPES = {
    "campaign": "str",
    "post_id": "int64",
    "platform": "str",
    "author_id": "Int64",
    "created_at": "int64",
    "is_repost": "bool",
    "is_reply": "bool",
    "is_quote": "bool",
    "deleted": "bool",
}


def made_ask(members: Sequence[dict[str, Any]], resolution: int = 1) -> Ask:
    """Make an `ask` over these members and no others: the lake's relations, in memory."""
    lake = LAKE.cursor()
    rows = [{"campaign": SLUG, "post_id": at, **member} for at, member in enumerate(members)]
    lake.register("rows", pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES))
    lake.execute("CREATE OR REPLACE TABLE campaign_posts AS SELECT * EXCLUDE (deleted) FROM rows")
    lake.execute(
        "CREATE OR REPLACE TABLE posts AS"
        " SELECT post_id AS id, created_at, deleted, $seconds AS time_resolution FROM rows",
        {"seconds": resolution},
    )
    return lambda sql, **values: lake.execute(sql, values).df()


def covered(grid: Grid, states: dict[tuple[int, str, str], str]) -> pd.DataFrame:
    """Make coverage of states by (bin start, platform, kind)."""
    rows = [(start, platform, kind, state) for (start, platform, kind), state in states.items()]
    frame = pd.DataFrame(rows, columns=["bin_start", "platform", "kind", "state"])
    instants = pd.DatetimeIndex(frame["bin_start"].to_numpy(np.int64).view("datetime64[us]"), tz="UTC")
    return frame.assign(bin_start=instants, reason="", share=0.5, sampled=False)


def all_of(grid: Grid, state: str, kinds: Sequence[str] = ("posts",), platform: str = "x") -> pd.DataFrame:
    """Make coverage of one state everywhere."""
    return covered(grid, {(start, platform, kind): state for start in grid.edges[:-1].tolist() for kind in kinds})


def post(hours: float, author: int | None = 1, **told: Any) -> dict[str, Any]:
    created = micros(START) + int(hours * HOUR)
    flags = {"is_repost": False, "is_reply": False, "is_quote": False, "deleted": False}
    return {"platform": "x", "author_id": author, "created_at": created, **flags, **told}


def hourly(until: datetime = UNTIL) -> Grid:
    return Grid.over(START, until, STEPS["1h"], "America/New_York")


MEMBERS = st.lists(
    st.builds(
        post,
        st.floats(-5, 35),
        st.none() | st.integers(1, 5),
        platform=st.sampled_from(PLATFORMS),
        is_repost=st.booleans(),
        is_reply=st.booleans(),
        is_quote=st.booleans(),
        deleted=st.booleans(),
    ),
    max_size=25,
)


@st.composite
def states_of(draw: st.DrawFn, grid: Grid) -> dict[tuple[int, str, str], str]:
    """Draw the coverage of some platforms and kinds, with bins left out."""
    kinds = draw(st.sets(st.sampled_from([(p, k) for p in PLATFORMS for k in ("posts", "reposts")])))
    state = st.none() | st.sampled_from(RANK)
    drawn = {(start, *kind): draw(state) for kind in sorted(kinds) for start in grid.edges[:-1].tolist()}
    return {key: value for key, value in drawn.items() if value is not None}


@settings(max_examples=25, deadline=None)
@given(MEMBERS, st.sampled_from(["1h", "6h", "1day"]), st.data())
def test_volume_equals_the_slow_obvious_count(members: list[dict[str, Any]], step: str, data: st.DataObject) -> None:
    grid = Grid.over(START, UNTIL, STEPS[step], "America/New_York")
    states = data.draw(states_of(grid))
    frame = volume(made_ask(members), SLUG, grid, covered(grid, states))
    seen = {member["platform"] for member in members if grid.since <= member["created_at"] < grid.until}
    platforms = sorted(seen | {platform for _, platform, _ in states})
    expected = naive_volume(members, grid.edges.tolist(), platforms, states)
    told = frame.assign(bin_start=pd.DatetimeIndex(frame["bin_start"]).asi8)
    assert told[["bin_start", "platform", *COUNTS]].astype(object).where(
        told[["bin_start", "platform", *COUNTS]].notna(), None
    ).to_dict("records") == [{name: row[name] for name in ("bin_start", "platform", *COUNTS)} for row in expected]


@settings(max_examples=25, deadline=None)
@given(MEMBERS)
def test_no_post_of_the_window_is_lost_or_counted_twice(members: list[dict[str, Any]]) -> None:
    grid = hourly()
    inside = [member for member in members if grid.since <= member["created_at"] < grid.until]
    frame = volume(made_ask(members), SLUG, grid, covered(grid, {}))
    assert frame[["posts", "reposts"]].sum().sum() == len(inside)
    overall = together(frame)
    assert overall[["posts", "reposts"]].sum().sum() == len(inside)
    assert overall["authors"].sum() == frame["authors"].sum()


def test_what_a_platform_counts_stands_beside_what_is_here_and_is_unknown_where_it_did_not() -> None:
    grid = hourly(START + timedelta(hours=3))
    counted = pd.DataFrame(
        {"bin_start": grid.starts[[0, 2]], "platform": ["x", "x"], "counted": pd.array([0, 7], "Int64")}
    )
    frame = volume(made_ask([post(0.5, platform="mastodon")]), SLUG, grid, covered(grid, {}), counted)
    assert frame[frame["platform"] == "x"]["counted"].tolist() == [0, pd.NA, 7]
    assert frame[frame["platform"] == "mastodon"]["counted"].isna().all()
    assert together(frame)["counted"].tolist() == [0, pd.NA, 7]


def test_authors_of_a_sample_are_not_counted_as_that_needs_every_post() -> None:
    grid = hourly(START + timedelta(hours=3))
    members = [post(hour + 0.5, author=author) for hour in range(3) for author in (1, 10 + hour)]
    elsewhere = post(1.5, author=2, platform="mastodon")
    coverage = pd.concat([all_of(grid, "complete"), all_of(grid, "complete", platform="mastodon")], ignore_index=True)
    coverage.loc[(coverage["platform"] == "x") & (coverage["bin_start"] == grid.starts[1]), "sampled"] = True
    frame = volume(made_ask([*members, elsewhere]), SLUG, grid, coverage)
    x, mastodon = (frame[frame["platform"] == platform] for platform in ("x", "mastodon"))
    assert x["posts"].tolist() == [2, 2, 2]
    assert x["sampled"].tolist() == [False, True, False]
    assert x["authors"].tolist() == [2, pd.NA, 2]
    # Whoever seems to be new after a sample may have written in the part of it that was not read.
    assert x["new_authors"].tolist() == [2, pd.NA, pd.NA]
    assert mastodon["authors"].tolist() == [0, 1, 0]
    overall = together(frame)
    assert overall["posts"].tolist() == [2, 3, 2]
    assert overall["authors"].tolist() == [2, pd.NA, 2]
    assert overall["new_authors"].tolist() == [2, pd.NA, pd.NA]


def test_a_bin_nobody_looked_at_is_unknown_and_an_empty_one_is_zero() -> None:
    grid = hourly(START + timedelta(hours=4))
    starts = grid.edges[:-1].tolist()
    states = {(starts[at], "x", "posts"): state for at, state in ((0, "complete"), (2, "lost"), (3, "partial"))}
    frame = volume(made_ask([]), SLUG, grid, covered(grid, states))
    assert frame["posts"].tolist() == [0, pd.NA, pd.NA, pd.NA]
    assert frame["state_posts"].tolist() == ["complete", "not_tried", "lost", "partial"]
    assert frame["lower_bound_posts"].tolist() == [False, True, True, True]
    assert frame["reposts"].isna().all()
    assert frame["state_reposts"].isna().all()


def test_posts_of_an_hour_that_was_lost_are_a_lower_bound() -> None:
    grid = hourly(START + timedelta(hours=1))
    frame = volume(made_ask([post(0.5), post(0.6)]), SLUG, grid, all_of(grid, "lost"))
    assert frame.loc[0, "posts"] == 2
    assert frame.loc[0, "lower_bound_posts"]


def test_reposts_are_a_series_of_their_own() -> None:
    grid = hourly(START + timedelta(hours=1))
    members = [post(0.1, 1), post(0.2, 2, is_repost=True), post(0.3, 1, is_reply=True, is_quote=True)]
    row = volume(made_ask(members), SLUG, grid, all_of(grid, "complete", ("posts", "reposts"))).loc[0]
    assert row[list(COUNTS)].to_dict() == {
        "posts": 2, "authors": 1, "new_authors": 1, "originals": 1, "replies": 1, "quotes": 1, "gone_posts": 0,
        "reposts": 1, "gone_reposts": 0,
    }  # fmt: skip


def test_what_is_gone_by_now_is_counted_still_and_told_apart() -> None:
    grid = hourly(START + timedelta(hours=3))
    members = [
        post(0.1, deleted=True),
        post(0.2),
        post(0.3, deleted=True, is_repost=True),
        post(2.5),
        post(-1, deleted=True),
    ]
    frame = volume(made_ask(members), SLUG, grid, all_of(grid, "complete"))
    assert frame["posts"].tolist() == [2, 0, 1]
    assert frame["gone_posts"].tolist() == [1, 0, 0]
    assert frame["gone_reposts"].tolist() == [1, pd.NA, pd.NA]
    assert together(frame)["gone_posts"].tolist() == [1, 0, 0]


def test_an_author_seen_before_the_window_is_not_new() -> None:
    grid = hourly(START + timedelta(hours=2))
    members = [
        post(-1, 7),
        post(0.5, 7),
        post(0.5, 8),
        post(1.5, 8),
        post(-1, 9, is_repost=True),
        post(1.5, 9),
    ]
    frame = volume(made_ask(members), SLUG, grid, all_of(grid, "complete"))
    assert frame["new_authors"].tolist() == [1, 1]


def test_a_campaign_without_posts_or_coverage_is_an_empty_frame() -> None:
    grid = hourly()
    frame = volume(made_ask([post(1)]), "another", grid, covered(grid, {}))
    assert frame.empty
    assert tuple(frame.columns) == COLUMNS
    assert tuple(together(frame).columns) == COLUMNS


def test_bins_finer_than_the_times_are_refused() -> None:
    grid = Grid.over(START, START + timedelta(hours=1), STEPS["1min"], "UTC")
    assert volume(made_ask([post(0.5)], resolution=60), SLUG, grid, covered(grid, {}))["posts"].sum() == 1
    with pytest.raises(TooFine) as refused:
        volume(made_ask([post(0.5)], resolution=3600), SLUG, grid, covered(grid, {}))
    assert (refused.value.step, refused.value.resolution) == (60, 3600)
    # Of another campaign, or out of the window, coarse times do no harm.
    assert volume(made_ask([post(5)], resolution=3600), SLUG, grid, covered(grid, {})).empty


def test_together_tells_the_lowest_state_of_the_platforms() -> None:
    grid = hourly(START + timedelta(hours=2))
    first, second = grid.edges[:-1].tolist()
    states = {
        (first, "x", "posts"): "complete",
        (second, "x", "posts"): "given",
        (first, "mastodon", "posts"): "failed",
        (second, "mastodon", "posts"): "complete",
        (first, "mastodon", "reposts"): "complete",
    }
    frame = volume(made_ask([post(0.5), post(1.5, platform="mastodon")]), SLUG, grid, covered(grid, states))
    overall = together(frame)
    assert tuple(overall.columns) == COLUMNS
    assert overall["posts"].tolist() == [1, 1]
    assert overall["state_posts"].tolist() == ["failed", "given"]
    assert overall["state_reposts"].tolist() == ["complete", "not_tried"]
    assert overall["reposts"].tolist() == [0, pd.NA]


def test_coverage_of_another_grid_or_an_unknown_state_is_a_mistake() -> None:
    grid = hourly()
    coverage = all_of(grid, "complete")
    shifted = coverage.assign(bin_start=coverage["bin_start"] + pd.Timedelta(minutes=1))
    with pytest.raises(ValueError, match="start no bin"):
        volume(made_ask([]), SLUG, grid, shifted)
    with pytest.raises(ValueError, match="not states"):
        volume(made_ask([]), SLUG, grid, coverage.assign(state="fine"))


def test_stretches_gather_neighbours_of_one_state() -> None:
    grid = hourly(START + timedelta(hours=6))
    coverage = all_of(grid, "complete").assign(
        state=["complete", "partial", "partial", "partial", "lost", "lost"],
        reason=["", "capped", "settling", "settling", "outage", "outage"],
    )
    told = stretches(volume(made_ask([post(3.5)]), SLUG, grid, coverage), "posts")
    assert told[["state", "reason", "bins"]].values.tolist() == [
        ["complete", "", 1],
        ["partial", "capped", 1],
        ["settling", "", 2],
        ["lost", "outage", 2],
    ]
    assert told["starts_at"].iloc[0] == grid.starts[0]
    assert told["ends_at"].iloc[-1] == grid.ends[-1]


def test_a_campaign_name_is_a_value_never_sql() -> None:
    grid, name = hourly(), "x' OR '1'='1"
    assert volume(made_ask([post(1)]), name, grid, covered(grid, {})).empty


Made = Callable[[int], Ask]


@pytest.fixture(scope="module")
def many() -> Made:
    """Make an `ask` over so many members spread over so many days."""

    def made(days: int, members: int = 200_000) -> Ask:
        random = np.random.default_rng(days)
        created_at = micros(START) + (random.random(members) * days * 24 * HOUR).astype(np.int64)
        rows = pd.DataFrame(
            {
                "campaign": SLUG,
                "post_id": np.arange(members),
                "platform": "x",
                "author_id": (random.pareto(1.1, members) * 50).astype(np.int64),
                "created_at": np.sort(created_at),
                "is_repost": random.random(members) < 0.3,
                "is_reply": False,
                "is_quote": False,
                "deleted": False,
            }
        )
        lake = duckdb.connect()
        lake.register("campaign_posts", rows)
        lake.register("posts", rows.rename(columns={"post_id": "id"}).assign(time_resolution=1))
        return lambda sql, **values: lake.execute(sql, values).df()

    return made


@pytest.mark.parametrize("days", [1, 1_400])
def test_many_posts_are_counted_as_pandas_counts_them(many: Made, days: int) -> None:
    ask = many(days)
    grid = Grid.over(START, START + timedelta(days=days), STEPS["1h"], "America/New_York")
    frame = volume(ask, SLUG, grid, all_of(grid, "complete", ("posts", "reposts")))
    rows = ask("SELECT * FROM campaign_posts")
    own = rows[~rows["is_repost"]]
    bins = own.groupby(grid.locate(own["created_at"].to_numpy()))["author_id"]
    assert frame["posts"].to_numpy(int).tolist() == bins.size().reindex(range(len(grid)), fill_value=0).tolist()
    assert frame["authors"].to_numpy(int).tolist() == (bins.nunique().reindex(range(len(grid)), fill_value=0).tolist())
    assert frame["new_authors"].sum() == own["author_id"].nunique()
