"""The forms of archives that are read, and how a document's is told: by its content, never by its name."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from collector.archive import ira, x_v2
from collector.archive.errors import NotAnArchive, NotPosts
from collector.archive.files import ZIP, Opened
from collector.archive.json_values import read_values
from collector.archive.not_posts import what_it_is
from collector.fields import Known
from storage.instant import Instant
from storage.post import Deletion, Item

Told: TypeAlias = Item | Deletion
"""What an archive tells: of a post, or that one is gone."""


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


@dataclass(frozen=True, slots=True)
class JsonForm(Form):
    """Posts as JSON values.

    Attributes:
        holds: tells whether a value is of this form.
        items: reads a value, or a payload that the store has kept of it; raises Unreadable for one that is no such
            thing. The second argument is the time at which the platform said so, where the value does not tell.
        known: the fields of its objects, by which docs/formats.md is made.
    """

    holds: Callable[[Any], bool]
    items: Callable[[Any, Instant | None], Iterator[Told]]
    known: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class TableForm(Form):
    """Posts as the rows of a table: CSV, TSV or a spreadsheet.

    Attributes:
        columns: a table that has them all is of this form.
        item: reads a row of texts by column; raises Unreadable.
        passed_over: why a column is not read.
    """

    columns: frozenset[str]
    item: Callable[[Mapping[str, str]], Item]
    passed_over: Mapping[str, str]


X_V2: Final = JsonForm("x v2 JSON", "x", 1, x_v2.holds, x_v2.items)
IRA: Final = TableForm("IRA CSV", "x", 60, ira.COLUMNS, ira.item, ira.PASSED_OVER)
FORMS: Final[Mapping[str, Form]] = {"x-v2": X_V2, "ira": IRA}
"""Every form that is built in, by the name it is asked for; the first that fits is taken."""

_VALUES_TRIED: Final = 20
"""A file may begin with a broken line, or with pages on which nothing was found."""

_HEAD: Final = 4_096
_START: Final = 64
_BEGINNINGS: Final = {
    b"SQLite format 3": "a SQLite database",
    b"PAR1": "a Parquet file",
    ZIP: "a broken zip file",
    b"\xff\xfe": "text in UTF-16, not UTF-8",
    b"\xfe\xff": "text in UTF-16, not UTF-8",
}


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
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise NotAnArchive(opened.broken or ("an empty file" if len(head) < _HEAD else "nothing but blanks"))
    start = head[:_START]
    if b"\0" in start or "\ufffd" in start.decode("utf-8", "replace")[:-1]:
        raise NotAnArchive("binary data, or text that is not UTF-8")
    return _form_of_json(opened) if text[:1] in (b"{", b"[") else _form_of_table(opened, more)


def _form_of_table(opened: Opened, more: Iterable[TableForm]) -> Form:
    header = opened.file.readline(_HEAD).decode("utf-8-sig", "replace").strip()
    columns = next(csv.reader([header]), [])
    built_in = [form for form in FORMS.values() if isinstance(form, TableForm)]
    for form in (*more, *built_in):
        if form.columns <= set(columns):
            return form
    if len(columns) > 1:
        raise NotAnArchive(f"CSV with the columns {_listed(columns)}")
    raise NotAnArchive(f"text that begins {header[:40]!r}")


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
