"""The JSON values of a file: one a line, or the parts of arrays and objects however they are laid out.

Values come one after the other, each with its bytes, so memory does not grow with the file, and a broken one costs
itself (a broken line) or what cannot be told apart from it (a broken part of an array).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Final, NamedTuple

from collector.errors import Unreadable
from collector.json_text import parse

_LINES_TRIED: Final = 20
_CHUNK: Final = 2**20
_LONGEST: Final = 2**26
"""Bytes of a part that never ends; after so many it is given up as it is."""

_MARK: Final = b"\xef\xbb\xbf"
_STRUCTURE: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|["{}\[\]]', re.DOTALL)
_BETWEEN: Final = b" \t\r\n,"


class Value(NamedTuple):
    """A value, or what cannot be read as one.

    Attributes:
        place: where it stands, such as 'line 3' or 'part 3'.
        raw: its bytes.
        answer: what it is; None where it cannot be read.
        error: why not.
    """

    place: str
    raw: bytes
    answer: Any = None
    error: str | None = None


def read_values(file: BinaryIO) -> Iterator[Value]:
    """Read the values of an open file, in its order.

    An array, or a row of them, is read part by part. Objects are read line by line if lines are objects, else each
    to its end. Blank lines are none.
    """
    head = _head(file)
    written = [line for line in head if line.strip(_MARK + _BETWEEN)]
    if not written:
        return iter(())
    start = written[0].removeprefix(_MARK).lstrip()
    if start.startswith(b"["):
        return _parts(head, file, inside=1)
    if start.startswith(b"{") and not any(_is_object(line) for line in written):
        return _parts(head, file, inside=0)
    return _lines(chain(head, file))


def _head(file: BinaryIO) -> list[bytes]:
    """Read so many lines that some of them are not blank, or all where there are none."""
    head: list[bytes] = []
    written = 0
    for line in file:
        head.append(line)
        written += bool(line.strip(_MARK + _BETWEEN))
        if written == _LINES_TRIED:
            break
    return head


def _is_object(line: bytes) -> bool:
    try:
        answer = parse(line)
    except Unreadable:
        return False
    return isinstance(answer, dict) and bool(answer)


def _lines(lines: Iterable[bytes]) -> Iterator[Value]:
    for number, line in enumerate(lines, 1):
        if not line.isspace():
            yield _read(f"line {number}", line.rstrip(b"\r\n"))


def _read(place: str, raw: bytes) -> Value:
    try:
        return Value(place, raw, parse(raw))
    except Unreadable as error:
        return Value(place, raw, error=str(error))


def _parts(head: Iterable[bytes], file: BinaryIO, inside: int) -> Iterator[Value]:
    """Read the values that stand `inside` so many brackets, whatever the lines; `head` is read already."""
    found = _Split(inside)
    chunks = chain(head, iter(lambda: file.read(_CHUNK), b""))
    pieces = chain.from_iterable(map(found.feed, chunks))
    for number, raw in enumerate(chain(pieces, found.end()), 1):
        yield _read(f"part {number}", raw)


class _Split:
    """Cuts JSON text into the values at one depth, and into what stands between them and is none."""

    def __init__(self, inside: int) -> None:
        self._inside = inside
        self._depth = 0
        self._text = b""
        self._start = 0
        self._at = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take more of the text; gives what has come to its end."""
        if not self._text:
            chunk = chunk.removeprefix(_MARK)
        self._text, self._at, self._start = self._text[self._start :] + chunk, self._at - self._start, 0
        while (token := _STRUCTURE.search(self._text, self._at)) is not None:
            what = token[0]
            if what == b'"':
                break
            self._at = token.end()
            yield from self._take(what, token.start())
        else:
            self._at = len(self._text)
        if len(self._text) - self._start > _LONGEST:
            yield from self.end()

    def end(self) -> Iterator[bytes]:
        """Give what is left of the text."""
        yield from self._between(len(self._text))
        self._text, self._start, self._at = b"", 0, 0

    def _take(self, what: bytes, place: int) -> Iterator[bytes]:
        if what in b"{[":
            if self._depth == self._inside:
                yield from self._between(place)
            self._depth += 1
            if self._depth == self._inside:
                self._start = self._at
        elif what in b"}]":
            self._depth = max(self._depth - 1, 0)
            if self._depth == self._inside:
                yield self._text[self._start : self._at]
                self._start = self._at
            elif self._depth < self._inside:
                yield from self._between(place)
                self._start = self._at

    def _between(self, end: int) -> Iterator[bytes]:
        """Give what stands before a place and is no value, if it is more than blanks and commas."""
        piece = self._text[self._start : end].strip(_BETWEEN)
        self._start = end
        if piece:
            yield piece
