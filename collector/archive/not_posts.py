"""What else the platforms answer than posts, told by its keys, so that it is refused by its name. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from collector.bluesky.no_posts import no_posts

_INCLUDES: Final = frozenset({"users", "tweets", "posts", "media", "places", "polls", "topics"})
_HEADER: Final = re.compile(r"[A-Za-z]+(-[A-Za-z]+)*: .*\r?$")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def what_it_is(value: Any) -> str | None:
    """Name a JSON value that is known and holds no posts; None for any other."""
    if not isinstance(value, dict):
        return None
    return no_posts(value) or _recorded(value) or _of_x(value) or _of_others(value)


def what_text_is(text: str) -> str | None:
    """Name a text, by its beginning, that is known and holds no posts; None for any other."""
    lines = text.strip().split("\n")
    if lines[0].startswith("interactions:"):
        return "recorded HTTP exchanges (YAML)"
    if lines[0].startswith("HTTP/") or all(_HEADER.match(line) for line in lines):
        return "the headers of an HTTP answer"
    if [bool(_TIME.fullmatch(line)) for line in lines] == [False, True, True]:
        return "the query that a folder of academictwitteR came from"
    return None


def _recorded(value: Mapping[str, Any]) -> str | None:
    if isinstance(value.get("interactions"), list):
        return "recorded HTTP exchanges (JSON)"
    if isinstance(value.get("status"), int) and isinstance(value.get("headers"), dict) and "body" in value:
        return "a recorded HTTP answer (JSON)"
    return None


def _of_x(answer: Mapping[str, Any]) -> str | None:
    if isinstance(answer.get("users"), list) and answer.keys() <= _INCLUDES:
        return "what the posts of a data_….json refer to, which is read with it (academictwitteR)"
    rows = answer.get("data", answer)
    row = rows[0] if isinstance(rows, list) and rows else rows
    if not isinstance(row, dict):
        return None
    keys = row.keys()
    if {"start", "end"} <= keys and not keys.isdisjoint({"tweet_count", "post_count"}):
        return "counts of posts (X API v2)"
    if {"id", "action"} <= keys and "text" not in keys:
        return "a compliance file (X API v2)"
    if {"id", "username", "name"} <= keys and "text" not in keys:
        return "users (X API v2)"
    return None


def _of_others(value: Mapping[str, Any]) -> str | None:
    keys = value.keys()
    if {"domain", "configuration", "source_url"} <= keys:
        return "what a server of Mastodon says of itself"
    if {"text", "label"} <= keys and "id" not in keys:
        return "labelled texts, without their authors and times"
    if {"suite", "rule", "text", "expected"} <= keys:
        return "cases of a test"
    return None
