"""All charts of a campaign of a million posts: how long they take, what of it the engine takes, and a second time."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.lake_store import Made, fill_store
from benchmarks.spent import Spent, groundswell
from groundswell.charts.known import known_of, window_of
from groundswell.charts.makers import MAKERS
from groundswell.charts.report import Recorder
from groundswell.charts.scene import Scene
from groundswell.charts.wanted import Wanted
from storage import lake_manifest
from storage.campaign import Campaign
from storage.lake_engine import Lake
from storage.store import Store

POSTS: Final = 1_000_000
_DAYS: Final = 100
_FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
_CAMPAIGN: Final = Campaign("let-it-go", "Let it go", "Asia/Baghdad", ("tag1",))
_CONFIG: Final = 'campaigns:\n  let-it-go:\n    title: Let it go\n    tags: ["#tag1"]\n    time_zone: Asia/Baghdad\n'


@dataclass(frozen=True, slots=True)
class Question:
    """A query of analysis: its first words, seconds through the lake and through bare DuckDB."""

    name: str
    lake: float
    bare: float


@dataclass(frozen=True, slots=True)
class ChartFigures:
    """What was measured.

    Attributes:
        first: `groundswell chart all`, the lake being built already. again: the same with no new data.
        questions: every query that the charts ask, the slowest first.
    """

    first: Spent
    again: Spent
    questions: tuple[Question, ...]


def measure() -> ChartFigures:
    """Measure a campaign of a hundred days, the tenth with a fifth of all posts."""
    days = [POSTS * 4 // 5 // _DAYS] * _DAYS
    days[10] += POSTS // 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text(_CONFIG, encoding="utf-8")
        with Store.open(f"sqlite:///{folder / 'groundswell.db'}") as store:
            store.set_campaigns([_CAMPAIGN], _FIRST)
            store.rebuild_membership()
            fill_store(store.engine, Made(days, _FIRST))
        groundswell("lake", "refresh", folder=folder)
        first = groundswell("chart", "all", folder=folder)
        again = groundswell("chart", "all", folder=folder)
        return ChartFigures(first, again, tuple(_questions(folder)))


def _questions(folder: Path) -> Iterator[Question]:
    """Ask all that the charts ask, through the lake and bare, over the same files."""
    wanted = Wanted(_CAMPAIGN, folder / "charts")
    with Store.open(f"sqlite:///{folder / 'groundswell.db'}") as store:
        known = known_of(store, _CAMPAIGN)
    with Lake.open(folder / "lake") as lake:
        window = window_of(lake.ask, wanted, known)
        if window is None:
            raise RuntimeError("the made campaign has no posts")
        recorder = Recorder(lake.ask)
        scene = Scene(recorder, str(lake.revision), wanted, known, window)
        for make in MAKERS.values():
            make(scene)
        bare = _bare(folder / "lake")
        timed = [
            Question(_name(sql), *_medians(lambda: lake.ask(sql, **values), lambda: bare(sql, values)))  # noqa: B023
            for sql, values in recorder.asked.items()
        ]
        yield from sorted(timed, key=lambda one: -one.lake)


def _bare(folder: Path) -> Callable[[str, Mapping[str, object]], object]:
    """Open the same files with DuckDB alone."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET parquet_metadata_cache = true")
    parts = lake_manifest.read(folder).parts
    for table in {part.table for part in parts}:
        files = [str(folder / part.file) for part in parts if part.table == table]
        connection.read_parquet(files, hive_partitioning=False).create_view(table)
    return lambda sql, values: connection.execute(sql, dict(values)).df()


def _name(sql: str) -> str:
    """Tell queries apart by what they select, in a few words."""
    words = " ".join(sql.split()).replace("|", "/")
    return words if len(words) <= 70 else f"{words[:70]}..."  # noqa: PLR2004  the width of a cell


def _medians(one: Callable[[], object], other: Callable[[], object], runs: int = 15) -> tuple[float, float]:
    """Time two actions in turns, after a first time each."""
    one(), other()
    pairs = [(_seconds(one), _seconds(other)) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
