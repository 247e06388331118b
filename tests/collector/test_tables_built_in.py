"""The tables that are built in: real files where there are any, and rows with every column that the tools write."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from collector.archive import FORMS, TableForm, read, recognise, twarc_csv
from collector.archive.errors import NotAnArchive, NotPosts
from collector.archive.tables import BUILT_IN, FIELDS
from storage.post import Item, Mention, Post


def form(name: str) -> TableForm:
    found = FORMS[name]
    assert isinstance(found, TableForm)
    return found


def post_of(name: str, row: Mapping[str, str]) -> Post:
    item = form(name).item(row)
    assert item.post is not None
    assert item.unknown == ()
    return item.post


def read_items(path: Path) -> list[Item]:
    return [one for one in read(path, recognise(path)) if isinstance(one, Item)]


def test_a_mapping_maps_what_is_known_and_passes_over_what_it_does_not_read() -> None:
    for mapping in BUILT_IN.values():
        assert mapping.columns.keys() <= set(FIELDS)
        assert mapping.required <= mapping.read | mapping.passed_over.keys()
        assert mapping.read.isdisjoint(mapping.passed_over)
        assert all(mapping.passed_over.values())


@pytest.mark.parametrize("name", ["ira", "twarc-csv", *BUILT_IN])
def test_no_table_is_taken_for_another(name: str) -> None:
    mapping = BUILT_IN.get(name)
    columns = form(name).columns | (mapping.read | mapping.passed_over.keys() if mapping else form(name).columns)
    fitting = [one for one, other in FORMS.items() if isinstance(other, TableForm) and other.columns <= columns]
    assert fitting == [name]


def test_a_column_that_a_tool_never_wrote_is_named() -> None:
    assert form("4cat").item(FOUR_CAT | {"colour": "red"}).unknown == ("4CAT.colour",)
    assert form("dmi-tcat").item(TCAT | {"colour": "red", "shape": ""}).unknown == ("DMI-TCAT.colour", "DMI-TCAT.shape")
    assert form("twarc-csv").item(a_twarc_row(colour="red")).unknown == ("twarc.colour",)


# --- Mayweather ---------------------------------------------------------------------------------------------


def test_the_mayweather_file(shared: Path) -> None:
    items = read_items(shared / "csv" / "mayweather_mcgregor_2017.csv")
    posts = [item.post for item in items if item.post is not None]
    assert (len(items), len(posts), len({post.platform_id for post in posts})) == (12_118, 12_118, 12_118)
    assert {item.unknown for item in items} == {()}
    assert (min(post.created_at for post in posts), max(post.created_at for post in posts)) == (
        "2017-08-27T04:05:34.000000Z",
        "2017-08-27T05:14:59.000000Z",
    )
    assert Counter(post.text_cut for post in posts) == {False: 11_789, True: 329}
    assert not any("&amp;" in (post.text or "") or post.is_repost for post in posts)


def test_a_mayweather_row_is_in_new_york_s_time() -> None:
    row = {
        "created_at": "2017-08-27 00:05:34",
        "emojis": "True",
        "id": "901656910939770881",
        "link": "https://twitter.com/statuses/901656910939770881",
        "retweeted": "False",
        "screen_name": "Ann",
        "text": "M&amp;M #MayweathervMcgregor",
    }
    post = post_of("mayweather", row)
    assert (post.created_at, post.text) == ("2017-08-27T04:05:34.000000Z", "M&M #MayweathervMcgregor")
    assert (post.author, post.hashtags) == ("handle:ann", ("MayweathervMcgregor",))


# --- 4CAT ---------------------------------------------------------------------------------------------------

FOUR_CAT = {
    "id": "1440716895355764743",
    "thread_id": "1440716895355764700",
    "timestamp": "2021-09-22 16:37:29",
    "unix_timestamp": "1632328649",
    "link": "https://twitter.com/ann/status/1440716895355764743",
    "subject": "",
    "body": "RT @bob: a &amp; b\n#Brexit",
    "author": "ann",
    "author_fullname": "Ann",
    "author_id": "4203239195",
    "source": "Twitter Web App",
    "language_guess": "en",
    "possibly_sensitive": "no",
    "retweet_count": "4",
    "reply_count": "1",
    "like_count": "2",
    "quote_count": "3",
    "impression_count": "",
    "bookmark_count": "0",
    "is_retweet": "yes",
    "retweeted_user": "bob",
    "is_quote_tweet": "no",
    "quoted_user": "",
    "is_reply": "yes",
    "replied_user": "cid",
    "hashtags": "Brexit",
    "urls": "https://a.example/?x=1,2,https://twitter.com/ann/status/1440716895355764743/photo/1",
    "images": "https://pbs.twimg.com/1.jpg,https://pbs.twimg.com/2.jpg",
    "videos": "",
    "mentions": "bob,cid",
    "long_lat": "47.8, 30.5",
    "place_name": "Basra",
    "author_avatar_url": "https://p.example/a.jpg",
    "author_banner_url": "",
    "is_quote_withheld": "no",
    "is_withheld": "no",
}


def test_a_4cat_row() -> None:
    post = post_of("4cat", FOUR_CAT)
    assert (post.created_at, post.text) == ("2021-09-22T16:37:29.000000Z", "RT @bob: a & b\n#Brexit")
    assert (post.is_repost, post.is_reply, post.is_quote, post.text_cut) == (True, True, False, False)
    assert (post.conversation, post.lang) == ("1440716895355764700", "en")
    assert (post.hashtags, post.mentions) == (("Brexit",), (Mention("bob"), Mention("cid")))
    assert post.links == ("https://a.example/?x=1,2",)
    assert [medium.url for medium in post.media or ()] == FOUR_CAT["images"].split(",")
    assert post.counts is not None
    assert (post.counts.likes, post.counts.reposts, post.counts.replies, post.counts.quotes) == (2, 4, 1, 3)
    assert (post.counts.views, post.latitude, post.longitude, post.place) == (None, 30.5, 47.8, "Basra")


BLUESKY_URI = "at://did:plc:abc/app.bsky.feed.post/3lbrzy4wfzk2d"
FOUR_CAT_BLUESKY = {
    "collected_at": "2024-11-26T10:00:00.000001",
    "query": "#caturday",
    "rank": "0",
    "id": BLUESKY_URI,
    "thread_id": BLUESKY_URI,
    "created_at": "2024-11-26T09:00:00+00:00",
    "author": "ann.bsky.social",
    "author_id": "did:plc:abc",
    "body": "a #caturday",
    "link": "https://bsky.app/profile/ann.bsky.social/post/3lbrzy4wfzk2d",
    "tags": "caturday",
    "like_count": "1",
    "quote_count": "0",
    "reply_count": "0",
    "repost_count": "2",
    "quoted_post": "",
    "quoted_user": "",
    "replied_to_post": "https://bsky.app/profile/bob.example/post/3lbr",
    "replied_to_user": "bob.example",
    "replies_allowed": "True",
    "mentions": "",
    "links": "",
    "images": "https://cdn.example/1@jpeg",
    "labels": "",
    "has_poll": "False",
    "languages": "en,de",
    "author_display_name": "Ann",
    "author_profile": "https://bsky.app/profile/ann.bsky.social",
    "author_avatar": "https://cdn.example/a@jpeg",
    "author_created_at": "2023-05-01T00:00:00+00:00",
    "timestamp": "1732611600.0",
}


def test_a_4cat_row_of_bluesky() -> None:
    post = post_of("4cat-bluesky", FOUR_CAT_BLUESKY)
    assert (post.platform_id, post.author, post.lang) == (BLUESKY_URI, "did:plc:abc", "en")
    assert (post.is_reply, post.is_quote, post.hashtags) == (True, False, ("caturday",))
    assert post.claimed_at == "2024-11-26T09:00:00.000000Z"


# --- DMI-TCAT -----------------------------------------------------------------------------------------------

TCAT = {
    "id": "901656910939770881",
    "time": "1503806734",
    "created_at": "2017-08-27 04:05:34",
    "from_user_name": "ann",
    "text": "RT @bob: a &amp; b #McGregor",
    "filter_level": "low",
    "possibly_sensitive": "",
    "withheld_copyright": "",
    "withheld_scope": "",
    "truncated": "0",
    "retweet_count": "7",
    "favorite_count": "0",
    "lang": "en",
    "to_user_name": "",
    "in_reply_to_status_id": "",
    "quoted_status_id": "",
    "source": '<a href="http://twitter.com" rel="nofollow">Twitter Web Client</a>',
    "location": "Basra",
    "lat": "0",
    "lng": "0",
    "from_user_id": "42",
    "from_user_realname": "Ann",
    "from_user_verified": "0",
    "from_user_description": "",
    "from_user_url": "",
    "from_user_profile_image_url": "http://p.example/a.jpg",
    "from_user_utcoffset": "",
    "from_user_timezone": "",
    "from_user_lang": "en",
    "from_user_tweetcount": "3",
    "from_user_followercount": "4",
    "from_user_friendcount": "5",
    "from_user_favourites_count": "6",
    "from_user_listed": "0",
    "from_user_withheld_scope": "",
    "from_user_created_at": "2012-01-01 00:00:00",
}
WITH_MORE = {
    "urls": "https://t.co/a; https://t.co/b",
    "urls_expanded": "https://a.example/; https://b.example/",
    "urls_followed": "; ",
    "domains": "a.example; b.example",
    "HTTP status code": "200; 200",
    "media_id": "1",
    "media_urls": "https://p.example/1.jpg",
    "media_type": "photo",
    "media_indice_start": "1",
    "media_indice_end": "2",
    "photo_sizes_width": "1",
    "photo_sizes_height": "1",
    "photo_resize": "fit",
    "mentions": "bob; cid",
    "hashtags": "McGregor; two",
}


def test_a_tcat_row() -> None:
    post = post_of("dmi-tcat", TCAT)
    assert (post.created_at, post.text) == ("2017-08-27T04:05:34.000000Z", TCAT["text"])
    assert (post.is_repost, post.is_reply, post.text_cut, post.latitude) == (True, False, False, None)
    assert (post.hashtags, post.mentions) == (("McGregor",), (Mention("bob"),))
    (author,) = form("dmi-tcat").item(TCAT).authors
    assert (author.platform_id, author.handle, author.followers, author.following) == ("42", "ann", 4, 5)


def test_a_tcat_row_with_all_that_can_be_added() -> None:
    post = post_of(
        "dmi-tcat", TCAT | WITH_MORE | {"to_user_name": "cid", "in_reply_to_status_id": "901656910939770001"}
    )
    assert post.hashtags == ("McGregor", "two")
    assert post.mentions == (Mention("bob"), Mention("cid"))
    assert post.links == ("https://a.example/", "https://b.example/")
    assert (post.is_reply, post.reply_to) == (True, "901656910939770001")


def test_a_tcat_file_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "tcat.tsv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(TCAT), delimiter="\t")
        writer.writeheader()
        writer.writerow(TCAT)
    assert recognise(path).name == "DMI-TCAT table"
    assert [item.error for item in read_items(path)] == [None]


# --- twarc-csv ----------------------------------------------------------------------------------------------


def test_every_column_of_twarc_is_read_or_passed_over() -> None:
    assert twarc_csv.READ.isdisjoint(twarc_csv.PASSED_OVER)
    assert all(twarc_csv.PASSED_OVER.values())
    assert len(twarc_csv.READ | twarc_csv.PASSED_OVER.keys()) == 84


def a_twarc_row(**changed: str) -> dict[str, str]:
    row = dict.fromkeys(sorted(twarc_csv.READ | twarc_csv.PASSED_OVER.keys()), "")
    row |= {
        "id": "1440716895355764743",
        "author_id": "42",
        "created_at": "2021-09-22T16:37:29.000Z",
        "text": r"a &amp; b\n#tag",
    }
    return row | changed


def test_a_twarc_row_without_entities_is_read_by_its_text() -> None:
    post = post_of("twarc-csv", a_twarc_row())
    assert (post.text, post.hashtags) == ("a & b\n#tag", ("tag",))
    assert post_of("twarc-csv", a_twarc_row(**{"entities.urls": "[]"})).hashtags == ()


def test_an_edited_post_goes_by_its_first_id() -> None:
    history = json.dumps(["1440716895355764740", "1440716895355764743"])
    post = post_of("twarc-csv", a_twarc_row(edit_history_tweet_ids=history))
    assert (post.platform_id, post.version, post.version_id) == ("1440716895355764740", 2, "1440716895355764743")


def test_a_repost_s_counters_are_its_own_only_where_its_text_is() -> None:
    counted = {"public_metrics.like_count": "9", "referenced_tweets.retweeted.id": "1440713161355583489"}
    merged = post_of("twarc-csv", a_twarc_row(**counted))
    assert (merged.is_repost, merged.text_cut, merged.counts) == (True, False, None)
    own = post_of("twarc-csv", a_twarc_row(**counted, text="RT @bob: a"))
    assert own.counts is not None
    assert (own.is_repost, own.text_cut, own.counts.likes) == (True, True, 9)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": ""},
        {"id": "1.44E+18"},
        {"text": ""},
        {"created_at": ""},
        {"created_at": "2021-09-22"},
        {"attachments.media_keys": "[1]"},
        {"attachments.media_keys": "['a']"},
        {"geo.coordinates.coordinates": "[1]"},
        {"public_metrics.like_count": "many"},
        {"author_id": "1.44E+18"},
    ],
)
def test_an_odd_twarc_row_is_refused(odd: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(a_twarc_row()))
        writer.writeheader()
        writer.writerow(a_twarc_row(**odd))
    (item,) = read_items(path)
    assert item.post is None
    assert json.loads(item.payload)["data"] == a_twarc_row(**odd)


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, str]]:
    """Write an object as the tool does: the fields of what is in it under their ways, lists as JSON."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{way}.{key}" if way else key)
    elif isinstance(value, list):
        yield way, json.dumps(value)
    elif value is not None:
        yield way, str(value).replace("\r", "").replace("\n", "\\n")


def _as_twarc_writes(post: dict[str, Any], users: Mapping[str, Any]) -> dict[str, str]:
    """Make a row of a post that is no repost, after the tool's own output of the same files."""
    row = {key: value for key, value in post.items() if key not in ("referenced_tweets", "entities", "author")}
    row["referenced_tweets"] = {one["type"]: {"id": one["id"]} for one in post.get("referenced_tweets", ())}
    row["author"] = users.get(post["author_id"], {})
    entities = post.get("entities", {})
    row["entities"] = {
        "hashtags": ["#" + tag["tag"] for tag in entities.get("hashtags", ())] or None,
        "mentions": ["@" + user["username"] for user in entities.get("mentions", ())] or None,
        "urls": [
            link["display_url"] if "media_key" in link else link.get("expanded_url", link["url"])
            for link in entities.get("urls", ())
        ]
        or None,
        "annotations": entities.get("annotations"),
    }
    return dict.fromkeys(twarc_csv.COLUMNS, "") | dict(_flat(row))


def _told(post: Post) -> dict[str, Any]:
    """Give what a table can tell of a post: not who is mentioned, where links lead on to, and media."""
    names = set(post.__struct_fields__) - {"mentions", "links", "media", "observed_at"}
    told = {name: getattr(post, name) for name in names}
    return told | {"mentions": [mention.handle for mention in post.mentions]}


@pytest.mark.parametrize("name", ["brexit", "kpop", "blacklivesmatter_2021", "withheld", "geo_tweets", "entities_test"])
def test_a_row_tells_what_the_json_tells(name: str, shared: Path) -> None:
    path = shared / "x" / "twarc2" / f"{name}.jsonl"
    by_id = {item.post.platform_id: item for item in read_items(path) if item.post}
    compared = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        users = {user["id"]: user for user in page.get("includes", {}).get("users", ())}
        rows = page["data"] if isinstance(page["data"], list) else [page["data"]]
        for post in rows:
            if any(one["type"] == "retweeted" for one in post.get("referenced_tweets", ())):
                continue
            item, other = form("twarc-csv").item(_as_twarc_writes(post, users)), by_id[post["id"]]
            assert item.post is not None
            assert other.post is not None
            told, expected = _told(item.post), _told(other.post)
            if item.post.place is None:
                expected |= {"place": None, "country": None}
            assert told == expected
            assert [one.handle for one in item.authors] == [users[post["author_id"]]["username"]] * bool(users)
            compared += 1
    assert compared


def test_other_tables_of_twarc_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("start,end,day_count\n2021-01-01,2021-01-02,5\n", encoding="utf-8")
    with pytest.raises((NotAnArchive, NotPosts)):
        recognise(path)
