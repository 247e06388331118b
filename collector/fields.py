"""What becomes of each field of a payload: read, knowingly passed over, or unknown. Pure.

A payload's objects are msgspec structs: a field that a struct declares is read, by the name that it has in JSON
(`msgspec.field(name=...)`). PASSED_OVER of a payload module says why the others are not. What stands in neither is
unknown: a platform may have brought something new, and `doctor` tells of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, get_args

import msgspec
from msgspec.structs import fields

PassedOver: TypeAlias = Mapping[str, Mapping[str, str]]
"""Why a field is not read, by the name of the struct and that of the field."""


class Known:
    """The fields of a kind of object, and of all objects in it."""

    def __init__(self, kind: type[msgspec.Struct], passed_over: PassedOver) -> None:
        """Learn a struct and those that its fields hold; `passed_over` names what else may stand in them."""
        self._kinds: dict[type[msgspec.Struct], _Kind] = {}
        self._passed_over = passed_over
        self._kind = self._learn(kind)

    def unknown(self, value: Any) -> tuple[str, ...]:
        """Name the fields of a JSON value that nobody knows, such as 'Post.colour', each once, sorted."""
        found: set[str] = set()
        self._kind.look(value, found)
        return tuple(sorted(found)) if found else ()

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """List (kind of object, field, why it is passed over; empty where it is read) of all that is known."""
        for kind in self._kinds.values():
            yield from ((kind.name, field, "") for field in kind.read)
            yield from ((kind.name, field, why) for field, why in kind.passed_over.items())

    def _learn(self, struct: type[msgspec.Struct]) -> "_Kind":
        if struct not in self._kinds:
            kind = self._kinds[struct] = _Kind(struct, self._passed_over.get(struct.__name__, {}))
            for field in fields(struct):
                for inner in _structs_in(field.type):
                    kind.inner.append((field.encode_name, self._learn(inner)))
        return self._kinds[struct]


class _Kind:
    """One kind of object. Most have a set of fields that was seen before: that is looked up, not gone through."""

    def __init__(self, struct: type[msgspec.Struct], passed_over: Mapping[str, str]) -> None:
        self.name = struct.__name__
        self.read = tuple(field.encode_name for field in fields(struct))
        self.passed_over = passed_over
        self.inner: list[tuple[str, _Kind]] = []
        self._seen: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[tuple[str, _Kind], ...]]] = {}

    def look(self, value: Any, found: set[str]) -> None:
        if isinstance(value, list):
            for one in value:
                self.look(one, found)
        elif isinstance(value, dict):
            keys = tuple(value)
            seen = self._seen.get(keys)
            if seen is None:
                unknown = value.keys() - set(self.read) - self.passed_over.keys()
                inner = tuple((field, kind) for field, kind in self.inner if field in value)
                seen = tuple(f"{self.name}.{field}" for field in unknown), inner
                if len(self._seen) < _MOST_SEEN:
                    self._seen[keys] = seen
            found.update(seen[0])
            for field, kind in seen[1]:
                kind.look(value[field], found)


_MOST_SEEN = 10_000
"""Sets of fields remembered of a kind of object: an archive may have keys that are data."""


def _structs_in(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """Name the structs in a field's type: it may be optional, a list or a union of them."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    for part in get_args(annotation):
        yield from _structs_in(part)
