"""Reading an archive as a stream: memory does not grow with the file, and nothing is dropped."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Final

import orjson
from msgspec.structs import replace

from collector.archive.csv_rows import Row, as_utf8, read_rows
from collector.archive.files import Document, Opened
from collector.archive.forms import Form, JsonForm, Read, TableForm, Told, form_of
from collector.archive.json_values import Value, read_values
from collector.archive.xlsx_rows import BEGINNINGS as WORKBOOKS
from collector.archive.xlsx_rows import Workbook
from collector.errors import Unreadable
from storage.post import Item

_HEAD: Final = 8


def recognise(document: Document | Path, more: Iterable[TableForm] = ()) -> Form:
    """Tell the form of a document from its content; see `form_of`."""
    with _document(document).open() as opened:
        return form_of(opened, more)


def read(document: Document | Path, form: Form) -> Iterator[Told]:
    """Read a document of a form that `recognise` told, in the document's order.

    What cannot be read is an item without a post: the bytes of the line (of the post, on a page of many), and an
    error that begins with its place. Blank lines are none.
    """
    with _document(document).open() as opened:
        yield from read_from(opened, form)


def read_from(opened: Opened, form: Form) -> Iterator[Told]:
    """Read an open document; its `done()` says how far the reading has come. See `read`."""
    if isinstance(form, JsonForm):
        read_value = form.items
        if opened.beside is not None:
            try:
                read_value = form.items_beside(opened.beside.raw)
            except Unreadable as error:
                yield _broken(opened.beside.raw, opened.beside.name, str(error))
        # Not a loop: its variable would hold a page of posts while the next one is read.
        yield from chain.from_iterable(map(partial(_told_by, read_value), read_values(opened.file)))
    elif isinstance(form, TableForm):
        read_row = form.reader()
        for row in _rows(opened.file, form):
            yield _item_of(row, read_row)
    if opened.broken is not None:
        yield Item(payload=opened.broken.encode(), post=None, error=f"at the end: {opened.broken}")


def _document(document: Document | Path) -> Document:
    return Document(document) if isinstance(document, Path) else document


def _told_by(read_value: Read, value: Value) -> Iterator[Told]:
    if value.error is not None:
        yield _broken(value.raw, value.place, value.error)
        return
    try:
        for number, told in enumerate(read_value(value.answer, None), 1):
            if isinstance(told, Item) and told.error is not None:
                yield replace(told, error=f"{value.place}, post {number}: {told.error}")
            else:
                yield told
    except Unreadable as error:
        yield _broken(value.raw, value.place, str(error))
    except RecursionError:
        yield _broken(value.raw, value.place, "objects stand too deep in each other")


def _rows(file: BufferedReader, form: TableForm) -> Iterator[Row]:
    """Read the rows of a table, or of the sheet of a spreadsheet that is of the form, or else of its first."""
    if not file.peek(_HEAD)[:_HEAD].startswith(WORKBOOKS):
        return read_rows(as_utf8(file))
    workbook = Workbook(file)
    sheets = list(workbook.sheets())
    sheet = form.sheet_of(sheets) or next(iter(sheets), None)
    return iter(()) if sheet is None else workbook.rows(sheet.name)


def _item_of(row: Row, read_row: Callable[[Mapping[str, str]], Item]) -> Item:
    place = f"line {row.line}"
    if row.error is not None:
        return _broken(row.raw, place, row.error)
    try:
        return read_row(row.values)
    except Unreadable as error:
        return _broken(_as_payload(row), place, str(error))


def _as_payload(row: Row) -> bytes:
    """Write a row that was told apart but not understood so that it can be read again without its header."""
    try:
        return orjson.dumps({"data": row.values}, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return row.raw


def _broken(raw: bytes, place: str, error: str) -> Item:
    return Item(payload=raw.rstrip(b"\r\n"), post=None, error=f"{place}: {error}")
