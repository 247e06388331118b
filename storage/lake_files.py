"""The files of a lake: each written once, under a name that never comes again, and taken away when due."""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection

from storage import lake_rows
from storage.lake_manifest import Manifest, Part
from storage.lake_tables import ERASABLE, TABLES

KEPT_FOR: Final = timedelta(minutes=10)
"""How long a file that is no longer part of the lake is left to whoever may still be reading it."""

_OURS: Final = re.compile(r".+\.[0-9-]+\.([0-9]+)\.parquet")


class Writer:
    """Writes parts of the store, as one transaction sees it, to files of a lake's folder."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        """Number the new files after all that lie in the folder, whoever left them there."""
        self._folder = folder
        self._connection = connection
        self._numbers = count(1 + max((number for _, number in _files(folder)), default=0))

    def write(self, table: str, platform: str, part: str) -> Part | None:
        """Write a part to a file of its own, safe on the disk; None, and no file, where it has no rows."""
        batches = lake_rows.tables(self._connection, table, platform, part)
        first = next(batches, None)
        if first is None:
            return None
        whose = quote(platform, safe="") or table
        path = self._folder / table / f"{whose}.{part}.{next(self._numbers):06}.parquet"
        path.parent.mkdir(exist_ok=True)
        rows = _write(path, table, chain([first], batches))
        return Part(table, platform, part, f"{table}/{path.name}", rows, path.stat().st_size)


def sweep(folder: Path, manifest: Manifest | None, now: datetime) -> int:
    """Unlink the files that are not part of the lake any more, or never became one; returns how many.

    Files that were lately part of it stay for KEPT_FOR, unless they hold what has been deleted since. What
    Windows does not let go, because somebody reads it, is left for the next time.
    """
    kept: set[str] = set()
    if manifest is not None:
        kept |= {part.file for part in manifest.parts}
        kept |= {one.part.file for one in manifest.retired if not one.erased and now - one.since < KEPT_FOR}
    due = [path for path, _ in _files(folder) if f"{path.parent.name}/{path.name}" not in kept]
    return sum(_unlink(path) for path in due)


class Survivors:
    """Which texts freshly written files still have, of those in the files whose place they take."""

    def __init__(self, folder: Path, fresh: Sequence[Part]) -> None:
        """Take the files; they are read when they are first asked for."""
        self._folder = folder
        self._fresh = fresh
        self._still: dict[tuple[str, str], pa.ChunkedArray] = {}

    def miss(self, old: Part) -> bool:
        """Tell whether a row of an old file has a text where its row in the fresh files has none, or is gone.

        An edit is no erasure: only a text that went counts. A file that cannot be read is taken to hold some.
        """
        if old.table not in ERASABLE:
            return False
        try:
            return any(self._lost(old, column) for column in ERASABLE[old.table].columns)
        except (OSError, pa.ArrowException):
            return True

    def _lost(self, old: Part, column: str) -> bool:
        still = self._still.get((old.table, column))
        if still is None:
            files = [self._folder / part.file for part in self._fresh if part.table == old.table]
            chunks = [chunk for path in files for chunk in _keys_with(path, old.table, column).chunks]
            still = self._still[old.table, column] = pa.chunked_array(chunks, _key_of(old.table).type)
        held = _keys_with(self._folder / old.file, old.table, column)
        return not pc.all(pc.is_in(held, still), min_count=0).as_py()


def _write(path: Path, table: str, batches: Iterator[pa.Table]) -> int:
    rows = 0
    with path.open("wb") as file:
        with pq.ParquetWriter(file, TABLES[table], compression="zstd") as parquet:
            for batch in batches:
                parquet.write_table(batch)
                rows += batch.num_rows
        file.flush()
        os.fsync(file.fileno())
    return rows


def _key_of(table: str) -> pa.Field:
    return TABLES[table].field(ERASABLE[table].key)


def _keys_with(path: Path, table: str, column: str) -> pa.ChunkedArray:
    """Read the keys of the rows that have a value in a column."""
    key = _key_of(table)
    with pq.ParquetFile(path) as file:
        batches = file.iter_batches(columns=list({key.name, column}))
        return pa.chunked_array([one[key.name].filter(one[column].is_valid()) for one in batches], key.type)


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Find the files in the form of our names, with their numbers; whatever else lies there is not ours."""
    for table in TABLES:
        for path in (folder / table).glob("*.parquet"):
            if ours := _OURS.fullmatch(path.name):
                yield path, int(ours[1])


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except (PermissionError, FileNotFoundError):
        return False
    return True
