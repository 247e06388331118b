"""What becomes of each field of a payload: read, knowingly passed over, or unknown. Pure.

A payload's objects are msgspec structs: a field that a struct declares is read, by the name that it has in JSON
(`msgspec.field(name=...)`). PASSED_OVER of a payload module says why the others are not. What stands in neither is
unknown: a platform may have brought something new, and `doctor` tells of it.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final, TypeAlias, get_args

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
        """Name the fields of a JSON value that nobody knows, such as 'Post.colour', each once, sorted.

        It is quickest on one value that holds many objects: those that stand in one place are looked at together.
        """
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
                for inner in dict.fromkeys(_structs_in(field.type)):
                    kind.inner.setdefault(field.encode_name, []).append(self._learn(inner))
        return self._kinds[struct]


class _Kind:
    """One kind of object: its fields, and the kinds of those objects that stand in some of them."""

    def __init__(self, struct: type[msgspec.Struct], passed_over: Mapping[str, str]) -> None:
        self.name = struct.__name__
        self.read = tuple(field.encode_name for field in fields(struct))
        self.passed_over = passed_over
        self.inner: dict[str, list[_Kind]] = {}
        self._known = frozenset(self.read).union(passed_over)
        self._seen: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[tuple[str, _Kind], ...]]] = {}

    def look(self, value: Any, found: set[str]) -> None:
        """Add the names of unknown fields in an object, or in those of a list."""
        while isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            keys = tuple(value)
            unknown, inner = self._seen.get(keys) or self._judge(keys)
            if unknown:
                found.update(unknown)
            for field, kind in inner:
                kind.look(value[field], found)
        elif isinstance(value, list) and value:
            self._look_at_all(_objects_of(value), found)

    def _look_at_all(self, objects: list[Any], found: set[str]) -> None:
        """Look at the fields of many objects together: what stands in one field of theirs is gone into once."""
        keys: set[str] = set().union(*objects)
        if not keys <= self._known:
            found.update(f"{self.name}.{field}" for field in keys - self._known)
        for field in keys & self.inner.keys():
            held = [one[field] for one in objects if field in one]
            for kind in self.inner[field]:
                kind.look(held, found)

    def _judge(self, keys: tuple[str, ...]) -> tuple[tuple[str, ...], "tuple[tuple[str, _Kind], ...]"]:
        """Name the unknown ones among an object's keys, and those in which further objects may stand."""
        unknown = tuple(f"{self.name}.{field}" for field in set(keys) - self._known)
        inner = tuple((field, kind) for field in self.inner if field in keys for kind in self.inner[field])
        if len(self._seen) < _MOST_SEEN:
            self._seen[keys] = unknown, inner
        return unknown, inner


_MOST_SEEN: Final = 10_000
"""Rows of keys remembered of a kind of object: an archive may have keys that are data."""


def _objects_of(values: list[Any]) -> list[Any]:
    """Take the objects out of values and of the lists among them, however deep; what is neither is left out."""
    objects: list[Any] = []
    while values:
        types = set(map(type, values))
        if types == _OBJECTS:
            return objects + values if objects else values
        if types == _LISTS:
            values = list(chain.from_iterable(values))
        else:
            objects += [one for one in values if isinstance(one, dict)]
            values = list(chain.from_iterable([one for one in values if isinstance(one, list)]))
    return objects


_OBJECTS: Final = {dict}
_LISTS: Final = {list}


def _structs_in(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """Name the structs in a field's type: it may be optional, a list or a union of them."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    for part in get_args(annotation):
        yield from _structs_in(part)
