"""A store's SQLite file, opened to be read wherever it lies, whoever writes it; nothing is left behind."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

from storage.errors import StoreNotFound, StoreUnreadable

BUSY_SECONDS: Final = 5.0

_REFUSED: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
    }
)
"""What SQLite calls a disk I/O error and is mostly a full disk."""

Look: TypeAlias = tuple[int, int, bool]
"""How a file looks from outside: its size, when it was changed (ns), whether a -wal lies beside it."""


def find(store: str | Path) -> Path:
    """Find a store's file by its path or its `sqlite:///` URL.

    Raises StoreNotFound where there is no file, StoreUnreadable for the URL of a database server.
    """
    path = _path_of(store)
    if not path.is_file():
        raise StoreNotFound(f"{path} is not a file" if path.exists() else f"{path} is not there")
    return path


def wal_of(path: Path) -> Path:
    """Name the file where a store's newest changes wait."""
    return path.with_name(path.name + "-wal")


def look_at(path: Path) -> Look:
    """See whether a file changed, without opening it."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, wal_of(path).exists()


def connect(path: Path) -> tuple[sqlite3.Connection, Look | None]:
    """Open the file for reading; also gives how it looked, if it is taken as a file that does not change.

    A reader of a store in WAL mode makes the -shm file beside it where there is none. Where it may not, and
    there is no -wal either (so nobody is writing), `immutable` reads the file alone.
    """
    look = look_at(path)
    connection = _opened(path, "mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if primary_code(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        if look[2]:
            raise StoreUnreadable(f"{path} has changes waiting in {wal_of(path).name}: {error}") from error
        return _opened(path, "mode=ro&immutable=1"), look
    except sqlite3.Error:
        connection.close()
        raise
    return connection, None


def tidy(path: Path) -> None:
    """Have SQLite take away the empty -wal and -shm that reading made, unless somebody uses them now."""
    with suppress(sqlite3.Error), closing(_opened(path, "mode=rw")) as connection:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()


def is_refused_write(error: object) -> bool:
    """Tell whether SQLite could not write: also a reader has to, for the -shm, where nobody has the store open."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    return code in _REFUSED or (code & 0xFF) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def primary_code(error: sqlite3.Error) -> int:
    """Give SQLite's code of an error without its details; 0 for an error of the driver's own."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _path_of(store: str | Path) -> Path:
    text = str(store)
    scheme, colon, rest = text.partition("://")
    if isinstance(store, Path) or not colon:
        return Path(text).absolute()
    if scheme.partition("+")[0] != "sqlite":
        raise StoreUnreadable(f"a store at {scheme} is not supported; sqlite:///FILE is")
    path = rest.partition("?")[0].removeprefix("/")
    if path in ("", ":memory:"):
        raise StoreNotFound(f"{text} names no file")
    return Path(path).absolute()


def _opened(path: Path, options: str) -> sqlite3.Connection:
    """Open a file by its URI; whatever has a meaning in an URI ('#', '?', '%') is percent-encoded."""
    quoted = quote(os.fsencode(path.as_posix()))
    rooted = quoted if quoted.startswith("/") else f"/{quoted}"
    uri = f"file://{rooted}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
