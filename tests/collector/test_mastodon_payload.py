"""Statuses of Mastodon and of servers that speak its API: real ones, ugly ones, and some that must not be kept."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import Unreadable
from collector.json_text import parse
from collector.mastodon.payload import holds, item, items, key_time, server_of
from storage.post import Counts, Item, Media, Mention, Post

SERVER = "one.example"
SEEN = "2026-11-24T00:00:00.000000Z"
TIME = "2026-11-23T09:00:00.123Z"
ID = str((int(datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC).timestamp() * 1000) << 16) + 77)
PRIVATE_WORDS = "only for my followers"


def an_account(name: str = "ann", host: str = "", **more: Any) -> dict[str, Any]:
    at = host or SERVER
    return {
        "id": "7",
        "username": name,
        "acct": f"{name}@{host}" if host else name,
        "display_name": name.title(),
        "uri": f"https://{at}/users/{name}",
        "url": f"https://{at}/@{name}",
        "created_at": "2020-01-01T00:00:00.000Z",
        "followers_count": 3,
        "following_count": 2,
        "statuses_count": 1,
    } | more


def a_status(number: str = ID, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "uri": f"https://{SERVER}/users/ann/statuses/{number}",
        "url": f"https://{SERVER}/@ann/{number}",
        "created_at": TIME,
        "account": an_account(),
        "content": "<p>hello</p>",
        "visibility": "public",
        "spoiler_text": "",
        "tags": [],
        "mentions": [],
        "media_attachments": [],
        "language": "en",
        "favourites_count": 1,
        "reblogs_count": 2,
        "replies_count": 3,
    } | more


def post_of(status: dict[str, Any], server: str = SERVER, observed_at: str | None = None) -> Post:
    post = item(status, server, observed_at).post
    assert post is not None
    return post


def statuses_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and {"account", "content", "visibility"} <= value.keys():
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from statuses_in(one)


@pytest.fixture(scope="module")
def real(shared: Path) -> list[dict[str, Any]]:
    """All statuses of the real files: timelines, searches, and recorded exchanges."""
    files = [*(shared / "mastodon").glob("*.json"), *(shared / "recorded_here").glob("mastodon_mock_timeline*.json")]
    values = [parse(path.read_bytes()) for path in files]
    for path in (shared / "mastodon").glob("*.yaml"):
        exchanges = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        values += [parse(one["response"]["body"]["string"].encode()) for one in exchanges["interactions"]]
    return list(statuses_in(values))


# --- real statuses ------------------------------------------------------------------------------------------


def test_every_real_status_is_read_and_nothing_in_it_is_unknown(real: list[dict[str, Any]]) -> None:
    assert len(real) == 107
    for status in real:
        read = item(status, SERVER, SEEN)
        assert read.post is not None
        assert read.unknown == ()
        assert holds(status)
        assert parse(read.payload) == {"data": status, "includes": {"server": SERVER}}
        assert list(items(parse(read.payload), SEEN)) == [read]
        assert "<" not in (read.post.text or "")


def test_no_tag_of_a_real_status_is_lost_and_each_is_as_written(real: list[dict[str, Any]]) -> None:
    told = [(status, post_of(status)) for status in real if status["tags"]]
    assert sum(len(post.hashtags) for _, post in told) == sum(len(status["tags"]) for status, _ in told) == 100
    for _, post in told:
        assert all(f"#{tag}" in (post.text or "") for tag in post.hashtags)


def test_a_real_search_answer(shared: Path) -> None:
    answer = parse((shared / "mastodon" / "public_timeline_sample.json").read_bytes())
    assert holds(answer)
    found = {one.post.platform_id: one for one in items(answer) if one.post is not None}
    assert len(found) == 20
    local = found["https://mastodon.social/users/gdinwiddie/statuses/109491892307232861"].post
    late = found["https://bookwyrm.social/user/DerekCaelin/quotation/574320"].post
    assert local is not None
    assert late is not None
    assert local.ids == (("mastodon.social", "109491892307232861"),)
    assert local.server == "mastodon.social"
    assert (late.ids, late.server) == ((), "")
    assert late.created_at == "2022-12-10T00:36:17.664000Z"


def test_a_real_edit_a_real_boost_and_a_real_quote(real: list[dict[str, Any]]) -> None:
    edited = next(status for status in real if status.get("edited_at"))
    post = post_of(edited)
    assert (post.version, post.edited_at) == (1785592440695000, "2026-08-01T13:54:00.695000Z")
    assert post.text == "the best editor? why, of course it is the KDE Advanced Text Editor, Kate"
    boost = item(next(status for status in real if status.get("reblog")), SERVER)
    assert boost.post is not None
    assert (boost.post.is_repost, boost.post.text, boost.referred[0].text) == (True, None, "Toot!")
    assert boost.post.repost_of == boost.referred[0].platform_id
    quote = item(next(status for status in real if status.get("quote")), SERVER)
    assert quote.post is not None
    assert (quote.post.is_quote, quote.post.text) == (True, "@mastodonpy_test yoooo check this out")
    assert quote.post.quote_of == quote.referred[0].platform_id
    assert quote.post.links == ()


# --- what a post says ---------------------------------------------------------------------------------------


def test_a_plain_status() -> None:
    read = item(a_status(), SERVER, SEEN)
    post = read.post
    assert post == Post(
        platform="mastodon",
        platform_id=f"https://one.example/users/ann/statuses/{ID}",
        server=SERVER,
        author="https://one.example/users/ann",
        created_at="2026-11-23T09:00:00.123000Z",
        time_resolution=1,
        url=f"https://one.example/@ann/{ID}",
        observed_at=SEEN,
        ids=((SERVER, ID),),
        text="hello",
        lang="en",
        media=(),
        counts=Counts(likes=1, reposts=2, replies=3),
    )
    (author,) = read.authors
    assert (author.platform_id, author.handle, author.display_name) == (
        "https://one.example/users/ann",
        "ann@one.example",
        "Ann",
    )
    assert (author.followers, author.following, author.posts, author.server) == (3, 2, 1, SERVER)
    assert (author.observed_at, author.carried_at) == (SEEN, "2026-11-23T09:00:00.123000Z")
    assert (read.referred, read.unknown, read.error) == ((), (), None)


def test_two_servers_tell_of_one_post() -> None:
    here = post_of(a_status(), SERVER)
    there = post_of(a_status("42", account=an_account(host=SERVER)) | {"uri": here.platform_id}, "two.example")
    assert (there.platform_id, there.author) == (here.platform_id, here.author)
    assert (here.ids, there.ids) == (((SERVER, ID),), (("two.example", "42"),))


@pytest.mark.parametrize(
    ("warning", "content", "text"),
    [
        ("", "<p>a</p>", "a"),
        ("food", "<p>a</p>", "food\n\na"),
        (" food ", "", "food"),
        (None, None, None),
        ("", "", ""),
        (None, "", ""),
        ("food", None, "food"),
    ],
)
def test_a_warning_is_what_a_reader_sees_first(warning: str | None, content: str | None, text: str | None) -> None:
    assert post_of(a_status(spoiler_text=warning, content=content)).text == text


@pytest.mark.parametrize(
    ("content", "names", "expected"),
    [
        ("#Caturday #cats", ["caturday", "cats"], ("Caturday", "cats")),
        ("#CATURDAY and #caturday", ["caturday"], ("CATURDAY", "caturday")),
        ("#BLÅHAJ", ["blahaj"], ("BLÅHAJ",)),
        ("#خَلّيها_تخيس", ["خليها_تخيس"], ("خَلّيها_تخيس",)),
        ("#one #two", ["one"], ("one",)),
        ("no tag", ["hidden"], ("hidden",)),
        ("#one", [], ()),
        ("#one", None, ("one",)),
        ('a<a class="hashtag" href="x">#b</a>', ["b"], ("b",)),
        ("", ["", "x"], ("x",)),
    ],
)
def test_hashtags_are_the_server_s_as_the_text_has_them(
    content: str, names: list[str] | None, expected: tuple[str, ...]
) -> None:
    tags = None if names is None else [{"name": name, "url": f"https://{SERVER}/tags/{name}"} for name in names]
    assert post_of(a_status(content=f"<p>{content}</p>", tags=tags)).hashtags == expected


def test_a_tag_in_the_warning_is_found_too() -> None:
    assert post_of(a_status(spoiler_text="about #Food", tags=[{"name": "food"}])).hashtags == ("Food",)


def test_links_are_what_the_author_chose_to_link() -> None:
    content = "".join(
        f'<a href="{href}" class="{kind}">{text}</a> '
        for href, kind, text in [
            ("https://news.example/a?b=1&amp;c=2", "", "news.example/a"),
            ("https://news.example/a?b=1&amp;c=2", "", "again"),
            ("https://two.example/@bob", "u-url mention", "@bob"),
            ("https://two.example/@eve", "", "@eve"),
            ("https://one.example/tags/x", "mention hashtag", "#x"),
            ("https://one.example/tags/y", "", "#y"),
            ("https://files.example/1.png", "", "files.example/1.png"),
            (f"https://{SERVER}/@ann/{ID}", "", "me"),
            ("mailto:a@b.example", "", "mail"),
            ("javascript:alert(1)", "", "no"),
            ("/relative", "", "no"),
            ("http://[broken", "", "no"),
            ("HTTP://up.example", "", "up"),
        ]
    )
    post = post_of(
        a_status(
            content=content,
            mentions=[{"acct": "eve@two.example", "url": "https://two.example/@eve"}],
            media_attachments=[
                {"type": "image", "url": "https://cache.example/1", "remote_url": "https://files.example/1.png"}
            ],
        )
    )
    assert post.links == ("https://news.example/a?b=1&c=2", "HTTP://up.example")
    assert post.media == (Media("image", "https://files.example/1.png"),)


def test_mentions_are_named_in_full() -> None:
    mentions = [{"acct": "bob@two.example"}, {"acct": "ann", "url": f"https://{SERVER}/@ann"}, {"acct": "ann"}, {}]
    assert post_of(a_status(mentions=mentions)).mentions == (Mention("bob@two.example"), Mention("ann@one.example"))
    assert post_of(a_status(mentions=mentions[:2]), "").mentions[1] == Mention("ann@one.example")


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ([{"type": "video", "url": "https://a.example/1"}], (Media("video", "https://a.example/1"),)),
        ([{"url": "https://a.example/1"}], (Media("unknown", "https://a.example/1"),)),
        (
            [{"type": "unknown", "url": None, "remote_url": "https://b.example/1"}],
            (Media("unknown", "https://b.example/1"),),
        ),
        ([{"type": "image", "url": None}], None),
        ([], ()),
        (None, None),
    ],
)
def test_media(media: list[dict[str, Any]] | None, expected: tuple[Media, ...] | None) -> None:
    assert post_of(a_status(media_attachments=media)).media == expected


def test_a_reply_names_its_target_as_the_server_does() -> None:
    post = post_of(a_status(in_reply_to_id="99", in_reply_to_account_id="5"))
    assert (post.is_reply, post.reply_to, post.reply_to_author) == (True, "local:one.example/99", None)
    thread = post_of(a_status(in_reply_to_id="99", in_reply_to_account_id="7"))
    assert thread.reply_to_author == thread.author
    unknown = post_of(a_status(in_reply_to_id="99"), "")
    assert (unknown.is_reply, unknown.reply_to, unknown.ids) == (True, None, ())
    assert post_of(a_status(in_reply_to_account_id="5")).is_reply


def test_a_boost_brings_its_target_and_has_no_words_of_its_own() -> None:
    target = a_status("5", account=an_account("bob", "two.example"), uri="https://two.example/5", tags=[{"name": "x"}])
    boost = a_status(
        "6", uri="https://one.example/6/activity", reblog=target, content=target["content"], tags=target["tags"]
    )
    read = item(boost, SERVER, SEEN)
    post = read.post
    assert post is not None
    assert (post.is_repost, post.repost_of, post.author) == (
        True,
        "https://two.example/5",
        "https://one.example/users/ann",
    )
    assert (post.text, post.hashtags, post.media, post.counts, post.lang) == (None, (), None, None, None)
    assert [(one.platform_id, one.text, one.hashtags) for one in read.referred] == [
        ("https://two.example/5", "hello", ("x",))
    ]
    assert [one.handle for one in read.authors] == ["ann@one.example", "bob@two.example"]


def test_a_boost_with_the_uri_of_its_target_is_a_post_of_its_own() -> None:
    target = a_status("AbC9")
    boost = a_status("AbCd", reblog=target, uri=target["uri"])
    post = post_of(boost)
    assert (post.platform_id, post.repost_of) == ("local:one.example/AbCd", target["uri"])
    with pytest.raises(Unreadable, match="no uri of its own"):
        item(boost, "")


@pytest.mark.parametrize(
    ("quote", "is_quote", "quote_of"),
    [
        ({"state": "accepted", "quoted_status": a_status("5")}, True, f"https://{SERVER}/users/ann/statuses/5"),
        ({"state": "accepted", "quoted_status_id": "5"}, True, "local:one.example/5"),
        ({"state": "accepted", "quoted_status": None}, True, None),
        ({"state": "muted_account", "quoted_status": None}, True, None),
        ({"state": "pending", "quoted_status": None}, False, None),
        ({"state": "revoked", "quoted_status": None}, False, None),
        ({"state": "deleted", "quoted_status": None}, False, None),
        (a_status("5"), True, f"https://{SERVER}/users/ann/statuses/5"),
        (None, False, None),
        (True, False, None),
    ],
)
def test_a_quote_counts_when_the_quoted_author_agreed(quote: Any, is_quote: bool, quote_of: str | None) -> None:
    content = '<p class="quote-inline">RE: <a href="https://a.example/5">a.example/5</a></p><p>look</p>'
    post = post_of(a_status(quote=quote, content=content))
    assert (post.is_quote, post.quote_of) == (is_quote, quote_of)
    assert (post.text, post.links) == (
        ("look", ()) if is_quote else ("RE: a.example/5\n\nlook", ("https://a.example/5",))
    )


def test_quotes_of_other_servers() -> None:
    read = item(a_status(pleroma={"quote": a_status("5"), "quote_id": "5"}), SERVER)
    assert read.post is not None
    assert (read.post.quote_of, len(read.referred)) == (f"https://{SERVER}/users/ann/statuses/5", 1)
    assert post_of(a_status(quote_id="5")).quote_of == "local:one.example/5"


def test_an_edit_is_a_version_by_its_time() -> None:
    first, second = (post_of(a_status(edited_at=at)) for at in ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.001Z"))
    assert first.version is not None
    assert second.version == first.version + 1_000
    assert second.version_id == second.edited_at == "2026-11-23T10:00:00.001000Z"
    assert post_of(a_status(edited_at=None)).version is None


def test_counts_that_are_hidden_are_not_known() -> None:
    read = item(a_status(account=an_account(followers_count=-1, following_count=None), favourites_count=2**63), SERVER)
    assert read.post is not None
    assert read.post.counts == Counts(reposts=2, replies=3)
    assert (read.authors[0].followers, read.authors[0].following) == (None, None)


def test_what_other_servers_leave_out() -> None:
    bare = {
        "id": 12,
        "uri": "tag:old.example,2017-04-05:objectId=12:objectType=Status",
        "created_at": "2017-04-05T10:00:00Z",
    }
    post = post_of(bare)
    assert (post.text, post.author, post.media, post.ids) == (None, None, None, ((SERVER, "12"),))
    assert post.url == "https://one.example/web/statuses/12"
    assert post_of({"id": "x", "created_at": TIME}).platform_id == "local:one.example/x"
    account = an_account(uri=None)
    assert item(a_status(account=account), SERVER).authors[0].platform_id == account["url"]
    assert item(a_status(account={"acct": "nobody"}), SERVER).authors == ()
    unknown = an_account(created_at="1970-01-01T00:00:00.000Z")
    assert item(a_status(account=unknown), SERVER).authors[0].created_at is None


def test_pixelfed_tells_a_place() -> None:
    post = post_of(a_status(place={"id": "1", "slug": "x", "name": "Erbil", "country": "Iraq"}))
    assert (post.place, post.country) == ("Erbil", "Iraq")


def test_accounts_that_a_payload_tells_of_at_length_are_read_too() -> None:
    moved = an_account("old", moved=an_account("new", "two.example"))
    card = {"url": "https://news.example", "authors": [{"name": "X", "account": an_account("writer", "news.example")}]}
    read = item(a_status(account=moved, card=card), SERVER)
    assert {one.handle for one in read.authors} == {"old@one.example", "new@two.example", "writer@news.example"}
    assert read.unknown == ()


def test_fields_that_nobody_knows_are_named() -> None:
    status = a_status(colour="red", account=an_account(mood=1), tags=[{"name": "x", "weight": 2}])
    status["reblog"] = a_status("5", uri="https://two.example/5", flavour="sour")
    status["quote"] = a_status("6", taste=1)
    assert item(status, SERVER).unknown == (
        "Account.mood",
        "Status.colour",
        "Status.flavour",
        "Status.taste",
        "Tag.weight",
    )


# --- times --------------------------------------------------------------------------------------------------


def an_id(moment: str) -> str:
    return str((int(datetime.fromisoformat(moment).timestamp() * 1000) << 16) + 5)


@pytest.mark.parametrize(
    ("number", "created_at", "expected"),
    [
        (ID, TIME, "2026-11-23T09:00:00.123+00:00"),
        (an_id("2026-11-23T12:00:00Z"), TIME, "2026-11-23T12:00:00+00:00"),
        (an_id("2026-11-30T12:00:00Z"), TIME, "2026-11-30T12:00:00+00:00"),
        (an_id("2026-11-23T09:00:00Z"), "2090-01-01T00:00:00Z", "2026-11-23T09:00:00+00:00"),
        (an_id("2009-05-01T00:00:00Z"), "2009-05-01T00:00:00.500Z", "2009-05-01T00:00:00+00:00"),
        ("1795423910727", TIME, "2026-11-23T09:00:00.123+00:00"),
        ("105", TIME, "2026-11-23T09:00:00.123+00:00"),
        ("897321894410321920", TIME, "2026-11-23T09:00:00.123+00:00"),
        ("9" * 30, TIME, "2026-11-23T09:00:00.123+00:00"),
        ("٣٣", TIME, "2026-11-23T09:00:00.123+00:00"),
        ("01HN2V1Z3A4B5C6D7E8F9G0H1J", TIME, "2026-11-23T09:00:00.123+00:00"),
        ("3a5f" * 10 + "77", TIME, "2026-11-23T09:00:00.123+00:00"),
        ("9tFqnLrK2uWWgdIGVM", "2026-11-23T12:00:00.123+03:00", "2026-11-23T09:00:00.123+00:00"),
        (int(ID), None, "2026-11-23T09:00:00.123+00:00"),
        (ID, "yesterday", "2026-11-23T09:00:00.123+00:00"),
    ],
)
def test_a_status_is_sorted_by_the_time_in_its_id_where_it_has_one(
    number: str | int, created_at: str | None, expected: str
) -> None:
    assert key_time({"id": number, "created_at": created_at}) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "status", [{"id": "x"}, {"id": "x", "created_at": "2026-11-23T09:00:00"}, {}, [], None, {"id": 1.5}]
)
def test_a_status_without_any_time_cannot_be_sorted(status: Any) -> None:
    with pytest.raises(Unreadable):
        key_time(status)


@pytest.mark.parametrize(
    ("number", "claim", "seen", "created_at", "claimed_at"),
    [
        (ID, TIME, SEEN, "2026-11-23T09:00:00.123000Z", None),
        (ID, "2026-11-23T09:00:59Z", SEEN, "2026-11-23T09:00:59.000000Z", None),
        (ID, "2026-11-23T09:05:00Z", SEEN, "2026-11-23T09:00:00.123000Z", "2026-11-23T09:05:00.000000Z"),
        (ID, "2026-11-20T09:00:00Z", SEEN, "2026-11-20T09:00:00.000000Z", None),
        (ID, "0001-01-01T00:00:00Z", SEEN, "2026-11-23T09:00:00.123000Z", "0001-01-01T00:00:00.000000Z"),
        ("x", "2120-01-01T00:00:00Z", SEEN, SEEN, "2120-01-01T00:00:00.000000Z"),
        ("x", "2026-12-01T00:00:00Z", SEEN, SEEN, "2026-12-01T00:00:00.000000Z"),
        ("x", "2026-12-01T00:00:00Z", None, "2026-12-01T00:00:00.000000Z", None),
    ],
)
def test_a_time_that_cannot_be_is_only_claimed(
    number: str, claim: str, seen: str | None, created_at: str, claimed_at: str | None
) -> None:
    post = post_of(a_status(number, created_at=claim), observed_at=seen)
    assert (post.created_at, post.claimed_at) == (created_at, claimed_at)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"created_at": None}, "no created_at"),
        ({"created_at": "2026-11-23T09:00:00"}, "not a time like"),
        ({"created_at": "0001-01-01T00:00:00+23:00"}, "not a time like"),
        ({"id": "x", "created_at": "0001-01-01T00:00:00Z"}, "nothing tells when"),
        ({"edited_at": "later"}, "edited_at is 'later'"),
        ({"id": None}, "id"),
        ({"id": 1.5}, "id"),
        ({"account": "ann"}, "account"),
        ({"content": 5}, "content"),
    ],
)
def test_what_cannot_be_read_says_why(more: dict[str, Any], error: str) -> None:
    with pytest.raises(Unreadable, match=error):
        item(a_status() | more, SERVER)


# --- what is not meant for everyone -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"visibility": word}
        for word in ("private", "direct", "limited", "local", "mutuals_only", "new", "", 5, ["public"])
    ]
    + [{"local_only": True}],
)
def test_what_is_not_meant_for_everyone_is_not_kept(more: dict[str, Any]) -> None:
    status = a_status(content=f"<p>{PRIVATE_WORDS}</p>", **more)
    boost = a_status("6", uri="https://two.example/6", reblog=status)
    quote = a_status("8", quote={"state": "accepted", "quoted_status": status}, pleroma={"parent": [status]})
    refused = item(status, SERVER)
    assert (refused.post, refused.authors, refused.referred) == (None, (), ())
    assert "not kept" in (refused.error or "")
    assert parse(refused.payload)["data"].keys() <= {"id", "visibility", "local_only"}
    assert holds(parse(refused.payload))
    assert list(items(parse(refused.payload))) == [refused]
    for around in (boost, quote, a_status(created_at="never", reblog=status)):
        before = copy.deepcopy(around)
        (read,) = items(around)
        assert PRIVATE_WORDS.encode() not in read.payload
        assert PRIVATE_WORDS not in repr(read)
        assert read.referred == ()
        assert around == before
    kept = post_of(boost)
    assert (kept.is_repost, kept.repost_of) == (True, None)


def test_a_status_that_says_nothing_of_that_is_for_everyone() -> None:
    status = a_status()
    del status["visibility"]
    assert post_of(status).text == "hello"
    assert post_of(a_status(visibility="unlisted")).text == "hello"


# --- archives -----------------------------------------------------------------------------------------------


def test_what_an_archive_may_hold() -> None:
    value: Any
    one, two = a_status("1"), a_status("2")
    for value in ([one, two], {"statuses": [one, two], "accounts": []}, {"ancestors": [one], "descendants": [two]}):
        assert holds(value)
        assert [read.post and read.post.ids for read in items(value)] == [((SERVER, "1"),), ((SERVER, "2"),)]
    for value in (one, {"data": one}, {"data": one, "includes": {"server": "two.example"}}):
        assert holds(value)
        (read,) = items(value, SEEN)
        assert read.post is not None
        assert read.post.server == ("two.example" if "includes" in value else SERVER)
        assert read.post.observed_at == SEEN


def test_a_status_that_cannot_be_read_costs_only_itself() -> None:
    found = list(items([a_status("1"), {"id": "2"}, 5, a_status("3", content=[]), a_status("4")]))
    assert [read.post is None for read in found] == [False, True, True, True, False]
    assert [bool(read.error) for read in found] == [False, True, True, True, False]
    assert parse(found[1].payload) == {"data": {"id": "2"}}
    assert parse(found[2].payload) == {"data": 5}
    assert found[1].payload == orjson.dumps({"data": {"id": "2"}}, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        [],
        {},
        [5],
        {"data": [{"id": "1", "text": "hello"}]},
        {"data": {"id": "1", "text": "hello", "created_at": TIME}},
        {"id": 1, "id_str": "1", "text": "hello", "created_at": TIME, "user": {}},
        {"uri": "at://x", "cid": "y", "author": {}, "record": {}, "indexedAt": TIME},
        {"posts": [{"uri": "at://x", "author": {}}]},
        {"did": "x", "time_us": 1, "kind": "commit", "commit": {}},
        {"content": "", "spoiler_text": "", "created_at": TIME, "account": {}, "media_attachments": []},
        {"id": "1", "created_at": TIME, "account": None, "content": "", "visibility": "public"},
    ],
)
def test_what_is_none_of_mastodon_s(value: Any) -> None:
    assert not holds(value)


def test_no_other_real_file_is_taken_for_mastodon_s(shared: Path) -> None:
    seen = 0
    for folder, pattern in [
        ("x/twarc2", "*.jsonl"),
        ("x/v1", "*"),
        ("bluesky", "*.json*"),
        ("recorded_here", "bsky_*.json*"),
    ]:
        for path in sorted((shared / folder).glob(pattern)):
            for line in path.read_bytes().splitlines()[:5] if "jsonl" in path.name else [path.read_bytes()[: 2**22]]:
                try:
                    value = parse(line)
                except Unreadable:
                    continue
                seen += 1
                assert not holds(value), path
    assert seen > 50


def test_the_server_is_found_where_an_account_is_told_without_it() -> None:
    remote = an_account("bob", "two.example")
    assert server_of(a_status()) == SERVER
    assert server_of(a_status(account=remote)) == ""
    assert server_of(a_status(account=remote, mentions=[{"acct": "ann", "url": "https://one.example/@ann"}])) == SERVER
    assert server_of(a_status(account=remote, reblog=a_status())) == SERVER
    assert server_of(a_status(account=remote, quote={"state": "accepted", "quoted_status": a_status()})) == SERVER
    for value in (
        None,
        {},
        {"account": 5, "mentions": 5},
        {"account": {"acct": 5}},
        {"account": {"acct": "a", "url": "x"}},
    ):
        assert server_of(value) == ""


# --- whatever comes -----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
WHOLE = a_status(
    reblog=a_status("5", uri="https://two.example/5"),
    quote={"state": "accepted", "quoted_status": a_status("6")},
    tags=[{"name": "x", "url": "https://one.example/tags/x"}],
    mentions=[{"id": "1", "acct": "ann", "url": "https://one.example/@ann"}],
    media_attachments=[{"type": "image", "url": "https://one.example/1.png"}],
    card={"url": "https://news.example", "authors": [{"account": an_account("w")}]},
    in_reply_to_id="9",
    edited_at=TIME,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(one, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    made = copy.copy(value)
    made[path[0]] = changed(value[path[0]], path[1:], new) if path[1:] else new
    return made


@given(
    st.sampled_from(list(places(WHOLE))),
    JSON | st.sampled_from(["", "-1", "http://[x", "9" * 400, -1, 2**64, "\ud83d"]),
)
def test_a_status_changed_anywhere_is_read_or_is_unreadable(path: tuple[Any, ...], new: Any) -> None:
    status = changed(WHOLE, path, new)
    for server in (SERVER, ""):
        try:
            read = item(status, server, SEEN)
        except Unreadable:
            continue
        assert (read.post is None) == (read.error is not None)
        assert parse(read.payload)["data"]
    holds(status)


@given(JSON)
def test_any_value_is_read_or_is_unreadable(value: Any) -> None:
    for one in (value, {"data": value}, [value], {"statuses": value}):
        holds(one)
        try:
            found: list[Item] = list(items(one))
        except Unreadable:
            continue
        assert all(read.post is None for read in found)


@pytest.mark.parametrize("depth", [40, 400])
def test_posts_in_posts_are_read_or_are_unreadable(depth: int) -> None:
    status = a_status(visibility="private")
    for number in range(depth):
        status = a_status(str(number), uri=f"https://two.example/{number}", reblog=status)
    if depth == 40:
        assert len(item(status, SERVER).referred) == depth - 1
    else:
        with pytest.raises(Unreadable):
            item(json.loads(json.dumps(status)), SERVER)
