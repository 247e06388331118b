"""Putting a backup in a store's place, without bringing back what was deleted since it was made.

The store that is there is set aside, never deleted. What it knows of deletions is laid over the backup first, and
the backup's file is scrubbed. A restored store has a name of its own: a lake of the one before is no copy of it,
whatever revision it comes to.
"""

import secrets
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, delete, select

from storage import schema
from storage.backup import BESIDE, Progress, check_whole, copy, fresh_beside, named_errors, sync, url_of
from storage.batch import Batch
from storage.engine import reading, writing
from storage.errors import StoreLocked, StoreUnreadable
from storage.instant import to_text
from storage.meta import set_meta
from storage.post import Deletion
from storage.scrub import scrub_if_pending
from storage.sqlite_file import find, primary_code
from storage.store import Store

SOURCE: Final = "restore"
_TABLES: Final[dict[Literal["post", "author"], str]] = {"post": "deletions", "author": "author_deletions"}
_AT_ONCE: Final = 2_000
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_ERROR)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        aside: where the store is now that was there before; None where there was none.
        carried: how many deletions that became known after the backup were laid over it.
        unread: why the deletions of the store that was there could not be read; '' where they were.
    """

    aside: Path | None
    carried: int
    unread: str


def restore(backup: Path, path: Path, *, now: datetime, progress: Progress | None = None) -> Restored:
    """Put a backup in the place of the store at `path`; `now` (aware) names the file that is set aside.

    Nothing is changed where it raises: StoreNotFound, StoreTooNew, StoreUnreadable for a backup that is no whole
    store of ours, StoreUnreadable also for a database of another program at `path`, StoreLocked where anybody has
    the store open, StoreUnwritable or OSError where there is no room or no permission.
    """
    backup, path = find(backup), path.absolute()
    if path.exists() and path.samefile(backup):
        raise StoreUnreadable(f"{backup} is the store itself, not a backup of it")
    with fresh_beside(path) as fresh:
        copy(backup, fresh, progress)
        check_whole(fresh, backup)
        with ExitStack() as held:
            present = held.enter_context(_held(path, now)) if path.exists() else _Present()
            carried = _make_current(fresh, present.deletions, now)
        aside = _swap(path, fresh, now)
    return Restored(aside, carried, present.unread)


@dataclass(frozen=True, slots=True)
class _Present:
    """What the store that is there knows of deletions, and why it could not be asked."""

    deletions: Sequence[Deletion] = ()
    unread: str = ""


@contextmanager
def _held(path: Path, now: datetime) -> Iterator[_Present]:
    """Hold the store that is there, alone, and read what it knows of deletions; a damaged one can be neither.

    Leaving the WAL mode takes that no other program has the file open, and puts all that waits into the one file.
    """
    with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
        try:
            yield _look_into(connection, path, now)
        except BaseException:
            _give_back(connection)
            raise


def _look_into(connection: sqlite3.Connection, path: Path, now: datetime) -> _Present:
    with named_errors(path):
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            connection.execute("BEGIN EXCLUSIVE").close()
            return _Present(_deletions_of(connection, path, now))
        except sqlite3.Error as error:
            if primary_code(error) not in _DAMAGE:
                raise
            return _Present(unread=str(error))


def _give_back(connection: sqlite3.Connection) -> None:
    """Leave a store as it was found; of a damaged one nothing was changed."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK").close()
        connection.execute("PRAGMA journal_mode=WAL").close()


def _deletions_of(connection: sqlite3.Connection, path: Path, now: datetime) -> list[Deletion]:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "alembic_version" not in tables:
        raise StoreUnreadable(f"{path} is a database of another program")
    if "leases" in tables:
        _check_leases(connection, path, now)
    return [
        Deletion(platform=platform, platform_id=platform_id, deleted_at=deleted_at, reason=reason, of=of)
        for of, table in _TABLES.items()
        if table in tables
        for platform, platform_id, deleted_at, reason in connection.execute(
            f"SELECT platform, platform_id, deleted_at, reason FROM {table}"  # noqa: S608 (our own words)
        )
    ]


def _check_leases(connection: sqlite3.Connection, path: Path, now: datetime) -> None:
    """Raise StoreLocked where a process of another machine collects into it: its locks may not be seen here."""
    others = "SELECT host, pid FROM leases WHERE host <> ? AND until > ?"
    for host, pid in connection.execute(others, (socket.gethostname(), to_text(now))):
        raise StoreLocked(f"{path} is collected into by process {pid} on {host}")


def _make_current(fresh: Path, known: Sequence[Deletion], now: datetime) -> int:
    """Bring a copy up to date: its schema, the deletions known since, its name; tells how many deletions those were."""
    with Store.open(url_of(fresh)) as store:
        with reading(store.engine) as connection:
            there = _recorded(connection)
        since = [one for one in known if one not in there]
        if since:
            run_id = store.begin_run(SOURCE, "", now)
            for first in range(0, len(since), _AT_ONCE):
                store.save(Batch(run_id, SOURCE, "", now, deletions=since[first : first + _AT_ONCE]))
            store.finish_run(run_id, now)
        scrub_if_pending(store)
        with writing(store.engine) as connection:
            connection.execute(delete(schema.leases))
            set_meta(connection, "store_id", secrets.token_hex(8))
        store.abandon_runs(now)
    with named_errors(fresh), closing(sqlite3.connect(fresh, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=WAL").close()
    sync(fresh)
    return len(since)


def _recorded(connection: Connection) -> set[Deletion]:
    tables = {"post": schema.deletions, "author": schema.author_deletions}
    return {
        Deletion(
            platform=row.platform, platform_id=row.platform_id, deleted_at=row.deleted_at, reason=row.reason, of=of
        )
        for of in _TABLES
        for row in connection.execute(select(tables[of]))
    }


def _swap(path: Path, fresh: Path, now: datetime) -> Path | None:
    """Set aside what is there, with all that lies beside it, and put the fresh file in its place."""
    aside = _free_name(path, now) if path.exists() else None
    moved: list[tuple[Path, Path]] = []
    try:
        for mine in (path.with_name(path.name + ending) for ending in ("", *BESIDE)):
            if aside is None:
                mine.unlink(missing_ok=True)
            elif mine.exists():
                moved.append((mine, mine.rename(aside.with_name(mine.name.replace(path.name, aside.name, 1)))))
        fresh.rename(path)
    except OSError:
        for before, after in moved:
            after.rename(before)
        if aside is not None:
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                _give_back(connection)
        raise
    return aside


def _free_name(path: Path, now: datetime) -> Path:
    stem = f"{path.stem}.until-{now:%Y%m%dT%H%M%SZ}"
    names = (path.with_name(f"{stem}{again}{path.suffix}") for again in ("", *map("-{}".format, range(2, 100))))
    return next(name for name in names if not name.exists())
