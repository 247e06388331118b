"""Posts that are not meant for everyone, and are not kept: people may be at risk. Pure.

A token may see what its account may see: posts for followers, for those whom they mention, for one server's members.
Of such a post nothing is kept but its id and its visibility. One that does not say for whom it is, is for everyone:
every server that has other posts says so.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from collector.errors import Unreadable
from collector.mastodon.objects import Status

_OPEN: Final = frozenset({"public", "unlisted"})
_KEPT: Final = frozenset({"id", "visibility", "local_only"})


def is_open(status: Status) -> bool:
    """Tell whether a status is meant for everyone."""
    return (status.visibility is None or status.visibility in _OPEN) and not status.local_only


def why_withheld(status: Mapping[str, Any]) -> str | None:
    """Say why a status, as JSON, is not kept; None for one that is meant for everyone."""
    if status.get("local_only"):
        return "local_only: meant for one server's members, and not kept"
    word = _word(status)
    return (
        None if word is None or word in _OPEN else f"visibility is {word[:40]!r}: not meant for everyone, and not kept"
    )


def remains(status: Mapping[str, Any]) -> dict[str, Any]:
    """Give all that is kept of a withheld status."""
    kept: dict[str, Any] = {"visibility": _word(status)}
    if isinstance(number := status.get("id"), str | int):
        kept["id"] = number
    return kept | {"local_only": True} if status.get("local_only") else kept


def _word(status: Mapping[str, Any]) -> str | None:
    """Give a status's word for whom it is for; what is no word is ''."""
    visibility = status.get("visibility")
    return visibility if visibility is None or isinstance(visibility, str) else ""


def is_remains(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is what is kept of a withheld status."""
    return value.keys() <= _KEPT and why_withheld(value) is not None


def without_withheld(value: Any) -> Any:
    """Take withheld statuses out of a JSON value: what is boosted, quoted or answered in it. Raises Unreadable."""
    if not any(_is_withheld(one) for one in _objects(value)):
        return value
    try:
        return _copied(value)
    except RecursionError as error:
        raise Unreadable("posts in posts, too deep to be read") from error


def _is_withheld(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a withheld status with anything of it left."""
    return not value.keys().isdisjoint(("content", "account")) and why_withheld(value) is not None


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Walk through the objects in a JSON value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if not isinstance(value, dict):
        return value
    if _is_withheld(value):
        return remains(value)
    return {field: _copied(one) for field, one in value.items()}
