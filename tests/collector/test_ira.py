"""IRA files: a row to a post, and rows made to mislead."""

import json
from hashlib import sha256

import pytest

from collector.archive import ira
from collector.errors import Unreadable
from storage.post import Item, Mention, Post

ROW = {
    "author_id": "4MySquad3312143142",
    "author": "4MySquad",
    "external_author_id": "3312143142",
    "account_type": "left",
    "account_category": "LeftTroll",
    "content": "Why doesn't government &amp; police act? #PoliceColor #BlackLivesMatter https://t.co/9vmroiyyHu",
    "region": "United States",
    "language": "English",
    "publish_date": "2015-03-06 17:33:00",
    "harvested_date": "2015-03-06 17:34:00",
    "following": "94",
    "followers": "168",
    "updates": "10",
    "post_type": "",
    "retweet": "0",
}


def post_of(**changed: str) -> Post:
    post = item_of(**changed).post
    assert post is not None
    return post


def item_of(**changed: str) -> Item:
    return ira.item(ROW | changed)


def test_a_row_is_a_post() -> None:
    item = item_of()
    post = item.post
    assert post is not None
    made = "\x1f".join((ROW["author_id"], ROW["publish_date"], ROW["content"])).encode()
    assert post.platform_id == "made:" + sha256(made).hexdigest()[:32]
    assert (post.platform, post.server, post.author) == ("x", "x", "ira:4MySquad3312143142")
    assert (post.created_at, post.time_resolution) == ("2015-03-06T17:33:00.000000Z", 60)
    assert post.observed_at == "2015-03-06T17:34:00.000000Z"
    assert post.text == ROW["content"].replace("&amp;", "&")
    assert post.hashtags == ("PoliceColor", "BlackLivesMatter")
    assert post.links == ("https://t.co/9vmroiyyHu",)
    assert (post.lang, post.url, post.ids) == ("en", "https://x.com/4MySquad", ())
    assert (post.is_repost, post.is_quote, post.is_reply, post.text_cut) == (False, False, False, False)
    assert json.loads(item.payload) == {"data": ROW}
    assert item.referred == ()


def test_a_row_is_also_a_reading_of_its_author() -> None:
    (author,) = item_of(followers="").authors
    assert (author.platform_id, author.handle, author.server) == ("ira:4MySquad3312143142", "4MySquad", "x")
    assert (author.followers, author.following, author.posts) == (None, 94, 10)
    assert author.observed_at == "2015-03-06T17:34:00.000000Z"
    assert author.carried_at == "2015-03-06T17:33:00.000000Z"


@pytest.mark.parametrize(("post_type", "flags"), [("", (False, False)), ("R", (True, False)), ("Q", (False, True))])
def test_reposts_and_quotes_go_by_post_type_for_retweet_is_1_for_both(post_type: str, flags: tuple[bool, bool]) -> None:
    post = post_of(post_type=post_type, retweet="1")
    assert (post.is_repost, post.is_quote) == flags
    assert post.text_cut is post.is_repost


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Farsi (Persian)", "fa"),
        ("Pushto", "ps"),
        ("LANGUAGE UNDEFINED", "und"),
        ("Klingon", None),
        ("", None),
    ],
)
def test_languages(language: str, code: str | None) -> None:
    assert post_of(language=language).lang == code


def test_a_handle_is_written_into_an_address_as_an_address_wants_it() -> None:
    assert post_of(author="a b/ü").url == "https://x.com/a%20b%2F%C3%BC"


def test_mentions() -> None:
    assert post_of(content="'@twanMosca and @other").mentions == (Mention("twanMosca"), Mention("other"))


def test_the_id_stands_on_the_file_s_very_text() -> None:
    assert post_of(content="a &amp; b").platform_id != post_of(content="a & b").platform_id
    assert post_of(followers="1").platform_id == post_of(followers="2").platform_id


@pytest.mark.parametrize(
    "odd",
    [
        {"publish_date": ""},
        {"publish_date": "3/6/2015 17:33"},
        {"publish_date": "2015-03-06T17:33:00"},
        {"publish_date": "2015-02-30 17:33:00"},
        {"publish_date": "9999-12-31 23:59:59"},
        {"harvested_date": "never"},
        {"post_type": "RETWEET"},
        {"post_type": "1"},
        {"followers": "many"},
        {"following": "-1"},
        {"updates": "1.5"},
        {"updates": "٣"},
        {"followers": "9" * 30},
        {"author_id": ""},
        {"content": "not UTF-8: \udcff"},
    ],
)
def test_an_odd_row_is_refused(odd: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        item_of(**odd)
