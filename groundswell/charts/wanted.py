"""What charts are wanted of, and what a drawn one is."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.charts.about import Event
from analysis.charts.places import Published
from storage.campaign import Campaign

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of what charts are wanted; what is None is chosen to suit what is known."""

    campaign: Campaign
    folder: Path
    since: datetime | None = None
    until: datetime | None = None
    every: str | None = None
    events: tuple[Event, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart: its name, its files, and whether it was drawn now or stood there already.

    `frame` has its numbers; None where they were not counted, as nothing had changed.
    """

    name: str
    files: Published
    is_new: bool
    frame: "pd.DataFrame | None" = None
