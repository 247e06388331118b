"""Payloads as they are stored: JSON that two readings of one item write alike. Pure."""

import json
from typing import Any

import orjson

from collector.errors import Unreadable


def payload_of(data: Any) -> bytes:
    """Write {"data": data} as canonical JSON: sorted keys, UTF-8, no blanks.

    What orjson does not write (half characters, numbers of more than 64 bits, deep nesting) json does.
    Raises Unreadable for what is no JSON value.
    """
    try:
        return orjson.dumps({"data": data}, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        pass
    try:
        return json.dumps({"data": data}, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Unreadable("it cannot be written as JSON") from error
