"""Reading an archive as a stream of items: memory does not grow with the file, and nothing is dropped."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from msgspec.structs import replace

from collector.archive import forms, ira, x_v2
from collector.archive.csv_rows import read_rows
from collector.errors import Unreadable
from collector.archive.forms import Form
from storage.post import Item


def read(path: Path, form: Form) -> Iterator[Item]:
    """Read a file of a form that `recognise` told, item by item, in the file's order.

    What cannot be read is an item without a post: the bytes of the line (of the post, on a page of many), and
    an error that begins with the line's number. Blank lines are none.
    """
    with path.open("rb") as file:
        yield from read_from(file, form)


def read_from(file: BinaryIO, form: Form) -> Iterator[Item]:
    """Read an open file; its `tell()` says how far the reading has come. See `read`."""
    return _READERS[form](file)


def _x_v2_items(file: BinaryIO) -> Iterator[Item]:
    for number, line in enumerate(file, 1):
        if line.isspace():
            continue
        try:
            for place, item in enumerate(x_v2.items(line), 1):
                yield item if item.error is None else _at(item, f"line {number}, post {place}")
        except Unreadable as error:
            yield _broken(line, number, str(error))


def _ira_items(file: BinaryIO) -> Iterator[Item]:
    for row in read_rows(file):
        if row.error is not None:
            yield _broken(row.raw, row.line, row.error)
            continue
        try:
            yield ira.item(row.values)
        except Unreadable as error:
            yield _broken(row.raw, row.line, str(error))


_READERS: Final[Mapping[Form, Callable[[BinaryIO], Iterator[Item]]]] = {
    forms.X_V2: _x_v2_items,
    forms.IRA: _ira_items,
}


def _at(item: Item, where: str) -> Item:
    return replace(item, error=f"{where}: {item.error}")


def _broken(raw: bytes, line: int, error: str) -> Item:
    return Item(payload=raw.rstrip(b"\r\n"), post=None, error=f"line {line}: {error}")
