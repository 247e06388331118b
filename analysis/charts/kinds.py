"""All kinds of charts, by name."""

from collections.abc import Mapping
from typing import Final

from analysis.charts.bursts import BURSTS
from analysis.charts.comparison import COMPARISON
from analysis.charts.counted import COUNTED_POSTS
from analysis.charts.coverage import COVERAGE
from analysis.charts.growth import GROWTH
from analysis.charts.hours import HOURS_OF_WEEK
from analysis.charts.kind import Kind
from analysis.charts.leading import LEADING
from analysis.charts.multiples import MULTIPLES
from analysis.charts.volume import VOLUME

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        VOLUME,
        BURSTS,
        *MULTIPLES.values(),
        HOURS_OF_WEEK,
        GROWTH,
        COUNTED_POSTS,
        COVERAGE,
        *LEADING.values(),
        COMPARISON,
    )
}
