"""Payloads that Python's SDK wrote with its own names of fields: like_count for likeCount, py_type for $type. Pure."""

import re
from typing import Any, Final

_SDK_NAMES: Final = frozenset({"py_type", "indexed_at", "like_count", "created_at", "display_name", "feed_context"})
_WORD_START: Final = re.compile(r"(?<=[a-zA-Z0-9])_([a-z0-9])")


def is_snake_case(value: Any) -> bool:
    """Tell whether an object, or one that stands directly in it, has the names of Python's SDK."""
    if not isinstance(value, dict):
        return False
    inner = (one for one in value.values() if isinstance(one, dict))
    return any(not _SDK_NAMES.isdisjoint(one) for one in (value, *inner))


def camel_case(value: Any) -> Any:
    """Rename the fields of a JSON value and of all in it: like_count → likeCount, py_type → $type."""
    if isinstance(value, list):
        return [camel_case(one) for one in value]
    if isinstance(value, dict):
        return {_camel(name): camel_case(one) for name, one in value.items()}
    return value


def _camel(name: str) -> str:
    return "$type" if name == "py_type" else _WORD_START.sub(lambda start: start[1].upper(), name)
