"""X's search as a source, over real sockets: what is asked, what a page completes, and where it goes on."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from collector.clock import never
from collector.collect import Job, collect
from collector.errors import CursorRefused, PayloadError
from collector.plan import Wanted
from collector.source import Page, Query, Window
from collector.x.prices import Prices
from collector.x.search import LAG, SETTLING, Search
from collector.x.settings import Settings
from collector.x.wording import Extras, asked_with
from storage.coverage import Key, State
from storage.instant import to_text
from tests.blank import Database, blank_store
from tests.collector.test_mastodon_live import Clock
from tests.platforms.canned import Asked, Canned, Reply, answering, is_packed, recorded

NOW = datetime(2026, 11, 3, tzinfo=UTC)
"""What a `Clock(48)` says."""
TOKEN = "AAAAsecretBearerOfTheTests"
LET = "خليها_تخيس"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def at(minutes: float) -> datetime:
    """Tell the moment so many minutes ago."""
    return NOW - minutes * MINUTE


def post(minutes: float, key: int, **more: Any) -> dict[str, Any]:
    created_at = at(minutes).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tags = {"hashtags": [{"start": 0, "end": len(LET) + 1, "tag": LET}]}
    return {
        "id": str(key),
        "text": f"#{LET}",
        "created_at": created_at,
        "author_id": "7",
        "edit_history_tweet_ids": [str(key)],
        "entities": tags,
        **more,
    }


def answer(*posts: dict[str, Any], onward: str | None = None, **more: Any) -> dict[str, Any]:
    meta = {"result_count": len(posts)} | ({"next_token": onward} if onward else {})
    return {"meta": meta, **({"data": list(posts)} if posts else {}), **more}


def reply(body: Any, now: datetime = NOW) -> Reply:
    headers = {"Content-Type": "application/json", "Date": format_datetime(now, usegmt=True)}
    return Reply(orjson.dumps(body), 200, headers)


@contextmanager
def searching(
    say: Callable[[Asked], Any], clock: Clock | None = None, **settings: Any
) -> Iterator[tuple[Canned, Search]]:
    clock = clock or Clock(48)
    with answering(lambda asked: reply(say(asked), clock.now())) as x:
        search = Search(Settings(TOKEN, x.url, **settings), Extras(), Prices(), now=clock.now)
        try:
            yield x, search
        finally:
            search.close()


def by_token(**pages: Any) -> Callable[[Asked], Any]:
    return lambda asked: pages[asked.query.get("next_token", ["first"])[0]]


HOUR = Window(at(60), at(1))
LET_QUERY = Query((LET,))


def test_a_window_is_read_back_page_by_page_and_each_page_completes_down_to_its_oldest_second() -> None:
    say = by_token(first=answer(post(2, 3), post(10, 2), onward="t2"), t2=answer(post(40, 1)))
    with searching(say) as (x, search):
        first, last = search.pages(LET_QUERY, HOUR, None)
    assert first.completes == Window(at(10) + SECOND, at(1))
    assert last.completes == Window(at(60), at(10) + SECOND)
    assert (first.exhausted, last.exhausted, last.cursor) == (False, True, None)
    assert [item.post and item.post.platform_id for page in (first, last) for item in page.items] == ["3", "2", "1"]
    assert first.server_now == NOW
    asked = [{name: values[0] for name, values in one.query.items()} for one in x.log]
    assert [one.path for one in x.log] == ["/2/tweets/search/recent"] * 2
    assert asked[0] | {"next_token": "t2"} == asked[1]
    assert asked[0]["query"] == f"#{LET}"
    assert (asked[0]["start_time"], asked[0]["end_time"]) == ("2026-11-02T23:00:00Z", "2026-11-02T23:59:00Z")
    assert asked[0]["max_results"] == "100"


def test_it_goes_on_from_a_cursor_with_the_times_of_the_first_page() -> None:
    say = by_token(first=answer(post(10, 2), onward="t2"), t2=answer(post(40, 1)))
    with searching(say) as (x, search):
        first = next(search.pages(LET_QUERY, HOUR, None))
        left = HOUR.without(first.completes)
        assert left
        [last] = search.pages(LET_QUERY, left, first.cursor)
    assert last.completes == left
    assert x.log[0].query | {"next_token": ["t2"]} == x.log[1].query


@pytest.mark.parametrize("cursor", ["", "min_id 7", "2026-11-02T23:00:00.000000Z x y", "a b c"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with searching(by_token()) as (x, search), pytest.raises(CursorRefused):
        next(search.pages(LET_QUERY, HOUR, cursor))
    assert x.log == []


def test_a_window_that_was_begun_within_reach_and_has_left_it_is_begun_again() -> None:
    clock = Clock(48)
    week = Window(clock.now() - timedelta(days=6, hours=23), at(1))
    with searching(by_token(first=answer(post(10, 2), onward="t2")), clock) as (x, search):
        page = next(search.pages(LET_QUERY, week, None))
        clock.moment += timedelta(hours=2)
        with pytest.raises(CursorRefused):
            next(search.pages(LET_QUERY, week, page.cursor))
        next(search.pages(LET_QUERY, week, None))
    # X refuses to be asked for more than seven days.
    assert x.log[-1].query["start_time"] == ["2026-10-27T02:01:01Z"]


def test_a_page_without_posts_that_has_a_next_one_completes_nothing() -> None:
    with searching(by_token(first=answer(onward="t2"), t2=answer(post(40, 1)))) as (_, search):
        first, last = search.pages(LET_QUERY, HOUR, None)
    assert (first.completes, first.items) == (None, ())
    assert last.completes == HOUR


@pytest.mark.parametrize("body", [answer(), answer(data=[]), {"meta": {"newest_id": ""}, "data": []}])
def test_no_posts_is_an_answer(body: dict[str, Any]) -> None:
    with searching(lambda _: body) as (_, search):
        [page] = search.pages(LET_QUERY, HOUR, None)
    assert (page.items, page.completes, page.exhausted) == ((), HOUR, True)


@pytest.mark.parametrize("body", [{"hello": 1}, {}])
def test_an_answer_that_is_no_page_is_kept(body: dict[str, Any]) -> None:
    with searching(lambda _: body) as (_, search), pytest.raises(PayloadError) as raised:
        list(search.pages(LET_QUERY, HOUR, None))
    assert raised.value.payload == orjson.dumps(body)


def test_a_post_that_cannot_be_read_does_not_cost_its_neighbours() -> None:
    with searching(lambda _: answer(post(2, 3), {"id": "nine", "text": ""}, post(10, 1))) as (_, search):
        [page] = search.pages(LET_QUERY, HOUR, None)
    assert [item.post is None for item in page.items] == [False, True, False]


def test_an_edited_post_stands_where_its_newest_version_was_written() -> None:
    # The ids are X's own kind: they hold the time of posting.
    first = ((int(at(30).timestamp() * 1_000) - 1_288_834_974_657) << 22) + 1
    second = ((int(at(10).timestamp() * 1_000) - 1_288_834_974_657) << 22) + 1
    edited = post(10, second, edit_history_tweet_ids=[str(first), str(second)])
    with searching(by_token(first=answer(edited, onward="t2"), t2=answer())) as (_, search):
        page = next(search.pages(LET_QUERY, HOUR, None))
    assert page.items[0].post
    assert page.items[0].post.created_at == to_text(at(30))
    assert page.completes == Window(at(10) + SECOND, at(1))


def test_what_x_says_is_gone_or_hidden_is_told() -> None:
    def problem(kind: str, key: str, of: str = "tweet") -> dict[str, str]:
        return {"type": f"https://api.twitter.com/2/problems/{kind}", "resource_id": key, "resource_type": of}

    errors = [
        problem("resource-not-found", "11"),
        problem("not-authorized-for-resource", "12", "post"),
        problem("resource-not-found", "13", "user"),
        problem("resource-unavailable", "14"),
        problem("resource-not-found", "odd"),
        {"title": "?"},
        "nonsense",
    ]
    with searching(lambda _: answer(post(2, 3), errors=errors)) as (_, search):
        [page] = search.pages(LET_QUERY, HOUR, None)
    assert [(one.platform, one.platform_id, one.of) for one in page.deletions] == [
        ("x", "11", "post"),
        ("x", "12", "post"),
    ]
    assert {one.deleted_at for one in page.deletions} == {to_text(NOW)}


def test_a_pass_leaves_what_is_too_new_and_says_what_is_settling(database: Database) -> None:
    clock = Clock(48)
    with searching(lambda _: answer(post(1, 3), post(10, 1)), clock) as (x, search), blank_store(database) as opened:
        job = Job(search, Wanted((LET,), at(60)))
        outcome = collect(opened, job, clock, never())
        ledger = opened.coverage(Key("x", "x-search", "", LET, "posts"))
    assert (outcome.posts_new, outcome.requests) == (2, 1)
    assert [(one.state, one.starts_at, one.ends_at) for one in ledger] == [
        (State.COMPLETE, at(60), NOW - SETTLING),
        (State.PARTIAL, NOW - SETTLING, NOW - LAG),
    ]
    assert x.log[0].query["end_time"] == ["2026-11-02T23:59:30Z"]


def test_the_same_answer_under_old_and_new_names_gives_the_same_items() -> None:
    user = {"id": "7", "name": "N", "username": "n"}
    old = post(2, 3, referenced_tweets=[{"type": "quoted", "id": "1"}], public_metrics={"retweet_count": 4})
    new = {
        key.replace("tweet", "post"): value
        for key, value in old.items()
        if key not in {"public_metrics", "referenced_tweets"}
    }
    new |= {"referenced_posts": [{"type": "quoted", "id": "1"}], "public_metrics": {"repost_count": 4}}
    quoted, renamed = post(10, 1), {key.replace("tweet", "post"): value for key, value in post(10, 1).items()}
    read: list[Page] = []
    for one, others, name in ((old, quoted, "tweets"), (new, renamed, "posts")):
        body = answer(one, includes={"users": [user], name: [others]})
        with searching(lambda _, body=body: body) as (_, search):  # type: ignore[misc]
            read += search.pages(LET_QUERY, HOUR, None)
    assert read[0].items[0].post == read[1].items[0].post
    assert read[0].items[0].referred == read[1].items[0].referred
    assert read[0].items[0].authors == read[1].items[0].authors


@pytest.mark.parametrize("version", ["tweet", "post"])
@pytest.mark.parametrize(
    "extras",
    [Extras(), Extras(False, False, False), Extras(True, True, True)],
    ids=["usual", "none", "all"],
)
def test_only_what_x_s_document_knows_is_asked_for(shared: Path, version: Any, extras: Extras) -> None:
    names = {"tweet": "x_openapi_2.166_tweet_names.json", "post": "x_openapi_2.167_post_names.json"}
    document = orjson.loads((shared.parent / "specs" / names[version]).read_bytes())
    components = document["components"]["parameters"]
    allowed = {}
    for one in document["paths"]["/2/tweets/search/recent"]["get"]["parameters"]:
        parameter = components[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        allowed[parameter["name"]] = parameter["schema"].get("items", {}).get("enum")
    for name, values in asked_with(version, extras).items():
        assert set(values.split(",")) <= set(allowed[name]), name


@pytest.mark.parametrize("client", ["client", "asyncclient"])
@pytest.mark.parametrize("what", ["recent", "all"])
def test_recorded_answers_are_read_by_the_same_code(shared: Path, client: str, what: str) -> None:
    file = shared / f"x/recorded/test_{client}_search_{what}_tweets.yaml"
    for exchange in yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]:
        given = recorded(exchange["response"])
        with answering(lambda _, given=given: given) as x:  # type: ignore[misc]
            search = Search(Settings(TOKEN, x.url), Extras(), Prices(), now=Clock(48).now)
            page = next(search.pages(LET_QUERY, HOUR, None))
            search.close()
        told = orjson.loads(gzip.decompress(given.body) if is_packed(given.body) else given.body)
        # It was asked for ids and texts alone: posts without their time are kept unread.
        assert [orjson.loads(item.payload)["data"] for item in page.items] == told["data"]
        assert (page.cursor is None) == ("next_token" not in told["meta"])
