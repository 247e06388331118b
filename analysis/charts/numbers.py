"""The numbers of a volume chart as CSV, and back again, exactly.

Times are ISO 8601 in UTC; local_start repeats a bin's start on the wall clock, for readers. An empty cell is
unknown, never 0. A text that a spreadsheet would take for a formula gets a leading apostrophe, which is taken
off again here.
"""

from io import BytesIO
from typing import Final

import pandas as pd

from analysis.states import KINDS
from analysis.volume import COLUMNS, COUNTS
from analysis.zone import zone_of

_TIMES: Final = ("bin_start", "bin_end")
_TEXTS: Final = ("platform", *(f"{part}_{kind}" for kind in KINDS for part in ("state", "reason")))
_LATER: Final = frozenset({"counted", "gone_posts", "gone_reposts", "sampled"})
"""Columns that older files lack: nobody told these numbers then."""
_FORMULA: Final = r"^(?=[=+\-@\t\r'])"
_UTC: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_csv(frame: pd.DataFrame, zone: str) -> bytes:
    """Write a volume frame as CSV in UTF-8."""
    told = frame.copy()
    for name in _TIMES:
        told[name] = frame[name].dt.strftime(_UTC)
    for name in _TEXTS:
        told[name] = frame[name].astype("str").str.replace(_FORMULA, "'", regex=True)
    local = frame["bin_start"].dt.tz_convert(zone_of(zone))
    told.insert(2, "local_start", [instant.isoformat(sep=" ") for instant in local])
    return told.to_csv(index=False, lineterminator="\n").encode("utf-8")


def from_csv(numbers: bytes) -> pd.DataFrame:
    """Read a volume frame that `to_csv` wrote; raises ValueError for anything else."""
    cells = pd.read_csv(BytesIO(numbers), dtype="str", encoding="utf-8", lineterminator="\n")
    for name in _LATER.difference(cells.columns):
        cells[name] = pd.NA
    if missing := set(COLUMNS) - set(cells.columns):
        raise ValueError(f"the columns {sorted(missing)} are missing")
    frame = cells[list(COLUMNS)].copy()
    for name in _TIMES:
        frame[name] = pd.to_datetime(cells[name], format=_UTC, utc=True).dt.as_unit("us")
    for name in (*COUNTS, "counted"):
        frame[name] = cells[name].astype("Int64")
    for name in _TEXTS:
        frame[name] = cells[name].str.removeprefix("'")
    frame["sampled"] = cells["sampled"].fillna("False") == "True"
    for kind in KINDS:
        frame[f"share_{kind}"] = cells[f"share_{kind}"].astype("Float64")
        frame[f"lower_bound_{kind}"] = cells[f"lower_bound_{kind}"] == "True"
        # An empty reason and one that is unknown, as its state is, are written alike.
        reason = frame[f"reason_{kind}"]
        frame[f"reason_{kind}"] = reason.fillna("").where(frame[f"state_{kind}"].notna())
    return frame
