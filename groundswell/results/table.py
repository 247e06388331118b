"""A table to read: on a terminal as wide as it is, elsewhere as wide as its words."""

import shutil
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import BinaryIO, Final

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundswell.results import Row, Value
from groundswell.terminal import one_line

MOST: Final = 1_000
"""Rows shown: a table is laid out when its last row is known, and nobody reads more."""

_SHORT: Final = 27
"""Columns up to this width, an instant's, are never broken."""

_LONGEST_WORD: Final = 60
"""Nor are columns of words without spaces, such as tags, ids and links, up to this width."""

_WIDEST: Final = 100_000


def write(columns: Sequence[str], rows: Iterator[Row], out: BinaryIO) -> None:
    """Write a table of at most MOST rows; says on stderr when there are more.

    A line end in a text is shown as a space, a control character not at all; NULL stands as NULL, bytes as
    their number. Long texts are broken into lines on a terminal that is too narrow; nothing is cut off.
    """
    shown = [tuple(map(_shown, row)) for row in islice(rows, MOST)]
    titles = [one_line(column) for column in columns]
    out.write(laid_out(titles, shown, _width_of(out)).encode("utf-8", "backslashreplace"))
    if len(shown) == MOST and next(rows, None) is not None:
        click.echo(f"The first {MOST:,} rows; --format csv, json, parquet or xlsx gives all.", err=True)


def laid_out(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> str:
    """Lay out titles and cells in a page of this width; as wide as it likes for None."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for place, title in enumerate(titles):
        cells = [title, *(row[place] for row in rows)]
        widest = max(map(cell_len, cells))
        whole = widest <= _SHORT or (widest <= _LONGEST_WORD and not any(" " in cell for cell in cells))
        least = widest if whole else _SHORT
        table.add_column(Text(title), overflow="fold", no_wrap=whole, min_width=least)
    for row in rows:
        table.add_row(*map(Text, row))
    page = StringIO()
    console = Console(file=page, width=_WIDEST, color_system=None, legacy_windows=False)
    console.width = _WIDEST if width is None else max(width, console.measure(table).minimum)
    console.print(table, soft_wrap=False)
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines())


def _width_of(out: BinaryIO) -> int | None:
    return shutil.get_terminal_size().columns if out.isatty() else None


def _shown(value: Value) -> str:
    if value is None:
        return "NULL"
    return f"{len(value)} bytes" if isinstance(value, bytes) else one_line(str(value))
