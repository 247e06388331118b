"""Where a store lies: in a file that we copy ourselves, or in a database server, which has tools of its own."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import URL

_FILE: Final = "sqlite"


def file_of(url: str) -> Path | None:
    """Name a store's file by its address; None for a store in a database server. Raises StorageError for no address."""
    parsed = _parsed(url)
    return Path(parsed.database or "").absolute() if parsed.get_backend_name() == _FILE else None


def dump_command(url: str, file: Path) -> str:
    """Write the command line that makes a backup of a store on PostgreSQL; without its password."""
    words = ["pg_dump", "--format=custom", f"--file={file}", *_place(_parsed(url))]
    return shlex.join(words)


def restore_command(url: str, file: Path) -> str:
    """Write the command line that puts such a backup back; without the password."""
    words = ["pg_restore", "--clean", "--if-exists", "--single-transaction", *_place(_parsed(url)), str(file)]
    return shlex.join(words)


def _parsed(url: str) -> "URL":
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from storage.errors import StorageError

    try:
        return make_url(url)
    except ArgumentError as error:
        raise StorageError("that is not a database URL") from error


def _place(url: "URL") -> list[str]:
    parts = {"host": url.host, "port": url.port, "username": url.username, "dbname": url.database}
    return [f"--{name}={value}" for name, value in parts.items() if value is not None]
