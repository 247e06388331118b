"""Archives of the IRA's accounts: CSV without ids, of which ids are made that agree with their minutes."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.platforms.x.gathering import Gathered
from tests.platforms.x.world import Author, Post, Reference, snowflake

LANGUAGES: Mapping[str, str] = {
    "Arabic": "ar",
    "Bulgarian": "bg",
    "Czech": "cs",
    "Dutch": "nl",
    "English": "en",
    "Farsi (Persian)": "fa",
    "French": "fr",
    "German": "de",
    "Italian": "it",
    "Japanese": "ja",
    "Norwegian": "no",
    "Polish": "pl",
    "Portuguese": "pt",
    "Pushto": "ps",
    "Romanian": "ro",
    "Russian": "ru",
    "Serbian": "sr",
    "Spanish": "es",
    "Swedish": "sv",
    "Turkish": "tr",
    "Ukrainian": "uk",
    "Vietnamese": "vi",
}
TAG = re.compile(r"(?<![\w&#＃])[#＃](\w*[^\W\d_]\w*)(?![#＃])")
SINCE = datetime(2012, 1, 1, tzinfo=UTC)


def read(path: Path, gathered: Gathered) -> None:
    """Read a file; rows that are alike in account, minute and text are one post."""
    seen: set[tuple[str, str, str]] = set()
    in_minute: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = (row["author_id"], row["publish_date"], row["content"])
            if key in seen:
                continue
            seen.add(key)
            number = in_minute[row["publish_date"]]
            in_minute[row["publish_date"]] += 1
            _author(row, gathered)
            gathered.add(_post(row, number, crc32(path.name.encode())), is_found=True)


def _author(row: Mapping[str, str], gathered: Gathered) -> None:
    number = _number(row)
    gathered.authors[number] = Author(
        id=number,
        username=_username(row["author"], number),
        name=row["author"],
        created_at=SINCE,
        followers=int(row["followers"] or 0),
        following=int(row["following"] or 0),
        posts=int(row["updates"] or 0),
    )


def _post(row: Mapping[str, str], number: int, salt: int) -> Post:
    minute = datetime.fromisoformat(row["publish_date"]).replace(tzinfo=UTC)
    post_id = snowflake(minute + timedelta(seconds=number % 60), number * 64 + salt % 64)
    relation = {"R": "retweeted", "Q": "quoted"}.get(row["post_type"])
    # What it passes on or quotes is in no file.
    missing = snowflake(minute - timedelta(days=1), crc32(row["content"].encode()))
    references = (Reference(relation, missing),) if relation else ()  # type: ignore[arg-type]
    text = row["content"]
    return Post(post_id, _number(row), text, LANGUAGES.get(row["language"], "und"), _entities(text), references)


def _entities(text: str) -> dict[str, Any]:
    tags = [{"start": one.start(), "end": one.end(), "tag": one[1]} for one in TAG.finditer(text)]
    return {"hashtags": tags} if tags else {}


def _number(row: Mapping[str, str]) -> int:
    return 10**10 + crc32(row["author_id"].encode())


def _username(name: str, number: int) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_]{1,15}", name) else f"ira_{number % 10**10}"
