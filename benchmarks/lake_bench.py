"""The lake at a million posts: how fast it is built, refreshed and asked.

Times are wall-clock seconds, since a reader waits for them; each is the median of a few runs, warm.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pandas as pd
from sqlalchemy import Engine

from analysis.bins import STEPS, Grid
from analysis.volume import volume
from benchmarks.lake_store import PLATFORM, Made, make_store
from storage.engine import writing
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.lake_marks import mark

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
NO_COVERAGE: Final = pd.DataFrame(
    {name: pd.Series(dtype="object") for name in ("bin_start", "platform", "kind", "state", "reason", "share")}
)
POSTS: Final = 1_000_000
LOUD_DAY: Final = 10_000
LOUD_DATES: Final = range(1, 5)


@dataclass(frozen=True, slots=True)
class LakeFigures:
    """What was measured of a lake of `posts` posts.

    Attributes:
        build: seconds to build it from nothing.
        megabytes: the size of its files.
        hourly: seconds for `analysis.volume` by the hour, with distinct authors, over all posts.
        hourly_bins: how many hours that are.
        one_day: seconds to refresh it after one day of 10,000 posts changed, in a month file of 40,000.
        one_cut_day: the same in a month that is cut into days.
        nothing: seconds to find that nothing changed.
    """

    posts: int
    build: float
    megabytes: float
    hourly: float
    hourly_bins: int
    one_day: float
    one_cut_day: float
    nothing: float


@dataclass(frozen=True, slots=True)
class Asked:
    """Seconds that the daily volume of a campaign takes, and its first question after the lake was opened."""

    days: int
    posts: int
    first: float
    again: float


def measure(runs: int = 5) -> LakeFigures:
    """Measure a lake of a million posts: one month of 320,000, then seventeen of 40,000 on four days each."""
    first = datetime(2020, 1, 1, tzinfo=UTC)
    days = [LOUD_DAY + 323] * 31
    while sum(days) < POSTS:
        days.append(LOUD_DAY if (first + timedelta(days=len(days))).day in LOUD_DATES else 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "lake"
        engine = make_store(Path(name) / "store.db", Made(days, first))
        build = _seconds(lambda: refresh(engine, folder, now=NOW))
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        grid = Grid.over(first, first + timedelta(days=len(days)), STEPS["1h"], "Asia/Baghdad")
        with Lake.open(folder) as lake:
            hourly = _median(lambda: volume(lake.ask, "let-it-go", grid, NO_COVERAGE), runs)
        figures = LakeFigures(
            posts=sum(days),
            build=build,
            megabytes=size / 1e6,
            hourly=hourly,
            hourly_bins=len(grid),
            one_day=_refresh_day(engine, folder, "2020-05-02", runs),
            one_cut_day=_refresh_day(engine, folder, "2020-01-15", runs),
            nothing=_median(lambda: refresh(engine, folder, now=NOW), runs),
        )
        engine.dispose()
    return figures


def measure_quiet_and_loud(runs: int = 5) -> tuple[Asked, Asked, Asked]:
    """Measure a campaign of 1,400 quiet days, a loud one of as many days, and one of as many posts on three days."""
    quiet, loud, brief = [30] * 1400, [300] * 1400, [14_000] * 3
    return _measure_campaign(quiet, runs), _measure_campaign(loud, runs), _measure_campaign(brief, runs)


def _measure_campaign(days: Sequence[int], runs: int) -> Asked:
    first = datetime(2020, 1, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "lake"
        engine = make_store(Path(name) / "store.db", Made(days, first, authors=10_000))
        refresh(engine, folder, now=NOW)
        engine.dispose()
        grid = Grid.over(first, first + timedelta(days=len(days)), STEPS["1day"], "Asia/Baghdad")
        with Lake.open(folder) as lake:
            ask = lambda: volume(lake.ask, "let-it-go", grid, NO_COVERAGE)  # noqa: E731 (asked twice)
            return Asked(len(days), sum(days), first=_seconds(ask), again=_median(ask, runs))


def _refresh_day(engine: Engine, folder: Path, day: str, runs: int) -> float:
    def changed() -> None:
        with writing(engine) as connection:
            mark(connection, days=[(PLATFORM, day)])

    return statistics.median(_after(changed, lambda: refresh(engine, folder, now=NOW)) for _ in range(runs))


def _after(prepare: Callable[[], object], action: Callable[[], object]) -> float:
    prepare()
    return _seconds(action)


def _median(action: Callable[[], object], runs: int) -> float:
    return statistics.median(_seconds(action) for _ in range(runs))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
