"""What else the platforms answer than posts, told by its keys, so that it is refused by its name. Pure."""

from collections.abc import Mapping
from typing import Any


def what_it_is(value: Any) -> str | None:
    """Name a JSON value that is known and holds no posts; None for any other."""
    if not isinstance(value, dict):
        return None
    return _of_x(value)


def _of_x(answer: Mapping[str, Any]) -> str | None:
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
