"""A spreadsheet: texts stay texts, whatever they begin with, and ids keep all their digits."""

import math
import shutil
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

import click
from xlsxwriter import Workbook

from groundswell.results import Row, Value
from groundswell.terminal import one_line

MOST_ROWS: Final = 1_048_575
"""What a sheet holds under its header."""

_MOST_LETTERS: Final = 32_767
_EXACT_DIGITS: Final = 15


def write(columns: Sequence[str], rows: Iterator[Row], out: BinaryIO) -> None:
    """Write one sheet with a header that stays in view; NULL is an empty cell, bytes hexadecimal digits.

    A text longer than a cell holds (32,767 letters) is cut, and stderr says how many were. Raises
    click.ClickException for more rows than a sheet holds.
    """
    with TemporaryFile() as file:
        with Workbook(file, {"constant_memory": True}) as workbook:
            sheet = workbook.add_worksheet("query")
            sheet.freeze_panes(1, 0)
            for place, title in enumerate(columns):
                sheet.write_string(0, place, one_line(title), workbook.add_format({"bold": True}))
            cut = sum(_write_row(sheet, number, row) for number, row in enumerate(rows, 1))
        file.seek(0)
        shutil.copyfileobj(file, out)
    if cut:
        click.echo(f"{cut:,} texts were longer than a cell holds and are cut; --format csv has all.", err=True)


def _write_row(sheet: Any, number: int, row: Row) -> int:
    """Write a row; returns how many of its texts were cut."""
    if number > MOST_ROWS:
        raise click.ClickException(
            f"A sheet holds {MOST_ROWS:,} rows and the answer has more: take --format csv or parquet."
        )
    return sum(_write_cell(sheet, number, place, value) for place, value in enumerate(row))


def _write_cell(sheet: Any, row: int, column: int, value: Value) -> bool:
    if value is None:
        return False
    if isinstance(value, int | float) and _is_exact(value):
        sheet.write_number(row, column, value)
        return False
    text = value.hex() if isinstance(value, bytes) else str(value)
    sheet.write_string(row, column, text[:_MOST_LETTERS])
    return len(text) > _MOST_LETTERS


def _is_exact(number: int | float) -> bool:
    """Tell whether a spreadsheet's number, a float shown with 15 digits, can be this one."""
    return math.isfinite(number) if isinstance(number, float) else len(str(abs(number))) <= _EXACT_DIGITS
