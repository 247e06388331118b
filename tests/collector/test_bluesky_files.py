"""Every real file of Bluesky: what comes of it, field by field."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.bluesky import jetstream, payload
from collector.bluesky.address import address_of, film, picture
from collector.bluesky.objects import Embed, Event, FeedViewPost, PostView
from collector.bluesky.passed_over import PASSED_OVER
from collector.fields import Known
from collector.json_text import parse
from storage.post import Deletion, Item
from tests.collector.bluesky_census import census, files, values

# posts, reposts, distinct, only referred to, deletions
EXPECTED = {
    "app.bsky.feed.getAuthorFeed_925c2.json": (15, 10, 25, 22, 0),
    "app.bsky.feed.getFeed_0bf27.json": (25, 0, 25, 4, 0),
    "app.bsky.feed.getListFeed_6a31b.json": (24, 0, 24, 20, 0),
    "app.bsky.feed.getListFeed_dc533.json": (24, 0, 24, 22, 0),
    "app.bsky.feed.getPostThread_72827.json": (4, 0, 4, 0, 0),
    "app.bsky.feed.getPostThread_aa665.json": (4, 0, 4, 0, 0),
    "app.bsky.feed.getTimeline_6340d.json": (18, 7, 25, 11, 0),
    "app.bsky.feed.getTimeline_730cb.json": (18, 7, 25, 11, 0),
    "app.bsky.feed.searchPosts_0e3ec.json": (100, 0, 100, 5, 0),
    "app.bsky.feed.searchPosts_b1263.json": (1, 0, 1, 0, 0),
    "app.bsky.feed.searchPosts_bb16d.json": (100, 0, 100, 5, 0),
    "bluesky-firehose-posts.json": (9, 0, 9, 0, 0),
    "jetstream_expected_v1.jsonl": (17, 15, 32, 0, 1),
    "jetstream_golden_v1.jsonl": (1, 1, 2, 0, 0),
    "bsky_err_badsince.json": (25, 0, 25, 0, 0),
    "bsky_err_badsort.json": (25, 0, 25, 0, 0),
    "bsky_firehose_account_deleted_decoded.json": (0, 0, 0, 0, 1),
    "bsky_firehose_deactivate_decoded.json": (0, 0, 0, 0, 1),
    "bsky_firehose_decoded_ops.json": (4, 0, 4, 0, 1),
    "bsky_jetstream_v1_golden.jsonl": (1, 1, 2, 0, 0),
    "bsky_searchPosts_arabic.json": (2, 0, 2, 0, 0),
    "bsky_searchPosts_odd_dates.json": (3, 0, 3, 0, 0),
    "bsky_searchPosts_page1.json": (10, 0, 10, 0, 0),
}
REFUSED = {
    "bsky_createSession.json": "a session of a Bluesky account (its tokens are secrets)",
    "bsky_err_badcursor.json": "an error reply of Bluesky",
    "bsky_err_badlogin.json": "an error reply of Bluesky",
    "bsky_err_badtoken.json": "an error reply of Bluesky",
    "bsky_err_limit0.json": "an error reply of Bluesky",
    "bsky_err_unknown.json": "an error reply of Bluesky",
}


def real_items(shared: Path) -> Iterator[Item]:
    for path in files(shared):
        yield from census(path).items


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from objects_in(one)


def test_each_file_gives_its_posts_or_is_refused_by_name(shared: Path) -> None:
    found, refused = {}, {}
    for path in files(shared):
        made = census(path)
        assert made.unparsed == 0, path.name
        if made.refused:
            (refused[path.name],) = made.refused
        else:
            sizes = (len(made.found), len(made.referred_only), len(made.deletions))
            found[path.name] = (made.posts, made.reposts, *sizes)
    assert found == EXPECTED
    assert refused == REFUSED


def test_every_post_in_the_files_comes_in(shared: Path) -> None:
    for path in files(shared):
        made = census(path)
        known = made.found | made.referred_only
        for value in values(path):
            for one in objects_in(value):
                shown = one.get("value", one.get("record"))
                if isinstance(shown, dict) and shown.get("$type") == "app.bsky.feed.post" and "uri" in one:
                    assert one["uri"] in known, path.name


def test_of_the_stream_s_deletions_the_one_of_a_post_is_kept(shared: Path) -> None:
    made = census(shared / "bluesky" / "jetstream_expected_v1.jsonl")
    assert made.deletions == [
        Deletion(
            platform="bluesky",
            platform_id="at://did:plc:4smmjsqf6l5jkzczvw6vsrqc/app.bsky.feed.post/3mpt73z3ejc2p",
            deleted_at="2026-07-04T14:38:08.377628Z",
        )
    ]
    assert len(made.passed_over) + len(made.items) + len(made.deletions) == 152


def test_no_field_of_the_files_is_unknown(shared: Path) -> None:
    assert {name for item in real_items(shared) for name in item.unknown} == set()


@pytest.mark.parametrize("kind", [FeedViewPost, PostView, Event])
def test_what_is_passed_over_is_not_read(kind: Any) -> None:
    rows = list(Known(kind, PASSED_OVER).rows())
    read = {(name, field) for name, field, why in rows if not why}
    assert read.isdisjoint({(name, field) for name, field, why in rows if why})


def test_a_field_that_is_added_anywhere_is_named(shared: Path) -> None:
    value = next(values(shared / "bluesky" / "app.bsky.feed.getTimeline_730cb.json"))
    for number, _ in enumerate(objects_in(value["feed"][0])):
        copy = deepcopy(value["feed"][0])
        target = list(objects_in(copy))[number]
        target["neverSeenBefore"] = 1
        (item,) = payload.items(copy)
        if any(target is one for one in unread(copy)):
            assert item.unknown == ()
        else:
            (name,) = item.unknown
            assert name.endswith(".neverSeenBefore")


def unread(value: Any) -> Iterator[Any]:
    """Walk through the objects that stand in a field that is passed over."""
    passed = {field for fields in PASSED_OVER.values() for field in fields}
    for one in objects_in(value):
        for name, inner in one.items():
            if name in passed:
                yield from objects_in(inner)


def test_stored_payloads_are_read_again_alike(shared: Path) -> None:
    for item in real_items(shared):
        value = parse(item.payload)
        (again,) = payload.items(value) if payload.holds(value) else jetstream.items(value)
        assert isinstance(again, Item)
        assert again.payload == item.payload
        assert again.post is not None
        assert item.post is not None
        if item.post.observed_at == again.post.observed_at:
            assert again == item


def test_addresses_built_of_hashes_are_those_that_views_give(shared: Path) -> None:
    compared = 0
    for path in files(shared):
        for value in values(path):
            for view in objects_in(value):
                for record, embed in shown_with_record(view):
                    did = view["author"]["did"]
                    for built, given in addresses(did, record, embed):
                        assert built == given
                        compared += 1
    assert compared == 187


def shown_with_record(view: dict[str, Any]) -> Iterator[tuple[Embed, Embed]]:
    record = view.get("record") if "embed" in view else view.get("value")
    shown = view.get("embed") or next(iter(view.get("embeds") or ()), None)
    if "author" in view and isinstance(record, dict) and record.get("embed") and isinstance(shown, dict):
        yield msgspec.convert(record["embed"], Embed), msgspec.convert(shown, Embed)


def addresses(did: str, record: Embed, shown: Embed) -> Iterator[tuple[str, str | None]]:
    for mine, theirs in zip(record.images or (), shown.images or (), strict=False):
        assert mine.image is not None
        yield picture(did, mine.image.hash or ""), theirs.fullsize
    if record.video is not None and shown.playlist is not None:
        yield film(did, record.video.hash or ""), shown.playlist
    if record.media is not None and shown.media is not None:
        yield from addresses(did, record.media, shown.media)


def test_what_posts_say_holds_together(shared: Path) -> None:
    for item in real_items(shared):
        assert item.post is not None
        for post in (item.post, *item.referred):
            address = address_of(post.platform_id)
            assert address is not None
            assert address.owner == post.author
            assert post.url.startswith("https://bsky.app/profile/did:")
            assert "2022" < post.created_at < "2027"
            assert post.is_reply == (post.reply_to is not None)
            assert post.is_quote == (post.quote_of is not None)
            assert post.is_repost == (post.repost_of is not None)
            assert (post.media is None) == post.is_repost
        assert {author.carried_at for author in item.authors} <= {item.post.created_at}
