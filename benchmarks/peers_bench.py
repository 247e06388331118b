"""The import of one file of X v2 pages by this program and by others: what each costs, and what each leaves out."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.peer_contents import READERS, Contents, Fact, compare, of_groundswell, of_pages
from benchmarks.peers import PEERS, NotInstalled, Peer
from benchmarks.spent import Spent, import_by_groundswell, run

OURS: Final = "groundswell"
DAMAGED_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """What a program made of a file.

    Attributes:
        name, versions, note: the program.
        spent: what it cost; None where it could not be installed.
        why_not: why it could not, or why it came to no end.
        megabytes: the size of what it wrote.
        facts: how much of what is in the file it kept.
        of_damaged: posts kept of a damaged file, and how many its whole lines have.
    """

    name: str
    versions: str
    note: str = ""
    spent: Spent | None = None
    why_not: str = ""
    megabytes: float = 0.0
    facts: tuple[Fact, ...] = ()
    of_damaged: tuple[int, int] = (0, 0)


def measure(made: Path) -> Iterator[Row]:
    """Measure this program and its peers, one after the other, on the same file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        damaged = folder / "damaged.jsonl"
        whole = _damage(made, damaged)
        true = of_pages(made)
        yield _ours(made, damaged, folder, true, whole)
        for peer in PEERS:
            yield _theirs(peer, made, damaged, folder, true, whole)


def _damage(made: Path, damaged: Path) -> int:
    """Write the first pages of a file: one cut off in its middle, one without posts; returns the posts in the others.

    So a file looks after a full disk, and a page of an API on which all posts were gone.
    """
    with made.open("rb") as lines:
        pages = [next(lines) for _ in range(DAMAGED_PAGES)]
    pages[3] = pages[3][: len(pages[3]) // 2] + b"\n"
    pages[7] = b'{"meta":{"result_count":0},"errors":[{"title":"Not Found Error"}]}\n'
    damaged.write_bytes(b"".join(pages))
    rest = damaged.with_name("rest.jsonl")
    rest.write_bytes(b"".join(page for number, page in enumerate(pages) if number not in (3, 7)))
    return len(of_pages(rest).returned)


def _ours(made: Path, damaged: Path, folder: Path, true: Contents, whole: int) -> Row:
    spent = import_by_groundswell(made, folder / "ours")
    store = folder / "ours" / "groundswell.db"
    import_by_groundswell(damaged, folder / "ours_damaged")
    kept = of_groundswell(folder / "ours_damaged" / "groundswell.db")
    return Row(
        OURS,
        "this checkout",
        spent=spent,
        megabytes=store.stat().st_size / 1e6,
        facts=tuple(compare(true, of_groundswell(store))),
        of_damaged=(len(kept.returned), whole),
    )


def _theirs(peer: Peer, made: Path, damaged: Path, folder: Path, true: Contents, whole: int) -> Row:
    try:
        versions = peer.install()
    except NotInstalled as error:
        return Row(peer.name, ", ".join(peer.needs), peer.note, why_not=f"could not be installed: {error}")
    target = folder / peer.target
    spent = run(peer.words(made, target), folder)
    if spent.code != 0:
        last = (spent.said.strip().splitlines() or ["nothing"])[-1]
        return Row(peer.name, versions, peer.note, why_not=f"came to no end: {last[:200]}")
    read = READERS[peer.name]
    other = folder / f"damaged_{peer.target}"
    run(peer.words(damaged, other), folder)
    kept = len(read(other).returned) if other.exists() and other.stat().st_size else 0
    return Row(
        peer.name,
        versions,
        peer.note,
        spent,
        megabytes=target.stat().st_size / 1e6,
        facts=tuple(compare(true, read(target))),
        of_damaged=(kept, whole),
    )
