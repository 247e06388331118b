"""A line of X's stream: a post with the rules that it matches, or X's word on why the stream ends. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from collector.errors import RateLimited, SourceError, Unavailable, Unreadable
from collector.json_text import canonical, parse
from collector.streaming.source import Came
from collector.x.gone import gone_posts
from collector.x.payload import items
from collector.x.prices import Prices, reads_of
from collector.x.refusals import refused
from collector.x.stream.rules import is_ours
from storage.instant import EPOCH, to_text
from storage.post import Item

_STATUS_OF: Final[Mapping[str, int]] = {
    "usage-capped": 429,
    "credits": 402,
    "client-forbidden": 403,
    "not-authorized-for-resource": 403,
    "unsupported-authentication": 403,
}
"""What X answers a request with that it refuses for the same reason."""
_DISTURBED: Final = 503


def came(line: bytes, at: datetime, prices: Prices) -> Came | SourceError:
    """Read a line that came at `at`, the source's clock; an error is X's last word on this connection.

    A post that cannot be read is an item with its error; one that only rules of others match is not stored, but
    charged for all the same.
    """
    if not line:
        return Came(at)
    try:
        told = parse(line)
        if isinstance(told, dict) and "data" not in told and _errors(told):
            return _last_word(_errors(told)[0])
        return _post(told, at, prices)
    except Unreadable as error:
        return Came(at, (Item(payload=line, post=None, error=str(error)),), posts=1)


def _post(told: Any, at: datetime, prices: Prices) -> Came:
    """Read a post with what it brought; raises Unreadable for what is none."""
    if not (isinstance(told, dict) and told.get("data")):
        raise Unreadable("neither a post nor an error")
    observed_at = to_text(at)
    gone, reads = tuple(gone_posts(told, observed_at)), reads_of(told, prices)
    return Came(at, tuple(items(told, observed_at)) if _is_for_us(told) else (), gone, 1, reads)


def _errors(told: Mapping[str, Any]) -> list[Any]:
    errors = told.get("errors")
    return errors if isinstance(errors, list) else []


def _is_for_us(told: Mapping[str, Any]) -> bool:
    """Tell whether a rule of ours matches; a post that does not say which do is taken."""
    rules = told.get("matching_rules")
    if not isinstance(rules, list) or not rules:
        return True
    return any(isinstance(rule, dict) and is_ours(rule.get("tag")) for rule in rules)


def _last_word(problem: Any) -> SourceError:
    """Make the error that X ends a stream with; nothing comes after it."""
    told = dict(problem) if isinstance(problem, dict) else {}
    status = _STATUS_OF.get(str(told.get("type")).rpartition("/")[2], _DISTURBED)
    error = refused(status, canonical(told), _pause)
    said = str(error).removeprefix(f"HTTP {status}").removeprefix(": ")
    words = f"X ended the stream: {said}" if said else "X ended the stream"
    return Unavailable(words) if isinstance(error, RateLimited) else type(error)(words)


def _pause(words: str) -> RateLimited:
    return RateLimited(EPOCH, words)
