"""What X says has become of posts: the lines of a compliance job's result. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from collector.errors import Unreadable
from collector.json_text import parse
from collector.x.rules import FAR_AHEAD, PLATFORM, X_BEGAN, checked_id
from storage.instant import Instant, to_text
from storage.post import Deletion

_DELETE: Final = "delete"
_NO_DELETIONS: Final = frozenset({"scrub_geo"})
"""Reasons that want less than the whole post gone, whatever the action is called."""
_REASONS: Final = {
    "deleted": "deleted on X",
    "deactivated": "account deactivated on X",
    "suspended": "account suspended on X",
    "protected": "account protected on X",
    "bounced": "bounced on X",
}
_UNKNOWN: Final = "gone from X"
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """What X says of one post.

    Attributes:
        id: any id of the post.
        is_gone: the whole post is to go.
        reason: why, in plain words; of what is no deletion X's own word.
        redacted_at: since when; None where X does not tell.
    """

    id: str
    is_gone: bool
    reason: str
    redacted_at: Instant | None


def read_verdict(line: bytes) -> Verdict:
    """Read a line of a result; raises Unreadable for what is none.

    Source: X API v2, batch compliance: id, action, created_at, redacted_at, reason; real lines lack redacted_at.
    """
    told = parse(line)
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise Unreadable("it names no post")
    action, reason = _word(told.get("action")), _word(told.get("reason"))
    if not action:
        raise Unreadable("it names no action")
    is_gone = action == _DELETE and reason not in _NO_DELETIONS
    words = _reason(reason) if is_gone else reason if action == _DELETE else action
    return Verdict(checked_id(told["id"]), is_gone, words, _moment(told.get("redacted_at")))


def deletion_of(verdict: Verdict, asked_at: Instant, now: Instant, seen_at: Instant | None) -> Deletion:
    """Make the deletion that a verdict on a post tells of.

    It is dated by X, unless X gives no date, or one that is yet to come. A post that was seen after that date, but
    before X was asked, is gone all the same: X's search shows some for a while longer. X's word is then of the moment
    at which it was asked.

    Args:
        asked_at: when X was given the ids, by its own clock.
        now: X's clock.
        seen_at: when the post was last seen.
    """
    at = verdict.redacted_at
    if at is None or at > now or (seen_at is not None and at < seen_at <= asked_at):
        at = asked_at
    return Deletion(platform=PLATFORM, platform_id=verdict.id, deleted_at=at, reason=verdict.reason)


def _word(value: Any) -> str:
    """Take a word of X's as it may stand in a line of text."""
    text = value if isinstance(value, str) else ""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:_LONGEST].lower()


def _reason(reason: str) -> str:
    return _REASONS.get(reason) or (f"{_UNKNOWN}: {reason}" if reason else _UNKNOWN)


def _moment(value: Any) -> Instant | None:
    """Read a time; None for what is none, or is of no year that X has."""
    try:
        instant = to_text(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return instant if X_BEGAN <= instant < FAR_AHEAD else None
