"""What the files of Bluesky posts hold, read as an archive would read them; run it to print the table."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.bluesky import jetstream, payload
from collector.bluesky.no_posts import no_posts
from collector.json_text import parse
from storage.post import Deletion, Item


@dataclass(slots=True)
class Census:
    """The items, deletions and events passed over of one file; `refused` names a file without posts."""

    items: list[Item] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    refused: list[str | None] = field(default_factory=list)

    @property
    def posts(self) -> int:
        return sum(item.post is not None and not item.post.is_repost for item in self.items)

    @property
    def reposts(self) -> int:
        return sum(item.post is not None and item.post.is_repost for item in self.items)

    @property
    def unparsed(self) -> int:
        return sum(item.post is None for item in self.items)

    @property
    def found(self) -> set[str]:
        return {item.post.platform_id for item in self.items if item.post is not None}

    @property
    def referred_only(self) -> set[str]:
        return {post.platform_id for item in self.items for post in item.referred} - self.found


def files(shared: Path) -> list[Path]:
    """List the JSON that Bluesky and its streams have answered."""
    return sorted([*shared.glob("bluesky/*"), *shared.glob("recorded_here/bsky_*.json*")])


def values(path: Path) -> Iterator[Any]:
    """Walk through the JSON values of a file."""
    whole = path.read_bytes()
    yield from map(parse, whole.splitlines() if path.suffix == ".jsonl" else [whole])


def census(path: Path) -> Census:
    """Read a file."""
    made = Census()
    for value in values(path):
        if payload.holds(value):
            made.items += payload.items(value)
        elif jetstream.holds(value):
            for told in jetstream.items(value):
                if isinstance(told, Deletion):
                    made.deletions.append(told)
                else:
                    made.items.append(told)
            if (why := jetstream.passed_over(value)) is not None:
                made.passed_over.append(why)
        else:
            made.refused.append(no_posts(value))
    return made


def _table(shared: Path) -> Iterator[str]:
    yield f"{'file':52}{'posts':>7}{'reposts':>9}{'distinct':>10}{'referred':>10}{'unparsed':>10}{'deletions':>11}"
    for path in files(shared):
        made = census(path)
        if made.refused:
            yield f"{path.name:52}{made.refused[0]}"
        else:
            numbers = (made.posts, made.reposts, len(made.found), len(made.referred_only), made.unparsed)
            columns = "".join(f"{one:>{wide}}" for one, wide in zip(numbers, (7, 9, 10, 10, 10), strict=True))
            yield f"{path.name:52}{columns}{len(made.deletions):>11}"


if __name__ == "__main__":
    print("\n".join(_table(Path(sys.argv[1]))))
