"""Rows of a CSV file, each with its line number and its text as it stood; a broken row costs only itself."""

import csv
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple


class Row(NamedTuple):
    """A row of a CSV file.

    Attributes:
        line: the number of its first line, from 1.
        raw: its bytes.
        values: by column; empty where the row is broken.
        error: what is broken about it.
    """

    line: int
    raw: bytes
    values: dict[str, str]
    error: str | None = None


def read_rows(file: BinaryIO) -> Iterator[Row]:
    """Read rows under the header on the first line, one at a time.

    A quotation mark that is never closed swallows the rows after it: then only its own line is given up, and
    the reading begins again on the next. Bytes that are not UTF-8 come through as lone surrogates.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        lines = _Lines(text)
        reader = csv.reader(lines, strict=True)
        columns = _header(lines, reader)
        while (row := _next_row(lines, reader, columns)) is not None:
            yield row
    finally:
        text.detach()


def _header(lines: "_Lines", reader: "Iterator[list[str]]") -> list[str]:
    """Read the names of the columns; none where the first line is no CSV: then every row has too many fields."""
    try:
        return next(reader, [])
    except csv.Error:
        lines.give_back()
        return []


def _next_row(lines: "_Lines", reader: "Iterator[list[str]]", columns: list[str]) -> Row | None:
    """Read the next row that is not empty; None at the end."""
    values: list[str] = []
    while not values:
        lines.begin()
        try:
            values = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            return _given_up(lines, f"not CSV: {error}")
    if len(values) != len(columns):
        return _given_up(lines, f"{len(values)} fields, not {len(columns)}")
    if any("\0" in line for line in lines.taken):
        return Row(lines.first, lines.raw(), {}, "NUL bytes")
    return Row(lines.first, lines.raw(), dict(zip(columns, values, strict=True)))


def _given_up(lines: "_Lines", error: str) -> Row:
    lines.give_back()
    return Row(lines.first, lines.raw(), {}, error)


class _Lines:
    """The lines of a file, of which those of the current row can be given back but for the first."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._given_back: deque[str] = deque()
        self.taken: list[str] = []
        self.first = 1

    def begin(self) -> None:
        """Begin a new row."""
        self.first += len(self.taken)
        self.taken = []

    def give_back(self) -> None:
        """Let all lines of the current row but the first be read again."""
        self._given_back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def raw(self) -> bytes:
        """Give the bytes of the current row."""
        return "".join(self.taken).encode("utf-8", "surrogateescape")

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._text)
        self.taken.append(line)
        return line
