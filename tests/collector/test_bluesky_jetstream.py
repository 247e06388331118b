"""Events of Bluesky's streams: both versions of Jetstream, the relay's frames, and events made to mislead."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.bluesky import payload
from collector.bluesky.jetstream import holds, items, passed_over
from collector.bluesky.no_posts import no_posts
from collector.bluesky.tid import number_of
from collector.errors import Unreadable
from storage.post import Deletion, Item, Media

DID = "did:plc:q235v55g5unth4zjjdpacfdr"
POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
KEY, REV = "3mmoojp4cd223", "3mmoojpaqkn2z"
TIME_US, INSTANT = 1779719009157119, "2026-05-25T14:23:29.157119Z"
TARGET = "at://did:plc:hjloomm2tkve3pmfgbxegl3v/app.bsky.feed.post/3mmood3a6hc25"


def a_record(**more: Any) -> dict[str, Any]:
    return {"$type": POST, "text": "rot #letitgo", "createdAt": "2026-05-25T14:23:28.757Z", "langs": ["en"]} | more


def an_event(operation: str = "create", collection: str = POST, record: Any = None, **more: Any) -> dict[str, Any]:
    commit: dict[str, Any] = {"rev": REV, "operation": operation, "collection": collection, "rkey": KEY}
    if operation != "delete":
        commit |= {"cid": "bafy", "record": a_record() if record is None else record}
    return {"did": DID, "time_us": TIME_US, "kind": "commit", "commit": commit} | more


def an_account(**state: Any) -> dict[str, Any]:
    told = {"did": DID, "seq": 1, "time": "2026-05-25T14:23:29.000Z"} | state
    return {"did": DID, "time_us": TIME_US, "kind": "account", "account": told}


def read(event: Any) -> Item:
    (item,) = items(event)
    assert isinstance(item, Item)
    return item


def test_a_post_that_was_made() -> None:
    item = read(an_event())
    post = item.post
    assert post is not None
    assert (post.platform, post.platform_id, post.author) == ("bluesky", f"at://{DID}/{POST}/{KEY}", DID)
    assert post.url == f"https://bsky.app/profile/{DID}/post/{KEY}"
    assert (post.created_at, post.claimed_at) == ("2026-05-25T14:23:28.756000Z", "2026-05-25T14:23:28.757000Z")
    assert (post.observed_at, post.edited_at) == (INSTANT, None)
    assert (post.version, post.version_id) == (number_of(REV), None)
    assert (post.text, post.hashtags, post.lang) == ("rot #letitgo", ("letitgo",), "en")
    assert (post.media, post.counts) == ((), None)
    assert post.conversation == post.platform_id
    assert (item.authors, item.referred, item.unknown) == ((), (), ())
    assert json.loads(item.payload) == {"data": an_event()}


def test_a_post_that_was_changed_is_a_later_version() -> None:
    later = "3mmoojqsbjf2d"
    made, changed = (
        read(an_event()).post,
        read(an_event("update") | {"commit": an_event("update")["commit"] | {"rev": later}}),
    )
    assert made is not None
    assert changed.post is not None
    assert made.version is not None
    assert changed.post.version is not None
    assert made.version < changed.post.version
    assert (changed.post.version_id, changed.post.edited_at) == (later, INSTANT)
    assert changed.post.created_at == made.created_at


def test_a_stream_s_clock_before_the_key_s_decides() -> None:
    post = read(an_event(time_us=TIME_US - 10_000_000)).post
    assert post is not None
    assert post.created_at == "2026-05-25T14:23:19.157119Z"


def test_a_picture_s_address_is_built_of_its_hash() -> None:
    image = {"alt": "", "image": {"$type": "blob", "ref": {"$link": "bafkrei"}, "mimeType": "image/jpeg", "size": 1}}
    post = read(an_event(record=a_record(embed={"$type": "app.bsky.embed.images", "images": [image]}))).post
    assert post is not None
    assert post.media == (Media("photo", f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/bafkrei@jpeg"),)
    image["image"] = {}
    post = read(an_event(record=a_record(embed={"images": [image]}))).post
    assert post is not None
    assert post.media is None


def test_a_repost() -> None:
    record = {"$type": REPOST, "createdAt": "2026-05-25T14:23:27.388Z", "subject": {"cid": "bafy", "uri": TARGET}}
    post = read(an_event(collection=REPOST, record=record)).post
    assert post is not None
    assert (post.is_repost, post.repost_of) == (True, TARGET)
    assert (post.text, post.media, post.hashtags, post.is_reply, post.is_quote) == (None, None, (), False, False)
    assert post.url == "https://bsky.app/profile/did:plc:hjloomm2tkve3pmfgbxegl3v/post/3mmood3a6hc25"
    assert post.claimed_at == "2026-05-25T14:23:27.388000Z"


@pytest.mark.parametrize("collection", [POST, REPOST])
def test_what_was_deleted(collection: str) -> None:
    event = an_event("delete", collection)
    expected = Deletion(platform="bluesky", platform_id=f"at://{DID}/{collection}/{KEY}", deleted_at=INSTANT)
    assert list(items(event)) == list(items({"data": event})) == [expected]


@pytest.mark.parametrize("status", ["deleted", "deactivated", "takendown", "suspended"])
def test_an_account_that_is_gone(status: str) -> None:
    gone = Deletion(platform="bluesky", platform_id=DID, deleted_at=INSTANT, reason=status, of="author")
    assert list(items(an_account(active=False, status=status))) == [gone]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (an_account(active=True), "there again"),
        (an_account(active=False, status="desynchronized"), "slowed down"),
        (an_account(active=False), "slowed down"),
        ({"did": DID, "time_us": 1, "kind": "identity", "identity": {"did": DID, "handle": "new.test"}}, "handle"),
        (an_event(collection="app.bsky.feed.like", record={}), "who likes what"),
        (an_event("delete", "app.bsky.graph.follow"), "who follows whom"),
        (an_event("update", "app.bsky.actor.profile", record={}), "another kind"),
    ],
)
def test_events_that_are_passed_over_by_name(event: Any, why: str) -> None:
    assert holds(event)
    assert list(items(event)) == []
    assert why in (passed_over(event) or "")


def test_what_gives_something_is_not_passed_over() -> None:
    assert passed_over(an_event()) is None
    assert passed_over(an_event("delete")) is None
    assert passed_over({"kind": "unknown"}) is None


# --- other shapes ---------------------------------------------------------------------------------------------


def version_2(event: dict[str, Any], *, nested: bool) -> dict[str, Any]:
    kind = event["kind"]
    inner = event[kind]
    head = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": 7, "did": DID, "time": INSTANT}
    return {"$type": "message", "payload": head | ({kind: inner} if nested else inner) | {"did": DID, "time": INSTANT}}


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(
    "event",
    [
        an_event(),
        an_event("update"),
        an_event("delete"),
        an_account(active=False, status="deleted"),
        an_account(active=True),
    ],
)
def test_both_versions_of_jetstream_say_the_same(event: dict[str, Any], nested: bool) -> None:
    one, other = list(items(event)), list(items(version_2(event, nested=nested)))
    assert [post_or_deletion(told) for told in one] == [post_or_deletion(told) for told in other]
    assert all(told.unknown == () for told in other if isinstance(told, Item))


def post_or_deletion(told: Item | Deletion) -> Any:
    return told.post if isinstance(told, Item) else told


def test_a_change_as_decoders_of_the_relay_write_it() -> None:
    change = {
        "seq": 22, "time": INSTANT, "repo": DID, "action": "create", "path": f"{POST}/{KEY}",
        "cid": "bafy", "record": a_record(), "rev": REV,
    }  # fmt: skip
    assert read(change).post == read(an_event()).post
    assert read(change).unknown == ()
    assert list(items(change | {"action": "delete", "record": None})) == list(items(an_event("delete")))


def test_a_frame_of_the_relay() -> None:
    gone = {"did": DID, "seq": 66, "time": INSTANT, "active": False, "status": "deleted"}
    frame = [{"t": "#account", "op": 1}, gone]
    assert list(items([frame])) == list(items(frame)) == list(items(an_account(active=False, status="deleted")))
    assert list(items([{"t": "#commit", "op": 1}, {"repo": DID, "did": DID, "time": INSTANT, "ops": []}])) == []


def test_lists_of_events_are_read_one_by_one() -> None:
    told = list(items([an_event(), {"did": "broken"}, an_event("delete")]))
    assert [isinstance(one, Deletion) for one in told] == [False, False, True]
    assert isinstance(told[1], Item)
    assert told[1].error == "no event of a stream of Bluesky"


# --- events made to mislead -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (an_event(record=a_record(text=7)), "Expected `str"),
        (an_event(record=7), "Expected `object`"),
        (an_event(record={"$type": "app.bsky.feed.like"}), "a record of app.bsky.feed.like"),
        (an_event(collection=REPOST, record={"subject": {"uri": "nowhere"}}), "no address"),
        (an_event("truncate"), "operation is 'truncate'"),
        (an_event(did="alice.test"), "not a DID"),
        (an_event(time_us="soon"), "Expected `int | null`"),
        (an_event() | {"commit": an_event()["commit"] | {"rkey": "a b"}}, "not the address"),
        (an_event(time_us=None) | {"commit": an_event()["commit"] | {"rkey": "self"}}, "nothing tells when"),
        (an_event("delete", time_us=None), "nothing tells when"),
        (an_event("delete", time_us=10**25), "nothing tells when"),
        (an_account(active=False, status="deleted") | {"time_us": None}, "nothing tells since when"),
    ],
)
def test_an_event_that_cannot_be_read_is_kept_with_its_error(event: Any, error: str) -> None:
    item = read(event)
    assert item.post is None
    assert error in (item.error or "")
    if isinstance(event.get("time_us"), int) and event["time_us"] < 2**63:
        assert json.loads(item.payload) == {"data": event}


def test_an_added_field_is_named() -> None:
    event = an_event(record=a_record(colour="red"), shape="round")
    event["commit"]["size"] = 1
    assert read(event).unknown == ("Commit.size", "Event.shape", "Record.colour")


@pytest.mark.parametrize(
    "value", [None, 1, "text", [], {}, [[]], {"kind": "commit"}, {"data": {"id": "1", "text": "x"}}]
)
def test_what_is_no_event(value: Any) -> None:
    assert not holds(value)
    with pytest.raises(Unreadable):
        items(value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"error": "ExpiredToken", "message": "Token has expired"}, "an error reply of Bluesky"),
        ({"accessJwt": "a", "refreshJwt": "b", "did": DID, "handle": "x", "didDoc": {}}, "secrets"),
        ({"status": 200, "body": {"accessJwt": "a", "refreshJwt": "b"}}, "secrets"),
        ({"status": 400, "body": '{"error":"InvalidToken","message":"m"}'}, "an error reply of Bluesky"),
        ({"likes": [], "uri": TARGET}, "likes"),
        ({"actors": []}, "accounts"),
    ],
)
def test_answers_without_posts_have_a_name(value: Any, name: str) -> None:
    assert not holds(value)
    assert not payload.holds(value)
    assert name in (no_posts(value) or "")


@pytest.mark.parametrize(
    "value", [None, [], {}, {"id": 1}, {"status": 200, "body": "<html>"}, {"status": 1, "body": "\ud800"}]
)
def test_other_values_have_none(value: Any) -> None:
    assert no_posts(value) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.data(), json_values)
def test_a_mutated_event_gives_items_deletions_or_unreadable(data: st.DataObject, value: Any) -> None:
    event = data.draw(st.sampled_from([an_event(), an_event("delete"), an_account(active=False, status="deleted")]))
    mutate = data.draw(st.sampled_from([version_1, flat, nested]))
    changed = changed_somewhere(data, mutate(event), value)
    try:
        told = list(items(changed))
    except Unreadable:
        return
    for one in told:
        assert isinstance(one, Deletion) or (one.post is None) == (one.error is not None)


def version_1(event: dict[str, Any]) -> dict[str, Any]:
    return event


def flat(event: dict[str, Any]) -> dict[str, Any]:
    return version_2(event, nested=False)


def nested(event: dict[str, Any]) -> dict[str, Any]:
    return version_2(event, nested=True)


def changed_somewhere(data: st.DataObject, value: Any, new: Any) -> Any:
    """Put a value in the place of another, anywhere in a JSON value."""
    if isinstance(value, dict | list) and value and data.draw(st.integers(0, 4)):
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[key] = changed_somewhere(data, value[key], new)
        return copy
    return new


def test_a_real_file_of_events(shared: Path) -> None:
    text = (shared / "bluesky" / "bluesky-firehose-posts.json").read_text(encoding="utf-8")
    posts = [told.post for told in items(json.loads(text)) if isinstance(told, Item)]
    assert len(posts) == 9
    assert all(post is not None and post.version is not None for post in posts)
