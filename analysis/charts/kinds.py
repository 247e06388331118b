"""All kinds of charts, by name."""

from collections.abc import Mapping
from typing import Final

from analysis.charts.growth import GROWTH
from analysis.charts.hours import HOURS_OF_WEEK
from analysis.charts.kind import Kind
from analysis.charts.leading import LEADING
from analysis.charts.multiples import MULTIPLES
from analysis.charts.volume import VOLUME

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind for kind in (VOLUME, GROWTH, HOURS_OF_WEEK, *MULTIPLES.values(), *LEADING.values())
}
