"""A copy of a store's file, made while others write to it, checked, and put in its place by one rename.

The copy is of one moment: SQLite's online backup runs inside one read transaction, so that what is written
meanwhile neither changes it nor makes it begin again. Writers are not held up; the -wal grows until it is done.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from storage.engine import open_engine
from storage.errors import StorageError, StoreLocked, StoreUnreadable, StoreUnwritable
from storage.query import Reader
from storage.scrub import scrub_if_pending
from storage.sqlite_file import connect, find, is_refused_write, primary_code, tidy, wal_of
from storage.store import Store
from storage.version import HEAD

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many pages have been copied, of how many."""

STEP: Final = 1_000
"""Pages that are copied between two looks at whether to stop."""

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What may lie beside a store's file and belongs to it alone: beside another file it would spoil that one."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A copy that was made.

    Attributes:
        path: where it is; it is one file, and nothing else belongs to it.
        bytes: how long it is.
        posts: how many posts are in it.
    """

    path: Path
    bytes: int
    posts: int


def back_up(store: Path, target: Path, *, overwrite: bool = False, progress: Progress | None = None) -> BackedUp:
    """Copy a store to a file, whoever writes it meanwhile; what was erased and not scrubbed yet is not in the copy.

    Raises FileExistsError for a file that is there, unless it may be overwritten; StoreNotFound, StoreTooNew or
    StoreUnreadable for a store that is none or is damaged (no copy is left then); StoreUnwritable or OSError where
    the copy cannot be written.
    """
    source, target = find(store), target.absolute()
    _refuse(source, target, overwrite)
    with fresh_beside(target) as fresh:
        copy(source, fresh, progress)
        check_whole(fresh, source)
        _scrub(fresh)
        posts = _close_up(fresh)
        _refuse(source, target, overwrite)
        _take_away_beside(target)
        fresh.replace(target)
    return BackedUp(target, target.stat().st_size, posts)


def copy(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Copy a store, as it is at this moment, to a file that is empty; raises as `back_up` does."""

    def tell(_status: int, remaining: int, whole: int) -> None:
        if progress is not None:
            progress(whole - remaining, whole)

    with Reader.open(source):  # names what is not a store of ours
        pass
    with named_errors(target), _snapshot(source) as origin, closing(sqlite3.connect(target)) as copied:
        # A copy that does not come to its end is thrown away: it needs no journal.
        copied.execute("PRAGMA journal_mode=OFF").close()
        copied.execute("PRAGMA synchronous=OFF").close()
        origin.backup(copied, pages=STEP, progress=tell)


@contextmanager
def _snapshot(store: Path) -> Iterator[sqlite3.Connection]:
    """Open a store as it is at this moment; leaves nothing beside it."""
    is_alone = not wal_of(store).exists()
    try:
        with closing(connect(store)[0]) as connection:
            connection.execute("BEGIN").close()
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()
            yield connection
    finally:
        if is_alone:
            tidy(store)


def check_whole(path: Path, origin: Path) -> None:
    """Raise StoreUnreadable, naming the file that it came from, where SQLite finds anything wrong with a copy."""
    with closing(sqlite3.connect(path)) as connection:
        if (found := wrong_in(connection)) is not None:
            raise StoreUnreadable(f"{origin} is damaged: {found}")


def wrong_in(connection: sqlite3.Connection) -> str | None:
    """Tell the first thing that SQLite finds wrong with a whole database; None where that is nothing."""
    try:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if primary_code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        return str(error)
    return None if found == "ok" else str(found).splitlines()[-1]


@contextmanager
def fresh_beside(path: Path) -> Iterator[Path]:
    """Make an empty file beside one that it is to become; if it is still there at the end it is taken away.

    One that a killed process left is written over. Raises OSError where it cannot be made.
    """
    fresh = path.with_name(f"{path.name}.part")
    try:
        _take_away_beside(fresh)
        fresh.open("wb").close()
        yield fresh
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
            _take_away_beside(fresh)


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Name what SQLite refuses to do with a file: raises StoreLocked, StoreUnreadable, StoreUnwritable."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from error


def url_of(path: Path) -> str:
    """Write a file's path as a store's address."""
    return f"sqlite:///{path.as_posix()}"


def sync(path: Path) -> None:
    """Have what was written to a file be on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _named(error: sqlite3.Error, path: Path) -> StorageError:
    code = primary_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked(f"{path} is held by another program")
    if is_refused_write(error):
        return StoreUnwritable(f"{path}: {error}")
    return StoreUnreadable(f"{path}: {error}")


def _refuse(source: Path, target: Path, overwrite: bool) -> None:
    if target.exists() and (not overwrite or target.samefile(source)):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


def _scrub(path: Path) -> None:
    """Take out of a copy what was erased in its store and is still somewhere in the file."""
    with Reader.open(path) as reader:
        _, versions = reader.rows("SELECT version_num FROM alembic_version")
        _, pending = reader.rows("SELECT 1 FROM meta WHERE key = 'scrub_pending'")
        if not list(pending):
            return
        is_newest = [version for (version,) in versions] == [HEAD]
    if is_newest:
        with Store(open_engine(url_of(path))) as store:
            scrub_if_pending(store)
    else:
        with named_errors(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("VACUUM").close()


def _close_up(path: Path) -> int:
    """Make a copy one plain file that whoever opens it finds whole; tells how many posts are in it."""
    with named_errors(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()
        (posts,) = connection.execute("SELECT COUNT(*) FROM posts").fetchone()
    sync(path)
    return int(posts)


def _take_away_beside(path: Path) -> None:
    for ending in BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
