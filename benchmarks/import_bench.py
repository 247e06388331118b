"""The import of X v2 posts against a floor: parse each line, and insert the very rows that the import wrote.

The floor does what no import can do without: orjson.loads of each line, then sqlite3's executemany of the same rows
(payload bodies compressed already) in the same order and batches, with the same pragmas, indexes and commits.
Import and floor take turns, each in a process of its own on one core; CPU time is the process's own.
"""

import json
import marshal
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy import event

from benchmarks.spent import run
from collector.archive.importing import BATCH, import_file
from storage.campaign import Campaign
from storage.engine import PRAGMAS
from storage.store import Store

CAMPAIGN: Final = Campaign("blm", "#BlackLivesMatter", "UTC", ("BlackLivesMatter",))


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """What was measured: CPU seconds of each run, and the import's greatest memory in MB."""

    posts: int
    keep_raw: bool
    imports: tuple[float, ...]
    floors: tuple[float, ...]
    megabytes: float

    @property
    def ratio(self) -> float:
        """Divide the import's median by the floor's."""
        return statistics.median(self.imports) / statistics.median(self.floors)

    @property
    def posts_a_second(self) -> float:
        """Count posts per CPU second, by the median."""
        return self.posts / statistics.median(self.imports)


def measure(made: Path, posts: int, *, keep_raw: bool, runs: int = 5) -> ImportFigures:
    """Measure the import of a file of so many posts against its floor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _child("capture", made, folder, keep_raw)
        imports, floors, peak = [], [], 0.0
        for _ in range(runs):
            seconds, megabytes = _child("import", made, folder, keep_raw)
            imports.append(seconds)
            peak = max(peak, megabytes)
            floors.append(_child("floor", made, folder, keep_raw)[0])
    return ImportFigures(posts, keep_raw, tuple(imports), tuple(floors), peak)


def _child(what: str, made: Path, folder: Path, keep_raw: bool) -> tuple[float, float]:
    spent = run([sys.executable, "-m", "benchmarks.import_bench", what, made, folder, str(int(keep_raw))], folder)
    if spent.code != 0:
        raise RuntimeError(f"{what}: {spent.said}")
    return json.loads(spent.said.splitlines()[-1]), spent.megabytes


def _import(made: Path, folder: Path, keep_raw: bool) -> float:
    with _fresh(folder / "import.db", keep_raw) as store:
        began = time.process_time()
        import_file(made, store, now=lambda: datetime.now(UTC))
        return time.process_time() - began


def _fresh(path: Path, keep_raw: bool) -> Store:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    store = Store.open(f"sqlite:///{path}", keep_raw=keep_raw)
    store.set_campaigns((CAMPAIGN,), datetime.now(UTC))
    store.rebuild_membership()
    return store


def _capture(made: Path, folder: Path, keep_raw: bool) -> float:
    """Import once, writing down every row of every batch, campaign_posts included."""
    with _fresh(folder / "capture.db", keep_raw) as store, (folder / "rows").open("wb") as file:
        batch: list[tuple[str, list[Any]]] = []

        def note(_c: object, _cursor: object, statement: str, rows: Any, _x: object, many: bool) -> None:
            if many:
                batch.append((statement, [tuple(row) for row in rows]))

        def committed(connection: Any) -> None:
            if not batch:
                return
            members = _new_members(connection, batch)
            marshal.dump([*batch, ("INSERT INTO campaign_posts VALUES (?, ?)", members)], file)
            batch.clear()

        event.listen(store.engine, "before_cursor_execute", note)
        event.listen(store.engine, "commit", committed)
        import_file(made, store, now=lambda: datetime.now(UTC))
    return 0.0


def _new_members(connection: Any, batch: list[tuple[str, list[Any]]]) -> list[tuple[int, int]]:
    numbers = [row[0] for statement, rows in batch if statement.startswith("INSERT INTO posts ") for row in rows]
    if not numbers:
        return []
    found = connection.exec_driver_sql(
        "SELECT campaign_id, post_id FROM campaign_posts WHERE post_id BETWEEN ? AND ?",
        (min(numbers), max(numbers)),
    )
    return [tuple(row) for row in found]


def _floor(made: Path, folder: Path, keep_raw: bool) -> float:
    _fresh(folder / "floor.db", keep_raw).close()
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    spent = 0.0
    with (folder / "rows").open("rb") as rows, made.open("rb") as lines:
        for batch in _batches(rows):
            began = time.process_time()
            for _ in range(BATCH // 100):
                line = lines.readline()
                if line:
                    orjson.loads(line)
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in batch:
                connection.executemany(statement, values)
            connection.execute("COMMIT")
            spent += time.process_time() - began
    return spent


def _batches(file: IO[bytes]) -> Iterator[list[tuple[str, list[Any]]]]:
    while True:
        try:
            yield marshal.load(file)  # noqa: S302  # our own, written a moment ago
        except EOFError:
            return


def _pin() -> None:
    """Keep to one core, where the system can be asked to."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    _pin()
    work = {"import": _import, "floor": _floor, "capture": _capture}[sys.argv[1]]
    cpu = work(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] == "1")
    print(json.dumps(cpu))
