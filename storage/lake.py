"""The lake: a Parquet copy of what analysis reads, kept in step with the store by writing anew what changed.

A refresh may be killed between any two of its steps: the lake before it stays readable until the one rename
that publishes the new one, and the next refresh takes up the pieces.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Engine, select

from storage import lake_manifest, schema
from storage.engine import reading
from storage.errors import LakeError, LakeUnwritable
from storage.garbage import garbage_left
from storage.lake_files import Survivors, Writer, sweep
from storage.lake_manifest import FORMAT, NOTHING, Manifest, Part, Retired, Sleep
from storage.lake_plan import MONTH_POSTS, Mark, Rewrite, plan
from storage.lake_rows import count_posts
from storage.meta import get_meta
from storage.sqlite_file import is_refused_write

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many parts have been written, of how many."""

LOCK: Final = "refresh.lock"
WAIT_SECONDS: Final = 30.0
"""How long a refresh waits for another one of the same lake to end."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did.

    Attributes:
        revision: the store's revision that the lake is a copy of now.
        parts: how many parts were written, with `rows` rows in all.
        removed: how many files of former lakes were taken away.
    """

    revision: int
    parts: int
    rows: int
    removed: int


@dataclass(frozen=True, slots=True)
class _State:
    """What the store says of itself in the transaction that a refresh reads."""

    store: str
    revision: int
    marks: dict[Mark, int]


def refresh(
    engine: Engine,
    folder: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
    month_posts: int = MONTH_POSTS,
    sleep: Sleep = time.sleep,
) -> Refreshed:
    """Bring the lake in a folder to the store's revision; one that is missing or damaged is built anew.

    All is read in one transaction: what is saved meanwhile is for the next refresh. A month in which a
    platform has more than `month_posts` posts is cut into days. Raises LakeError where the folder cannot be
    written or another refresh of it, which is waited for, does not end; and as `storage.engine.reading` does.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder), reading(engine) as connection, garbage_left():
            return _Refresh(connection, folder, now, progress or _ignore, month_posts, sleep).run()
    except OSError as error:
        raise LakeUnwritable(f"the lake in {folder} cannot be written: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class _Turned:
    """The parts of the new lake, those of them that are fresh, and files of former ones that wait to go."""

    parts: tuple[Part, ...]
    fresh: tuple[Part, ...]
    retired: tuple[Retired, ...]


@dataclass(frozen=True, slots=True)
class _Refresh:
    """One refresh, alone in its folder, of the store as one transaction sees it."""

    connection: Connection
    folder: Path
    now: datetime
    progress: Progress
    month_posts: int
    sleep: Sleep

    def run(self) -> Refreshed:
        """Plan, write, publish, and take away what is not needed any more."""
        state, before = _state(self.connection), _published(self.folder)
        base = before if _is_copy(self.folder, before, state) else self._disowned(before)
        removed = sweep(self.folder, before, self.now)
        if base.revision == state.revision:
            return Refreshed(state.revision, 0, 0, removed)
        count = partial(count_posts, self.connection)
        turned = self._write(plan(state.marks, base.revision, base.parts, count, self.month_posts), base)
        parts = tuple(sorted(turned.parts))
        manifest = Manifest(FORMAT, state.store, state.revision, parts, turned.retired)
        lake_manifest.publish(self.folder, manifest, self.sleep)
        removed += sweep(self.folder, manifest, self.now)
        return Refreshed(state.revision, len(turned.fresh), sum(part.rows for part in turned.fresh), removed)

    def _disowned(self, lake: Manifest) -> Manifest:
        """Leave of a lake that is damaged, or another store's, only files that have to go."""
        retired = tuple(Retired(part, self.now, erased=True) for part in lake.parts)
        return msgspec.structs.replace(NOTHING, retired=lake.retired + retired)

    def _write(self, rewrites: Sequence[Rewrite], base: Manifest) -> _Turned:
        """Write what is planned to new files; the files of the lake as it is are not touched."""
        parts = {_place(part): part for part in base.parts}
        retired = [one for one in base.retired if (self.folder / one.part.file).exists()]
        all_fresh: list[Part] = []
        for rewrite, fresh in self._written(rewrites):
            places = product(rewrite.tables, [rewrite.platform], rewrite.replaced)
            replaced = [parts.pop(place) for place in places if place in parts]
            retired += [Retired(part, self.now, erased=False) for part in replaced]
            retired = _condemned(retired, rewrite, Survivors(self.folder, fresh))
            parts |= {_place(part): part for part in fresh}
            all_fresh += fresh
        return _Turned(tuple(parts.values()), tuple(all_fresh), tuple(retired))

    def _written(self, rewrites: Sequence[Rewrite]) -> Iterator[tuple[Rewrite, list[Part]]]:
        writer = Writer(self.folder, self.connection)
        done, of = 0, sum(len(rewrite.tables) * len(rewrite.parts) for rewrite in rewrites)
        for rewrite in rewrites:
            fresh: list[Part] = []
            for table, name in product(rewrite.tables, rewrite.parts):
                if (part := writer.write(table, rewrite.platform, name)) is not None:
                    fresh.append(part)
                done += 1
                self.progress(done, of)
            yield rewrite, fresh


def _place(part: Part) -> tuple[str, str, str]:
    return part.table, part.platform, part.part


def _condemned(retired: Iterable[Retired], rewrite: Rewrite, survivors: Survivors) -> list[Retired]:
    """Mark the files with a text that the rows written anew have no more: also those that wait already."""
    return [
        msgspec.structs.replace(one, erased=True)
        if not one.erased and rewrite.concerns(one.part) and survivors.miss(one.part)
        else one
        for one in retired
    ]


def _state(connection: Connection) -> _State:
    table = schema.lake_parts.c
    rows = connection.execute(select(table.name, table.platform, table.part, table.revision))
    return _State(
        store=get_meta(connection, "store_id") or "",
        revision=int(get_meta(connection, "revision") or 0),
        marks={Mark(name, platform, part): revision for name, platform, part, revision in rows},
    )


def _published(folder: Path) -> Manifest:
    try:
        return lake_manifest.read(folder)
    except LakeError:
        return NOTHING


def _is_copy(folder: Path, lake: Manifest, state: _State) -> bool:
    """Tell whether a lake is whole, and of an earlier state of this very store."""
    try:
        lake_manifest.check(folder, lake)
    except LakeError:
        return False
    return lake.store == state.store and lake.revision <= state.revision


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other refreshes out by SQLite's lock on an empty database, which a dead process never keeps."""
    with ExitStack() as stack:
        try:
            lock = sqlite3.connect(folder / LOCK, timeout=WAIT_SECONDS, isolation_level=None)
            stack.enter_context(closing(lock))
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            kind = LakeUnwritable if is_refused_write(error) else LakeError
            raise kind(f"the lake in {folder} cannot be locked for a refresh: {error}") from error
        yield


def _ignore(done: int, of: int) -> None:
    """Tell nobody."""
