"""Spreadsheets: the same mapping, and what a spreadsheet does to ids and times."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from collector.archive import TableForm, documents, read, recognise
from collector.archive.errors import NotAnArchive, UnknownTable
from collector.archive.forms import by_mapping
from collector.archive.tables import TableMapping
from collector.archive.xlsx_rows import text_of
from storage.post import Item

FORM = by_mapping(
    TableMapping(
        name="sheet",
        platform="x",
        columns={"id": "id", "created_at": "date", "text": "text", "likes": "likes"},
        time_zone="America/New_York",
    )
)
HEADER = ("id", "date", "text", "likes")
ID = "901656910939770881"
AT = datetime(2017, 8, 27, 0, 5, 34)  # noqa: DTZ001  # spreadsheets know no zones


def workbook(path: Path, **sheets: Iterable[Sequence[object]]) -> Path:
    made = openpyxl.Workbook()
    assert made.active is not None
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def read_all(path: Path, form: TableForm = FORM) -> list[Item]:
    (document,) = documents(path)
    found = recognise(document, [form])
    return [one for one in read(document, found) if isinstance(one, Item)]


def test_rows_of_a_sheet_are_posts(tmp_path: Path) -> None:
    rows = [HEADER, (ID, AT, "تخيس\n#tag", 5), (ID, "2017-08-27 00:05:34", "'=1+1", None)]
    first, second = read_all(workbook(tmp_path / "a.xlsx", posts=rows))
    assert first.post is not None
    assert second.post is not None
    assert (first.post.created_at, first.post.text) == ("2017-08-27T04:05:34.000000Z", "تخيس\n#tag")
    assert first.post.counts is not None
    assert first.post.counts.likes == 5
    assert (second.post.created_at, second.post.text) == (first.post.created_at, "'=1+1")
    assert json.loads(first.payload)["data"] == {
        "id": ID,
        "date": "2017-08-27 00:05:34",
        "text": "تخيس\n#tag",
        "likes": "5",
    }


def test_an_id_that_a_spreadsheet_keeps_as_a_number_is_refused(tmp_path: Path) -> None:
    rows = [HEADER, (int(ID), AT, "a", 1), (), (ID, AT, "b", 1), (12_345, datetime(2009, 1, 1, 5), "c", 1)]  # noqa: DTZ001
    broken, whole, old = read_all(workbook(tmp_path / "a.xlsx", posts=rows))
    assert broken.error is not None
    assert broken.error.startswith("line 2: id is '9.01656910939770")
    assert broken.error.endswith("the id became a number, and digits of it may be lost")
    assert whole.post is not None
    assert old.post is not None
    assert old.post.platform_id == "12345"


def test_the_first_sheet_that_fits_is_read_or_the_one_that_is_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        empty=[],
        notes=[("a", "b"), (1, 2)],
        one=[(), HEADER, (ID, AT, "one", 1)],
        two=[HEADER, (ID, AT, "two", 1)],
    )
    assert [item.post and item.post.text for item in read_all(path)] == ["one"]
    assert [item.post and item.post.text for item in read_all(path, replace(FORM, sheet="two"))] == ["two"]
    with pytest.raises(UnknownTable):
        recognise(path, [replace(FORM, sheet="three")])


def test_a_midnight_is_a_day_for_a_spreadsheet(tmp_path: Path) -> None:
    (item,) = read_all(workbook(tmp_path / "a.xlsx", posts=[HEADER, (ID, AT.replace(minute=0, second=0), "a", 1)]))
    assert item.error == "line 2: date is 2017-08-27, a day: then the table's resolution is a day"


def test_other_spreadsheets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownTable, match="a, b"):
        recognise(workbook(tmp_path / "a.xlsx", notes=[("a", "b"), (1, 2)]))
    with pytest.raises(NotAnArchive, match="without a row"):
        recognise(workbook(tmp_path / "b.xlsx", empty=[]))
    whole = (tmp_path / "a.xlsx").read_bytes()
    for cut in (100, len(whole) // 2, len(whole) - 10):
        (tmp_path / "c.xlsx").write_bytes(whole[:cut])
        with pytest.raises(NotAnArchive, match="broken"):
            recognise(tmp_path / "c.xlsx")
    (tmp_path / "d.xls").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 5_000)
    with pytest.raises(NotAnArchive, match="broken"):
        recognise(tmp_path / "d.xls")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a", "a"),
        (True, "true"),
        (5, "5"),
        (5.0, "5"),
        (5.5, "5.5"),
        (-0.00001, "-1e-05"),
        (2.0**53, "9.0071992547409920e+15"),
        (2.0**53 - 1, "9007199254740991"),
        (datetime(2017, 8, 27, 0, 5, 34), "2017-08-27 00:05:34"),  # noqa: DTZ001
        (date(2017, 8, 27), "2017-08-27"),
        (time(1, 2, 3), "01:02:03"),
        (timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_cells(cell: object, text: str) -> None:
    assert text_of(cell) == text  # type: ignore[arg-type]
