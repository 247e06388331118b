"""Rows of a CSV file, each with its line number and its text as it stood; a broken row costs only itself.

What stands between the fields (a comma, a tab, a semicolon or a bar) is told by the header alone.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from io import BufferedReader, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

if TYPE_CHECKING:
    from typing_extensions import Buffer

DELIMITERS: Final = (",", "\t", ";", "|")
UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What a text in UTF-16 begins with, as spreadsheets save it under the name of "Unicode text"."""


class Row(NamedTuple):
    """A row of a table.

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


def columns_of(header: str) -> list[str]:
    """Read the names in a header line as `read_rows` does."""
    try:
        return named(next(csv.reader([header], delimiter=delimiter_of(header)), []))
    except csv.Error:
        return []


def delimiter_of(header: str) -> str:
    """Choose what stands between the fields: that of DELIMITERS which makes the most of them, the first of equals."""
    return max(DELIMITERS, key=lambda delimiter: _fields(header, delimiter))


def named(header: list[str]) -> list[str]:
    """Give each column a name of its own: a second 'text' is 'text (2)', one without a name 'column 3'."""
    given = [name.strip() or f"column {place}" for place, name in enumerate(header, 1)]
    names: dict[str, None] = {}
    for name in given:
        own, number = name, 2
        while own in names or (own != name and own in given):
            own, number = f"{name} ({number})", number + 1
        names[own] = None
    return list(names)


def read_rows(file: BinaryIO) -> Iterator[Row]:
    """Read rows under the header on the first line, one at a time.

    A quotation mark that is never closed swallows the rows after it: then only its own line is given up, and
    the reading begins again on the next. Bytes that are not UTF-8 come through as lone surrogates.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter_of(lines.peek()), strict=True)
        columns = _header(lines, reader)
        while (row := _next_row(lines, reader, columns)) is not None:
            yield row
    finally:
        text.detach()


def as_utf8(file: BufferedReader) -> BufferedReader:
    """Give a text in UTF-16 as UTF-8, what is broken in it as U+FFFD; any other as it is."""
    return BufferedReader(_Transcoded(file)) if file.peek(2)[:2] in UTF_16 else file


def _fields(header: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=delimiter), []))
    except csv.Error:
        return 0


def _header(lines: "_Lines", reader: "Iterator[list[str]]") -> list[str]:
    """Read the names of the columns; none where the first line is no CSV: then every row has too many fields."""
    try:
        return named(next(reader, []))
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

    def peek(self) -> str:
        """Give the first line, which is still to be read."""
        line = next(self._text, "")
        if line:
            self._given_back.append(line)
        return line

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


class _Transcoded(RawIOBase):
    """A text in UTF-16 as bytes of UTF-8."""

    _PIECE: Final = 2**16

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer") -> int:
        while not self._rest:
            piece = self._file.read(self._PIECE)
            self._rest = self._decoder.decode(piece, final=not piece).encode()
            if not piece:
                break
        view = memoryview(buffer)
        given, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(given)] = given
        return len(given)
