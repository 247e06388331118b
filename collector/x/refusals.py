"""What an answer of X's is that is no page: pure.

X tells many things by few numbers: a 429 may be a pause of minutes or the end of the month's allowance, and a 403 a
plan that does not include the request or an app that belongs to no project.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from requests import codes

from collector.errors import (
    CapReached,
    CreditsSpent,
    CursorRefused,
    NotPermitted,
    QuestionRefused,
    RateLimited,
    SourceError,
    TokenRefused,
    Unavailable,
    Unreadable,
)
from collector.json_text import parse

_CAPPED: Final = "/usage-capped"
_CURSORS: Final = frozenset({"next_token", "pagination_token"})
_LONGEST: Final = 200


def refused(status: int, body: bytes, pause: Callable[[str], RateLimited]) -> SourceError:
    """Say what an answer is that is no page; `pause` makes of a 429 of the window the error that it is."""
    problem = _problem(body)
    words = ": ".join(filter(None, (f"HTTP {status}", _said(problem))))
    if str(problem.get("type")).endswith(_CAPPED):
        return CapReached(words)
    if status == codes.too_many_requests:
        return pause(words)
    if status == codes.bad_request and _names_a_cursor(problem):
        return CursorRefused(words)
    return _BY_STATUS.get(status, Unavailable)(words)


_BY_STATUS: Final[Mapping[int, type[SourceError]]] = {
    codes.bad_request: QuestionRefused,
    codes.unauthorized: TokenRefused,
    codes.payment_required: CreditsSpent,
    codes.forbidden: NotPermitted,
    codes.not_found: QuestionRefused,
    codes.gone: QuestionRefused,
}


def _problem(body: bytes) -> Mapping[str, Any]:
    """Read X's description of a problem; empty where the body is none."""
    try:
        told = parse(body)
    except Unreadable:
        return {}
    return told if isinstance(told, dict) else {}


def _said(problem: Mapping[str, Any]) -> str:
    """Find X's own words: those of the single errors tell more than those of the whole."""
    errors = problem.get("errors")
    single = [one.get("message") for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    words = [*single, problem.get("detail"), problem.get("title")]
    word = next((one for one in words if isinstance(one, str) and one), "")
    return " ".join(word.split())[:_LONGEST]


def _names_a_cursor(problem: Mapping[str, Any]) -> bool:
    """Tell whether X complains of the token of a page."""
    errors = problem.get("errors")
    for one in errors if isinstance(errors, list) else ():
        named = one.get("parameters") if isinstance(one, dict) else None
        if isinstance(named, dict) and not _CURSORS.isdisjoint(named):
            return True
    return False
