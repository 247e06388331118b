"""Packed bytes as a stream of unpacked ones: gzip, Zstandard, bzip2 and xz, told by what they begin with."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import RawIOBase
from typing import TYPE_CHECKING, Any, Final, Protocol

import zstandard

if TYPE_CHECKING:
    from typing_extensions import Buffer

_LONGEST_MARK: Final = 6
_PIECE: Final = 2**16
"""Unpacked bytes asked for at once: a piece that does not agree with its checksum is lost."""

_SIP: Final = 4_096
"""Packed bytes given to Zstandard at once: it unpacks all of them, and a row of one letter packs very well."""

_BREAKS: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile)


class Packed(Protocol):
    """An open file of packed bytes."""

    def read(self, size: int = -1, /) -> bytes: ...
    def read1(self, size: int, /) -> bytes: ...
    def seek(self, place: int, /) -> int: ...
    def tell(self) -> int: ...


class Unpacked(RawIOBase):
    """Unpacked bytes, or the bytes as they are where they are not packed.

    Attributes:
        broken: what ended the reading before the packed data's end; None where nothing did.
    """

    def __init__(self, source: Packed) -> None:
        head = source.read(_LONGEST_MARK)
        source.seek(0)
        unpack = next((unpack for mark, unpack in _UNPACKERS.items() if head.startswith(mark)), None)
        self._source = source if unpack is None else unpack(source)
        self.broken: str | None = None

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "Buffer") -> int:
        """Read some bytes; 0 at the end, and where the packed ones break off."""
        view = memoryview(buffer)
        try:
            # read1, not read: that would lose what it has unpacked when it comes to a break.
            piece = self._source.read1(min(len(view), _PIECE))
        except _BREAKS as error:
            self.broken = f"the packed data breaks off ({error or type(error).__name__})"
            return 0
        view[: len(piece)] = piece
        return len(piece)


class _Zstandard:
    """Frames of Zstandard, one after the other; zstandard's own reader takes a torn one for the end."""

    def __init__(self, source: Packed) -> None:
        self._source = source
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._packed = b""
        self._unpacked = memoryview(b"")

    def read1(self, size: int) -> bytes:
        while not self._unpacked:
            if self._frame.eof:
                self._packed = self._frame.unused_data
                self._frame = zstandard.ZstdDecompressor().decompressobj()
                self._begun = False
            self._packed = self._packed or self._source.read(_SIP)
            if not self._packed:
                if self._begun:
                    raise EOFError("the last frame has no end")
                return b""
            self._unpacked = memoryview(self._frame.decompress(self._packed))
            self._packed, self._begun = b"", True
        piece, self._unpacked = self._unpacked[:size], self._unpacked[size:]
        return piece.tobytes()


_UNPACKERS: Final[Mapping[bytes, Callable[[Any], Any]]] = {
    b"\x1f\x8b": lambda source: gzip.GzipFile(fileobj=source),
    b"\x28\xb5\x2f\xfd": _Zstandard,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
"""How a packed file is unpacked, by what it begins with."""
