"""Posts of Bluesky's API: views, feeds and threads, either spelling of fields, and payloads made to mislead."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.bluesky.payload import holds, items
from collector.errors import Unreadable
from collector.json_text import parse
from storage.post import Author, Counts, Item, Media, Mention, Post
from tests.collector.bluesky_census import files, values

POST = "app.bsky.feed.post"
ANN, BOB, CAT = "did:plc:ann", "did:plc:bob", "did:plc:cat"
KEY, KEY_TIME = "3n2xr4hsxik26", "2026-11-23T08:56:26.562000Z"
INDEXED = "2026-11-23T08:56:26.925000Z"
LATER = "2026-11-24T00:00:00.000000Z"


def uri(did: str = ANN, key: str = KEY, collection: str = POST) -> str:
    return f"at://{did}/{collection}/{key}"


def a_profile(did: str = ANN, **more: Any) -> dict[str, Any]:
    return {"did": did, "handle": f"{did[-3:]}.test", "displayName": did[-3:].title()} | more


def a_record(**more: Any) -> dict[str, Any]:
    return {"$type": POST, "text": "hello", "createdAt": "2026-11-23T08:56:26.500Z"} | more


def a_view(did: str = ANN, key: str = KEY, record: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "uri": uri(did, key),
        "cid": "bafy",
        "author": a_profile(did),
        "record": a_record() if record is None else record,
        "likeCount": 1,
        "indexedAt": "2026-11-23T08:56:26.925Z",
    } | more


def read(value: Any, observed_at: str | None = None) -> Item:
    (item,) = items(value, observed_at)
    return item


def post_of(value: Any, observed_at: str | None = None) -> Post:
    item = read(value, observed_at)
    assert item.post is not None, item.error
    return item.post


def post_with(**record: Any) -> Post:
    return post_of(a_view(record=a_record(**record)))


# --- what a post says -----------------------------------------------------------------------------------------


def test_a_plain_post() -> None:
    item = read(a_view(replyCount=2, repostCount=3, quoteCount=4))
    post = item.post
    assert post is not None
    assert (post.platform, post.platform_id, post.server, post.author) == ("bluesky", uri(), "bluesky", ANN)
    assert post.url == f"https://bsky.app/profile/{ANN}/post/{KEY}"
    assert (post.created_at, post.time_resolution) == (KEY_TIME, 1)
    assert post.claimed_at == "2026-11-23T08:56:26.500000Z"
    assert (post.observed_at, post.version, post.version_id, post.edited_at) == (None, None, None, None)
    assert (post.text, post.text_cut, post.lang, post.media) == ("hello", False, None, ())
    assert (post.is_reply, post.is_quote, post.is_repost) == (False, False, False)
    assert post.conversation == uri()
    assert post.counts == Counts(likes=1, replies=2, reposts=3, quotes=4)
    assert item.authors == (
        Author(
            platform="bluesky",
            platform_id=ANN,
            server="bluesky",
            handle="ann.test",
            display_name="Ann",
            carried_at=KEY_TIME,
        ),
    )
    assert (item.referred, item.unknown, item.error) == ((), (), None)


def test_the_payload_is_canonical() -> None:
    view = a_view()
    backwards = dict(reversed(view.items()))
    assert read(view).payload == read(backwards).payload == read({"posts": [view]}).payload
    assert json.loads(read(view).payload) == {"data": view}
    assert read({"data": view, "includes": {}}) == read(view)


@pytest.mark.parametrize(
    ("indexed", "observed_at", "expected"),
    [
        ("2026-11-23T08:56:26.925Z", None, KEY_TIME),
        ("2026-11-23T08:56:20Z", None, "2026-11-23T08:56:20.000000Z"),
        ("2026-11-23T08:56:26.925Z", "2026-11-23T08:00:00.000000Z", "2026-11-23T08:00:00.000000Z"),
        ("2020-01-01T00:00:00Z", None, KEY_TIME),
        ("0001-10-14T00:00:00Z", LATER, KEY_TIME),
        ("not a time", None, KEY_TIME),
        (None, LATER, KEY_TIME),
    ],
)
def test_the_time_of_posting(indexed: str | None, observed_at: str | None, expected: str) -> None:
    post = post_of(a_view(indexedAt=indexed), observed_at)
    assert (post.created_at, post.observed_at) == (expected, observed_at)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("0001-10-14T00:00:00Z", "0001-10-14T00:00:00.000000Z"),
        ("2120-01-01T00:00:00Z", "2120-01-01T00:00:00.000000Z"),
        ("+012026-01-01T00:00:00Z", None),
        (None, None),
    ],
)
def test_what_a_client_claims_decides_nothing(claimed: str | None, expected: str | None) -> None:
    post = post_with(createdAt=claimed)
    assert (post.claimed_at, post.created_at) == (expected, KEY_TIME)


def test_a_key_without_a_time() -> None:
    assert post_of(a_view(key="self")).created_at == INDEXED
    assert read(a_view(key="self", indexedAt=None)).error == "nothing tells when it was posted"


@pytest.mark.parametrize(
    ("langs", "expected"),
    [
        (["ar", "en"], "ar"),
        (["en-US"], "en"),
        (["zh-Hant-TW"], "zh"),
        (["PT"], "pt"),
        ([], None),
        (None, None),
        ([""], None),
        (["x"], None),
        (["12"], None),
    ],
)
def test_the_language_that_the_author_puts_first(langs: list[str] | None, expected: str | None) -> None:
    assert post_with(langs=langs).lang == expected


def test_facets_tags_and_text() -> None:
    text = "🦋 @bob.test #seen https://e.org me"
    facets = [
        {"index": {"byteStart": 5, "byteEnd": 14}, "features": [{"did": BOB}]},
        {"index": {"byteStart": 15, "byteEnd": 20}, "features": [{"tag": "marked"}]},
        {"index": {"byteStart": 21, "byteEnd": 34}, "features": [{"uri": "https://e.org/a"}, {"uri": "at://x"}]},
        {"index": {"byteStart": 35, "byteEnd": 37}, "features": [{"did": ANN}]},
        {"index": {"byteStart": 1, "byteEnd": 3}, "features": [{"tag": "inside a character"}]},
        {"index": {"byteStart": 0, "byteEnd": 999}, "features": [{"tag": "beyond the end"}]},
    ]
    post = post_with(text=text, facets=facets, tags=["beside"])
    assert post.hashtags == ("marked", "beside")
    assert post.links == ("https://e.org/a",)
    assert post.mentions == (Mention("bob.test", BOB), Mention(ANN, ANN))
    assert post_with(text=text, facets=[]).hashtags == ("seen",)


def a_picture(file: str = "bafkrei") -> dict[str, Any]:
    return {"alt": "", "image": {"$type": "blob", "ref": {"$link": file}, "mimeType": "image/jpeg", "size": 1}}


CDN = f"https://cdn.bsky.app/img/feed_fullsize/plain/{ANN}"
CARD = {"uri": "https://e.org/card", "title": "", "description": ""}


@pytest.mark.parametrize(
    ("embed", "media", "links"),
    [
        ({"images": [a_picture()]}, (Media("photo", f"{CDN}/bafkrei@jpeg"),), ()),
        ({"items": [a_picture()]}, (Media("photo", f"{CDN}/bafkrei@jpeg"),), ()),
        ({"images": [{"image": {"cid": "old"}}]}, (Media("photo", f"{CDN}/old@jpeg"),), ()),
        ({"images": [{"image": {"ref": "plain"}}]}, (Media("photo", f"{CDN}/plain@jpeg"),), ()),
        ({"images": [{"image": {}}]}, None, ()),
        (
            {"video": {"ref": {"$link": "film"}}},
            (Media("video", "https://video.bsky.app/watch/did%3Aplc%3Aann/film/playlist.m3u8"),),
            (),
        ),
        ({"external": CARD}, (), ("https://e.org/card",)),
        (
            {"external": {"uri": "https://media.tenor.com/a.gif"}},
            (Media("animated_gif", "https://media.tenor.com/a.gif"),),
            (),
        ),
        ({"external": {"uri": "javascript:alert(1)"}}, (), ()),
        ({"record": {"record": {"uri": uri(BOB)}}, "media": {"external": CARD}}, (), ("https://e.org/card",)),
        ({"$type": "app.bsky.embed.smell"}, (), ()),
    ],
)
def test_what_is_attached(embed: Any, media: tuple[Media, ...] | None, links: tuple[str, ...]) -> None:
    post = post_with(embed=embed)
    assert (post.media, post.links) == (media, links)


def test_a_view_s_own_addresses_come_before_built_ones() -> None:
    shown = {"images": [{"alt": "", "thumb": "https://cdn/t", "fullsize": "https://cdn/f"}]}
    post = post_of(a_view(record=a_record(embed={"images": [a_picture()]}), embed=shown))
    assert post.media == (Media("photo", "https://cdn/f"),)


# --- what a post refers to --------------------------------------------------------------------------------------


def a_quote(did: str = BOB, **more: Any) -> dict[str, Any]:
    return {
        "$type": "app.bsky.embed.record#viewRecord",
        "uri": uri(did, "3n2xr4hqpa226"),
        "author": a_profile(did),
        "value": a_record(text="quoted"),
        "indexedAt": "2026-11-23T09:00:00Z",
        "likeCount": 9,
    } | more


@pytest.mark.parametrize("with_media", [True, False])
def test_a_quote_is_known_with_its_author(with_media: bool) -> None:
    ref = {"uri": uri(BOB, "3n2xr4hqpa226"), "cid": "bafy"}
    embed: Any = {"record": {"record": ref}, "media": {"external": CARD}} if with_media else {"record": ref}
    shown: Any = {"record": {"record": a_quote()}} if with_media else {"record": a_quote()}
    item = read(a_view(record=a_record(embed=embed), embed=shown), LATER)
    assert item.post is not None
    assert (item.post.is_quote, item.post.quote_of) == (True, uri(BOB, "3n2xr4hqpa226"))
    (quoted,) = item.referred
    assert (quoted.platform_id, quoted.text, quoted.observed_at) == (uri(BOB, "3n2xr4hqpa226"), "quoted", LATER)
    assert quoted.counts == Counts(likes=9)
    assert [author.handle for author in item.authors] == ["ann.test", "bob.test"]
    assert item.unknown == ()


def test_quotes_in_quotes() -> None:
    inner = a_quote(CAT, uri=uri(CAT))
    embed = {"record": {"uri": uri(BOB, "3n2xr4hqpa226"), "cid": "bafy"}}
    item = read(a_view(record=a_record(embed=embed), embed={"record": a_quote(embeds=[{"record": inner}])}))
    assert {post.author for post in item.referred} == {BOB, CAT}


@pytest.mark.parametrize(
    "shown",
    [
        {"uri": uri(BOB), "blocked": True, "author": {"did": BOB, "viewer": {}}},
        {"uri": uri(BOB), "notFound": True},
        {"uri": uri(BOB), "detached": True},
    ],
)
def test_quotes_that_are_not_shown_are_referred_to(shown: Any) -> None:
    item = read(a_view(record=a_record(embed={"record": {"uri": uri(BOB), "cid": "b"}}), embed={"record": shown}))
    assert item.post is not None
    assert item.post.quote_of == uri(BOB)
    assert item.referred == ()
    assert [author.platform_id for author in item.authors] == [ANN]
    assert item.unknown == ()


def test_a_feed_or_list_in_the_place_of_a_quote_is_none() -> None:
    post = post_with(embed={"record": {"uri": uri(BOB, "whats-hot", "app.bsky.feed.generator"), "cid": "b"}})
    assert (post.is_quote, post.quote_of) == (False, None)


def a_reply(**more: Any) -> dict[str, Any]:
    ref = {"root": {"uri": uri(CAT), "cid": "c"}, "parent": {"uri": uri(BOB), "cid": "b"}}
    return a_view(record=a_record(reply=ref), **more)


def test_a_reply() -> None:
    post = post_of(a_reply())
    assert (post.is_reply, post.reply_to, post.reply_to_author) == (True, uri(BOB), BOB)
    assert post.conversation == uri(CAT)


def test_what_a_reply_in_a_feed_answers_is_known() -> None:
    around = {"root": {"uri": uri(CAT), "notFound": True}, "parent": a_view(BOB), "grandparentAuthor": a_profile(CAT)}
    item = read({"post": a_reply(), "reply": around})
    assert [post.platform_id for post in item.referred] == [uri(BOB)]
    assert [author.platform_id for author in item.authors] == [ANN, BOB, CAT]
    assert item.unknown == ()


def a_repost_in_a_feed(**more: Any) -> dict[str, Any]:
    reason = {
        "$type": "app.bsky.feed.defs#reasonRepost",
        "by": a_profile(BOB),
        "uri": uri(BOB, "3n2xr4icsdc26", "app.bsky.feed.repost"),
        "cid": "bafy",
        "indexedAt": "2026-11-23T10:00:00Z",
    }
    return {"post": a_view(), "reason": reason | more}


def test_a_repost_in_a_feed_is_what_was_found() -> None:
    item = read(a_repost_in_a_feed())
    post = item.post
    assert post is not None
    assert (post.platform_id, post.author) == (uri(BOB, "3n2xr4icsdc26", "app.bsky.feed.repost"), BOB)
    assert (post.is_repost, post.repost_of, post.text) == (True, uri(), None)
    assert (post.created_at, post.counts) == ("2026-11-23T08:56:27.081000Z", None)
    assert post.url == f"https://bsky.app/profile/{ANN}/post/{KEY}"
    assert [one.platform_id for one in item.referred] == [uri()]
    assert item.referred[0].counts == Counts(likes=1)


@pytest.mark.parametrize(
    "reason",
    [{"$type": "app.bsky.feed.defs#reasonPin"}, {"by": a_profile(BOB), "indexedAt": "2026-11-23T10:00:00Z"}],
)
def test_pinned_posts_and_reposts_without_an_address_are_their_target(reason: Any) -> None:
    item = read({"post": a_view(), "reason": reason})
    assert item.post is not None
    assert (item.post.platform_id, item.post.is_repost) == (uri(), False)


# --- replies of the API ------------------------------------------------------------------------------------------


def found(value: Any) -> list[str | None]:
    return [item.post.author if item.post else None for item in items(value)]


def test_a_thread_is_read_from_what_is_answered_to_the_answers() -> None:
    dan, eve = "did:plc:dan", "did:plc:eve"
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri("did:plc:gon"), "notFound": True}
    blocked = {"uri": uri("did:plc:blo"), "blocked": True, "author": {"did": "did:plc:blo"}}
    thread = {
        "post": a_view(BOB),
        "parent": {"post": a_view(ANN), "parent": gone},
        "replies": [{"post": a_view(CAT), "replies": [{"post": a_view(dan)}, blocked]}, gone, {"post": a_view(eve)}],
    }
    assert holds({"thread": thread})
    assert found({"thread": thread}) == [ANN, BOB, CAT, dan, eve]


def test_a_thread_may_be_deeper_than_calls_may_go() -> None:
    thread: dict[str, Any] = {"post": a_view(), "replies": []}
    for _ in range(5_000):
        thread = {"post": a_view(), "replies": [thread]}
    assert len(found({"thread": thread})) == 5_001


def test_a_thread_told_as_a_list() -> None:
    nodes = [
        {"uri": uri(ANN), "depth": 0, "value": {"post": a_view(ANN), "moreReplies": 0}},
        {"uri": uri(BOB), "depth": 1, "value": {"$type": "app.bsky.unspecced.defs#threadItemNotFound"}},
        {"uri": uri(CAT), "depth": 1, "value": {"post": a_view(CAT)}},
    ]
    assert found({"thread": nodes, "hasOtherReplies": False}) == [ANN, CAT]


def test_replies_lists_and_empty_pages() -> None:
    assert found({"posts": [a_view(ANN), a_view(BOB)], "cursor": "2"}) == [ANN, BOB]
    assert found({"feed": [{"post": a_view(ANN)}, {"post": a_view(BOB)}]}) == [ANN, BOB]
    assert found([a_view(ANN), {"post": a_view(BOB)}, {"posts": [a_view(CAT)]}]) == [ANN, BOB, CAT]
    assert found({"posts": [], "cursor": ""}) == found({"feed": []}) == []


def test_a_recorded_exchange_says_when_it_was_answered() -> None:
    exchange = {"status": 200, "headers": {"Date": "Tue, 24 Nov 2026 00:00:00 GMT"}, "body": {"posts": [a_view()]}}
    assert post_of(exchange).observed_at == LATER
    assert post_of(exchange | {"body": json.dumps(exchange["body"])}).observed_at == LATER
    assert post_of(exchange | {"headers": {"Date": "never"}}).observed_at is None
    assert post_of(exchange, INDEXED).observed_at == INDEXED


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        "text",
        [],
        [1],
        {},
        {"posts": [{"id": "1"}]},
        {"posts": [], "meta": {}},
        {"data": [{"id": "1", "text": "x"}], "meta": {}},
        {"thread": {}},
        {"status": 200, "body": "<html>"},
        {"status": 200, "body": "\ud800"},
        {"uri": uri()},
        {"error": "BadRequest", "message": "no"},
    ],
)
def test_what_is_nothing_of_the_kind(value: Any) -> None:
    assert not holds(value)
    with pytest.raises(Unreadable):
        items(value)


@pytest.mark.parametrize(
    ("view", "error"),
    [
        (a_view(record=a_record(text=7)), "Expected `str"),
        (a_view(record={"$type": "app.bsky.feed.like"}), "a record of app.bsky.feed.like"),
        (a_view(author=a_profile(BOB)), "not in the repository of its author"),
        (a_view(author={"did": "ann.test"}), "not a DID"),
        (a_view(uri="at://nobody"), "not the address of a record"),
        (a_view(likeCount=-1), "Expected `int` >= 0"),
        (a_view(author=None), "without its record or its author"),
        (7, "Expected `object`"),
    ],
)
def test_a_post_that_cannot_be_read_is_kept_beside_its_neighbours(view: Any, error: str) -> None:
    first, broken, last = items({"posts": [a_view(BOB), view, a_view(CAT)]})
    assert (broken.post, json.loads(broken.payload)) == (None, {"data": view})
    assert error in (broken.error or "")
    assert None not in (first.post, last.post)


def test_handles_that_lead_nowhere_are_none() -> None:
    (author,) = read(a_view(author=a_profile(handle="handle.invalid", displayName=""))).authors
    assert (author.handle, author.display_name) == (None, None)


def test_half_characters_and_zeros_in_a_text() -> None:
    line = json.dumps(a_view(record=a_record(text="a\ud83d b\0"))).encode()
    post = post_of(parse(line))
    assert post.text == "a\ufffd b\ufffd"
    assert read(a_view(record=a_record(text="a\ud83d"))).error is None


# --- either spelling, and anything at all --------------------------------------------------------------------------


def snake_case(value: Any) -> Any:
    """Write a payload as Python's SDK does."""
    if isinstance(value, list):
        return [snake_case(one) for one in value]
    if isinstance(value, dict):
        names = {"$type": "py_type", "$link": "link"}
        return {
            names.get(key, re.sub("[A-Z]", lambda m: "_" + m[0].lower(), key)): snake_case(one)
            for key, one in value.items()
        }
    return value


def test_either_spelling_says_the_same(shared: Path) -> None:
    compared = 0
    for path in files(shared):
        for value in values(path):
            if holds(value) and "status" not in value:
                for one, other in zip(items(value), items(snake_case(value)), strict=True):
                    assert (one.post, one.referred, one.authors) == (other.post, other.referred, other.authors)
                    assert one.unknown == other.unknown == ()
                    compared += 1
    assert compared == 372


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
rich = a_repost_in_a_feed() | {
    "post": a_reply(embed={"record": a_quote(embeds=[{"images": [{"fullsize": "https://cdn/f"}]}])}),
    "reply": {"root": a_view(CAT), "parent": a_view(BOB)},
}
rich["post"]["record"] |= {
    "text": "مرحبا #الرياض_الآن",
    "facets": [{"index": {"byteStart": 11, "byteEnd": 33}, "features": [{"tag": "الرياض_الآن"}]}],
    "embed": {"record": {"uri": uri(BOB, "3n2xr4hqpa226")}, "images": [a_picture()]},
}


@given(st.data(), json_values)
def test_a_mutated_payload_gives_items_or_unreadable(data: st.DataObject, new: Any) -> None:
    value: Any = {"feed": [deepcopy(rich)]}
    where: Any = value
    for _ in range(data.draw(st.integers(0, 9))):
        inner = [key for key in keys_of(where) if keys_of(where[key])]
        if not inner:
            break
        where = where[data.draw(st.sampled_from(inner))]
    where[data.draw(st.sampled_from(keys_of(where)))] = new
    try:
        told = list(items(value))
    except Unreadable:
        return
    for item in told:
        assert (item.post is None) == (item.error is not None)
        assert json.loads(item.payload)


def keys_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


@given(st.lists(st.tuples(st.integers(), st.integers(-3, 40)), max_size=5))
def test_facets_over_any_bytes_cost_no_post(ranges: list[tuple[int, int]]) -> None:
    facets = [
        {"index": {"byteStart": start, "byteEnd": end}, "features": [{"tag": "t"}, {"did": BOB}, {"uri": "http://a"}]}
        for start, end in ranges
    ]
    assert post_with(text="مرحبا #الرياض_الآن", facets=facets).text == "مرحبا #الرياض_الآن"
