"""The forms of archives that are read, told apart by their content, never by a file's name."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from collector.archive import ira
from collector.archive.errors import NotAnArchive, NotPosts
from collector.errors import Unreadable
from collector.json_text import parse


@dataclass(frozen=True, slots=True)
class Form:
    """A form of archive.

    Attributes:
        name: as messages name it.
        platform: whose posts it holds.
        resolution: the seconds to which it tells their time.
    """

    name: str
    platform: str
    resolution: int


X_V2: Final = Form("x v2 JSONL", "x", 1)
IRA: Final = Form("IRA CSV", "x", 60)
FORMS: Final[Mapping[str, Form]] = {"x-v2": X_V2, "ira": IRA}
"""Every form, by the name it is asked for."""

_HEAD: Final = 4_096
_START: Final = 64
_LINES_TRIED: Final = 20
"""A file may begin with a broken line, or with pages on which nothing was found."""

_KNOWN_BEGINNINGS: Final = {
    b"\x1f\x8b": "gzip-compressed data",
    b"PK\x03\x04": "a zip file (or a spreadsheet)",
    b"\x28\xb5\x2f\xfd": "zstd-compressed data",
    b"BZh": "bzip2-compressed data",
    b"\xfd7zXZ": "xz-compressed data",
    b"SQLite format 3": "a SQLite database",
    b"PAR1": "a Parquet file",
    b"\xff\xfe": "text in UTF-16, not UTF-8",
    b"\xfe\xff": "text in UTF-16, not UTF-8",
}


def recognise(path: Path) -> Form:
    """Tell the form of a file from its content.

    Raises:
        NotPosts: it is known, and holds something else than posts.
        NotAnArchive: it is in no form that is read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        for beginning, seen in _KNOWN_BEGINNINGS.items():
            if head.startswith(beginning):
                raise NotAnArchive(seen)
        file.seek(0)
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not text:
            raise NotAnArchive("an empty file" if len(head) < _HEAD else "nothing but blanks")
        start = head[:_START]
        if b"\0" in start or "\ufffd" in start.decode("utf-8", "replace")[:-1]:
            raise NotAnArchive("binary data, or text that is not UTF-8")
        return _form_of_json(file) if text[:1] in (b"{", b"[") else _form_of_csv(file)


def _form_of_csv(file: BinaryIO) -> Form:
    header = file.readline(_HEAD).decode("utf-8-sig", "replace").strip()
    columns = next(csv.reader([header]), [])
    if set(columns) >= ira.COLUMNS:
        return IRA
    if len(columns) > 1:
        raise NotAnArchive(f"CSV with the columns {_listed(columns)}")
    raise NotAnArchive(f"text that begins {header[:40]!r}")


def _form_of_json(file: BinaryIO) -> Form:
    lines = (line for line in file if not line.isspace())
    is_page, seen = False, "lines that are not JSON"
    for line in islice(lines, _LINES_TRIED):
        try:
            answer = parse(line)
        except Unreadable:
            continue
        if not isinstance(answer, dict):
            seen = "JSON, but not one object a line"
            continue
        rows = answer.get("data", [] if "meta" in answer else answer)
        row = rows[0] if isinstance(rows, list) and rows else rows
        if isinstance(row, dict) and row:
            return _form_of_object(row)
        is_page, seen = is_page or "meta" in answer, f"JSON objects with the keys {_listed(answer)}"
    if is_page:
        return X_V2
    raise NotAnArchive(seen)


def _form_of_object(row: Mapping[str, Any]) -> Form:
    """Tell what an object is: a post, or what else X's API answers with."""
    keys = row.keys()
    if {"start", "end"} <= keys and not keys.isdisjoint({"tweet_count", "post_count"}):
        raise NotPosts("counts of posts (X API v2)")
    if {"id", "action"} <= keys and "text" not in keys:
        raise NotPosts("a compliance file (X API v2)")
    if {"id", "username", "name"} <= keys and "text" not in keys:
        raise NotPosts("users (X API v2)")
    if "id_str" in keys:
        raise NotAnArchive("posts of X's API v1.1")
    if {"id", "text"} <= keys and isinstance(row["id"], str):
        return X_V2
    raise NotAnArchive(f"JSON objects with the keys {_listed(row)}")


def _listed(names: Any, most: int = 8) -> str:
    shown = [str(name)[:40] for name in islice(names, most)]
    return ", ".join(shown) + (", …" if len(names) > most else "")
