"""Archives of real posts as worlds: what was written down once is served again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.platforms.x import archive_ira, archive_v1, archive_v2
from tests.platforms.x.gathering import Gathered
from tests.platforms.x.world import World

Read = Callable[[Mapping[str, Any], Gathered], None]


@dataclass(frozen=True)
class Archive:
    """What an archive holds.

    Attributes:
        found: the posts that it is an archive of, without what they refer to.
        unread: how many of its lines are broken or hold no post.
    """

    world: World
    found: frozenset[int]
    unread: int


@dataclass
class _Lines:
    gathered: Gathered = field(default_factory=Gathered)
    unread: int = 0


def read(*paths: Path) -> Archive:
    """Read archives into one world: CSV of the IRA's accounts, JSONL of the v1.1 and v2 interfaces."""
    lines = _Lines()
    for path in paths:
        if path.suffix == ".csv":
            archive_ira.read(path, lines.gathered)
        else:
            for line in _json_lines(path, lines):
                _read_line(line, lines)
    gathered = lines.gathered
    return Archive(gathered.world(), frozenset(gathered.found), lines.unread)


def _json_lines(path: Path, lines: _Lines) -> Iterator[Mapping[str, Any]]:
    for line in path.read_bytes().split(b"\n"):
        if not line.strip():
            continue
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            lines.unread += 1
            continue
        yield said


def _read_line(said: Mapping[str, Any], lines: _Lines) -> None:
    if "id_str" in said and "user" in said:
        archive_v1.read(said, lines.gathered)
    elif "text" in said and "id" in said:
        archive_v2.read_flat(said, lines.gathered)
    elif _has_posts(said.get("data")):
        archive_v2.read_page(said, lines.gathered)
    else:
        lines.unread += 1


def _has_posts(data: Any) -> bool:
    first = data[0] if isinstance(data, list) and data else data
    return isinstance(first, dict) and "text" in first
