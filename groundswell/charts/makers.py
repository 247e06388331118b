"""How each chart is made of a scene."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

import pandas as pd

from analysis.breakdown import Trait, breakdown
from analysis.charts.about import About
from analysis.charts.bursts import BURSTS
from analysis.charts.counted import COUNTED_POSTS
from analysis.charts.coverage import COLUMNS, COVERAGE
from analysis.charts.growth import GROWTH
from analysis.charts.hours import HOURS_OF_WEEK
from analysis.charts.kind import Chart, Kind
from analysis.charts.leading import LEADING
from analysis.charts.multiples import MULTIPLES
from analysis.charts.volume import VOLUME
from analysis.charts.volume_words import has_reposts
from analysis.growth import growth
from analysis.leaders import Led, leaders
from analysis.rhythm import rhythm
from analysis.states import SETTLING
from analysis.volume import collected
from groundswell.charts.scene import Scene
from groundswell.coverage import holes_of
from storage.coverage import State, Stretch, within

Maker: TypeAlias = Callable[[Scene], Chart]


def _chart(scene: Scene, kind: Kind, frame: pd.DataFrame, about: About | None = None) -> Chart:
    return Chart(kind, frame, about or scene.about, scene.basis)


def _volume(scene: Scene) -> Chart:
    return _chart(scene, VOLUME, scene.frame, scene.about_outbreaks)


def _bursts(scene: Scene) -> Chart:
    return _chart(scene, BURSTS, scene.detected.bins, replace(scene.about_outbreaks, step=scene.detected_by))


def _multiples(scene: Scene, trait: Trait) -> Chart:
    whole = scene.frame if trait == "platform" else scene.whole
    return _chart(scene, MULTIPLES[trait], breakdown(scene.ask, scene.slug, whole, scene.grid, trait, scene.keys))


def _hours(scene: Scene) -> Chart:
    return _chart(scene, HOURS_OF_WEEK, rhythm(scene.hourly, scene.zone))


def _growth(scene: Scene) -> Chart:
    return _chart(scene, GROWTH, growth(scene.whole), scene.about_outbreaks)


def _counted(scene: Scene) -> Chart:
    return _chart(scene, COUNTED_POSTS, collected(scene.frame))


def _coverage(scene: Scene) -> Chart:
    return _chart(scene, COVERAGE, pd.DataFrame(list(_stretches(scene)), columns=list(COLUMNS)).astype(_TYPES))


def _stretches(scene: Scene) -> Iterator[tuple[str, object, object, str, str]]:
    """List what is known of each platform and kind in the window, from its start to its end."""
    for (platform, kind), ledger in sorted(scene.known.ledgers.items()):
        holes = holes_of(ledger, *scene.window)
        complete = [row for row in within(ledger, *scene.window) if row.state is State.COMPLETE]
        for row in sorted([*holes, *complete], key=lambda one: one.starts_at):
            yield f"{platform}, {kind}", row.starts_at, row.ends_at, _state(row), row.reason


def _state(row: Stretch) -> str:
    is_settling = row.state is State.PARTIAL and row.reason == SETTLING
    return SETTLING if is_settling else row.state.value.replace(" ", "_")


def _leaders(scene: Scene, led: Led) -> Chart:
    without = scene.keys if led == "tags" else ()
    frame = leaders(scene.ask, scene.slug, scene.grid, led, without=without)
    if not has_reposts(scene.whole):
        # Nobody collected reposts: that there are none here says nothing.
        frame["reposted"] = frame["reposted"].mask(frame["reposted"] == 0)
    return _chart(scene, LEADING[led], frame)


_INSTANT: Final = "datetime64[us, UTC]"
_TYPES: Final = {"lane": "str", "starts_at": _INSTANT, "ends_at": _INSTANT, "state": "str", "reason": "str"}
MAKERS: Final[Mapping[str, Maker]] = {
    "volume": _volume,
    "bursts": _bursts,
    **{f"by-{trait}": partial(_multiples, trait=trait) for trait in MULTIPLES},
    "hours": _hours,
    "growth": _growth,
    "counted": _counted,
    "coverage": _coverage,
    **{f"top-{led}": partial(_leaders, led=led) for led in LEADING},
}
"""Every chart of one campaign, by name, in the order in which they are drawn."""
FIRST: Final = "volume"
"""The chart that stands for a campaign: the one to look at first."""


def is_worth(chart: Chart) -> bool:
    """Tell whether a chart shows anything that another does not: what nobody asked for is not drawn without it."""
    if chart.frame.empty:
        return chart.kind is VOLUME
    if chart.kind is HOURS_OF_WEEK:
        return bool(chart.frame["bins"].sum())
    if chart.kind in MULTIPLES.values():
        return chart.frame["value"].nunique() > 1
    return True
