"""Files as they are offered: packed in every way, in zips and folders, torn, locked, and larger than memory."""

import bz2
import gzip
import io
import json
import lzma
import os
import random
import resource
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from collector.archive import Document, documents, read, recognise
from collector.archive.errors import NotAnArchive
from collector.archive.json_values import read_values
from storage.post import Item

LINES = b"".join(
    json.dumps({"id": str(n), "text": f"post {n}", "created_at": "2021-06-26T12:00:00.000Z"}).encode() + b"\n"
    for n in range(1, 400)
)


def frames(content: bytes) -> bytes:
    """Pack into several frames, and one that is empty, as tools that pack in parallel or append do."""
    half = len(content) // 2
    return b"".join(map(zstandard.compress, (content[:10], content[10:half], b"", content[half:])))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "gz of two members": lambda content: gzip.compress(content[:999]) + gzip.compress(content[999:]),
    "zst": zstandard.compress,
    "zst of several frames": frames,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def content_of(document: Document) -> bytes:
    with document.open() as opened:
        content = opened.file.read()
        assert opened.broken is None
        assert opened.done() == opened.whole
        return content


def found_in(document: Document) -> list[Item]:
    return [told for told in read(document, recognise(document)) if isinstance(told, Item)]


# --- packed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", PACKERS)
def test_a_packed_file_is_read_whatever_its_name(how: str, tmp_path: Path) -> None:
    (document,) = documents(put(tmp_path / "misleading.csv", PACKERS[how](LINES)))
    assert content_of(document) == LINES
    assert len(found_in(document)) == 399


@pytest.mark.parametrize("how", PACKERS)
def test_so_is_one_in_a_zip(how: str, tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", zipped({"folder/a": PACKERS[how](LINES), "b.jsonl": LINES}))
    assert [str(document) for document in documents(path)] == [f"{path}/b.jsonl", f"{path}/folder/a"]
    assert [content_of(document) for document in documents(path)] == [LINES, LINES]


@pytest.mark.parametrize("how", [name for name in PACKERS if name != "plain"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_torn_file_gives_what_came_and_says_so(how: str, share: float, tmp_path: Path) -> None:
    chosen = random.Random(1)  # noqa: S311  # bytes that do not pack well
    lines = b"".join(
        json.dumps(json.loads(line) | {"x": chosen.randbytes(300).hex()}).encode() + b"\n"
        for line in LINES.splitlines()
    )
    packed = PACKERS[how](lines)
    (document,) = documents(put(tmp_path / "torn", packed[: int(len(packed) * share)]))
    with document.open() as opened:
        content = opened.file.read()
        assert lines.startswith(content)
        assert opened.broken is not None
        assert "breaks off" in opened.broken
    if b"\n" not in content:
        with pytest.raises(NotAnArchive, match=None if content else "breaks off"):
            recognise(document)
        return
    items = found_in(document)
    assert [item.post is not None for item in items[: content.count(b"\n")]] == [True] * content.count(b"\n")
    assert items[-1].error is not None
    assert items[-1].error.startswith("at the end: the packed data breaks off")


def test_a_torn_gz_gives_every_byte_that_can_be_unpacked(tmp_path: Path) -> None:
    content = random.Random(2).randbytes(600_000).hex().encode()  # noqa: S311  # as above
    packed = gzip.compress(content)[:400_000]
    (document,) = documents(put(tmp_path / "torn.gz", packed))
    whole = zlib.decompressobj(wbits=31).decompress(packed)
    with document.open() as opened:
        assert len(whole) - len(opened.file.read()) < 2**16


# --- zips ---------------------------------------------------------------------------------------------------


def test_of_a_zip_what_its_maker_hid_is_left_out(tmp_path: Path) -> None:
    members = ["a.jsonl", "__MACOSX/._a.jsonl", ".DS_Store", "b/.hidden/c", "b/d.jsonl", "e/"]
    path = put(tmp_path / "a.zip", zipped(dict.fromkeys(members, b"{}")))
    assert [document.member for document in documents(path)] == ["a.jsonl", "b/d.jsonl"]


@pytest.mark.parametrize("inside", ["xl/workbook.xml", "xl/workbook.bin", "META-INF/manifest.xml"])
def test_a_spreadsheet_is_one_document_though_it_is_a_zip(tmp_path: Path, inside: str) -> None:
    path = put(tmp_path / "a.xlsx", zipped({inside: b"", "content.xml": b""}))
    assert documents(path) == [Document(path)]


def test_a_zip_that_is_locked_says_so(tmp_path: Path) -> None:
    locked = bytearray(zipped({"a.jsonl": LINES}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.index(mark) + flags
        locked[place : place + 2] = struct.pack("<H", 1)
    (document,) = documents(put(tmp_path / "a.zip", bytes(locked)))
    with pytest.raises(NotAnArchive, match="password"):
        recognise(document)


def test_a_zip_packed_in_an_unknown_way_says_so(tmp_path: Path) -> None:
    odd = bytearray(zipped({"a.jsonl": LINES}))
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = odd.index(mark) + method
        odd[place : place + 2] = struct.pack("<H", 97)
    (document,) = documents(put(tmp_path / "a.zip", bytes(odd)))
    with pytest.raises(NotAnArchive, match="not read"):
        recognise(document)


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_a_torn_zip_is_one_document_that_is_refused(share: float, tmp_path: Path) -> None:
    whole = zipped({"a.jsonl": LINES})
    path = put(tmp_path / "a.zip", whole[: int(len(whole) * share)])
    assert documents(path) == [Document(path)]
    with pytest.raises(NotAnArchive, match="zip"):
        recognise(path)


def test_a_damaged_member_costs_itself(tmp_path: Path) -> None:
    damaged = bytearray(zipped({"a.jsonl": LINES * 9, "b.jsonl": LINES}, zipfile.ZIP_STORED))
    damaged[damaged.index(b"post 200") + 1] ^= 1
    broken, whole = documents(put(tmp_path / "a.zip", bytes(damaged)))
    items = found_in(broken)
    assert items[-1].error == "at the end: the packed data breaks off (Bad CRC-32 for file 'a.jsonl')"
    assert sum(item.post is not None for item in items) > 399 * 6
    assert len(found_in(whole)) == 399


# --- folders ------------------------------------------------------------------------------------------------


def test_a_folder_is_read_whole_but_for_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/c.jsonl", "a/d/e.gz", ".hidden", ".git/config", "a/.f"):
        put(tmp_path / "folder" / name, LINES)
    put(tmp_path / "folder" / "a" / "z.zip", zipped({"g.jsonl": LINES}))
    (tmp_path / "folder" / "empty").mkdir()
    found = [str(document).removeprefix(f"{tmp_path}/folder/") for document in documents(tmp_path / "folder")]
    assert found == ["a/c.jsonl", "a/d/e.gz", "a/z.zip/g.jsonl", "b.jsonl"]


def test_a_folder_may_itself_lie_in_a_hidden_one(tmp_path: Path) -> None:
    put(tmp_path / ".cache" / "posts" / "a.jsonl", LINES)
    assert [document.name for document in documents(tmp_path / ".cache" / "posts")] == ["a.jsonl"]


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        documents(tmp_path / "nothing")


# --- as large as they come ----------------------------------------------------------------------------------

PART: Any = {"id": "1", "text": "x" * 900, "created_at": "2021-06-26T12:00:00.000Z", "author_id": "7"}
PARTS = 205_000
"""So many parts are 200 MB."""


def pieces(begin: bytes, between: bytes, end: bytes) -> Iterator[bytes]:
    part = json.dumps(PART).encode()
    yield begin + part
    for _ in range(PARTS // 1000):
        yield (between + part) * 1000
    yield end


WRITERS: dict[str, tuple[Callable[[Path], Any], tuple[bytes, bytes, bytes]]] = {
    "lines in gz": (lambda path: gzip.GzipFile(path, "wb", 1), (b"", b"\n", b"\n")),
    "lines in zst": (lambda path: zstandard.open(path, "wb"), (b"", b"\n", b"\n")),
    "an array in one line": (lambda path: path.open("wb"), (b"[", b", ", b"]")),
    "an array in gz": (lambda path: gzip.GzipFile(path, "wb", 1), (b"[", b",", b"]")),
}


@pytest.mark.proof
@pytest.mark.parametrize("how", WRITERS)
def test_memory_does_not_grow_with_the_file(how: str, tmp_path: Path) -> None:
    opener, layout = WRITERS[how]
    path = tmp_path / "large"
    with opener(path) as file:
        for piece in pieces(*layout):
            file.write(piece)
    assert sum(1 for _ in _values(path)) == PARTS // 1000 * 1000 + 1
    code = f"from tests.collector.test_files import peak; print(peak({str(path)!r}))"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=_ROOT)
    assert float(answer.stdout) < 30


def test_memory_does_not_grow_with_a_small_file_either(tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", b"[" + b",".join([json.dumps(PART).encode()] * 9_000) + b"]")
    tracemalloc.start()
    try:
        assert sum(1 for _ in _values(path)) == 9_000
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 8_500_000
    assert most < 6_000_000


_ROOT = Path(__file__).resolve().parents[2]


def _values(path: Path) -> Iterator[Any]:
    with Document(path).open() as opened:
        yield from read_values(opened.file)


def peak(path: str) -> float:
    """Read a file through and tell by how many MB the process has grown meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in _values(Path(path)):
        pass
    return (
        (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        / 1024
        / (1024 if os.uname().sysname == "Darwin" else 1)
    )
