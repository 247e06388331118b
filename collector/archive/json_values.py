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
_STRUCTURE: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]', re.DOTALL)
_OPENED_BY: Final = {b"}": b"{", b"]": b"["}
_BETWEEN: Final = b" \t\r\n,"
_GOES_ON: Final = (b"{", b"[", b",", b":")


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
    start = next(filter(_is_written, head), b"").lstrip()
    if start.startswith(b"["):
        return _parts(head, file, inside=1)
    if head and not head[-1].endswith(b"\n"):
        head[-1] += file.readline()
    if start.startswith(b"{") and not _are_lines(list(filter(_is_written, head))):
        return _parts(head, file, inside=0)
    return _lines(chain(head, file))


def _is_written(line: bytes) -> bool:
    return bool(line.strip(_BETWEEN))


def _head(file: BinaryIO) -> list[bytes]:
    """Read so many lines that some of them are not blank, or all where there are none; of a long one the beginning."""
    head: list[bytes] = []
    written = 0
    while line := file.readline(_CHUNK):
        head.append(line if head else line.removeprefix(_MARK))
        written += _is_written(line)
        if written == _LINES_TRIED or not line.endswith(b"\n"):
            break
    return head


def _are_lines(written: list[bytes]) -> bool:
    """Tell whether lines of which the first begins an object are objects each, though some may be broken."""
    first = written[0].rstrip()
    return _is_object(first) or (not first.endswith(_GOES_ON) and any(map(_is_object, written)))


def _is_object(line: bytes) -> bool:
    try:
        answer = parse(line)
    except Unreadable:
        return False
    return isinstance(answer, dict) and bool(answer)


def _lines(lines: Iterable[bytes]) -> Iterator[Value]:
    for number, line in enumerate(lines, 1):
        if line and not line.isspace():
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
    """Cuts JSON text into the values at one depth, and into what stands between them and is none.

    A bracket that closes what was not opened is no bracket, so that a broken value does not cost those after it.
    """

    def __init__(self, inside: int) -> None:
        self._inside = inside
        self._open: list[bytes] = []
        self._text = b""
        self._start = 0
        self._at = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take more of the text; gives what has come to its end."""
        self._text, self._at, self._start = self._text[self._start :] + chunk, self._at - self._start, 0
        while (token := _STRUCTURE.search(self._text, self._at)) is not None:
            what = token[0]
            if what == b'"':
                self._at = token.start()
                break
            self._at = token.end()
            if what in b"{[":
                yield from self._begin(what, token.start())
            elif what in b"}]":
                yield from self._finish(_OPENED_BY[what], token.start())
        else:
            self._at = len(self._text)
        if len(self._text) - self._start > _LONGEST:
            yield from self.end()

    def end(self) -> Iterator[bytes]:
        """Give what is left of the text."""
        yield from self._between(len(self._text))
        self._text, self._start, self._at = b"", 0, 0

    def _begin(self, bracket: bytes, place: int) -> Iterator[bytes]:
        if bracket == b"{" and len(self._open) < self._inside:
            # The array that it stands in was closed too early, or never opened.
            self._open.append(b"[")
        if len(self._open) == self._inside:
            yield from self._between(place)
        self._open.append(bracket)
        if len(self._open) == self._inside:
            yield from self._between(place)
            self._start = self._at

    def _finish(self, opened_by: bytes, place: int) -> Iterator[bytes]:
        if opened_by not in self._open:
            return
        was_value = len(self._open) > self._inside
        while self._open.pop() != opened_by:
            pass
        if was_value and len(self._open) <= self._inside:
            yield from self._between(self._at if len(self._open) == self._inside else place)
        elif len(self._open) < self._inside:
            yield from self._between(place)
        if len(self._open) < self._inside:
            self._start = self._at

    def _between(self, end: int) -> Iterator[bytes]:
        """Give what stands before a place, if it is more than blanks and commas."""
        piece = self._text[self._start : end].strip(_BETWEEN)
        self._start = end
        if piece:
            yield piece
