"""The manifest of a lake: the one file that says which Parquet files are the lake.

Whatever else lies in the folder is not part of it: files of a refresh that did not end, and files that the
manifest before named, kept a while for whoever is still reading them.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from storage.errors import LakeError

FORMAT: Final = 2
"""Grows with the relations of the lake and their columns: a lake of another format is built anew."""
NAME: Final = "manifest.json"
PATIENCE_SECONDS: Final = 1.0
"""How long Windows may refuse to rename over, or open, a file that another process has open just now."""

_Done = TypeVar("_Done")
Sleep = Callable[[float], None]


class Part(msgspec.Struct, frozen=True, order=True):
    """One file of the lake.

    `part` is the month ('2026-11') or UTC day ('2026-11-05') of a dated table, with its platform; of another
    table it is the number of a range of ids, and the platform is ''. `file` is a path in the lake's folder.
    """

    table: str
    platform: str
    part: str
    file: str
    rows: int
    bytes: int


class Retired(msgspec.Struct, frozen=True):
    """A file that was part of the lake until `since`; `erased` where it holds what has been deleted."""

    part: Part
    since: datetime
    erased: bool


class Manifest(msgspec.Struct, frozen=True):
    """What the lake is: a copy of the store named `store` as it was at `revision`."""

    format: int
    store: str
    revision: int
    parts: tuple[Part, ...]
    retired: tuple[Retired, ...] = ()


NOTHING: Final = Manifest(FORMAT, store="", revision=-1, parts=())
"""The lake before there is one."""


def read(folder: Path) -> Manifest:
    """Read the manifest; raises LakeError where it is missing, damaged or of another format."""
    try:
        text = _patiently((folder / NAME).read_bytes, time.sleep)
        if _FORMAT.decode(text).format != FORMAT:
            raise LakeError(f"the lake in {folder} has another format")
        return _MANIFEST.decode(text)
    except FileNotFoundError as error:
        raise LakeError(f"there is no lake in {folder}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise LakeError(f"the lake in {folder} is damaged: {NAME}: {error}") from error


def check(folder: Path, manifest: Manifest) -> None:
    """Raise LakeError where a file that the manifest names is missing or of another size."""
    for part in manifest.parts:
        try:
            size = (folder / part.file).stat().st_size
        except OSError as error:
            raise LakeError(f"the lake in {folder} is damaged: {part.file}: {error.strerror}") from error
        if size != part.bytes:
            raise LakeError(f"the lake in {folder} is damaged: {part.file} has {size} bytes, not {part.bytes}")


def publish(folder: Path, manifest: Manifest, sleep: Sleep) -> None:
    """Put a manifest in the place of the one before, by one rename: a reader sees the one or the other."""
    fresh = folder / f"{NAME}.new"
    with fresh.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        file.flush()
        os.fsync(file.fileno())
    _patiently(lambda: os.replace(fresh, folder / NAME), sleep)


class _Format(msgspec.Struct):
    format: int


_FORMAT: Final = msgspec.json.Decoder(_Format)
_MANIFEST: Final = msgspec.json.Decoder(Manifest)


def _patiently(action: Callable[[], _Done], sleep: Sleep, pause: float = 0.05) -> _Done:
    """Try again for a second what Windows refuses while another process has the file open."""
    for _ in range(int(PATIENCE_SECONDS / pause)):
        try:
            return action()
        except PermissionError:
            sleep(pause)
    return action()
