"""Archives of API v2: pages as they came, and posts that twarc flattened."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from tests.platforms.x.gathering import Gathered, kept
from tests.platforms.x.world import Author, Media, Metrics, Post, Reference, told_apart

Said = Mapping[str, Any]
LONGEST_SETTING = 12
NAME = re.compile(r"[A-Za-z0-9_]{1,15}")
ENTITIES = {
    "hashtags": "start end tag",
    "cashtags": "start end tag",
    "mentions": "start end username id",
    "urls": "start end url expanded_url display_url status title description unwound_url images media_key",
    "annotations": "start end probability type normalized_text",
}
NOTE_URL = "start end url expanded_url display_url"
OF_PLACE = "id full_name name country country_code place_type geo contained_within"
OF_POLL = "id options duration_minutes end_datetime voting_status"
OF_MEDIA = "duration_ms variants public_metrics preview_image_url"
OF_USER = "entities url verified verified_type profile_image_url pinned_tweet_id"


def read_page(page: Said, gathered: Gathered) -> None:
    """Read a page of results, or one result."""
    beside = page.get("includes", {})
    for one in beside.get("media", ()):
        _media(one, gathered)
    for one in beside.get("users", ()):
        _author(one, gathered)
    for one in beside.get("places", ()):
        _place(one, gathered)
    for one in beside.get("polls", ()):
        gathered.polls[one["id"]] = kept(one, OF_POLL)
    for one in beside.get("tweets", beside.get("posts", ())):
        gathered.add(_post(one, gathered), is_found=False)
    data = page["data"]
    for one in data if isinstance(data, list) else [data]:
        gathered.add(_post(one, gathered), is_found=True)


def read_flat(said: Said, gathered: Gathered, is_found: bool = True) -> None:
    """Read a post that holds what it refers to."""
    attached = said.get("attachments", {})
    for one in attached.get("media", ()):
        if one:
            _media(one, gathered)  # twarc leaves an empty one where it had none
    if "poll" in attached:
        gathered.polls[attached["poll"]["id"]] = kept(attached["poll"], OF_POLL)
    for author in (said.get("author"), said.get("in_reply_to_user"), *said.get("entities", {}).get("mentions", ())):
        if author and "created_at" in author:
            _author(author, gathered)
    if "full_name" in said.get("geo", {}):
        _place(said["geo"], gathered)
    for one in said.get("referenced_tweets", ()):
        if "text" in one:
            read_flat(one, gathered, is_found=False)
    gathered.add(_post(said, gathered), is_found)


def _place(said: Said, gathered: Gathered) -> None:
    gathered.places[said["id"]] = kept(said, OF_PLACE)


def _media(said: Said, gathered: Gathered) -> None:
    gathered.media[said["media_key"]] = Media(
        key=said["media_key"],
        type=said["type"],
        url=said.get("url") or said.get("preview_image_url") or "",
        width=said.get("width", 0),
        height=said.get("height", 0),
        alt_text=said.get("alt_text") or "",
        extra=kept(said, OF_MEDIA),
    )


def _author(said: Said, gathered: Gathered) -> None:
    numbers = said.get("public_metrics", {})
    # Nothing tells when a protected account became so: it is served as it was seen, as an open one.
    gathered.authors[int(said["id"])] = Author(
        id=int(said["id"]),
        username=said["username"],
        name=said["name"],
        created_at=datetime.fromisoformat(said["created_at"]),
        description=said.get("description", ""),
        location=said.get("location", ""),
        followers=numbers.get("followers_count", 0),
        following=numbers.get("following_count", 0),
        posts=numbers.get("tweet_count", 0),
        listed=numbers.get("listed_count", 0),
        extra=_user_extra(said),
    )


def _user_extra(said: Said) -> dict[str, Any]:
    extra = kept(said, OF_USER)
    if "entities" in extra:
        extra["entities"] = {part: _entities(found) for part, found in extra["entities"].items()}
    return extra


def _post(said: Said, gathered: Gathered) -> Post:
    keys = said.get("attachments", {}).get("media_keys", ())
    versions = tuple(int(one) for one in said.get("edit_history_tweet_ids", ()))
    return Post(
        id=int(said["id"]),
        author_id=int(said["author_id"]),
        text=said["text"],
        lang=said.get("lang", "und"),
        entities=_entities(said.get("entities", {})),
        references=tuple(Reference(one["type"], int(one["id"])) for one in said.get("referenced_tweets", ())),
        reply_to_user=int(said["in_reply_to_user_id"]) if "in_reply_to_user_id" in said else None,
        conversation=int(said["conversation_id"]) if "conversation_id" in said else None,
        media=tuple(gathered.media[key] for key in keys if key in gathered.media),
        metrics=_metrics(said.get("public_metrics", {})),
        versions=versions if len(versions) > 1 else (),
        posted_at=told_apart(int(said["id"]), datetime.fromisoformat(said["created_at"]))
        if "created_at" in said
        else None,
        extra=_extra(said),
    )


def _metrics(said: Said) -> Metrics:
    names = ("like", "retweet", "reply", "quote", "bookmark", "impression")
    return Metrics(*(said.get(f"{name}_count", 0) for name in names))


def _entities(said: Said) -> dict[str, list[dict[str, Any]]]:
    made = {kind: [kept(one, names) for one in said.get(kind, ())] for kind, names in ENTITIES.items()}
    # X itself has had mentions of names that its document does not allow.
    made["mentions"] = [one for one in made["mentions"] if NAME.fullmatch(one["username"])]
    return {kind: found for kind, found in made.items() if found}


def _extra(said: Said) -> dict[str, Any]:
    extra = kept(said, "source possibly_sensitive reply_settings display_text_range")
    if len(extra.get("reply_settings", "")) > LONGEST_SETTING:
        del extra["reply_settings"]  # mentionedUsers is longer than X's document allows
    if edits := said.get("edit_controls"):
        extra["edit_controls"] = {**edits, "edits_remaining": int(edits["edits_remaining"])}  # X has sent it as text
    if note := said.get("note_tweet"):
        found = _entities({kind: one for kind, one in note.get("entities", {}).items() if kind != "annotations"})
        found |= {"urls": [kept(one, NOTE_URL) for one in found["urls"]]} if "urls" in found else {}
        extra["note_tweet"] = {"text": note["text"], "entities": found}
    if annotations := said.get("context_annotations"):
        extra["context_annotations"] = [_annotation(one) for one in cast("Iterable[Said]", annotations)]
    if geo := said.get("geo"):
        extra["geo"] = kept(geo, "place_id coordinates")
    if withheld := said.get("withheld"):
        extra["withheld"] = {"copyright": False, "country_codes": [], **kept(withheld, "copyright country_codes scope")}
    if polls := said.get("attachments", {}).get("poll_ids"):
        extra["attachments"] = {"poll_ids": polls}
    return extra


def _annotation(said: Said) -> dict[str, Any]:
    return {part: kept(said[part], "id name description") for part in ("domain", "entity")}
