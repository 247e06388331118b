"""What was drawn and names users, taken away: of somebody who is to be forgotten it must show nothing."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_NAMING: Final = ("report*.html", "top-accounts.*", "top-links.*", "top-tags.*")
"""The report shows posts, and the leaders whoever leads; what else is drawn has counts, and words of many."""


def take_away(folder: Path, slugs: Iterable[str]) -> list[Path]:
    """Delete the reports and the charts of leaders of these campaigns in a folder; returns what was there.

    The note of what is drawn goes with them, so that they are made anew. Raises OSError where one cannot be deleted.
    """
    taken = sorted({path for slug in slugs for path in _naming(folder, slug)})
    for path in taken:
        path.unlink(missing_ok=True)
    return [path for path in taken if not path.name.startswith(".")]


def _naming(folder: Path, slug: str) -> Iterator[Path]:
    for pattern in _NAMING:
        yield from folder.glob(f"{slug}-{pattern}")
    yield from folder.glob(f".{slug}.drawn")
