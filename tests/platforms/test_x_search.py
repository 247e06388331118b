"""Search of the stand-in for X: what is found, in which order, in which names, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.platforms.x.building import Campaign, made
from tests.platforms.x.client import Client, Clock
from tests.platforms.x.names import NAMES
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.texts import Draft
from tests.platforms.x.world import Author, Media, Metrics, Post, Reference, World, snowflake, tags_in

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
RECENT = "/tweets/search/recent"
ARABIC = "خليها_تخيس"
WRITER = Author(7, "writer", "A writer", datetime(2015, 1, 1, tzinfo=UTC), followers=9)
ALL_OF_IT = made(Campaign(posts=600, seed=3, late=0.05, deleted=0.1, edited=0.05, gone_authors=0.1))


def post(at: datetime, *tags: str, number: int = 0, **more: object) -> Post:
    """Make a post with tags."""
    draft = Draft()
    draft.say("words")
    for tag in tags:
        draft.tag(tag)
    made_of = {"text": draft.text, "entities": draft.entities} | more
    return Post(id=snowflake(at, number), author_id=7, **made_of)  # type: ignore[arg-type]


def ago(**by: float) -> datetime:
    """Go back from now."""
    return NOW - timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """The stand-in's time."""
    return Clock(NOW)


@pytest.fixture
def x(clock: Clock) -> Iterator[StandIn]:
    """A stand-in of which nothing was posted yet."""
    with serving(World((), (WRITER,)), now=clock) as x:
        yield x


def found(x: StandIn, query: str, **params: str) -> list[str]:
    """Search for texts."""
    return [one["text"] for one in Client(x).posts(RECENT, {"query": query, **params})]


@pytest.mark.parametrize("names", NAMES)
def test_all_pages_hold_each_post_once_newest_first(names: str, clock: Clock) -> None:
    query = f"#{ARABIC} OR #خلوها_تخيس OR #letitrot"
    with serving(ALL_OF_IT, names=names, now=clock) as x:
        ids = [int(one["id"]) for one in Client(x).posts(RECENT, query=query, max_results=37)]
        there = [one for one in ALL_OF_IT.posts if not one.is_repost and x.index.is_found(one.id, NOW)]
        wanted = {ARABIC, "خلوها_تخيس", "letitrot"}
        assert ids == sorted((one.id for one in there if tags_in(one) & wanted), reverse=True)
        assert len(ids) > 200


def test_a_tag_is_matched_as_a_whole_and_without_regard_to_case(x: StandIn) -> None:
    x.put(post(ago(hours=1), "LetItRot"), post(ago(hours=2), "letitrotten"), post(ago(hours=3), f"{ARABIC}_الان"))
    assert found(x, "#LETITROT") == ["words #LetItRot"]
    assert found(x, f"#{ARABIC}") == []
    assert found(x, "LetItRot") == ["words #LetItRot"]


def test_entities_count_code_points(x: StandIn) -> None:
    draft = Draft()
    draft.say("👩‍👩‍👧 &amp;")
    draft.tag(ARABIC)
    x.put(post(ago(hours=1), text=draft.text, entities=draft.entities))
    (one,) = Client(x).posts(RECENT, {"tweet.fields": "entities"}, query=f"#{ARABIC}")
    (tag,) = one["entities"]["hashtags"]
    assert one["text"][tag["start"] : tag["end"]] == f"#{ARABIC}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("#a #b", {"ab"}),
        ("#a OR #b", {"a", "ab", "b"}),
        ("#a -#b", {"a"}),
        ("#a#b", {"ab"}),
        ("(#a OR #b) lang:ar", {"b"}),
        ("#a from:writer", {"a", "ab"}),
        ("#a from:nobody", set()),
        ('"words #a"', {"a", "ab"}),
        ('"#a words"', set()),
        ("#c OR #a #b", {"ab", "c"}),
        ("(#a OR #b OR #c) is:reply", {"c"}),
        ("(#a OR #b OR #c) -is:retweet -is:reply", {"a", "ab", "b"}),
    ],
)
def test_queries(x: StandIn, query: str, expected: set[str]) -> None:
    reply = (Reference("replied_to", 1),)
    x.put(
        post(ago(minutes=1), "a"),
        post(ago(minutes=2), "a", "b"),
        post(ago(minutes=3), "b", lang="ar"),
        post(ago(minutes=4), "c", references=reply),
    )
    shown = {text.replace("words", "").replace("#", "").replace(" ", "") for text in found(x, query)}
    assert shown == expected


def test_a_conversation_is_found(x: StandIn) -> None:
    first = post(ago(hours=2), "a")
    x.put(first, post(ago(hours=1), "b", conversation=first.id))
    assert len(found(x, f"conversation_id:{first.id}")) == 2


@pytest.mark.parametrize(
    "query",
    ["-#a", "is:retweet", "lang:ar", "(#a", "#a)", '"a', "#a OR", "bounding_box:1", "-(#a OR #b)", "#" + "a" * 512, ""],
)
@pytest.mark.parametrize("names", NAMES)
def test_what_x_cannot_read_is_refused(x: StandIn, query: str, names: str) -> None:
    x.change(names=names)
    reply = Client(x).get(RECENT, query=query)
    assert reply.status_code == 400
    assert reply.json()["type"].endswith("/2/problems/invalid-request")


def test_a_query_of_512_characters_is_read(x: StandIn) -> None:
    assert Client(x).get(RECENT, query="#" + "a" * 511).status_code == 200
    assert Client(x).get("/tweets/search/all", query="#" + "a" * 1_023).status_code == 200


def test_reposts_are_not_found(x: StandIn) -> None:
    first = post(ago(hours=2), "a")
    x.put(first, post(ago(hours=1), "a", references=(Reference("retweeted", first.id),)))
    assert len(found(x, "#a")) == 1
    assert Client(x).json("/tweets/counts/recent", query="#a")["meta"]["total_tweet_count"] == 1


def test_a_late_post_is_found_late_and_a_deleted_one_no_more(x: StandIn, clock: Clock) -> None:
    x.put(post(ago(hours=2), "late", shown_at=NOW + timedelta(hours=1)), post(ago(hours=1), "gone", deleted_at=NOW))
    assert found(x, "#late OR #gone") == []
    clock.turn(hours=-1, minutes=10)
    assert found(x, "#gone") == ["words #gone"]
    clock.turn(hours=3)
    assert found(x, "#late OR #gone") == ["words #late"]


def test_the_last_half_minute_is_left_out_unless_it_is_asked_for(x: StandIn) -> None:
    x.put(post(ago(seconds=20), "a"), post(ago(seconds=40), "b"))
    assert found(x, "#a OR #b") == ["words #b"]
    assert found(x, "#a OR #b", end_time="2026-11-06T11:59:50Z") == ["words #a", "words #b"]
    assert Client(x).get(RECENT, query="#a", end_time="2026-11-06T11:59:51Z").status_code == 400


def test_bounds_of_time_and_of_ids(x: StandIn) -> None:
    posts = [post(ago(minutes=one), f"m{one}") for one in (1, 2, 3)]
    x.put(*posts)
    newest, middle, oldest = posts
    query = "#m1 OR #m2 OR #m3"
    assert found(x, query, start_time="2026-11-06T11:58:00Z") == [newest.text, middle.text]
    assert found(x, query, end_time="2026-11-06T11:58:00Z") == [oldest.text]
    assert found(x, query, since_id=str(middle.id)) == [newest.text]
    assert found(x, query, until_id=str(middle.id)) == [oldest.text]
    assert found(x, query, since_id=f"0{oldest.id}"[-19:], until_id=str(newest.id)) == [middle.text]


@pytest.mark.parametrize(
    "bounds",
    [
        {"start_time": "2026-10-30T11:59:59Z"},
        {"end_time": "2026-10-30T11:00:00Z"},
        {"since_id": "1"},
        {"until_id": "12"},
        {"since_id": "x"},
        {"start_time": "yesterday"},
        {"start_time": "2026-11-06T11:00:00Z", "end_time": "2026-11-06T11:00:00Z"},
        {"start_time": "2026-11-06T11:00:00Z", "since_id": str(snowflake(ago(hours=3)))},
        {"max_results": "9"},
        {"max_results": "101"},
        {"next_token": "made-up"},
        {"sort_order": "newest"},
        {"expansions": "author"},
        {"user.fields": "id,shoe_size"},
        {"limit": "10"},
    ],
)
@pytest.mark.parametrize("names", NAMES)
def test_parameters_that_are_refused(x: StandIn, bounds: dict[str, str], names: str) -> None:
    x.change(names=names)
    reply = Client(x).get(RECENT, bounds, query="#a")
    assert reply.status_code == 400
    assert next(iter(bounds)) in reply.text


def test_the_names_of_the_other_version_are_refused(x: StandIn) -> None:
    assert Client(x).get(RECENT, {"post.fields": "id"}, query="#a").status_code == 400
    x.change(names="2.167")
    assert Client(x).get(RECENT, {"tweet.fields": "id"}, query="#a").status_code == 400
    assert Client(x).get(RECENT, {"post.fields": "author_id"}, query="#a").status_code == 400


def test_only_what_is_asked_for_comes_back(x: StandIn) -> None:
    x.put(post(ago(hours=1), "a"))
    reply = Client(x).json(RECENT, query="#a")
    assert set(reply) == {"data", "meta"}
    assert set(reply["data"][0]) == {"id", "text", "edit_history_tweet_ids"}
    more = Client(x).json(RECENT, {"tweet.fields": "lang", "expansions": "author_id"}, query="#a")
    assert set(more["data"][0]) == {"id", "text", "edit_history_tweet_ids", "lang", "author_id"}
    assert more["includes"] == {"users": [{"id": "7", "name": "A writer", "username": "writer"}]}


def test_with_post_names_whose_a_post_is_comes_by_expansion(x: StandIn) -> None:
    target = post(ago(hours=2), "b")
    metrics = Metrics(likes=4, reposts=2)
    x.put(target, post(ago(hours=1), "a", references=(Reference("quoted", target.id),), metrics=metrics))
    x.change(names="2.167")
    asked = {"post.fields": "public_metrics", "expansions": "author_id,referenced_posts"}
    reply = Client(x).json(RECENT, asked, query="#a")
    (one,) = reply["data"]
    assert one["author_id"] == "7"
    assert one["referenced_posts"] == [{"type": "quoted", "id": str(target.id)}]
    assert one["public_metrics"]["repost_count"] == 2
    assert one["edit_history_post_ids"] == [one["id"]]
    assert [post["id"] for post in reply["includes"]["posts"]] == [str(target.id)]


def test_what_a_post_refers_to_is_included_or_named_as_gone(x: StandIn) -> None:
    target = post(ago(hours=2), "b", media=(Media("3_1", url="https://pbs.example/1.jpg"),))
    references = (Reference("replied_to", target.id), Reference("quoted", 99))
    x.put(target, post(ago(hours=1), "a", references=references))
    asked = {
        "expansions": "referenced_tweets.id,referenced_tweets.id.author_id,referenced_tweets.id.attachments.media_keys",
        "media.fields": "url",
    }
    reply = Client(x).json(RECENT, asked, query="#a")
    assert [one["id"] for one in reply["includes"]["tweets"]] == [str(target.id)]
    assert [one["id"] for one in reply["includes"]["users"]] == ["7"]
    assert reply["includes"]["media"] == [{"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"}]
    (error,) = reply["errors"]
    assert (error["resource_id"], error["parameter"]) == ("99", "referenced_tweets.id")
    assert error["type"].endswith("resource-not-found")


def test_of_an_edited_post_the_newest_version_is_found(x: StandIn, clock: Clock) -> None:
    versions = (snowflake(ago(minutes=30)), snowflake(ago(minutes=10)))
    x.put(*(post(ago(minutes=age), "a", versions=versions, text=f"#a {age}") for age in (30, 10)))
    (one,) = Client(x).posts(RECENT, query="#a")
    assert one["edit_history_tweet_ids"] == [str(version) for version in versions]
    assert one["text"] == "#a 10"
    clock.turn(minutes=-15)
    (one,) = Client(x).posts(RECENT, query="#a")
    assert one["edit_history_tweet_ids"] == [str(versions[0])]


def test_metrics_grow(x: StandIn, clock: Clock) -> None:
    x.put(post(ago(minutes=1), "a", metrics=Metrics(likes=100, half_after_s=60)))
    likes = []
    for _ in range(3):
        (one,) = Client(x).posts(RECENT, {"tweet.fields": "public_metrics"}, query="#a")
        likes.append(one["public_metrics"]["like_count"])
        clock.turn(minutes=5)
    assert likes[0] == 50 < likes[1] < likes[2] < 100


def test_nothing_found(x: StandIn) -> None:
    assert Client(x).json(RECENT, query="#a") == {"meta": {"result_count": 0}}
    x.change(empty_data=True)
    assert Client(x).json(RECENT, query="#a") == {"data": [], "meta": {"result_count": 0}}


def test_a_token_goes_on_where_its_page_stopped_whatever_came_since(x: StandIn, clock: Clock) -> None:
    x.put(*(post(ago(minutes=age), "a", text=f"#a {age}") for age in range(1, 31)))
    first = Client(x).json(RECENT, query="#a")
    x.put(post(NOW, "a"))
    clock.turn(days=5)
    second = Client(x).json(RECENT, query="#a", next_token=first["meta"]["next_token"])
    assert [one["text"] for one in second["data"]] == [f"#a {age}" for age in range(11, 21)]
    assert first["meta"]["oldest_id"] > second["meta"]["newest_id"]
    other = Client(x).get(RECENT, query="#b", next_token=first["meta"]["next_token"])
    assert other.status_code == 400


def test_the_full_archive_reaches_back_and_has_larger_pages(x: StandIn, clock: Clock) -> None:
    x.put(*(post(ago(days=400, minutes=age), "a") for age in range(700)))
    asked = {"query": "#a", "start_time": "2020-01-01T00:00:00Z", "max_results": 500}
    page = Client(x).json("/tweets/search/all", asked)
    clock.turn(seconds=1)
    rest = Client(x).json("/tweets/search/all", asked, next_token=page["meta"]["next_token"])
    assert [page["meta"]["result_count"], rest["meta"]["result_count"]] == [500, 200]
    clock.turn(seconds=1)
    assert Client(x).json("/tweets/search/all", query="#a")["meta"]["result_count"] == 0
    clock.turn(seconds=1)
    too_early = Client(x).get("/tweets/search/all", query="#a", start_time="2006-03-20T00:00:00Z")
    assert too_early.status_code == 400


def test_tweepy_reads_it(x: StandIn) -> None:
    tweepy = pytest.importorskip("tweepy", reason="tweepy is not installed")
    x.put(post(ago(hours=1), "a", number=1), *(post(ago(hours=2), "a", number=number) for number in range(12)))

    class Rewriting(requests.Session):
        def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
            here = str(url).replace("https://api.twitter.com", x.url).replace("https://api.x.com", x.url)
            return super().request(method, here, *args, **kwargs)

    client = tweepy.Client(TOKEN, return_type=dict)
    client.session = Rewriting()
    pages = tweepy.Paginator(client.search_recent_tweets, "#a", max_results=10)
    assert [page["meta"]["result_count"] for page in pages] == [10, 3]
    client.session.close()
