"""The rows of a query in the formats that people take away: one module a family of formats.

A writer is `write(columns, rows, out)`: names, an iterator over rows of SQLite's values (int, float, str,
bytes or None), and a binary file. It takes the rows one by one and keeps nothing that it need not.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

import click

from groundswell.terminal import harmless

Value: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = tuple[Value, ...]
Writer: TypeAlias = Callable[[Sequence[str], Iterator[Row], BinaryIO], None]

FORMATS: Final = {
    "table": "table:write",
    "csv": "lines:write_csv",
    "json": "lines:write_json",
    "parquet": "parquet:write",
    "xlsx": "xlsx:write",
}
_BINARY: Final = ("parquet", "xlsx")


def format_of(output: Path | None) -> str:
    """Tell the format from a file's ending; a table where it says nothing."""
    ending = output.suffix[1:].lower() if output else ""
    return ending if ending in FORMATS else "table"


def write(form: str, columns: Sequence[str], rows: Iterator[Row], output: Path | None) -> None:
    """Write rows to a file, which appears only when it is whole, or to stdout.

    Raises OSError, click.UsageError for a binary format on a terminal, and what reading the rows raises.
    """
    writer = _writer(form)
    if output is None:
        if sys.stdout.isatty():
            if form in _BINARY:
                raise click.UsageError(f"{form} is no text for a terminal: name a file with --output.")
            columns, rows = [harmless(column) for column in columns], map(_harmless, rows)
        writer(columns, rows, sys.stdout.buffer)
        return
    unfinished = output.with_name(f"{output.name}.part")
    try:
        with unfinished.open("wb") as out:
            writer(columns, rows, out)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def told_apart(columns: Sequence[str]) -> tuple[str, ...]:
    """Give each column a name of its own: a second `id` becomes `id_2`."""
    given: dict[str, None] = {}
    for column in columns:
        name, times = column, 1
        while name in given or (times > 1 and name in columns):
            times += 1
            name = f"{column}_{times}"
        given[name] = None
    return tuple(given)


def _harmless(row: Row) -> Row:
    """Take out of texts what would steer a terminal; files and pipes get them as they are."""
    return tuple(harmless(value) if isinstance(value, str) else value for value in row)


def _writer(form: str) -> Writer:
    module, _, function = FORMATS[form].partition(":")
    return cast(Writer, getattr(import_module(f"groundswell.results.{module}"), function))
