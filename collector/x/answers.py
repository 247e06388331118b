"""What an answer of X's holds: its posts, and where it goes on. Pure."""

from typing import Any

from collector.errors import PayloadError, Unreadable
from collector.x.client import Answer
from collector.x.payload import items
from storage.instant import Instant
from storage.post import Item


def items_of(answer: Answer, observed_at: Instant) -> tuple[Item, ...]:
    """Read the posts of an answer; raises PayloadError for an answer that is no page."""
    told = answer.json
    if "data" not in told:
        if isinstance(told.get("meta"), dict) or "errors" in told:
            return ()
        raise PayloadError(answer.body, "X answered with neither posts nor the word that there are none")
    try:
        return tuple(items(told, observed_at))
    except Unreadable as error:
        raise PayloadError(answer.body, f"X answered with no page: {error}") from error


def token_of(answer: Answer) -> str | None:
    """Read the token of the next page; None where there is none."""
    meta: Any = answer.json.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return token if isinstance(token, str) and token else None
