"""X API v1.1 payloads: real tweets of streams and searches, what a stream says beside, and items made to mislead."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from collector.archive import FORMS, read, recognise, x_v1
from collector.archive.errors import NotPosts
from collector.archive.x_v1_passed_over import PASSED_OVER
from collector.errors import Unreadable
from collector.json_text import parse
from collector.x import payload as x_v2
from storage.post import Author, Counts, Deletion, Item, Media, Mention, Post

TIME = "Fri Dec 07 10:42:13 +0000 2018"
INSTANT = "2018-12-07T10:42:13.000000Z"


def a_user(number: int = 7, **more: Any) -> dict[str, Any]:
    return {"id": number, "id_str": str(number), "name": f"User {number}", "screen_name": f"user{number}"} | more


def a_tweet(number: int = 100, **more: Any) -> dict[str, Any]:
    made = {"id": number, "id_str": str(number), "text": "hello", "created_at": TIME, "user": a_user()}
    return made | {"entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []}} | more


def told(answer: Any, observed_at: str | None = None) -> list[Item | Deletion]:
    return list(x_v1.items(parse(json.dumps(answer).encode()), observed_at))


def item_of(tweet: dict[str, Any]) -> Item:
    (item,) = told(tweet)
    assert isinstance(item, Item)
    return item


def post_of(tweet: dict[str, Any]) -> Post:
    item = item_of(tweet)
    assert item.post is not None, item.error
    return item.post


# --- what a post says ---------------------------------------------------------------------------------------


def test_a_plain_post() -> None:
    post = post_of(a_tweet(lang="in", timestamp_ms="1544179333665"))
    assert (post.platform, post.platform_id, post.server, post.author) == ("x", "100", "x", "7")
    assert (post.created_at, post.time_resolution, post.observed_at) == (INSTANT, 1, None)
    assert post.url == "https://x.com/i/status/100"
    assert post.ids == (("x", "100"),)
    assert (post.version, post.version_id, post.edited_at, post.conversation) == (None, None, None, None)
    assert (post.text, post.text_cut, post.lang) == ("hello", False, "in")
    assert (post.is_repost, post.is_reply, post.is_quote) == (False, False, False)
    assert (post.media, post.counts) == ((), None)


def test_ids_are_read_from_their_text() -> None:
    """Programs that read numbers as floats have rounded the number, which is then the wrong post's."""
    rounded = a_tweet(
        1070991800003907600,
        id_str="1070991800003907584",
        in_reply_to_status_id=1070991699088998400,
        in_reply_to_status_id_str="1070991699088998401",
        user=a_user(919999999999999900, id_str="919999999999999901"),
    )
    post = post_of(rounded)
    assert (post.platform_id, post.reply_to, post.author) == (
        "1070991800003907584",
        "1070991699088998401",
        "919999999999999901",
    )


def test_without_the_text_of_an_id_the_number_is_taken_unless_it_was_rounded() -> None:
    bare = {key: value for key, value in a_tweet(1070991800003907584).items() if key != "id_str"}
    assert post_of(bare).platform_id == "1070991800003907584"
    for odd in (1.0709918000039076e18, "x1", True, {"$numberLong": "1"}, None):
        assert item_of(bare | {"id": odd}).post is None


@pytest.mark.parametrize(
    ("more", "text", "cut", "hashtags"),
    [
        ({"text": "a &amp; b &lt;3"}, "a & b <3", False, ()),
        ({"text": None, "full_text": "whole #x", "truncated": False}, "whole #x", False, ()),
        ({"text": "beginning… https://t.co/a", "truncated": True}, "beginning… https://t.co/a", True, ()),
        (
            {
                "text": "beginning…",
                "truncated": True,
                "entities": {"hashtags": [{"text": "cut", "indices": [0, 4]}]},
                "extended_tweet": {
                    "full_text": "beginning and &gt; end #whole",
                    "entities": {"hashtags": [{"text": "whole", "indices": [23, 29]}]},
                },
            },
            "beginning and > end #whole",
            False,
            ("whole",),
        ),
        ({"text": "RT @a: b…", "retweeted_status": a_tweet(50)}, "RT @a: b…", True, ()),
        ({"text": "#خليها_تخيس &amp; #b", "entities": None}, "#خليها_تخيس & #b", False, ("خليها_تخيس", "b")),
        (
            {"entities": {"hashtags": [{"text": "B"}, {"text": "a"}, {"text": "B"}], "symbols": [{"text": "TSLA"}]}},
            "hello",
            False,
            ("B", "a"),
        ),
    ],
)
def test_text_and_tags_are_the_whole_text_s(
    more: dict[str, Any], text: str, cut: bool, hashtags: tuple[str, ...]
) -> None:
    post = post_of(a_tweet(**more))
    assert (post.text, post.text_cut, post.hashtags) == (text, cut, hashtags)


def test_references() -> None:
    answering = {"in_reply_to_status_id_str": "5", "in_reply_to_user_id_str": "3", "in_reply_to_screen_name": "a"}
    quoting = {"is_quote_status": True, "quoted_status_id_str": "50"}
    reply, quote = post_of(a_tweet() | answering), post_of(a_tweet() | quoting)
    both = post_of(a_tweet() | answering | quoting)
    assert (reply.is_reply, reply.reply_to, reply.reply_to_author) == (True, "5", "3")
    assert (quote.is_quote, quote.quote_of, quote.is_reply) == (True, "50", False)
    assert (both.is_reply, both.is_quote) == (True, True)
    lost = post_of(a_tweet(is_quote_status=True, in_reply_to_screen_name="gone"))
    assert (lost.is_quote, lost.quote_of, lost.is_reply, lost.reply_to) == (True, None, True, None)


def test_the_quote_in_a_reposted_quote_is_the_target_s() -> None:
    quoted = a_tweet(50, user=a_user(8))
    target = a_tweet(60, user=a_user(9), is_quote_status=True, quoted_status_id_str="50", quoted_status=quoted)
    repost = a_tweet(retweeted_status=target, is_quote_status=True, quoted_status_id_str="50")
    for tweet in (repost, repost | {"quoted_status": quoted}):
        item = item_of(tweet)
        assert item.post is not None
        assert (item.post.is_repost, item.post.repost_of) == (True, "60")
        assert (item.post.is_quote, item.post.quote_of) == (False, None)
        assert [(one.platform_id, one.author, one.quote_of) for one in item.referred] == [
            ("50", "8", None),
            ("60", "9", "50"),
        ]
        assert [author.platform_id for author in item.authors] == ["7", "8", "9"]


def test_links_and_mentions() -> None:
    entities = {
        "urls": [
            {"url": "https://t.co/1", "expanded_url": "http://bit.ly/a", "unwound": {"url": "https://example.org/a"}},
            {"url": "https://t.co/2", "expanded_url": "https://example.org/b"},
            {"url": "https://t.co/3", "expanded_url": "https://twitter.com/i/web/status/100"},
            {"url": "https://t.co/4", "expanded_url": "https://twitter.com/someone/status/50"},
            {"url": "https://t.co/5", "expanded_url": "https://twitter.com/someone/status/51"},
            {"url": "https://t.co/6"},
        ],
        "user_mentions": [{"screen_name": "one", "id_str": "1"}, {"screen_name": "two"}, {"screen_name": None}],
    }
    post = post_of(a_tweet(entities=entities, quoted_status_id_str="50"))
    assert post.links == (
        "https://example.org/a",
        "https://example.org/b",
        "https://twitter.com/someone/status/51",
        "https://t.co/6",
    )
    assert post.mentions == (Mention("one", "1"), Mention("two"))


PHOTO = {"type": "photo", "media_url_https": "https://pbs/1.jpg", "media_url": "http://pbs/1.jpg"}
FILM = {
    "type": "video",
    "media_url_https": "https://pbs/still.jpg",
    "video_info": {
        "variants": [
            {"content_type": "application/x-mpegURL", "url": "https://video/list.m3u8"},
            {"bitrate": 256000, "url": "https://video/low.mp4"},
            {"bitrate": 832000, "url": "https://video/high.mp4"},
        ]
    },
}


@pytest.mark.parametrize(
    ("more", "media"),
    [
        ({"extended_entities": {"media": [PHOTO, PHOTO | {"media_url_https": "https://pbs/2.jpg"}]}}, 2),
        ({"entities": {"media": [PHOTO]}, "extended_entities": {"media": [FILM]}}, "https://video/high.mp4"),
        ({"entities": {"media": [PHOTO]}}, "https://pbs/1.jpg"),
        ({"entities": {"media": [{"type": "photo", "media_url": "http://pbs/1.jpg"}]}}, "http://pbs/1.jpg"),
        ({"entities": {"media": [{"type": "photo"}]}}, None),
        ({"truncated": True, "extended_tweet": {"full_text": "a", "extended_entities": {"media": [PHOTO]}}}, 1),
        ({"truncated": True, "extended_tweet": {"full_text": "a", "entities": {}}}, 0),
        ({"truncated": True}, None),
        ({"retweeted_status": a_tweet(50)}, None),
        ({"entities": None}, None),
        ({}, 0),
    ],
)
def test_media_are_told_whole_or_not_at_all(more: dict[str, Any], media: int | str | None) -> None:
    found = post_of(a_tweet(**more)).media
    if isinstance(media, str):
        assert [one.url for one in found or ()] == [media]
    else:
        assert (None if found is None else len(found)) == media


def test_of_coordinates_one_is_the_other_way_round() -> None:
    place = {"full_name": "Baghdad, Iraq", "country": "Iraq", "country_code": "IQ"}
    newer = post_of(a_tweet(coordinates={"type": "Point", "coordinates": [44.4, 33.3]}, place=place))
    older = post_of(a_tweet(geo={"type": "Point", "coordinates": [33.3, 44.4]}))
    both = post_of(a_tweet(coordinates={"coordinates": [44.4, 33.3]}, geo={"coordinates": [33.3, 44.4]}))
    for post in (newer, older, both):
        assert (post.latitude, post.longitude) == (33.3, 44.4)
    assert (newer.place, newer.country, older.place) == ("Baghdad, Iraq", "Iraq", None)


def test_counts_of_which_none_is_not_zero() -> None:
    streamed = {"favorite_count": 0, "retweet_count": 0, "reply_count": 0, "quote_count": 0}
    assert post_of(a_tweet(**streamed)).counts == Counts(0, 0, 0, 0)
    assert post_of(a_tweet(favorite_count=2, retweet_count=3)).counts == Counts(2, 3)
    assert post_of(a_tweet(favorite_count=None, retweet_count=-1)).counts is None


def test_versions_of_an_edited_post_are_one_post() -> None:
    first, second = 1576994746135764992, 1576994789110992896
    history = {"edit_tweet_ids": [str(first), str(second)]}
    tweet = a_tweet(second, created_at="Mon Oct 03 17:57:11 +0000 2022")
    for told_by in ({"edit_history": history}, {"ext_edit_control": {"initial": history}}):
        later = post_of(tweet | told_by)
        assert (later.platform_id, later.version, later.version_id) == (str(first), 2, str(second))
        assert (later.created_at, later.edited_at) == ("2022-10-03T17:57:01.000000Z", "2022-10-03T17:57:11.000000Z")


# --- authors ------------------------------------------------------------------------------------------------


def test_an_author_s_reading() -> None:
    user = a_user(
        followers_count=3, friends_count=4, statuses_count=5, location="", created_at="Tue Jul 21 09:50:59 +0000 2009"
    )
    (author,) = item_of(a_tweet(user=user)).authors
    assert author == Author(
        platform="x",
        platform_id="7",
        server="x",
        handle="user7",
        display_name="User 7",
        created_at="2009-07-21T09:50:59.000000Z",
        followers=3,
        following=4,
        posts=5,
        carried_at=INSTANT,
    )


@pytest.mark.parametrize("user", [{"id": 7}, {"id_str": "7"}, {"id": 7, "id_str": "7"}])
def test_of_a_trimmed_user_the_id_is_known(user: dict[str, Any]) -> None:
    item = item_of(a_tweet(user=user))
    assert item.post is not None
    assert (item.post.author, item.authors) == ("7", ())


# --- the same post through both APIs ------------------------------------------------------------------------

BOTH = [
    ({"text": "a &amp; #b"}, {"text": "a &amp; #b"}),
    (
        {
            "entities": {
                "hashtags": [{"text": "b", "indices": [2, 4]}],
                "urls": [
                    {"url": "https://t.co/1", "expanded_url": "https://example.org", "display_url": "example.org"}
                ],
                "user_mentions": [{"screen_name": "user9", "id_str": "9", "name": "User 9"}],
            },
        },
        {
            "entities": {
                "hashtags": [{"tag": "b", "start": 2, "end": 4}],
                "urls": [
                    {"url": "https://t.co/1", "expanded_url": "https://example.org", "display_url": "example.org"}
                ],
                "mentions": [{"username": "user9", "id": "9", "start": 5, "end": 11}],
            },
        },
    ),
    (
        {"text": "long…", "truncated": True, "extended_tweet": {"full_text": "long text", "entities": {}}},
        {"text": "long text", "entities": {}},
    ),
    (
        {"in_reply_to_status_id_str": "5", "in_reply_to_user_id_str": "3", "in_reply_to_screen_name": "a"},
        {"in_reply_to_user_id": "3", "referenced_tweets": [{"type": "replied_to", "id": "5"}]},
    ),
    (
        {"retweeted_status": a_tweet(50), "retweet_count": 2, "favorite_count": 0, "reply_count": 0, "quote_count": 0},
        {
            "referenced_tweets": [{"type": "retweeted", "id": "50"}],
            "public_metrics": {"retweet_count": 2, "like_count": 0, "reply_count": 0, "quote_count": 0},
        },
    ),
    (
        {"is_quote_status": True, "quoted_status_id_str": "50", "lang": "iw"},
        {"referenced_tweets": [{"type": "quoted", "id": "50"}], "lang": "iw"},
    ),
    (
        {"coordinates": {"type": "Point", "coordinates": [44.4, 33.3]}, "place": {"full_name": "B", "country": "I"}},
        {"geo": {"coordinates": {"type": "Point", "coordinates": [44.4, 33.3]}, "full_name": "B", "country": "I"}},
    ),
]


@pytest.mark.parametrize(("older", "newer"), BOTH)
def test_a_post_reads_alike_through_both_apis(older: dict[str, Any], newer: dict[str, Any]) -> None:
    if "entities" not in newer:
        older, newer = {"entities": {}} | older, {"entities": {}} | newer
    v1 = post_of(a_tweet(**older))
    base = {"id": "100", "text": "hello", "created_at": "2018-12-07T10:42:13.000Z", "author_id": "7"}
    (item,) = x_v2.items({"data": base | newer})
    assert v1 == item.post


def test_an_author_reads_alike_through_both_apis() -> None:
    (old,) = item_of(a_tweet(user=a_user(followers_count=3, friends_count=4, statuses_count=5))).authors
    metrics = {"followers_count": 3, "following_count": 4, "tweet_count": 5}
    user = {"id": "7", "name": "User 7", "username": "user7", "public_metrics": metrics}
    post = {"id": "100", "text": "hello", "created_at": "2018-12-07T10:42:13.000Z", "author_id": "7"}
    (item,) = x_v2.items({"data": post, "includes": {"users": [user]}})
    assert item.authors == (old,)


# --- streams and pages --------------------------------------------------------------------------------------


def test_a_deletion_says_when() -> None:
    status = {"id": 1234, "id_str": "1234", "user_id": 3, "user_id_str": "3"}
    message = {"delete": {"status": status, "timestamp_ms": "1575296165658"}}
    assert told(message) == [
        Deletion(platform="x", platform_id="1234", deleted_at="2019-12-02T14:16:05.658000Z", reason="deleted")
    ]


def test_a_deletion_that_does_not_say_when_is_of_the_post_s_own_time() -> None:
    (gone,) = told({"delete": {"status": {"id": 1070991800003907584}}})
    assert isinstance(gone, Deletion)
    assert (gone.platform_id, gone.deleted_at) == ("1070991800003907584", "2018-12-07T10:41:57.000000Z")


@pytest.mark.parametrize(
    "delete",
    [
        None,
        [],
        {},
        {"status": {}},
        {"status": {"id": "x"}},
        {"status": {"id": 1.5}},
        {"status": {"id_str": "1"}, "timestamp_ms": "soon"},
        {"status": {"id_str": "1"}, "timestamp_ms": str(10**30)},
        {"favorite": {"id": 1}},
    ],
)
def test_an_odd_deletion_is_kept_as_unreadable(delete: Any) -> None:
    with pytest.raises(Unreadable, match="delete"):
        told({"delete": delete})


@pytest.mark.parametrize(
    "message",
    [
        {"limit": {"track": 1234, "timestamp_ms": "1575296165658"}},
        {"scrub_geo": {"user_id": 14090452, "up_to_status_id": 23260136625}},
        {"status_withheld": {"id": 1234, "user_id": 3, "withheld_in_countries": ["DE"]}},
        {"user_withheld": {"id": 3, "withheld_in_countries": ["DE"]}},
        {"disconnect": {"code": 4, "stream_name": "", "reason": ""}},
        {"warning": {"code": "FALLING_BEHIND", "message": "…", "percent_full": 60}},
        {"friends": [1, 2, 3]},
        {"event": "favorite", "target": {}, "source": {}},
        {"statuses": [], "search_metadata": {"count": 15}},
    ],
)
def test_what_else_a_stream_says_is_passed_over(message: dict[str, Any]) -> None:
    assert told(message) == []


@pytest.mark.parametrize("odd", [[], "a", 1, None, {}, {"hello": 1}, {"data": []}])
def test_what_it_does_not_say_is_unreadable(odd: Any) -> None:
    with pytest.raises(Unreadable):
        told(odd)


def test_a_stream_is_recognised_whatever_it_begins_with(tmp_path: Path) -> None:
    lines = [{"limit": {"track": 1}}, {"delete": {"status": {"id_str": "9"}}}, {"warning": {}}, a_tweet()]
    for begin in range(len(lines)):
        path = tmp_path / f"{begin}.jsonl"
        path.write_text("".join(json.dumps(line) + "\r\n" for line in lines[begin:]), encoding="utf-8")
        assert recognise(path) is FORMS["x-v1"]
        wanted = [Deletion, Item] if begin < 2 else [Item]
        assert [type(one) for one in read(path, FORMS["x-v1"])] == wanted


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("layout", ["page", "array", "object"])
def test_pages_arrays_and_single_tweets(layout: str, indent: int | None, tmp_path: Path) -> None:
    tweets = [a_tweet(100), a_tweet(101, created_at="odd"), a_tweet(102)]
    layouts: dict[str, Any] = {"page": {"statuses": tweets}, "array": tweets, "object": tweets[0]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(layouts[layout], indent=indent), encoding="utf-8")
    found = [one for one in read(path, recognise(path)) if isinstance(one, Item)]
    assert [item.post is not None for item in found] == ([True] if layout == "object" else [True, False, True])
    if layout != "object":
        where = "line 1, post 2" if (layout, indent) == ("page", None) else "part 1, post 2"
        assert (found[1].error or "").startswith(where if layout == "page" else "part 2, post 1")


# --- what cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        None,
        "",
        "2018-12-07T10:42:13.000Z",
        "Fri Dec 07 10:42:13 +0100 2018",
        "Fri Dez 07 10:42:13 +0000 2018",
        "Fri Feb 30 10:42:13 +0000 2018",
        "Fri Dec 07 24:42:13 +0000 2018",
        "Fri Dec 07 10:42:13 +0000 1970",
        "Fri Dec 07 10:42:13 +0000 2100",
        "Fri Dec  7 10:42:13 +0000 2018",
        "Fri Dec 07 10:42:13 +0000 ２０１８",
        "Fri Dec 07 10:42:13 +0000 2018 ",
    ],
)
def test_an_odd_time_costs_the_post_and_is_kept(moment: str | None) -> None:
    item = item_of(a_tweet(created_at=moment))
    assert item.post is None
    assert "created_at" in (item.error or "")
    assert json.loads(item.payload)["data"]["created_at"] == moment


@pytest.mark.parametrize("odd", [{"text": 7}, {"entities": []}, {"user": "a"}, {"retweeted_status": 5}])
def test_an_odd_shape_costs_the_post_and_is_kept(odd: dict[str, Any]) -> None:
    item = item_of(a_tweet(**odd))
    assert item.post is None
    assert item.error
    assert json.loads(item.payload) == {"data": a_tweet(**odd)}


def test_a_target_of_which_too_little_is_told_does_not_cost_the_post() -> None:
    item = item_of(a_tweet(retweeted_status={"id_str": "50"}))
    assert item.post is not None
    assert (item.post.repost_of, item.referred) == ("50", ())


def test_unknown_fields_are_named_wherever_they_stand() -> None:
    target = a_tweet(50, user=a_user(8, mood="glad"), entities={"hashtags": [{"text": "a", "font": 1}]})
    assert item_of(a_tweet(retweeted_status=target, colour=1)).unknown == ("Hashtag.font", "Tweet.colour", "User.mood")


# --- real files ---------------------------------------------------------------------------------------------


def real_items(shared: Path, name: str) -> Iterator[Item]:
    path = shared / "x" / "v1" / name
    assert recognise(path) is FORMS["x-v1"]
    for one in read(path, FORMS["x-v1"]):
        assert isinstance(one, Item)
        yield one


@pytest.mark.parametrize(
    ("name", "rows", "distinct", "referred", "reposts"),
    [("500-sample.jsonl", 500, 500, 309, 270), ("arabic_2018.jsonl", 2_000, 1_693, 461, 725)],
)
def test_real_files_come_in_whole(
    shared: Path, name: str, rows: int, distinct: int, referred: int, reposts: int
) -> None:
    found: Counter[str] = Counter()
    others: set[str] = set()
    for item in real_items(shared, name):
        assert item.post is not None, item.error
        assert item.unknown == ()
        payload = orjson.loads(item.payload)
        assert orjson.dumps(payload, option=orjson.OPT_SORT_KEYS) == item.payload
        assert list(x_v1.items(payload)) == [item]
        assert any(author.platform_id == item.post.author for author in item.authors)
        if item.post.is_repost:
            assert item.post.repost_of in {post.platform_id for post in item.referred}
        found[item.post.platform_id] += 1
        others |= {post.platform_id for post in item.referred}
    assert (found.total(), len(found), len(others - found.keys())) == (rows, distinct, referred)
    assert sum(item.post is not None and item.post.is_repost for item in real_items(shared, name)) == reposts


def test_real_entities_stand_where_their_text_does(shared: Path) -> None:
    """What X told of a text's hashtags is in that text, so the two were read from the same object."""
    seen = 0
    for name in ("500-sample.jsonl", "arabic_2018.jsonl"):
        for item in real_items(shared, name):
            for post in (item.post, *item.referred):
                if post is not None and not post.text_cut:
                    assert all(f"#{tag}" in (post.text or "").replace("＃", "#") for tag in post.hashtags)
                    seen += len(post.hashtags)
    assert seen > 400


def test_a_recorded_search_is_refused_but_its_answer_would_be_read(shared: Path, tmp_path: Path) -> None:
    recorded = shared / "x" / "recorded" / "testsearchtweets.json"
    with pytest.raises(NotPosts, match="recorded HTTP exchanges"):
        recognise(recorded)
    answer = tmp_path / "search.json"
    body = json.loads(recorded.read_bytes())["interactions"][0]["response"]["body"]["string"]
    answer.write_text(body, encoding="utf-8")
    found = [one for one in read(answer, recognise(answer)) if isinstance(one, Item)]
    assert len({item.post.platform_id for item in found if item.post}) == len(found) == 15
    assert {name for item in found for name in item.unknown} == set()


def test_media_and_times_are_as_the_sample_has_them(shared: Path) -> None:
    films = [
        medium
        for item in real_items(shared, "500-sample.jsonl")
        for medium in (item.post and item.post.media) or ()
        if medium.kind != "photo"
    ]
    assert {Media(one.kind, "") for one in films} == {Media("video", ""), Media("animated_gif", "")}
    assert all(".mp4" in one.url for one in films)
    times = {item.post.created_at for item in real_items(shared, "500-sample.jsonl") if item.post}
    assert (min(times), max(times)) == ("2019-12-02T14:16:01.000000Z", "2019-12-02T14:16:13.000000Z")


def test_each_reason_is_of_a_field_that_may_come_and_is_not_read() -> None:
    read_fields = {(kind, name) for known in x_v1.KNOWN for kind, name, why in known.rows() if not why}
    passed_over = {(kind, name) for kind, names in PASSED_OVER.items() for name in names}
    assert passed_over.isdisjoint(read_fields)
    assert {kind for kind, _name in passed_over} <= {kind for kind, _name in read_fields}
