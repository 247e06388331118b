"""Files as they are offered: plain or compressed, alone or in a zip; each is read as a stream of bytes."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from collector.archive import academictwitter
from collector.archive.errors import NotAnArchive
from collector.archive.unpacking import Packed, Unpacked

BUFFER: Final = 2**20
"""Bytes read at once: a page of posts is one line, of some hundred thousand bytes."""

ZIP: Final = b"PK\x03\x04"
_SHEETS: Final = frozenset({"xl/workbook.xml", "xl/workbook.bin", "META-INF/manifest.xml"})
"""What a workbook has in it, as a zip: of xlsx, of xlsb, and of ods."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may hold posts.

    Attributes:
        path: where it lies.
        member: its name inside of the zip at `path`; empty where it lies there itself.
        beside: the document that tells what the posts of this one refer to; None where that stands in it.
    """

    path: Path
    member: str = ""
    beside: "Document | None" = None

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
            packed = stack.enter_context(self.path.open("rb"))
            whole, source = _member(stack, packed, self.member) if self.member else (self.path.stat().st_size, packed)
            unpacked = Unpacked(source)
            yield Opened(BufferedReader(unpacked, BUFFER), whole, source.tell, unpacked, self._companion())

    def _companion(self) -> "Companion | None":
        if self.beside is None:
            return None
        with self.beside.open() as opened:
            return Companion(self.beside.name, opened.file.read())


class Companion(NamedTuple):
    """What lies beside a document, read whole: it belongs to one answer, and is as small as that."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that is being read.

    Attributes:
        file: its bytes, unpacked.
        whole: how many bytes there are to read, packed as they are.
        done: tells how many of them were read.
        beside: what lies beside it.
    """

    file: BufferedReader
    whole: int
    done: Callable[[], int]
    _unpacked: Unpacked
    beside: Companion | None = None

    @property
    def broken(self) -> str | None:
        """Tell what ended the reading before the packed data's end; None where nothing did."""
        return self._unpacked.broken


def documents(path: Path) -> list[Document]:
    """List the documents at a path: the file, the members of a zip, or all in a folder and the folders in it.

    A spreadsheet is one document, though it is a zip. Hidden files of a folder are left out. What lies beside a
    document and belongs to it is no document of its own.
    """
    listed = list(_listed(path))
    known = set(listed)
    paired = [_paired(document, known) for document in listed]
    taken = {document.beside for document in paired}
    noted = {_note_beside(document) for document in paired if document.beside is not None}
    return [document for document in paired if document not in taken and document not in noted]


def _listed(path: Path) -> Iterator[Document]:
    if path.is_dir():
        files = (file for file in sorted(path.rglob("*")) if file.is_file())
        shown = (file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts))
        for file in shown:
            yield from _listed(file)
    elif (names := _names_in_zip(path)) is None:
        yield Document(path)
    else:
        yield from (Document(path, name) for name in sorted(names) if _is_shown(name))


def _names_in_zip(path: Path) -> list[str] | None:
    """List what is in a zip; None for any other file, a broken zip and a spreadsheet."""
    if not _is_zip(path):
        return None
    try:
        with zipfile.ZipFile(path) as opened:
            names = opened.namelist()
    except zipfile.BadZipFile:
        return None
    return names if _SHEETS.isdisjoint(names) else None


def _paired(document: Document, known: set[Document]) -> Document:
    """Lay beside a document what belongs to it, if that is there."""
    name = academictwitter.companion(document.name)
    if name is None:
        return document
    beside = _neighbour(document, name)
    is_there = beside in known if document.member else beside.path.is_file()
    return replace(document, beside=beside) if is_there else document


def _note_beside(document: Document) -> Document:
    return _neighbour(document, academictwitter.NOTE)


def _neighbour(document: Document, name: str) -> Document:
    """Name what lies in the same folder, or the same folder of a zip."""
    if document.member:
        return Document(document.path, document.member.removesuffix(document.name) + name)
    return Document(document.path.with_name(name))


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def _is_shown(name: str) -> bool:
    """Leave out folders, hidden files, and what macOS puts beside each file."""
    return not name.endswith("/") and not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _member(stack: ExitStack, packed: BinaryIO, name: str) -> tuple[int, Packed]:
    try:
        opened = stack.enter_context(zipfile.ZipFile(packed))
        return opened.getinfo(name).file_size, cast("zipfile.ZipExtFile", stack.enter_context(opened.open(name)))
    except (zipfile.BadZipFile, KeyError) as error:
        raise NotAnArchive("a broken zip file") from error
    except (RuntimeError, NotImplementedError) as error:
        raise NotAnArchive("a zip file that is locked by a password, or packed in a way that is not read") from error
