"""What a report holds, before it is a page: sentences, charts, tables, and what they stand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.charts.kind import Chart


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, which is a user's or not, and where it leads."""

    text: str
    href: str = ""
    is_users: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its heading, its columns' names, its rows, and a sentence under it."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report on a campaign.

    Attributes:
        summary: sentences made of the numbers.
        charts: in order.
        tables: in order; they come after the chart of the name that each stands under.
        coverage: what is known, and what not, in sentences.
        made_at: when (aware).
        checksum: of all numbers that are drawn (SHA-256).
        methods: the name of the file with the methods.
    """

    summary: tuple[str, ...]
    charts: Sequence[Chart]
    tables: tuple[tuple[str, Table], ...]
    coverage: tuple[str, ...]
    made_at: datetime
    checksum: str
    methods: str
