"""Archives of API v1.1, in the shapes that v2 would give the same posts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.platforms.x.gathering import Gathered
from tests.platforms.x.world import Author, Media, Metrics, Post, Reference, told_apart

Said = Mapping[str, Any]
KINDS_OF_MEDIA = {"photo": "3", "video": "7", "animated_gif": "16"}


def read(said: Said, gathered: Gathered, is_found: bool = True) -> None:
    """Read a post with what it passes on or quotes."""
    for inner in ("retweeted_status", "quoted_status"):
        if said.get(inner):
            read(said[inner], gathered, is_found=False)
    _author(said["user"], gathered)
    gathered.add(_post(said), is_found)


def _author(said: Said, gathered: Gathered) -> None:
    gathered.authors[int(said["id_str"])] = Author(
        id=int(said["id_str"]),
        username=said["screen_name"],
        name=said["name"],
        created_at=_time(said["created_at"]),
        description=said.get("description") or "",
        location=said.get("location") or "",
        followers=said["followers_count"],
        following=said["friends_count"],
        posts=said["statuses_count"],
        listed=said["listed_count"],
    )


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")


def _post(said: Said) -> Post:
    whole = said.get("extended_tweet", said)
    is_repost = bool(said.get("retweeted_status"))
    entities = said["entities"] if is_repost else whole.get("entities", said["entities"])
    text = said["text"] if is_repost and "text" in said else whole.get("full_text", said.get("text", ""))
    answered = said.get("in_reply_to_user_id_str")
    return Post(
        id=int(said["id_str"]),
        author_id=int(said["user"]["id_str"]),
        text=text,
        lang=said.get("lang") or "und",
        entities=_entities(entities),
        references=tuple(_references(said)),
        reply_to_user=int(answered) if answered else None,
        media=tuple(
            _media(one) for one in whole.get("extended_entities", said.get("extended_entities", {})).get("media", ())
        ),
        metrics=Metrics(
            said["favorite_count"], said["retweet_count"], said.get("reply_count", 0), said.get("quote_count", 0)
        ),
        posted_at=told_apart(int(said["id_str"]), _time(said["created_at"])),
        extra={"possibly_sensitive": bool(said.get("possibly_sensitive"))},
    )


def _references(said: Said) -> list[Reference]:
    if said.get("retweeted_status"):
        return [Reference("retweeted", int(said["retweeted_status"]["id_str"]))]
    found = []
    if said.get("in_reply_to_status_id_str"):
        found.append(Reference("replied_to", int(said["in_reply_to_status_id_str"])))
    if said.get("quoted_status_id_str"):
        found.append(Reference("quoted", int(said["quoted_status_id_str"])))
    return found


def _media(said: Said) -> Media:
    size = said["sizes"]["large"]
    key = f"{KINDS_OF_MEDIA[said['type']]}_{said['id_str']}"
    return Media(key, said["type"], said["media_url_https"], size["w"], size["h"])


def _entities(said: Said) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {
        "hashtags": [{**_span(one), "tag": one["text"]} for one in said.get("hashtags", ())],
        "cashtags": [{**_span(one), "tag": one["text"]} for one in said.get("symbols", ())],
        "mentions": [
            {**_span(one), "username": one["screen_name"]} | ({"id": one["id_str"]} if one.get("id_str") else {})
            for one in said.get("user_mentions", ())
        ],
        "urls": [_url(one) for one in [*said.get("urls", ()), *said.get("media", ())] if one.get("url")],
    }
    return {kind: found for kind, found in made.items() if found}


def _url(said: Said) -> dict[str, Any]:
    expanded = said.get("expanded_url") or said["url"]
    return {**_span(said), "url": said["url"], "expanded_url": expanded, "display_url": said.get("display_url") or ""}


def _span(said: Said) -> dict[str, int]:
    start, end = said["indices"]
    return {"start": start, "end": end}
