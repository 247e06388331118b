"""The saving of X v2 posts in PostgreSQL: items that are read already, in batches as an import makes them.

The server is one of the tests': on 127.0.0.1, as a user that is not root, from a folder of its own, with fsync=off.
Seconds are by the clock, since half of the work is the server's.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Table, func, select

from benchmarks.import_bench import CAMPAIGN
from collector.archive import read, recognise
from collector.archive.importing import BATCH, SOURCE
from storage import schema
from storage.batch import Batch
from storage.engine import reading
from storage.garbage import garbage_left
from storage.post import Item
from storage.store import Store
from tests import postgres

POSTS: Final = 50_000
COUNTED: Final = (schema.posts, schema.authors, schema.post_hashtags, schema.raw_payloads)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured: items, the rows that they became in some tables, and the seconds of each run."""

    keep_raw: bool
    items: int
    rows: dict[str, int]
    seconds: tuple[float, ...]

    @property
    def posts_a_second(self) -> float:
        """Count rows of posts per second, by the median."""
        return self.rows["posts"] / statistics.median(self.seconds)


def measure(made: Path, runs: int = 3) -> list[Figures] | str:
    """Measure with bodies and without; a sentence where there is no PostgreSQL."""
    try:
        server = postgres.server()
    except pytest.skip.Exception as skipped:
        return str(skipped)
    items = [one for one in _first(made) if isinstance(one, Item)]
    batches = [items[at : at + BATCH] for at in range(0, len(items), BATCH)]
    measured = []
    for keep_raw in (True, False):
        seconds = []
        for _ in range(runs):
            with server.empty() as name, Store.open(server.url(name), keep_raw=keep_raw) as store:
                store.set_campaigns((CAMPAIGN,), datetime.now(UTC))
                store.rebuild_membership()
                seconds.append(_save(store, batches))
                rows = {table.name: _count(store, table) for table in COUNTED}
        measured.append(Figures(keep_raw, len(items), rows, tuple(seconds)))
    return measured


def _first(made: Path) -> Iterator[object]:
    told = read(made, recognise(made))
    return (one for _number, one in zip(range(POSTS), told, strict=False))


def _save(store: Store, batches: Sequence[Sequence[Item]]) -> float:
    run_id = store.begin_run(SOURCE, "", datetime.now(UTC))
    with garbage_left():
        began = time.perf_counter()
        for batch in batches:
            store.save(Batch(run_id, SOURCE, "", datetime.now(UTC), batch))
        return time.perf_counter() - began


def _count(store: Store, table: Table) -> int:
    with reading(store.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
