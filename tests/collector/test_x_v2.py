"""X API v2 payloads: real pages and flattened posts, old names and new, and items made to mislead."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.archive import read as read_file
from collector.archive import recognise
from collector.errors import Unreadable
from collector.json_text import parse
from collector.x import payload as x_v2
from collector.x.objects import Post as XPost
from collector.x.passed_over import PASSED_OVER
from storage.post import Counts, Item, Media, Mention, Post


def items(line: bytes, observed_at: str | None = None) -> Iterator[Item]:
    return x_v2.items(parse(line), observed_at)


TIME = "2021-06-26T12:00:00.000Z"
INSTANT = "2021-06-26T12:00:00.000000Z"


def a_post(**more: Any) -> dict[str, Any]:
    return {"id": "100", "text": "hello", "created_at": TIME, "author_id": "7"} | more


def a_user(number: str = "7", **more: Any) -> dict[str, Any]:
    return {"id": number, "username": f"user{number}", "name": f"User {number}", "created_at": TIME} | more


def a_page(*data: Any, **more: Any) -> bytes:
    return json.dumps({"data": list(data)} | more).encode()


def read(data: dict[str, Any], **includes: Any) -> Item:
    (item,) = items(a_page(data, includes=includes))
    return item


def post_of(data: dict[str, Any], **includes: Any) -> Post:
    item = read(data, **includes)
    assert item.post is not None, item.error
    return item.post


def real_lines(shared: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((shared / "x" / "twarc2").glob("*.jsonl")):
        if "compliance" in path.name or path.name == "counts.jsonl":
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if (path.name, number) != ("streaming_output_with_error.jsonl", 8):
                yield f"{path.name}:{number}", line


# --- what a post says ---------------------------------------------------------------------------------------


def test_a_plain_post() -> None:
    post = post_of(a_post(lang="en", conversation_id="90"))
    assert (post.platform, post.platform_id, post.server, post.author) == ("x", "100", "x", "7")
    assert (post.created_at, post.time_resolution) == (INSTANT, 1)
    assert post.url == "https://x.com/i/status/100"
    assert post.ids == (("x", "100"),)
    assert (post.version, post.version_id, post.edited_at, post.observed_at) == (None, None, None, None)
    assert (post.text, post.text_cut, post.lang, post.conversation) == ("hello", False, "en", "90")
    assert (post.is_repost, post.is_reply, post.is_quote) == (False, False, False)
    assert post.counts is None


def test_a_version_of_an_edited_post_is_the_first_version_s_post() -> None:
    first, second = "1576994746135764992", "1576994789110992896"
    later = post_of(
        a_post(id=second, created_at="2022-10-03T17:57:11.000Z", edit_history_tweet_ids=[first, second], text="b")
    )
    earlier = post_of(
        a_post(id=first, created_at="2022-10-03T17:57:01.000Z", edit_history_tweet_ids=[first, second], text="a")
    )
    assert later.platform_id == earlier.platform_id == first
    assert later.ids == earlier.ids == (("x", first), ("x", second))
    assert (earlier.version, later.version) == (1, 2)
    assert (earlier.version_id, later.version_id) == (first, second)
    assert (earlier.edited_at, later.edited_at) == (None, "2022-10-03T17:57:11.000000Z")
    assert earlier.created_at == later.created_at == "2022-10-03T17:57:01.000000Z"
    assert later.url == f"https://x.com/i/status/{first}"


@pytest.mark.parametrize(
    ("references", "more", "flags", "targets"),
    [
        ([("retweeted", "5")], {}, (True, False, False), ("5", None, None)),
        ([("quoted", "5")], {}, (False, False, True), (None, None, "5")),
        ([("replied_to", "5")], {"in_reply_to_user_id": "3"}, (False, True, False), (None, "5", None)),
        ([("quoted", "5"), ("replied_to", "6")], {}, (False, True, True), (None, "6", "5")),
        ([], {"in_reply_to_user_id": "3"}, (False, True, False), (None, None, None)),
        ([], {}, (False, False, False), (None, None, None)),
    ],
)
def test_references(
    references: list[tuple[str, str]],
    more: dict[str, str],
    flags: tuple[bool, bool, bool],
    targets: tuple[str | None, str | None, str | None],
) -> None:
    named = [{"type": kind, "id": number} for kind, number in references]
    for field in ("referenced_tweets", "referenced_posts"):
        post = post_of(a_post(**{field: named}, **more))
        assert (post.is_repost, post.is_reply, post.is_quote) == flags
        assert (post.repost_of, post.reply_to, post.quote_of) == targets
        assert post.reply_to_author == more.get("in_reply_to_user_id")


def test_old_names_and_new_names_say_the_same() -> None:
    old = a_post(
        edit_history_tweet_ids=["100"],
        note_tweet={"text": "whole"},
        public_metrics={"retweet_count": 3, "like_count": 1, "impression_count": 9},
        referenced_tweets=[{"type": "quoted", "id": "50"}],
    )
    new = a_post(
        edit_history_post_ids=["100"],
        note_post={"text": "whole"},
        public_metrics={"repost_count": 3, "like_count": 1, "impression_count": 9},
        referenced_posts=[{"type": "quoted", "id": "50"}],
    )
    quoted = a_post(id="50")
    one, other = read(old, tweets=[quoted]), read(new, posts=[quoted])
    assert one.post == other.post
    assert one.referred == other.referred != ()
    assert b'"tweets":[' in one.payload
    assert b'"posts":[' in other.payload


@pytest.mark.parametrize(
    ("more", "text", "cut"),
    [
        ({"text": "a &amp; b &lt;3"}, "a & b <3", False),
        ({"text": "a & b"}, "a & b", False),
        (
            {"text": "beginning…", "note_tweet": {"text": "beginning and &amp; end"}},
            "beginning and & end",
            False,
        ),
        ({"text": "RT @a: b…", "referenced_tweets": [{"type": "retweeted", "id": "5"}]}, "RT @a: b…", True),
        ({"text": None}, None, False),
    ],
)
def test_text(more: dict[str, Any], text: str | None, cut: bool) -> None:
    post = post_of(a_post(**more))
    assert (post.text, post.text_cut) == (text, cut)


@pytest.mark.parametrize(
    ("text", "leads_to", "cut"),
    [
        ("long words… https://t.co/abc", "https://twitter.com/i/web/status/100", True),
        ("long words… https://t.co/abc", "https://twitter.com/i/web/status/99", False),
        ("edited :) https://t.co/abc", "https://twitter.com/i/web/status/100", False),
    ],
)
def test_a_text_that_is_only_the_beginning_of_a_long_post(text: str, leads_to: str, cut: bool) -> None:
    link = {"url": "https://t.co/abc", "expanded_url": leads_to, "display_url": "x"}
    assert post_of(a_post(text=text, entities={"urls": [link]})).text_cut is cut


@pytest.mark.parametrize(
    ("more", "hashtags"),
    [
        (
            {"entities": {"hashtags": [{"tag": "B"}, {"tag": "a"}, {"tag": "B"}, {"tag": "b"}]}},
            ("B", "a", "b"),
        ),
        ({"text": "#not_these", "entities": {"mentions": []}}, ()),
        ({"text": "#خليها_تخيس &amp; #b"}, ("خليها_تخيس", "b")),
        (
            {"entities": {"hashtags": [{"tag": "cut"}]}, "note_tweet": {"text": "#whole #note"}},
            ("whole", "note"),
        ),
        (
            {
                "entities": {"hashtags": [{"tag": "cut"}]},
                "note_tweet": {"text": "#x", "entities": {"hashtags": [{"tag": "told"}]}},
            },
            ("told",),
        ),
    ],
)
def test_hashtags_are_the_payload_s_where_it_has_them(more: dict[str, Any], hashtags: tuple[str, ...]) -> None:
    assert post_of(a_post(**more)).hashtags == hashtags


def test_links_are_where_they_lead_without_those_that_x_adds() -> None:
    urls = [
        {"url": "https://t.co/1", "expanded_url": "http://bit.ly/a", "unwound_url": "https://example.org/a"},
        {"url": "https://t.co/2", "expanded_url": "https://example.org/b"},
        {"url": "https://t.co/3", "expanded_url": "https://example.org/b"},
        {"url": "https://t.co/4"},
        {"url": "https://t.co/5", "expanded_url": "https://x.com/a/status/9/photo/1", "media_key": "3_1"},
        {
            "url": "https://t.co/6",
            "expanded_url": "https://x.com/a/status/9/video/1",
            "display_url": "pic.x.com/b",
        },
        {"url": "https://t.co/7", "expanded_url": "https://twitter.com/someone/status/55?s=20"},
        {"url": "https://t.co/8", "expanded_url": "https://twitter.com/i/web/status/100"},
        {"url": "https://t.co/9", "expanded_url": "https://twitter.com/someone/status/56"},
    ]
    quoting = a_post(entities={"urls": urls}, referenced_tweets=[{"type": "quoted", "id": "55"}])
    assert post_of(quoting).links == (
        "https://example.org/a",
        "https://example.org/b",
        "https://t.co/4",
        "https://twitter.com/someone/status/56",
    )


def test_without_entities_links_and_mentions_come_from_the_text() -> None:
    post = post_of(a_post(text="@one see https://t.co/a"))
    assert post.links == ("https://t.co/a",)
    assert post.mentions == (Mention("one"),)


def test_mentions() -> None:
    named = [{"username": "One", "id": "1"}, {"username": "two"}, {"username": "One", "id": "1"}]
    assert post_of(a_post(entities={"mentions": named})).mentions == (Mention("One", "1"), Mention("two"))


@pytest.mark.parametrize(
    ("more", "media"),
    [
        ({"attachments": {"media_keys": ["3_1"]}}, (Media("photo", "https://pbs/1.jpg"),)),
        ({"attachments": {"media_keys": ["7_2"]}}, (Media("video", "https://video/high.mp4"),)),
        ({"attachments": {"media_keys": ["16_3"]}}, (Media("animated_gif", "https://pbs/still.jpg"),)),
        ({"attachments": {"media_keys": ["3_1", "3_404"]}}, None),
        ({"attachments": {"poll_ids": ["8"]}}, ()),
        ({}, ()),
        ({"text": "see https://t.co/a"}, None),
        ({"text": "see https://t.co/a", "entities": {"urls": [{"expanded_url": "https://example.org"}]}}, ()),
        ({"entities": {"urls": [{"display_url": "pic.twitter.com/a"}]}}, None),
        ({"referenced_tweets": [{"type": "retweeted", "id": "5"}]}, None),
    ],
)
def test_media_are_told_whole_or_not_at_all(more: dict[str, Any], media: tuple[Media, ...] | None) -> None:
    included = [
        {"media_key": "3_1", "type": "photo", "url": "https://pbs/1.jpg"},
        {
            "media_key": "7_2",
            "type": "video",
            "preview_image_url": "https://pbs/2.jpg",
            "variants": [
                {"content_type": "application/x-mpegURL", "url": "https://video/list.m3u8"},
                {"bit_rate": 256000, "url": "https://video/low.mp4"},
                {"bit_rate": 832000, "url": "https://video/high.mp4"},
            ],
        },
        {"media_key": "16_3", "type": "animated_gif", "preview_image_url": "https://pbs/still.jpg"},
    ]
    assert post_of(a_post(**more), media=included).media == media


def test_place_and_coordinates() -> None:
    place = {"id": "p", "full_name": "Baghdad, Iraq", "country": "Iraq", "geo": {"type": "Feature"}}
    point = {"type": "Point", "coordinates": [44.4, 33.3]}
    post = post_of(a_post(geo={"place_id": "p", "coordinates": point}), places=[place])
    assert (post.latitude, post.longitude, post.place, post.country) == (33.3, 44.4, "Baghdad, Iraq", "Iraq")
    flattened = post_of(a_post(geo={"place_id": "p", "coordinates": point} | place))
    assert (flattened.latitude, flattened.place, flattened.country) == (33.3, "Baghdad, Iraq", "Iraq")
    unknown = post_of(a_post(geo={"place_id": "q"}), places=[place])
    assert (unknown.latitude, unknown.place, unknown.country) == (None, None, None)


def test_counts() -> None:
    metrics = {
        "like_count": 1,
        "retweet_count": 2,
        "reply_count": 3,
        "quote_count": 4,
        "impression_count": 5,
        "bookmark_count": 6,
    }
    assert post_of(a_post(public_metrics=metrics)).counts == Counts(1, 2, 3, 4, 5)
    assert post_of(a_post(public_metrics={"like_count": 0})).counts == Counts(likes=0)


# --- what else an item holds --------------------------------------------------------------------------------


def test_an_item_holds_what_it_refers_to_and_nothing_of_its_neighbours() -> None:
    quoted = a_post(id="50", author_id="8", attachments={"media_keys": ["3_2"]}, text="https://t.co/a")
    mine = a_post(
        referenced_tweets=[{"type": "quoted", "id": "50"}],
        entities={"mentions": [{"username": "USER9"}]},
        in_reply_to_user_id="10",
    )
    includes = {
        "users": [a_user(number) for number in ("7", "8", "9", "10", "11")],
        "tweets": [quoted, a_post(id="51", author_id="11")],
        "media": [{"media_key": key, "type": "photo", "url": f"https://pbs/{key}"} for key in ("3_1", "3_2")],
        "polls": [{"id": "8"}],
    }
    item = read(mine, **includes)
    held = json.loads(item.payload)
    assert held["data"] == mine
    assert sorted(held["includes"]) == ["media", "tweets", "users"]
    assert [one["id"] for one in held["includes"]["users"]] == ["10", "7", "8", "9"]
    assert held["includes"]["tweets"] == [quoted]
    assert [one["media_key"] for one in held["includes"]["media"]] == ["3_2"]
    assert [post.platform_id for post in item.referred] == ["50"]
    assert item.referred[0].media == (Media("photo", "https://pbs/3_2"),)
    assert [author.platform_id for author in item.authors] == ["10", "7", "8", "9"]


def test_an_author_reading_says_who_carried_it() -> None:
    metrics = {"followers_count": 3, "following_count": 4, "tweet_count": 5, "listed_count": 6}
    user = a_user(location="", public_metrics=metrics)
    earlier, later = a_post(), a_post(id="101", created_at="2021-06-26T13:00:00.000Z")
    page = a_page(
        earlier,
        later,
        includes={"users": [user]},
        __twarc={"retrieved_at": "2021-06-27T09:00:00+00:00", "url": "…"},
    )
    one, other = items(page)
    (author,) = one.authors
    assert (author.handle, author.display_name, author.location) == ("user7", "User 7", None)
    assert (author.followers, author.following, author.posts) == (3, 4, 5)
    assert (author.created_at, author.carried_at) == (INSTANT, INSTANT)
    assert author.observed_at == "2021-06-27T09:00:00.000000Z"
    assert other.authors[0].carried_at == "2021-06-26T13:00:00.000000Z"
    assert one.post is not None
    assert one.post.observed_at == author.observed_at


def test_a_flattened_post_says_what_its_page_said(shared: Path) -> None:
    flat = [item for line in lines_of(shared, "flat.jsonl") for item in items(line)]
    paged = [item for line in lines_of(shared, "noflat.jsonl") for item in items(line)]
    assert len(flat) == len(paged) == 100
    for item in flat:
        assert item.post is not None
        assert json.loads(item.payload)["data"]["id"] in {item.post.version_id, item.post.platform_id}
        assert any(author.platform_id == item.post.author for author in item.authors)
    assert sum(len(item.referred) for item in flat) >= 94


def test_a_page_and_its_flattened_post_give_the_same_readings() -> None:
    user, other = a_user(), a_user("8")
    picture = {"media_key": "3_1", "type": "photo", "url": "https://pbs/1.jpg"}
    quoted = a_post(id="50", author_id="8", text="quoted")
    mine = a_post(
        referenced_tweets=[{"type": "quoted", "id": "50"}],
        entities={"mentions": [{"username": "user8", "id": "8"}]},
        attachments={"media_keys": ["3_1"]},
        in_reply_to_user_id="8",
    )
    flat = mine | {
        "author": user,
        "in_reply_to_user": other,
        "referenced_tweets": [{"type": "quoted", "author": other} | quoted],
        "entities": {"mentions": [other]},
        "attachments": {"media_keys": ["3_1"], "media": [picture]},
        "__twarc": {"retrieved_at": "2021-06-27T09:00:00+00:00"},
    }
    paged = read(mine, users=[user, other], tweets=[quoted], media=[picture])
    (flattened,) = items(json.dumps(flat).encode(), "2021-06-27T09:00:00.000000Z")
    (again,) = items(flattened.payload, "2021-06-27T09:00:00.000000Z")
    assert flattened == again
    assert "__twarc" not in json.loads(flattened.payload)["data"]
    assert "includes" not in json.loads(flattened.payload)

    def unseen(reading: Any) -> Any:
        return msgspec.structs.replace(reading, observed_at=None)

    assert unseen(flattened.post) == paged.post
    assert tuple(map(unseen, flattened.referred)) == paged.referred
    assert tuple(map(unseen, flattened.authors)) == paged.authors


def test_other_versions_of_an_edited_post_are_readings_of_it(shared: Path) -> None:
    (line,) = lines_of(shared, "edited_after.jsonl")
    (item,) = items(line)
    assert item.post is not None
    (earlier,) = item.referred
    assert (item.post.version, earlier.version) == (2, 1)
    assert item.post.platform_id == earlier.platform_id
    assert item.post.created_at == earlier.created_at
    assert item.post.text == "hey :) https://t.co/rnwEIoNuqd"
    assert item.post.media == ()
    assert earlier.media is None


# --- payloads -----------------------------------------------------------------------------------------------


def lines_of(shared: Path, name: str) -> list[bytes]:
    return (shared / "x" / "twarc2" / name).read_bytes().splitlines()


def test_real_payloads_are_canonical_and_read_as_the_page_did(shared: Path) -> None:
    count = 0
    for where, line in real_lines(shared):
        for item in items(line):
            assert item.post is not None, (where, item.error)
            payload = orjson.loads(item.payload)
            assert orjson.dumps(payload, option=orjson.OPT_SORT_KEYS) == item.payload, where
            for rows in payload.get("includes", {}).values():
                keys = [row.get("media_key") or row["id"] for row in rows]
                assert keys == sorted(set(keys)), where
            assert list(items(item.payload, item.post.observed_at)) == [item], where
            count += 1
    assert count == 2_237


def test_every_field_of_the_real_payloads_is_known(shared: Path) -> None:
    (pages,) = x_v2.KNOWN
    for where, line in real_lines(shared):
        assert {name for item in items(line) for name in item.unknown} == set(), where
        answer = orjson.loads(line)
        assert pages.unknown(answer if "data" in answer else {"data": answer}) == (), where


@pytest.mark.parametrize(
    ("spec", "names"),
    [("2.166_tweet_names", "Tweet"), ("2.167_post_names", "Post")],
)
def test_every_field_that_the_specification_has_is_known(shared: Path, spec: str, names: str) -> None:
    path = shared.parent / "specs" / f"x_openapi_{spec}.json"
    schemas = json.loads(path.read_bytes())["components"]["schemas"]

    def properties(schema: dict[str, Any]) -> dict[str, Any]:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", ()):
            found |= properties(part)
        return found

    def items_of(schema: dict[str, Any]) -> dict[str, Any]:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
        return properties(schema["items"])

    post, user, place = (properties(schemas[name]) for name in (names, "User", "Place"))
    entities = properties(post["entities"])
    media = properties(schemas["Media"])
    for kind in {"Photo", "Video", "AnimatedGif"} & schemas.keys():
        media |= properties(schemas[kind])
    objects = {
        "Post": post,
        "User": user | items_of(entities["mentions"]),
        "Place": place,
        "Poll": properties(schemas["Poll"]),
        "Medium": media,
        "Variant": items_of(media["variants"]),
        "Includes": properties(schemas["Expansions"]),
        "Entities": entities,
        "Hashtag": items_of(entities["hashtags"]),
        "Link": items_of(entities["urls"]),
        "Metrics": properties(post["public_metrics"]),
        "UserMetrics": properties(user["public_metrics"]),
        "Geo": properties(post["geo"]),
        "Point": properties(properties(post["geo"])["coordinates"]),
        "Attachments": properties(post["attachments"]),
        "Note": properties(post["note_tweet" if names == "Tweet" else "note_post"]),
    }
    known: dict[str, set[str]] = {}
    for kind, field, _why in x_v2.KNOWN[0].rows():
        known.setdefault(kind, set()).add(field)
    assert {(kind, field) for kind, fields in objects.items() for field in fields.keys() - known[kind]} == set()
    assert all(len(fields) > 1 for fields in objects.values())


def test_unknown_fields_are_named_of_the_post_what_it_refers_to_and_the_page() -> None:
    picture = {"media_key": "3_1", "type": "photo", "url": "https://pbs/1.jpg", "frame": 1}
    quoted = a_post(id="50", author_id="8", public_metrics={"view_count": 3}, attachments={"media_keys": ["3_1"]})
    mine = a_post(
        mood="glad",
        entities={"hashtags": [{"tag": "a", "font": 1}]},
        referenced_tweets=[{"type": "quoted", "id": "50"}],
    )
    page = a_page(
        mine,
        a_post(id="101", author_id="9"),
        includes={"users": [a_user(), a_user("9", karma=3)], "tweets": [quoted], "media": [picture], "lists": []},
        meta={},
        weather="fair",
    )
    one, other = items(page)
    of_page = {"Includes.lists", "Page.weather"}
    assert set(one.unknown) == {"Hashtag.font", "Medium.frame", "Metrics.view_count", "Post.mood"} | of_page
    assert set(other.unknown) == {"User.karma"} | of_page
    assert one.unknown == tuple(sorted(one.unknown))


def test_unknown_fields_are_named_of_a_flattened_post() -> None:
    flat = a_post(author=a_user(karma=3), referenced_tweets=[{"type": "quoted", "mood": "glad"} | a_post(id="50")])
    (item,) = items(json.dumps(flat).encode())
    assert item.unknown == ("Post.mood", "User.karma")


def test_each_reason_is_of_a_field_that_may_come_and_is_not_read() -> None:
    read_fields = {(kind, name) for known in x_v2.KNOWN for kind, name, why in known.rows() if not why}
    passed_over = {(kind, name) for kind, names in PASSED_OVER.items() for name in names}
    assert passed_over.isdisjoint(read_fields)
    assert {kind for kind, _name in passed_over} <= {kind for kind, _name in read_fields}


# --- what cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ({"id": "x1", "created_at": TIME}, "not a number"),
        ({"id": 100, "created_at": TIME}, "id"),
        ({"created_at": TIME, "text": "no id"}, "id"),
        ({"id": "101", "text": "no time"}, "no created_at"),
        (a_post(created_at="Sat Jun 26 12:00:00 +0000 2021"), "created_at"),
        (a_post(created_at="2021-13-26T12:00:00.000Z"), "created_at"),
        (a_post(created_at="2021-W01-1T12:00:00.000Z"), "created_at"),
        (a_post(created_at="2021-06-26T12:00:00.000+"), "created_at"),
        (a_post(created_at="2021-06-26T12:00:00Z"), "created_at"),
        (a_post(created_at="0001-10-14T12:00:00.000Z"), "created_at"),
        (a_post(created_at="9999-12-31T23:59:59.999Z"), "created_at"),
        (a_post(created_at="２０２１-06-26T12:00:00.000Z"), "created_at"),
        (a_post(text={"not": "text"}), "text"),
        (a_post(public_metrics={"like_count": -1}), "like_count"),
        (a_post(public_metrics={"like_count": 2**64}), "like_count"),
        (a_post(geo={"coordinates": {"coordinates": [1.0]}}), "coordinates"),
        (a_post(entities={"hashtags": ["no object"]}), "hashtags"),
        ("a text", "object"),
        (None, "object"),
        (["a list"], "object"),
    ],
)
def test_an_odd_post_costs_only_itself(odd: Any, says: str) -> None:
    users = [a_user()]
    before, broken, after = items(a_page(a_post(id="1"), odd, a_post(id="3"), includes={"users": users}))
    assert before.post is not None
    assert after.post is not None
    assert broken.post is None
    assert says in (broken.error or "")
    held = json.loads(broken.payload)
    assert held["data"] == odd
    if isinstance(odd, dict) and "author_id" in odd:
        assert held["includes"] == {"users": users}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b'{"data": [{"id": "1"}',
        b"[1, 2]",
        b'"text"',
        b"null",
        b'{"some": "thing"}',
        b'{"data": [], "includes": []}x',
        b'{"data": [], "includes": ["no object"]}',
        b'{"data": NaN}',
        b'{"data": [{"id": "1", "text": "\xff"}]}',
        b'{"data": "\x00"}',
        b"[" * 5_000,
    ],
)
def test_a_line_that_is_neither_a_page_nor_a_post(line: bytes) -> None:
    with pytest.raises(Unreadable):
        list(items(line))


@pytest.mark.parametrize(
    "line",
    [
        b'{"meta": {"result_count": 0}}',
        b'{"data": [], "meta": {}}',
        b'{"errors": [{"title": "disconnected"}]}',
    ],
)
def test_a_page_on_which_nothing_was_found(line: bytes) -> None:
    assert list(items(line)) == []


def test_half_characters_and_nuls_do_not_cost_a_page() -> None:
    first = json.dumps(a_post(id="1", text="half \ud83d of an emoji"))
    second = json.dumps(a_post(id="2", text="nul \0 here", entities={"hashtags": [{"tag": "a\0b"}]}))
    third = json.dumps(a_post(id="3", text="backslash \\u0000 and whole 😀"))
    found = list(items(f'{{"data": [{first}, {second}, {third}]}}'.encode()))
    assert [item.post and item.post.text for item in found] == [
        "half \ufffd of an emoji",
        "nul \ufffd here",
        "backslash \\u0000 and whole 😀",
    ]
    assert found[1].post is not None
    assert found[1].post.hashtags == ("a\ufffdb",)
    assert all(list(items(item.payload)) == [item] for item in found)


def test_odd_included_objects_are_left_to_the_payload() -> None:
    users = [{"id": "7", "name": 5}, {"username": "no id"}, "no object"]
    quoted = {"id": "50", "text": "no time"}
    item = read(a_post(referenced_tweets=[{"type": "quoted", "id": "50"}]), users=users, tweets=[quoted])
    assert item.post is not None
    assert (item.referred, item.authors) == ((), ())
    assert json.loads(item.payload)["includes"] == {"tweets": [quoted], "users": [{"id": "7", "name": 5}]}
    odd = read(a_post(referenced_tweets=[{"type": "quoted", "id": "50"}]), tweets=[{"id": "50", "text": 5}])
    assert odd.post is not None
    assert odd.referred == ()


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
FIELDS: tuple[str, ...] = tuple(XPost.__struct_fields__)


def odd_posts() -> st.SearchStrategy[dict[str, Any]]:
    some: Callable[..., st.SearchStrategy[dict[str, Any]]] = st.dictionaries
    return some(st.sampled_from(FIELDS), json_values, max_size=4).map(lambda odd: a_post() | odd)


@given(
    st.lists(odd_posts() | json_values, max_size=3),
    st.dictionaries(st.sampled_from(["users", "tweets", "media"]), json_values),
)
def test_whatever_a_page_holds_each_of_its_posts_is_an_item(data: list[Any], includes: dict[str, Any]) -> None:
    line = orjson.dumps({"data": data, "includes": includes})
    found = list(items(line))
    assert len(found) == len(data)
    for given_data, item in zip(data, found, strict=True):
        assert (item.post is None) == (item.error is not None)
        assert orjson.loads(item.payload)["data"] == orjson.loads(orjson.dumps(given_data))
        assert orjson.dumps(orjson.loads(item.payload), option=orjson.OPT_SORT_KEYS) == item.payload


# --- however a file of it is laid out -----------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("layout", ["posts", "post", "page", "pages"])
def test_a_file_may_be_an_array_or_an_object_of_posts_or_pages(layout: str, indent: int | None, tmp_path: Path) -> None:
    posts = [a_post(id=str(number), text=f'post {number}, [{{"') for number in range(1, 40)]
    page = {"data": posts, "includes": {"users": [a_user()]}, "meta": {"result_count": 39}}
    layouts: dict[str, Any] = {"posts": posts, "post": posts[0], "page": page, "pages": [page, page]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(layouts[layout], indent=indent), encoding="utf-8")
    found = [one for one in read_file(path, recognise(path)) if isinstance(one, Item)]
    assert [item.error for item in found] == [None] * {"posts": 39, "post": 1, "page": 39, "pages": 78}[layout]
    assert all(item.authors for item in found) is ("page" in layout)
