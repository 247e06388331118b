"""Files as they are offered: plain or compressed, alone or in a zip; each is read as a stream of bytes."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final

import zstandard

from collector.archive.errors import NotAnArchive

if TYPE_CHECKING:
    from typing_extensions import Buffer

BUFFER: Final = 2**20
"""Bytes read at once: a page of posts is one line, of some hundred thousand bytes."""

ZIP: Final = b"PK\x03\x04"
_SHEETS: Final = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may hold posts.

    Attributes:
        path: where it lies.
        member: its name inside of the zip at `path`; empty where it lies there itself.
    """

    path: Path
    member: str = ""

    def __str__(self) -> str:
        """Name it as messages do."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def name(self) -> str:
        """Name it in short."""
        return Path(self.member).name or self.path.name

    @contextmanager
    def open(self) -> Iterator["Opened"]:
        """Open it for reading, unpacked.

        Raises:
            OSError: it cannot be read.
            NotAnArchive: the zip is broken or locked by a password.
        """
        with ExitStack() as stack:
            packed = stack.enter_context(self.path.open("rb", buffering=BUFFER))
            whole, source = _member(stack, packed, self.member) if self.member else (self.path.stat().st_size, packed)
            unpacked = _Unpacked(_unpacking(source))
            yield Opened(BufferedReader(unpacked, BUFFER), whole, source.tell, unpacked)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that is being read.

    Attributes:
        file: its bytes, unpacked.
        whole: how many bytes there are to read, packed as they are.
        done: tells how many of them were read.
    """

    file: BufferedReader
    whole: int
    done: Callable[[], int]
    _unpacked: "_Unpacked"

    @property
    def broken(self) -> str | None:
        """Tell what ended the reading before the packed data's end; None where nothing did."""
        return self._unpacked.broken


def documents(path: Path) -> list[Document]:
    """List the documents at a path: the file, the members of a zip, or all in a folder and the folders in it.

    A spreadsheet is one document, though it is a zip. Hidden files of a folder are left out.
    """
    if path.is_dir():
        files = (file for file in sorted(path.rglob("*")) if file.is_file())
        shown = (file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts))
        return [document for file in shown for document in documents(file)]
    if not _is_zip(path):
        return [Document(path)]
    try:
        with zipfile.ZipFile(path) as opened:
            names = opened.namelist()
    except zipfile.BadZipFile:
        return [Document(path)]
    if _SHEETS in names:
        return [Document(path)]
    return [Document(path, name) for name in sorted(names) if _is_shown(name)]


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def _is_shown(name: str) -> bool:
    """Leave out folders, hidden files, and what macOS puts beside each file."""
    return not name.endswith("/") and not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _member(stack: ExitStack, packed: BinaryIO, name: str) -> tuple[int, IO[bytes]]:
    try:
        opened = stack.enter_context(zipfile.ZipFile(packed))
        return opened.getinfo(name).file_size, stack.enter_context(opened.open(name))
    except (zipfile.BadZipFile, KeyError) as error:
        raise NotAnArchive("a broken zip file") from error
    except (RuntimeError, NotImplementedError) as error:
        raise NotAnArchive("a zip file that is locked by a password, or packed in a way that is not read") from error


_UNPACKERS: Final[Mapping[bytes, Callable[[Any], Any]]] = {
    b"\x1f\x8b": lambda source: gzip.GzipFile(fileobj=source),
    b"\x28\xb5\x2f\xfd": lambda source: zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
"""How a packed file is unpacked, by what it begins with."""

_BREAKS: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile)


def _unpacking(source: IO[bytes]) -> Any:
    head = source.read(6)
    source.seek(0)
    unpack = next((unpack for beginning, unpack in _UNPACKERS.items() if head.startswith(beginning)), None)
    return source if unpack is None else unpack(source)


class _Unpacked(RawIOBase):
    """Unpacked bytes. Where the packed ones break off they are at their end, and `broken` says why."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.broken: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer") -> int:
        view = memoryview(buffer)
        try:
            piece = self._source.read(len(view))
        except _BREAKS as error:
            self.broken = f"the packed data breaks off ({error or type(error).__name__})"
            return 0
        view[: len(piece)] = piece
        return len(piece)
