"""What and who leads: ties, gone accounts, spellings, followers of the time, reposts of the campaign."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.leaders import COLUMNS, LED, NO_NAME, Led, leaders
from analysis.zone import HOUR, micros
from tests.made_lake import SLUG, START, asking, hourly, plain, post
from tests.naive_measures import naive_accounts

GRID = hourly(12)


def followers(author: int, hours: float | None, count: int, server: str = "x") -> dict[str, Any]:
    seen = None if hours is None else micros(START) + int(hours * HOUR)
    return {"author_id": author, "server": server, "observed_at": seen, "followers": count}


def items(frame: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(frame["item"], frame["posts"], strict=True))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.builds(
            post,
            st.floats(-3, 15),
            st.none() | st.integers(1, 6),
            platform=st.sampled_from(["x", "x", "mastodon"]),
            repost_of=st.none() | st.integers(0, 9).map(str),
            is_member=st.sampled_from([True, True, False]),
        ),
        max_size=25,
    ),
    st.integers(1, 5),
)
def test_accounts_equal_the_slow_obvious_list(posts: list[dict[str, Any]], most: int) -> None:
    told = leaders(asking(posts), SLUG, GRID, "accounts", most=most)
    slow = naive_accounts(posts, GRID.since, GRID.until)[:most]
    assert list(zip(told["item"], told["posts"], told["reposted"], strict=True)) == [
        (f"handle_{account}", written, reposted) for account, written, reposted in slow
    ]


def test_of_accounts_with_as_many_posts_the_more_reposted_leads_also_at_the_cut() -> None:
    posts = [post(1, 1), post(1, 2), post(1, 3), post(2, 9, repost_of="2"), post(3, 8, repost_of="2")]
    told = leaders(asking(posts), SLUG, GRID, "accounts", most=2)
    assert items(told) == [("handle_3", 1), ("handle_1", 1)]
    assert told["reposted"].tolist() == [2, 0]


def test_reposts_count_only_in_the_campaign_in_the_window_and_on_the_platform() -> None:
    posts = [
        post(1, 1),
        post(2, 2, repost_of="0"),
        post(2, 3, repost_of="0", is_member=False),
        post(20, 4, repost_of="0"),
        post(-2, 5, repost_of="0"),
        post(2, 6, repost_of="0", platform="mastodon"),
        post(2, 7, repost_of="unknown"),
    ]
    told = leaders(asking(posts), SLUG, GRID, "accounts")
    assert items(told) == [("handle_1", 1)]
    assert told["reposted"].tolist() == [1]


def test_a_repost_of_an_older_post_counts_for_its_author() -> None:
    posts = [post(-5, 1), post(1, 1), post(2, 2, repost_of="0")]
    assert leaders(asking(posts), SLUG, GRID, "accounts")["reposted"].tolist() == [1]


def test_accounts_that_are_gone_have_no_name_and_others_without_one_have_their_id() -> None:
    authors: list[dict[str, Any]] = [
        {"id": 1, "handle": None, "deleted": True},
        {"id": 2, "handle": None, "deleted": True},
        {"id": 3, "handle": None, "platform": "mastodon"},
        {"id": 4, "handle": "still_named", "deleted": True},
    ]
    posts = [*(post(1, 1) for _ in range(4)), *(post(1, 2) for _ in range(3)), post(1, 3), post(1, 3), post(1, 4)]
    told = leaders(asking(posts, authors), SLUG, GRID, "accounts")
    assert items(told) == [(NO_NAME, 4), (NO_NAME, 3), ("id_3", 2), ("still_named", 1)]
    assert told["platform"].tolist() == ["x", "x", "mastodon", "x"]
    alone = leaders(asking(posts[:4], authors), SLUG, GRID, "accounts")
    assert items(alone) == [(NO_NAME, 4)]


def test_the_same_handle_on_two_platforms_is_two_accounts() -> None:
    authors = [{"id": 1, "handle": "same"}, {"id": 2, "handle": "same", "platform": "mastodon"}]
    told = leaders(asking([post(1, 1), post(2, 1), post(1, 2)], authors), SLUG, GRID, "accounts")
    assert items(told) == [("same", 2), ("same", 1)]
    assert told["platform"].tolist() == ["x", "mastodon"]


def test_followers_are_those_told_last_before_the_windows_end() -> None:
    history = [
        followers(1, -100, 5),
        followers(1, 3, 70),
        followers(1, 3, 60),
        followers(1, 12, 900),
        followers(1, None, 999),
        followers(2, 12, 900),
        followers(3, None, 999),
    ]
    told = leaders(asking([post(1, 1), post(1, 1), post(1, 2), post(1, 3)], history=history), SLUG, GRID, "accounts")
    assert plain(told["followers"]) == [70, None, None]
    assert told["followers_at"].iloc[0] == pd.Timestamp(START) + pd.Timedelta(hours=3)
    assert told["followers_at"].isna().tolist() == [False, True, True]
    nobody = leaders(asking([post(1, 1)], history=[followers(1, 0, 0)]), SLUG, GRID, "accounts")
    assert nobody["followers"].tolist() == [0]


def test_tags_have_their_commonest_spelling_and_leave_out_the_campaigns_own() -> None:
    posts = [
        post(1, 1, tags=("Rot", "Boycott")),
        post(2, 2, tags=("rot", "boycott", "BOYCOTT")),
        post(3, 2, tags=("rot", "boycott", "zeta")),
        post(4, 3, tags=("alpha",)),
        post(5, 3, tags=("alpha",), repost_of="0"),
        post(20, 3, tags=("alpha", "alpha")),
        post(6, 3, tags=("other",), is_member=False),
    ]
    told = leaders(asking(posts), SLUG, GRID, "tags", without=("rot",))
    assert items(told) == [("boycott", 3), ("alpha", 1), ("zeta", 1)]
    assert told["authors"].tolist() == [2, 1, 1]
    assert items(leaders(asking(posts), SLUG, GRID, "tags", without=("rot",), most=1)) == [("boycott", 3)]
    assert items(leaders(asking(posts), SLUG, GRID, "tags", most=1)) == [("boycott", 3)]
    assert items(leaders(asking(posts), SLUG, GRID, "tags", without=("boycott",), most=1)) == [("rot", 3)]


def test_links_lead_by_posts_then_by_authors_then_by_name() -> None:
    b, c, a = "https://b.example", "https://c.example", "https://a.example"
    posts = [
        post(1, 1, links=(b,)),
        post(2, 1, links=(b, c)),
        post(3, 2, links=(c, a)),
        post(4, 3, links=(a,)),
        post(5, 3, links=(b,), repost_of="0"),
    ]
    told = leaders(asking(posts), SLUG, GRID, "links")
    assert items(told) == [(a, 2), (c, 2), (b, 2)]
    assert told["authors"].tolist() == [2, 2, 1]
    assert told["platform"].tolist() == [""] * 3
    assert told["reposted"].isna().all()


def test_a_link_that_was_erased_is_not_listed() -> None:
    told = leaders(asking([post(1, links=(None, "https://a.example")), post(2, links=(None,))]), SLUG, GRID, "links")
    assert items(told) == [("https://a.example", 1)]


def test_authors_that_nobody_knows_are_not_none() -> None:
    told = leaders(asking([post(1, None, links=("https://a.example",), tags=("tag",))]), SLUG, GRID, "links")
    assert plain(told["authors"]) == [None]


@pytest.mark.parametrize("led", LED)
def test_without_posts_nothing_leads(led: Led) -> None:
    told = leaders(asking([post(30, tags=("tag",)), post(1, repost_of="0")]), SLUG, GRID, led)
    assert told.empty
    assert tuple(told.columns) == COLUMNS
    types = {name: str(told[name].dtype) for name in ("item", "posts", "followers", "followers_at")}
    assert types == {"item": "str", "posts": "Int64", "followers": "Int64", "followers_at": "datetime64[us, UTC]"}


@pytest.mark.parametrize("led", LED)
def test_no_more_are_listed_than_wanted(led: Led) -> None:
    posts = [post(1, number, tags=(f"t{number:02}",), links=(f"https://{number:02}.example",)) for number in range(30)]
    assert len(leaders(asking(posts), SLUG, GRID, led)) == 15
    assert len(leaders(asking(posts), SLUG, GRID, led, most=40)) == 30
