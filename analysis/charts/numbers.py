"""The numbers of a chart as CSV, and back again, exactly.

Times are ISO 8601 in UTC; local_start repeats a bin's start on the wall clock, for readers. An empty cell is
unknown, never 0. A text that a spreadsheet would take for a formula gets a leading apostrophe, which is taken
off again here.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Final, Literal, TypeAlias

import pandas as pd

from analysis.zone import zone_of

Sort: TypeAlias = Literal["time", "text", "maybe", "whole", "number", "flag"]
"""What a column holds: datetime64[us, UTC], str, str that may be <NA> and is never '', Int64, Float64, bool."""
Columns: TypeAlias = Mapping[str, Sort]
"""The columns of a chart's numbers, in their order."""

START: Final = "bin_start"
_FORMULA: Final = r"^(?=[=+\-@\t\r'])"
_UTC: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_csv(frame: pd.DataFrame, columns: Columns, zone: str) -> bytes:
    """Write a chart's numbers as CSV in UTF-8."""
    told = frame[list(columns)].copy()
    for name, sort in columns.items():
        if sort == "time":
            told[name] = frame[name].dt.strftime(_UTC)
        elif sort in ("text", "maybe"):
            told[name] = frame[name].astype("str").str.replace(_FORMULA, "'", regex=True)
    if START in columns:
        local = frame[START].dt.tz_convert(zone_of(zone))
        told.insert(2, "local_start", [instant.isoformat(sep=" ") for instant in local])
    return told.to_csv(index=False, lineterminator="\n").encode("utf-8")


def from_csv(numbers: bytes, columns: Columns, later: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Read what `to_csv` wrote; raises ValueError for anything else.

    Columns of `later` may be missing, as older files lack them: nobody told these numbers then.
    """
    cells = pd.read_csv(BytesIO(numbers), dtype="str", encoding="utf-8", lineterminator="\n")
    for name in later.difference(cells.columns):
        cells[name] = pd.NA
    if missing := set(columns) - set(cells.columns):
        raise ValueError(f"the columns {sorted(missing)} are missing")
    return pd.DataFrame({name: _read(cells[name], sort) for name, sort in columns.items()})


def _read(cells: pd.Series, sort: Sort) -> pd.Series:
    if sort == "time":
        return pd.to_datetime(cells, format=_UTC, utc=True).dt.as_unit("us")
    if sort == "whole":
        return cells.astype("Int64")
    if sort == "number":
        return cells.astype("Float64")
    if sort == "flag":
        return cells.fillna("False") == "True"
    return (cells if sort == "maybe" else cells.fillna("")).str.removeprefix("'")
