"""The time axis of a chart, in local time."""

from typing import Final, TypeAlias

import matplotlib.dates as mdates
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.page import SMALL
from analysis.charts.style import MUTED
from analysis.zone import DAY, zone_of

Floats: TypeAlias = npt.NDArray[np.float64]

# matplotlib.dates has no types: hence the ignored calls below.

# What a tick says of years, months, days, hours, minutes, seconds; what it says where a larger unit begins;
# and what the axis says beside them.
_TICKS: Final = ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S"]
_FIRST_TICKS: Final = ["", "%b %Y", "%d %b", "%d %b", "%H:%M", "%H:%M"]
_BESIDE_TICKS: Final = ["", "", "%Y", "%Y", "%d %b %Y", "%d %b %Y"]


class _Clock(mdates.ConciseDateFormatter):
    """Write days as people do: '1 Dec', not '01 Dec'."""

    def format_ticks(self, values: list[float]) -> list[str]:
        labels: list[str] = super().format_ticks(values)  # type: ignore[no-untyped-call]
        return [label[1:] if label.startswith("0") and " " in label else label for label in labels]


def positions(instants: pd.Series) -> Floats:
    """Place instants (UTC) on the axis: matplotlib counts days since 1970."""
    return pd.DatetimeIndex(instants).as_unit("us").asi8 / DAY


def edges(frame: pd.DataFrame) -> Floats:
    """Place the edges of a frame's bins on the axis."""
    return np.append(positions(frame["bin_start"]), positions(frame["bin_end"].iloc[-1:]))


def mark(ax: Axes, frame: pd.DataFrame, zone: str) -> None:
    """Mark the local time along a frame's bins, and name the zone."""
    info = zone_of(zone)
    locator = mdates.AutoDateLocator(tz=info, minticks=4, maxticks=12)  # type: ignore[no-untyped-call]
    clock = _Clock(  # type: ignore[no-untyped-call]
        locator, tz=info, formats=_TICKS, zero_formats=_FIRST_TICKS, offset_formats=_BESIDE_TICKS
    )
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(clock)
    at = edges(frame)
    ax.set_xlim(at[0], at[-1])
    ax.set_xlabel(_name(frame, zone), fontsize=SMALL, color=MUTED, loc="left")


def _name(frame: pd.DataFrame, zone: str) -> str:
    """Name the zone of the time axis with the offsets that it has in the window."""
    info = zone_of(zone)
    starts = frame["bin_start"].drop_duplicates().dt.tz_convert(info)
    offsets = list(dict.fromkeys(f"{start:%z}" for start in starts.iloc[:: max(1, len(starts) // 2_000)]))
    told = " and ".join(f"UTC{offset[:3]}:{offset[3:5]}" for offset in offsets[:2])
    return f"Local time, {zone} ({told})"
