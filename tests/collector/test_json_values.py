"""JSON values however they are laid out: lines, arrays, indented, one after the other, cut anywhere, broken."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.archive.json_values import Value, read_values

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
    | st.sampled_from(['"', "\\", '\\"', "}", "{", "]", "[", '"}', "\\\\", "\ufeff", "a\nb", "‎#هاشتاق"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(scalars.map(str), inner, max_size=3)
)
objects = st.lists(st.dictionaries(scalars.map(str), values, max_size=4), max_size=6)


class Cut(io.RawIOBase):
    """A file that gives its bytes in pieces of given lengths, over and over."""

    def __init__(self, content: bytes, lengths: list[int]) -> None:
        self._content = io.BytesIO(content)
        self._lengths = lengths
        self._turn = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._turn += 1
        length = self._lengths[self._turn % len(self._lengths)]
        piece = self._content.read(min(length, len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)


def read(content: bytes, lengths: list[int] | None = None) -> list[Value]:
    return list(read_values(Cut(content, lengths or [2**16])))  # type: ignore[arg-type]  # it has all that is called


def answers(found: list[Value]) -> list[Any]:
    assert [value.error for value in found] == [None] * len(found)
    return [value.answer for value in found]


def as_lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


LAYOUTS: dict[str, Callable[[list[Any]], str]] = {
    "lines": as_lines,
    "lines with blank ones and CRLF": lambda rows: "\n \r\n" + as_lines(rows).replace("\n", "\r\n\r\n"),
    "lines of UTF-8": lambda rows: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows),
    "an array": json.dumps,
    "an array of lines": lambda rows: "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n",
    "an indented array": lambda rows: json.dumps(rows, indent=2, ensure_ascii=False),
    "arrays of one": lambda rows: "\n".join(json.dumps([row]) for row in rows),
    "indented objects": lambda rows: "\n".join(json.dumps(row, indent=1) for row in rows),
    "objects in one line": lambda rows: "".join(map(json.dumps, rows)),
    "objects between commas": lambda rows: " , ".join(map(json.dumps, rows)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=30)
@given(rows=objects, lengths=st.lists(st.integers(1, 40), min_size=1, max_size=5), mark=st.booleans())
def test_however_values_are_laid_out_and_cut_they_are_read_back(
    layout: str, rows: list[Any], lengths: list[int], mark: bool
) -> None:
    content = b"\xef\xbb\xbf" * mark + LAYOUTS[layout](rows).encode()
    found = read(content, lengths)
    assert answers(found) == rows
    assert [json.loads(value.raw) for value in found] == rows


BROKEN = [b'{"a": tru}', b'{"a": "\xff"}', b'{"a" "b"}', b"{'a': 1}", b'{"a": [1}', b'{"a": NaN}', b"{,}"]


@given(
    rows=st.lists(st.none() | st.sampled_from(BROKEN), min_size=1, max_size=8),
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    layout=st.sampled_from([(b"", b"\n", b""), (b"[", b",", b"]"), (b"[\n", b",\n", b"\n]"), (b"", b" ", b"")]),
)
def test_a_broken_value_costs_itself(rows: list[bytes | None], lengths: list[int], layout: tuple[bytes, ...]) -> None:
    begin, between, end = layout
    whole = b'{"whole": "}"}'
    content = begin + between.join(whole if row is None else row for row in rows) + end
    found = read(content, lengths)
    if (begin, between) == (b"", b" ") and len(rows) > 1 and found[0].place == "line 1":
        return  # what begins as a line is read as lines
    assert [value.answer for value in found] == [{"whole": "}"} if row is None else None for row in rows]
    assert [value.raw for value in found] == [whole if row is None else row for row in rows]
    assert [value.error is None for value in found] == [row is None for row in rows]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ('[{"a": 1}}, {"b": 2}]', [{"a": 1}, None, {"b": 2}]),
        ('[{"a": 1}], {"b": 2}]', [{"a": 1}, {"b": 2}]),
        ('[{"a": 1]\n[{"b": 2}]', [None, {"b": 2}]),
        ('[{"a": 1}, 7, {"b": 2}]', [{"a": 1}, 7, {"b": 2}]),
        ('[{"a": 1}, {"b": 2', [{"a": 1}, None]),
        ('[{"a": 1}, {"b": "]}', [{"a": 1}, None]),
        ('[{"a": 1}] and [{"b": 2}]', [{"a": 1}, None, {"b": 2}]),
        ('{\n"a": 1\n}\n{\n"b": 2\n', [{"a": 1}, None]),
        ('{"data": [\n{"a": 1},\n{"b": 2}\n]}', [{"data": [{"a": 1}, {"b": 2}]}]),
        ('{"data": [\n{"a": 1}\n],\n"more": {\n"b": {}\n}\n}', [{"data": [{"a": 1}], "more": {"b": {}}}]),
        ('{"data": [{"a": "cut\n{"b": 2}\n', [None, {"b": 2}]),
        ('no json\n{"a": 1}\n{"b": 2}', [None, {"a": 1}, {"b": 2}]),
        ('{"a": 1}\n  ', [{"a": 1}]),
        ('{"a": 1}\n[1]\n"b"\n2\nnull', [{"a": 1}, [1], "b", 2, None]),
        ("[]", []),
        ("[[]]", [[]]),
        ("[1, 2]", [None]),
        ("", []),
        (" \n\n ", []),
        ("\ufeff", []),
        ("{", [None]),
        ("]", [None]),
    ],
)
@pytest.mark.parametrize("length", [1, 3, 1000])
def test_odd_layouts(content: str, wanted: list[Any], length: int) -> None:
    assert [value.answer for value in read(content.encode(), [length])] == wanted


def test_nothing_of_a_file_is_dropped_but_what_parts_values() -> None:
    content = b'[{"a": 1}, stray, {"b": 2}}] more [{"c": 3}, {"d": 4'
    raw = [value.raw for value in read(content, [2])]
    assert raw == [b'{"a": 1}', b"stray", b'{"b": 2}', b"}", b"more", b'{"c": 3}', b'{"d": 4']


def test_places_are_named() -> None:
    assert [value.place for value in read(b'{"a": 1}\n\n\nx\n')] == ["line 1", "line 4"]
    assert [value.place for value in read(b'[{"a": 1}, {"b": 2}]')] == ["part 1", "part 2"]
