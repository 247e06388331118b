"""The time axis of a chart, in local time."""

import calendar
import re
from datetime import datetime
from typing import Final, TypeAlias

import matplotlib.dates as mdates
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.about import About
from analysis.charts.page import SMALL, size
from analysis.charts.style import MUTED
from analysis.language import Speech
from analysis.zone import DAY, zone_of

Floats: TypeAlias = npt.NDArray[np.float64]

# matplotlib.dates has no types: hence the ignored calls below.

_TICK: Final = 54.0
_MANY: Final = 8
"""So many points a tick takes with its words."""
# What a tick says of years, months, days, hours, minutes, seconds; what it says where a larger unit begins;
# and what the axis says beside them.
_TICKS: Final = ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S"]
_FIRST_TICKS: Final = ["", "%b %Y", "%d %b", "%d %b", "%H:%M", "%H:%M"]
_BESIDE_TICKS: Final = ["", "", "%Y", "%Y", "%d %b %Y", "%d %b %Y"]

# As strftime writes them: matplotlib does not tell which month a label is of.
_MONTHS: Final = tuple(calendar.month_abbr)[1:]
_MONTH: Final = re.compile("|".join(_MONTHS))


class _Clock(mdates.ConciseDateFormatter):
    """Write days as people do: '1 Dec', not '01 Dec'; with the months and digits of a language."""

    speech: Speech

    def format_ticks(self, values: list[float]) -> list[str]:
        labels: list[str] = super().format_ticks(values)  # type: ignore[no-untyped-call]
        return [self._said(label[1:] if label.startswith("0") and " " in label else label) for label in labels]

    def get_offset(self) -> str:
        return self._said(str(super().get_offset()))  # type: ignore[no-untyped-call]

    def _said(self, label: str) -> str:
        return self.speech.digits(_MONTH.sub(lambda month: self.speech.month(_MONTHS.index(month[0]) + 1), label))


def positions(instants: pd.Series) -> Floats:
    """Place instants (UTC) on the axis: matplotlib counts days since 1970."""
    return pd.DatetimeIndex(instants).as_unit("us").asi8 / DAY


def edges(frame: pd.DataFrame) -> Floats:
    """Place the edges of a frame's bins on the axis."""
    return np.append(positions(frame["bin_start"]), positions(frame["bin_end"].iloc[-1:]))


def mark(ax: Axes, frame: pd.DataFrame, about: About) -> None:
    """Mark the local time along a frame's bins, and name the zone."""
    mark_between(ax, frame["bin_start"].iloc[0], frame["bin_end"].iloc[-1], about, frame["bin_start"].drop_duplicates())


def mark_between(ax: Axes, since: datetime, until: datetime, about: About, starts: pd.Series | None = None) -> None:
    """Mark the local time from one instant to another, and name the zone with its offsets at `starts`."""
    info = zone_of(about.zone)
    most = max(5, min(12, int(size(ax)[0] // _TICK)))
    locator = mdates.AutoDateLocator(tz=info, minticks=4 if most >= _MANY else 2, maxticks=most)  # type: ignore[no-untyped-call]
    clock = _Clock(  # type: ignore[no-untyped-call]
        locator, tz=info, formats=_TICKS, zero_formats=_FIRST_TICKS, offset_formats=_BESIDE_TICKS
    )
    clock.speech = about.speech
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(clock)
    first, last = positions(pd.Series([since, until]))
    ax.set_xlim(first, last)
    told = pd.Series([since, until]) if starts is None else starts
    ax.set_xlabel(_name(told, about), fontsize=SMALL, color=MUTED, loc="left")


def _name(starts: pd.Series, about: About) -> str:
    """Name the zone of the time axis with the offsets that it has at these instants."""
    local = starts.dt.tz_convert(zone_of(about.zone))
    offsets = list(dict.fromkeys(f"{start:%z}" for start in local.iloc[:: max(1, len(local) // 2_000)]))
    told = about.speech.say(" and ").join(f"UTC{offset[:3]}:{offset[3:5]}" for offset in offsets[:2])
    return about.speech.say("Local time, {zone} ({offsets})", zone=about.zone, offsets=told)
