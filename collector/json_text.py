"""Reading a line of JSON that may hold what no text should (half characters, NULs), and writing it again. Pure."""

import json
from typing import Any, Final, NoReturn

import orjson

from collector.errors import Unreadable

_LOST: Final = "\ufffd"
_NUL: Final = rb"\u0000"


def parse(line: bytes) -> Any:
    """Read a line of JSON.

    Half a surrogate pair (a text cut inside an emoji) and NUL, which PostgreSQL does not keep, are read as
    U+FFFD: one of them must not cost a page of posts. Raises Unreadable for what is not JSON in UTF-8.
    """
    try:
        answer = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        answer = _parse_patiently(line, f"{error.msg} at character {error.pos + 1}")
    return _mended(answer) if _NUL in line else answer


def canonical(value: Any) -> bytes:
    """Write what `parse` gave with sorted keys, in UTF-8.

    Raises Unreadable for what cannot be written: deeper than 254 objects, or a number of more than 64 bits.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Unreadable("too deep, or with too large a number, to be written again") from error


def _parse_patiently(line: bytes, why: str) -> Any:
    """Read JSON with half surrogate pairs or a byte order mark; raises Unreadable(why) for the rest."""
    try:
        return _mended(json.loads(line.decode("utf-8-sig"), parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {why}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        paired = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return paired.replace("\0", _LOST)
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return value
