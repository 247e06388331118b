"""The greatest memory of an import, of few posts and of many: it must not grow with them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from benchmarks.made_posts import pages_of
from benchmarks.spent import import_by_groundswell


@dataclass(frozen=True, slots=True)
class Memory:
    """The greatest memory (RSS) of `groundswell import` of so many posts, the CPU seconds, and the store's size."""

    posts: int
    megabytes: float
    cpu: float
    store: float


def measure(source: Path, sizes: Sequence[int]) -> list[Memory]:
    """Import so many posts made of a file of real ones, each time in a process of its own."""
    return [_measure(source, posts) for posts in sizes]


def _measure(source: Path, posts: int) -> Memory:
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "posts.jsonl.zst"
        written = 0
        # A million posts are 3.4 GB of text; packed they are a file that any disk has room for.
        with zstandard.open(made, "wb", cctx=zstandard.ZstdCompressor(level=1)) as file:
            for line, count in pages_of(source, posts):
                file.write(line + b"\n")
                written += count
        spent = import_by_groundswell(made, Path(name) / "store")
        store = (Path(name) / "store" / "groundswell.db").stat().st_size
        return Memory(written, spent.megabytes, spent.cpu, store / 1e6)
