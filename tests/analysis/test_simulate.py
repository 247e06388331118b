"""Simulated campaigns: they are what their scenario says, and X would have sent them so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analysis.simulate import Scenario, Simulated, simulate
from analysis.simulated_pages import as_x_v2

FLAT = Scenario(quiet=200, burst=200, rhythm=0, lasts=timedelta(days=4))


@pytest.fixture(scope="module")
def campaign() -> Simulated:
    return simulate(Scenario(), seed=1)


def hourly(campaign: Simulated, reposts: bool) -> pd.Series:
    posts = campaign.posts[(campaign.posts["kind"] == "repost") == reposts]
    counts = posts.groupby(posts["created_at"].dt.floor("h")).size()
    return counts.reindex(pd.DatetimeIndex(campaign.truth.rates["bin_start"]), fill_value=0)


def test_the_same_seed_makes_the_same_campaign(campaign: Simulated) -> None:
    again = simulate(Scenario(), seed=1)
    pd.testing.assert_frame_equal(campaign.posts, again.posts)
    assert list(as_x_v2(campaign)) == list(as_x_v2(again))
    assert len(simulate(Scenario(), seed=2).posts) != len(campaign.posts)


def test_the_demonstration_is_of_a_size_to_look_at(campaign: Simulated) -> None:
    assert 5_000 < len(campaign.posts) < 8_000
    assert campaign.posts["created_at"].is_monotonic_increasing
    assert campaign.posts["post_id"].is_unique
    assert campaign.posts["post_id"].astype("int64").is_monotonic_increasing
    assert set(campaign.posts["lang"]) == {"ar", "en"}
    assert set(campaign.posts["tag"]) == set(Scenario().tags)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("reposts", [False, True])
def test_counts_follow_the_rates_within_poisson_error(seed: int, reposts: bool) -> None:
    campaign = simulate(Scenario(), seed)
    counts = hourly(campaign, reposts).to_numpy()
    rates = campaign.truth.rates["reposts" if reposts else "posts"].to_numpy()
    assert abs(counts.sum() - rates.sum()) < 5 * np.sqrt(rates.sum())
    pearson = ((counts - rates) ** 2 / rates).sum()
    assert abs(pearson - len(rates)) < 5 * np.sqrt(2 * len(rates) + (1 / rates).sum())


def test_the_truth_is_where_the_scenario_put_it(campaign: Simulated) -> None:
    scenario, truth = campaign.scenario, campaign.truth
    rates = truth.rates.set_index("bin_start")["posts"]
    assert truth.onset_at == scenario.starts_at + scenario.onset
    assert rates.idxmax() == truth.peak_at
    assert abs(truth.peak_at - (scenario.starts_at + scenario.peak)) <= timedelta(hours=12)
    before = rates[rates.index < truth.onset_at]
    assert before.max() <= scenario.quiet * (1 + scenario.rhythm)
    assert truth.posts + truth.reposts == len(campaign.posts)


def test_a_rhythm_is_highest_in_the_evening_of_its_zone() -> None:
    for zone in ("Asia/Baghdad", "America/New_York", "Asia/Kathmandu"):
        posts = simulate(replace(FLAT, rhythm=0.9, zone=zone), seed=3).posts
        hours = posts["created_at"].dt.tz_convert(zone).dt.hour.value_counts()
        assert hours.idxmax() in range(18, 24)
        assert hours.idxmin() in range(6, 13)


def test_activity_is_heavy_tailed_and_attention_too() -> None:
    posts = simulate(FLAT, seed=4).posts
    per_author = posts["author"].value_counts()
    assert per_author.iloc[:18].sum() > 0.2 * len(posts)
    received = posts.loc[posts["parent"] >= 0, "parent"].value_counts()
    own = (posts["kind"] != "repost").sum()
    assert received.iloc[: own // 100].sum() > 0.25 * received.sum()


def test_every_answer_has_an_earlier_parent_that_is_no_repost(campaign: Simulated) -> None:
    posts = campaign.posts
    children = posts[posts["kind"] != "original"]
    parents = posts.loc[children["parent"]]
    assert (posts.loc[posts["kind"] == "original", "parent"] == -1).all()
    assert (parents.index.to_numpy() < children.index.to_numpy()).all()
    assert (parents["kind"] != "repost").all()
    for _, post in posts[posts["kind"] == "reply"].iterrows():
        assert post["conversation"] == posts.loc[post["parent"], "conversation"]


def test_a_campaign_of_no_posts_is_empty() -> None:
    nothing = simulate(replace(FLAT, quiet=0, burst=0), seed=1)
    assert nothing.posts.empty
    assert list(as_x_v2(nothing)) == []


def test_x_pages_hold_every_post_once_with_all_that_they_refer_to(campaign: Simulated) -> None:
    pages = list(as_x_v2(campaign, page=100))
    ids = [post["id"] for page in pages for post in page["data"]]
    assert ids == campaign.posts["post_id"].tolist()[::-1]
    for page in pages:
        users = {user["id"] for user in page["includes"]["users"]}
        included = {post["id"]: post for post in page["includes"]["tweets"]}
        assert page["meta"]["result_count"] == len(page["data"]) <= 100
        for post in page["data"]:
            assert post["author_id"] in users
            for reference in post.get("referenced_tweets", []):
                assert reference["id"] in included
                assert included[reference["id"]]["author_id"] in users


def test_x_posts_point_at_their_tags_and_cut_their_reposts(campaign: Simulated) -> None:
    for page in as_x_v2(campaign):
        whole = {post["id"]: post["text"] for post in page["includes"]["tweets"]}
        for post in page["data"]:
            for tag in post.get("entities", {}).get("hashtags", []):
                assert post["text"][tag["start"] : tag["end"]] == f"#{tag['tag']}"
            for reference in post.get("referenced_tweets", []):
                if reference["type"] == "retweeted":
                    own = post["text"].removesuffix("…").split(": ", 1)[1]
                    assert whole[reference["id"]].startswith(own)
                    assert len(post["text"]) <= 140


def test_times_and_numbers_are_as_x_writes_them() -> None:
    scenario = replace(FLAT, starts_at=datetime(2026, 3, 1, 4, tzinfo=UTC), lasts=timedelta(hours=1))
    post = list(as_x_v2(simulate(scenario, seed=1)))[-1]["data"][-1]
    assert post["created_at"].startswith("2026-03-01T04:0")
    assert post["created_at"].endswith(".000Z")
    milliseconds = (int(post["id"]) >> 22) + 1_288_834_974_657
    assert milliseconds // 1000 == int(datetime.fromisoformat(post["created_at"]).timestamp())
