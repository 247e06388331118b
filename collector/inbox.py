"""A folder whose new files are imported, each once: drop an archive in, and it is in the store.

An imported file moves to `done/` inside the folder, one that is no archive to `set-aside/`, with the reason
in a text beside it. If the program dies between an import and the move, the file is imported again: that adds
nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final, Literal

from collector.archive.errors import ArchiveError
from collector.archive.files import documents
from collector.archive.importing import PLAIN, Imported, Options, Progress, import_file, silent
from storage.store import Store

DONE: Final = "done"
SET_ASIDE: Final = "set-aside"

SETTLE: Final = timedelta(seconds=5)
"""A file that changed so lately is perhaps still being copied."""

_UNFINISHED: Final = frozenset({".part", ".partial", ".tmp", ".crdownload", ".download"})


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file.

    Attributes:
        path: where it is now.
        state: imported; set aside, as no archive; or waiting, to be looked at again.
        imported: what the imports brought: one, or of a zip one for each archive in it.
        why: the reason where it, or something in it, was not imported.
        error: what kept a waiting file from being read or moved, where that was not its being written.
    """

    path: Path
    state: Literal["imported", "set aside", "waiting"]
    imported: tuple[Imported, ...] = ()
    why: str = ""
    error: OSError | None = None


def receive(
    folder: Path,
    store: Store,
    *,
    now: Callable[[], datetime],
    explain: Callable[[ArchiveError], str] = str,
    progress: Progress = silent,
    options: Options = PLAIN,
) -> Iterator[Received]:
    """Import the files of a folder one after another, by name; each when the next is asked for.

    Hidden files, folders and unfinished downloads are passed over. A folder that does not exist is empty.

    Args:
        now: the clock; a file whose last change is less than SETTLE from it waits.
        explain: the words for the reason beside a file that is set aside.

    Raises:
        StorageError: the file stays where it is.
    """
    for path in _offered(folder):
        try:
            if _is_still(path, now()):
                received = _receive(path, store, now, explain, progress, options)
            else:
                received = Received(path, "waiting", why="changed a moment ago")
        except FileNotFoundError:
            continue  # another process was quicker
        except OSError as error:
            received = Received(path, "waiting", why=error.strerror or str(error), error=error)
        yield received


def _offered(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _is_offered(path))


def _is_offered(path: Path) -> bool:
    return path.name[0] not in ".~" and path.suffix.lower() not in _UNFINISHED and path.is_file()


def _is_still(path: Path, now: datetime) -> bool:
    return abs(now - datetime.fromtimestamp(path.stat().st_mtime, UTC)) >= SETTLE


def _receive(
    path: Path,
    store: Store,
    now: Callable[[], datetime],
    explain: Callable[[ArchiveError], str],
    progress: Progress,
    options: Options,
) -> Received:
    before = path.stat()
    imported: list[Imported] = []
    refused: list[str] = []
    for document in documents(path):
        try:
            imported.append(import_file(document, store, now=now, options=options, progress=progress))
        except ArchiveError as error:
            refused.append(f"{document.member}: {explain(error)}" if document.member else explain(error))
    after = path.stat()
    why = " ".join(refused)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return Received(path, "waiting", tuple(imported), why="changed while it was read")
    if imported:
        return Received(path.rename(_place_for(path, DONE)), "imported", tuple(imported), why)
    aside = _place_for(path, SET_ASIDE)
    _why_of(aside).write_text((why or "there is no file in it") + "\n", encoding="utf-8")
    return Received(path.rename(aside), "set aside", why=why)


def _place_for(path: Path, folder: str) -> Path:
    """Choose a name in a folder beside a file that no other file has: its own, or numbered."""
    place = path.parent / folder
    place.mkdir(exist_ok=True)
    names = (path.name if number == 1 else f"{path.stem}-{number}{path.suffix}" for number in count(1))
    return next(free for name in names if not (free := place / name).exists() and not _why_of(free).exists())


def _why_of(path: Path) -> Path:
    return path.with_name(path.name + ".why.txt")
