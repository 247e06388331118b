"""CSV and JSON: text, line by line, exact."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import orjson

from groundswell.results import Row, Value, told_apart

_TO_QUOTE: Final = re.compile(r'[",\r\n]|^\s|\s$|^$')


def write_csv(columns: Sequence[str], rows: Iterator[Row], out: BinaryIO) -> None:
    """Write CSV (RFC 4180, lines ended as Unix does) in UTF-8, with a header; bytes as hexadecimal digits.

    An empty field is NULL and "" an empty text, which Python's csv module before 3.12 cannot tell apart.
    The one NULL of a row with one column is written "" too: readers skip an empty line.
    """
    alone = len(columns) == 1
    out.write(_csv_line(columns, alone))
    for row in rows:
        out.write(_csv_line(row, alone))


def write_json(columns: Sequence[str], rows: Iterator[Row], out: BinaryIO) -> None:
    """Write a JSON list of objects, an object a line; bytes as hexadecimal digits, infinity as null.

    Integers stand with all their digits. A second column of one name is told apart: `id`, `id_2`.
    """
    names = told_apart(columns)
    before = b"[\n"
    for row in rows:
        named = dict(zip(names, map(_plain, row), strict=True))
        out.write(before + orjson.dumps(named))
        before = b",\n"
    out.write(b"\n]\n" if before == b",\n" else b"[]\n")


def _csv_line(values: Sequence[Value], alone: bool) -> bytes:
    fields = ['""' if alone and value is None else _csv_field(value) for value in values]
    return (",".join(fields) + "\n").encode("utf-8", "backslashreplace")


def _csv_field(value: Value) -> str:
    if value is None:
        return ""
    text = str(_plain(value))
    if isinstance(value, str) and _TO_QUOTE.search(text):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def _plain(value: Value) -> int | float | str | None:
    return value.hex() if isinstance(value, bytes) else value
