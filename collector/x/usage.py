"""What X says was read of the month's posts: asked for free of charge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from collector.errors import PayloadError, Unreadable
from collector.json_text import parse
from collector.x.client import Client

PATH: Final = "/2/usage/tweets"
"""Neither version of X's names has another one."""
ASKED: Final[Mapping[str, str]] = {"days": "1", "usage.fields": "cap_reset_day,project_cap,project_usage"}
_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Usage:
    """What X counts; None where it does not tell, as its papers promise none of it.

    Attributes:
        read: posts of this month.
        cap: how many posts a month it gives.
        reset_day: when the month begins anew: the papers leave open whether it is a day of the month or days from now.
    """

    read: int | None
    cap: int | None
    reset_day: int | None


def used(client: Client) -> int | None:
    """Ask X how many posts were read this month, free of charge; None where it does not tell. Raises a SourceError."""
    return read_usage(client.get("usage", PATH, ASKED).body).read


def read_usage(body: bytes) -> Usage:
    """Read an answer of X's; raises PayloadError for one that tells of no usage."""
    try:
        told = _told(parse(body))
        return Usage(
            read=_number(told, "project_usage"),
            cap=_number(told, "project_cap"),
            reset_day=_number(told, "cap_reset_day"),
        )
    except Unreadable as error:
        raise PayloadError(body, f"X answered with no usage: {error}") from error


def _told(answer: Any) -> Mapping[str, Any]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise Unreadable("it has no data")
    return data


def _number(told: Mapping[str, Any], name: str) -> int | None:
    """Read a number, which may be written as text; raises Unreadable for what is none."""
    value = told.get(name)
    if value is None:
        return None
    text = "" if isinstance(value, bool) else str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Unreadable(f"{name} is {str(value)[:40]!r}, not a number")
    return int(text)
