"""Rows of a spreadsheet (xlsx, xls, ods), as texts by column, as those of a CSV file are.

A spreadsheet cannot be read as a stream: it is held in memory, and more than LARGEST of it is refused.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BufferedReader, BytesIO
from typing import Final, TypeAlias

import orjson
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from collector.archive.csv_rows import Row, named
from collector.archive.errors import NotAnArchive

BEGINNINGS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What workbooks begin with; the first does any zip file, the second any document of old Office programs."""

LARGEST: Final = 2**30
"""Bytes of a workbook, unpacked; it takes some times as many while it is read."""

EXACT: Final = 2**53
"""Whole numbers below are exact in a spreadsheet; of greater ones digits are lost."""

Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with a header.

    Attributes:
        name: as its tab says.
        columns: the names in its first row that is not empty.
    """

    name: str
    columns: tuple[str, ...]


class Workbook:
    """A spreadsheet that is being read."""

    def __init__(self, file: BufferedReader) -> None:
        """Read it whole; raises NotAnArchive for what is no spreadsheet, is locked, or is too large."""
        content = file.read(LARGEST + 1)
        if len(content) > LARGEST or _unpacked(content) > LARGEST:
            raise NotAnArchive(f"a spreadsheet of more than {LARGEST >> 30} GB: save it as CSV")
        try:
            self._workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        except PasswordError as error:
            raise NotAnArchive("a spreadsheet that is locked by a password") from error
        except CalamineError as error:
            raise NotAnArchive(f"a broken zip file, or a broken spreadsheet ({error})") from error

    def sheets(self) -> Iterator[Sheet]:
        """List the sheets that have a header, in the workbook's order."""
        for name in self._workbook.sheet_names:
            for _number, cells in self._rows(name):
                yield Sheet(name, tuple(_header(cells)))
                break

    def rows(self, name: str) -> Iterator[Row]:
        """Read the rows under a sheet's header; they are numbered as the spreadsheet does, its own first being 1."""
        rows = self._rows(name)
        _number, header = next(rows, (0, []))
        columns = _header(header)
        for number, cells in rows:
            texts = [text_of(cell) for cell in cells]
            raw = orjson.dumps(texts)
            if any("\0" in text for text in texts):
                yield Row(number, raw, {}, "NUL bytes")
            else:
                yield Row(number, raw, dict(zip(columns, texts, strict=True)))

    def _rows(self, name: str) -> Iterator[tuple[int, list[Cell]]]:
        """Walk through the rows of a sheet that are not empty, with their numbers."""
        try:
            sheet = self._workbook.get_sheet_by_name(name)
        except CalamineError as error:
            raise NotAnArchive(f"a spreadsheet whose sheet {name!r} cannot be read ({error})") from error
        first = 1 if sheet.start is None else sheet.start[0] + 1
        rows = sheet.to_python(skip_empty_area=True)
        return ((number, cells) for number, cells in enumerate(rows, first) if any(cell != "" for cell in cells))


def text_of(cell: Cell) -> str:
    """Write a cell as a CSV file would have it: a whole number without a point, a time as ISO 8601.

    A number whose digits are not all there stays in the form of a power of ten, which no id has. A midnight is a day:
    spreadsheets do not tell them apart.
    """
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return f"{cell:.16e}" if abs(cell) >= EXACT else str(int(cell) if cell == int(cell) else cell)
        case datetime():
            return cell.isoformat(" ")
        case _:
            return str(cell)


def _header(cells: list[Cell]) -> list[str]:
    return named([text_of(cell).strip() for cell in cells])


def _unpacked(content: bytes) -> int:
    """Count a zip file's bytes as they are unpacked; 0 for no zip."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as opened:
            return sum(member.file_size for member in opened.infolist())
    except zipfile.BadZipFile:
        return 0
