"""The forms of archives that are read, and how a document's is told: by its content, never by its name."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final, TypeAlias

from collector.archive import academictwitter, ira, twarc_csv, x_v1
from collector.archive.csv_rows import UTF_16, as_utf8, columns_of
from collector.archive.errors import NotAnArchive, NotPosts, UnknownTable
from collector.archive.files import Opened
from collector.archive.json_values import read_values
from collector.archive.not_posts import what_it_is, what_text_is
from collector.archive.tables import BUILT_IN, RowReader, TableMapping
from collector.archive.xlsx_rows import BEGINNINGS as WORKBOOKS
from collector.archive.xlsx_rows import Sheet, Workbook
from collector.bluesky import jetstream
from collector.bluesky import payload as bluesky
from collector.errors import Unreadable
from collector.fields import Known
from collector.mastodon import payload as mastodon
from collector.x import payload as x_v2
from storage.instant import Instant
from storage.post import Deletion, Item

Told: TypeAlias = Item | Deletion
"""What an archive tells: of a post, or that one is gone."""

Read: TypeAlias = Callable[[Any, Instant | None], Iterator[Told]]
"""Reads a JSON value; see `JsonForm.items`."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of archive.

    Attributes:
        name: as messages name it.
        platform: whose posts it holds.
        resolution: the seconds to which it tells their time.
    """

    name: str
    platform: str
    resolution: int


def _nothing_beside(_raw: bytes) -> Read:
    raise Unreadable("no file is read beside another in this form")


@dataclass(frozen=True, slots=True)
class JsonForm(Form):
    """Posts as JSON values.

    Attributes:
        holds: tells whether a value is of this form.
        items: reads a value, or a payload that the store has kept of it; raises Unreadable for one that is no such
            thing. The second argument is the time at which the platform said so, where the value does not tell.
        known: the fields of its objects, by which docs/formats.md is made.
        items_beside: makes `items` for a document whose posts refer to what lies in another, of which it takes the
            bytes; raises Unreadable where that is not so.
    """

    holds: Callable[[Any], bool]
    items: Read
    known: tuple[Known, ...] = ()
    items_beside: Callable[[bytes], Read] = _nothing_beside


@dataclass(frozen=True, slots=True)
class TableForm(Form):
    """Posts as the rows of a table: CSV, TSV or a spreadsheet.

    Attributes:
        columns: a table that has them all is of this form.
        reader: begins a table: what it gives reads its rows, texts by column, in their order; raises Unreadable.
        read: the columns that are read where they are there.
        passed_over: why a column is not read.
        sheet: the name of the sheet of a spreadsheet; empty for any.
    """

    columns: frozenset[str]
    reader: Callable[[], Callable[[Mapping[str, str]], Item]]
    read: frozenset[str]
    passed_over: Mapping[str, str]
    sheet: str = ""

    def item(self, row: Mapping[str, str]) -> Item:
        """Read a row by itself, as of a table that has no other; raises Unreadable."""
        return self.reader()(row)

    def sheet_of(self, sheets: Iterable[Sheet]) -> Sheet | None:
        """Choose the first sheet that is of this form; None where there is none."""
        fitting = (sheet for sheet in sheets if self.sheet in ("", sheet.name) and self.columns <= set(sheet.columns))
        return next(fitting, None)


def by_mapping(mapping: TableMapping) -> TableForm:
    """Make the form of tables that are read by a mapping."""
    return TableForm(
        name=f"{mapping.name} table",
        platform=mapping.platform,
        resolution=mapping.resolution,
        columns=mapping.required,
        reader=lambda: RowReader(mapping),
        read=mapping.read,
        passed_over=mapping.passed_over,
        sheet=mapping.sheet,
    )


X_V2: Final = JsonForm(
    "x v2 JSON", "x", 1, x_v2.holds, x_v2.items, x_v2.KNOWN, items_beside=academictwitter.items_beside
)
X_V1: Final = JsonForm("x v1.1 JSON", "x", 1, x_v1.holds, x_v1.items, x_v1.KNOWN)
IRA: Final = TableForm("IRA CSV", "x", 60, ira.COLUMNS, lambda: ira.item, ira.COLUMNS, ira.PASSED_OVER)
TWARC: Final = TableForm(
    "twarc CSV", "x", 1, twarc_csv.COLUMNS, twarc_csv.Reader, twarc_csv.READ, twarc_csv.PASSED_OVER
)
BLUESKY: Final = JsonForm("Bluesky JSON", "bluesky", 1, bluesky.holds, bluesky.items, bluesky.KNOWN)
JETSTREAM: Final = JsonForm("Jetstream JSON", "bluesky", 1, jetstream.holds, jetstream.items, jetstream.KNOWN)
MASTODON: Final = JsonForm("Mastodon JSON", "mastodon", 1, mastodon.holds, mastodon.items, (mastodon.KNOWN,))
FORMS: Final[Mapping[str, Form]] = {
    "x-v2": X_V2,
    "x-v1": X_V1,
    "bluesky": BLUESKY,
    "jetstream": JETSTREAM,
    "mastodon": MASTODON,
    "ira": IRA,
    "twarc-csv": TWARC,
    **{name: by_mapping(mapping) for name, mapping in BUILT_IN.items()},
}
"""Every form that is built in, by the name it is asked for; the first that fits is taken."""

_VALUES_TRIED: Final = 20
"""A file may begin with a broken line, or with pages on which nothing was found."""

_HEAD: Final = 4_096
_LONGEST_HEADER: Final = 65_536
_START: Final = 64
_BEGINNINGS: Final = {
    b"SQLite format 3": "a SQLite database",
    b"PAR1": "a Parquet file",
}
_FRAME: Final = re.compile(rb"[\xa1\xa2](bop|at[a-x]#)")
"""How the header of a frame begins, a map in CBOR."""


def form_of(opened: Opened, more: Iterable[TableForm] = ()) -> Form:
    """Tell the form of an open document from its content, some of which is read.

    Args:
        more: forms beside those that are built in; they come first.

    Raises:
        NotPosts: it is known, and holds something else than posts.
        NotAnArchive: it is in no form that is read.
    """
    head = opened.file.peek(_HEAD)[:_HEAD]
    for beginning, seen in _BEGINNINGS.items():
        if head.startswith(beginning):
            raise NotAnArchive(seen)
    if head.startswith(WORKBOOKS):
        return _form_of_workbook(opened, more)
    if head.startswith(UTF_16):
        return _form_of_utf_16(opened, more)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise NotAnArchive(opened.broken or ("an empty file" if len(head) < _HEAD else "nothing but blanks"))
    start = head[:_START]
    if _FRAME.match(start):
        raise NotPosts("a frame of Bluesky's firehose (CBOR)")
    if b"\0" in start or "\ufffd" in start.decode("utf-8", "replace")[:-1]:
        raise NotAnArchive("binary data, or text that is not UTF-8")
    if text[:1] in (b"{", b"["):
        return _form_of_json(opened)
    if (what := what_text_is(text.decode("utf-8", "replace"))) is not None:
        raise NotPosts(what)
    return _form_of_table(opened.file, more)


def _form_of_utf_16(opened: Opened, more: Iterable[TableForm]) -> Form:
    """Tell the form of a table that a spreadsheet saved as "Unicode text"; nothing else is written so."""
    file = as_utf8(opened.file)
    if file.peek(_START)[:_START].decode("utf-8-sig", "ignore").lstrip()[:1] in ("{", "["):
        raise NotAnArchive("JSON in UTF-16, not UTF-8")
    return _form_of_table(file, more)


def _form_of_table(file: BinaryIO, more: Iterable[TableForm]) -> Form:
    header = file.readline(_LONGEST_HEADER).decode("utf-8-sig", "replace").strip()
    columns = columns_of(header)
    for form in _tables(more):
        if form.columns <= set(columns):
            return _unambiguous(form, columns)
    if len(columns) > 1:
        raise UnknownTable(columns)
    raise NotAnArchive(f"text that begins {header[:40]!r}")


def _form_of_workbook(opened: Opened, more: Iterable[TableForm]) -> Form:
    sheets = list(Workbook(opened.file).sheets())
    for form in _tables(more):
        if (sheet := form.sheet_of(sheets)) is not None:
            return _unambiguous(form, sheet.columns)
    if sheets:
        raise UnknownTable(max(sheets, key=lambda sheet: len(sheet.columns)).columns)
    raise NotAnArchive("a spreadsheet without a row")


def _tables(more: Iterable[TableForm]) -> Iterator[TableForm]:
    yield from more
    yield from (form for form in FORMS.values() if isinstance(form, TableForm))


def _unambiguous(form: TableForm, columns: Sequence[str]) -> TableForm:
    """Give a form back; raises NotAnArchive where a column that it reads stands twice."""
    twice = sorted(form.columns & {column.removesuffix(" (2)") for column in columns if column.endswith(" (2)")})
    if twice:
        raise NotAnArchive(f"{form.name}, in which two columns are called {twice[0]!r}: which one counts?")
    return form


def _form_of_json(opened: Opened) -> Form:
    forms = [form for form in FORMS.values() if isinstance(form, JsonForm)]
    has_empty_page, seen = False, "JSON without a value in it"
    for value in islice(read_values(opened.file), _VALUES_TRIED):
        if value.error is not None:
            seen = "lines that are not JSON" if seen.startswith("JSON without") else seen
            continue
        for form in forms:
            if form.holds(value.answer):
                return form
        if (what := what_it_is(value.answer)) is not None:
            raise NotPosts(what)
        has_empty_page = has_empty_page or x_v2.is_empty_page(value.answer)
        is_object = isinstance(value.answer, dict)
        seen = f"JSON objects with the keys {_listed(value.answer)}" if is_object else "JSON, but no objects"
    if has_empty_page:
        return X_V2
    raise NotAnArchive(seen)


def _listed(names: Any, most: int = 8) -> str:
    shown = [str(name)[:40] for name in islice(names, most)]
    return ", ".join(shown) + (", …" if len(names) > most else "")
