"""Answers of Bluesky that hold no posts, by name, so that a file of them is refused by name. Pure."""

from typing import Any, Final

from collector.errors import Unreadable
from collector.json_text import parse

SESSION: Final = "a session of a Bluesky account (its tokens are secrets)"

_BY_KEYS: Final = (
    (frozenset({"accessJwt", "refreshJwt"}), SESSION),
    (frozenset({"error", "message"}), "an error reply of Bluesky"),
    (frozenset({"likes"}), "likes of a post (Bluesky)"),
    (frozenset({"repostedBy"}), "reposters of a post (Bluesky)"),
    (frozenset({"follows", "subject"}), "follows of an account (Bluesky)"),
    (frozenset({"followers", "subject"}), "followers of an account (Bluesky)"),
    (frozenset({"actors"}), "accounts (Bluesky)"),
    (frozenset({"profiles"}), "accounts (Bluesky)"),
    (frozenset({"did", "handle", "followersCount"}), "an account (Bluesky)"),
    (frozenset({"did", "handle", "didDoc"}), "an account (Bluesky)"),
    (frozenset({"notifications"}), "notifications of an account (Bluesky)"),
)


def no_posts(value: Any) -> str | None:
    """Name what a JSON value of Bluesky is that holds no posts; None where it is not known.

    Ask only of a value that neither `payload.holds` nor `jetstream.holds`.
    """
    if not isinstance(value, dict):
        return None
    if "status" in value and "body" in value:
        return _of_exchange(value["body"])
    for keys, name in _BY_KEYS:
        if keys <= value.keys():
            return name
    return None


def _of_exchange(body: Any) -> str | None:
    try:
        return no_posts(parse(body.encode()) if isinstance(body, str) else body)
    except (Unreadable, UnicodeEncodeError):
        return None
