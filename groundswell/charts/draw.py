"""Draw a campaign's charts: all of them, or one."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

from analysis.charts.kind import Chart
from analysis.charts.publish import is_drawn, publish
from groundswell.charts.comparison import comparison
from groundswell.charts.known import Known, known_of, window_of
from groundswell.charts.makers import MAKERS, is_worth
from groundswell.charts.report import Recorder, Written, write_report
from groundswell.charts.scene import Scene
from groundswell.charts.stamp import is_as_it_was, stamp, unstamp
from groundswell.charts.wanted import Drawn, Wanted
from storage.errors import LakeChanged
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.store import Store

Progress: TypeAlias = Callable[[int, int], None]
"""Told what is done, of how much: of the lake first, then of the charts. What it raises ends the work."""
_Result = TypeVar("_Result")


def draw_one(
    store: Store,
    lake_folder: Path,
    wanted: Wanted,
    name: str,
    now: datetime,
    *,
    always: bool = True,
    progress: Progress | None = None,
    seen: Callable[[Scene], None] | None = None,
) -> Drawn | None:
    """Refresh the lake and draw a campaign's chart of a name; None where neither posts nor coverage are known.

    With `always` false it is drawn only where its numbers or its words are other than those of the files there.
    Before it is drawn `seen` is given the scene: what it looks at there is counted once for it and the chart.
    """

    def draw(scene: Scene) -> Drawn:
        if seen is not None:
            seen(scene)
        return _drawn(name, MAKERS[name](scene), wanted, always=always)

    known = _refreshed(store, lake_folder, wanted, now, progress)
    drawn = _of_lake(lake_folder, wanted, known, draw)
    if drawn is not None and drawn.is_new:
        # It may be of another window than the charts beside it.
        unstamp(wanted)
    return drawn


def draw_all(
    store: Store,
    lake_folder: Path,
    wanted: Wanted,
    now: datetime,
    *,
    progress: Progress | None = None,
) -> list[Drawn] | None:
    """Refresh the lake and draw every chart of a campaign that shows anything, where its numbers or words changed.

    Returns those that are there now, whether drawn now or before; None where neither posts nor coverage are known. A
    store that has not changed since is not looked at any further.
    """
    before = is_as_it_was(store, wanted)
    if before is not None:
        return before
    # What is saved while they are drawn may be in the posts and not in what is known of them: it counts as news.
    revision = str(store.revision())
    known = _refreshed(store, lake_folder, wanted, now, progress)
    drawn = _of_lake(lake_folder, wanted, known, lambda scene: _all_of(scene, progress or _ignore))
    if drawn is not None:
        stamp(store, wanted, revision, [one.name for one in drawn])
    return drawn


def report(
    store: Store, lake_folder: Path, wanted: Wanted, now: datetime, *, progress: Progress | None = None
) -> Written | None:
    """Refresh the lake and write a campaign's report; None where neither posts nor coverage are known."""
    known = _refreshed(store, lake_folder, wanted, now, progress)

    def write(scene: Scene) -> Written:
        recorder = Recorder(scene.ask)
        whole = Scene(recorder, scene.revision, wanted, known, scene.window)
        return write_report(whole, recorder, now, progress or _ignore)

    return _of_lake(lake_folder, wanted, known, write)


def draw_comparison(
    store: Store,
    lake_folder: Path,
    sides: tuple[Wanted, Wanted],
    now: datetime,
    *,
    by_onset: bool,
    progress: Progress | None = None,
) -> Drawn | None:
    """Refresh the lake and draw two campaigns under one another; None where nothing is known of one of them.

    By onset each is aligned at the largest of its episodes; raises NoEpisode where one has none.
    """
    first, second = sides
    of_first, of_second = (known_of(store, side.campaign) for side in sides)
    refresh(store.engine, lake_folder, now=now, progress=progress)

    def with_first(scene: Scene) -> Drawn | None:
        return _of_lake(lake_folder, second, of_second, lambda other: _compared(scene, other, by_onset=by_onset))

    return _of_lake(lake_folder, first, of_first, with_first)


def _compared(scene: Scene, other: Scene, *, by_onset: bool) -> Drawn:
    chart = comparison(scene, other, by_onset=by_onset)
    files = publish(chart, scene.wanted.folder, f"{scene.slug}-compare-{other.slug}")
    return Drawn("compare", files, is_new=True, frame=chart.frame)


def _refreshed(store: Store, lake_folder: Path, wanted: Wanted, now: datetime, progress: Progress | None) -> Known:
    # Before the posts are read: what is saved meanwhile is then at worst not yet said to be complete. The other way
    # round an hour would be complete, and its posts not counted.
    known = known_of(store, wanted.campaign)
    refresh(store.engine, lake_folder, now=now, progress=progress)
    return known


def _of_lake(lake_folder: Path, wanted: Wanted, known: Known, work: Callable[[Scene], _Result]) -> _Result | None:
    """Do work over the lake as it is; None where nothing is known to be counted."""

    def do() -> _Result | None:
        with Lake.open(lake_folder) as lake:
            window = window_of(lake.ask, wanted, known)
            return None if window is None else work(Scene(lake.ask, str(lake.revision), wanted, known, window))

    try:
        return do()
    except LakeChanged:
        # Another process refreshed it just now, and took away files with erased text.
        return do()


def _all_of(scene: Scene, progress: Progress) -> list[Drawn]:
    """Draw all charts of a scene that show anything."""
    drawn = []
    for done, (name, make) in enumerate(MAKERS.items()):
        progress(done, len(MAKERS))
        chart = make(scene)
        if is_worth(chart):
            drawn.append(_drawn(name, chart, scene.wanted, always=False))
    return drawn


def _drawn(name: str, chart: Chart, wanted: Wanted, *, always: bool) -> Drawn:
    if not always and (files := is_drawn(chart, wanted.folder)):
        return Drawn(name, files, is_new=False, frame=chart.frame)
    return Drawn(name, publish(chart, wanted.folder), is_new=True, frame=chart.frame)


def _ignore(_done: int, _whole: int) -> None:
    return None
