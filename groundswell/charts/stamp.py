"""What the charts in a folder were last drawn of: a store that has not changed since need not be counted again."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from analysis.charts.places import named, stem
from groundswell import __version__
from groundswell.charts.wanted import Drawn, Wanted
from storage.store import Store

REPORTED: Final = timedelta(hours=1)
"""A report takes as long as all charts twice: it is written no more often while a collector runs."""


def stamp(store: Store, wanted: Wanted, revision: str, names: list[str]) -> None:
    """Note of which revision a campaign's charts are, and which there are."""
    facts = {"of": _of(store, wanted, revision), "charts": names}
    with suppress(OSError):
        _path(wanted).write_text(json.dumps(facts), encoding="utf-8")


def unstamp(wanted: Wanted) -> None:
    """Note that not all of a campaign's charts are of one revision, or of one window, any more."""
    with suppress(OSError):
        _path(wanted).unlink(missing_ok=True)


def is_as_it_was(store: Store, wanted: Wanted) -> list[Drawn] | None:
    """Find the charts that were drawn of the store as it is now; None where it has changed, or one is missing."""
    if wanted.campaign.slug in store.rebuilding():
        return None
    try:
        facts: dict[str, Any] = json.loads(_path(wanted).read_text(encoding="utf-8"))
        is_of_it = facts["of"] == _of(store, wanted, str(store.revision()))
        there = [(name, named(stem(wanted.campaign.slug, name), wanted.folder)) for name in facts["charts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not is_of_it or not all(files.are_there for _, files in there):
        return None
    return [Drawn(name, files, is_new=False) for name, files in there]


def is_due(wanted: Wanted, drawn: Sequence[Drawn]) -> bool:
    """Tell whether `run` is to write a report: there is none, or one older than the charts, and than REPORTED."""
    try:
        written = report_of(wanted).stat().st_mtime
        changed = max(one.files.manifest.stat().st_mtime for one in drawn)
    except OSError:
        return True
    return changed > written and time.time() - written > REPORTED.total_seconds()


def report_of(wanted: Wanted) -> Path:
    """Name a campaign's report in its language."""
    suffix = "" if wanted.language == "en" else f"-{wanted.language}"
    return wanted.folder / f"{wanted.campaign.slug}-report{suffix}.html"


def _of(store: Store, wanted: Wanted, revision: str) -> str:
    # Which servers are needed is config.yaml's, and no change of the store's.
    servers = sorted(store.servers().items())
    return sha256(f"{__version__} {revision} {wanted!r} {servers!r}".encode()).hexdigest()


def _path(wanted: Wanted) -> Path:
    return wanted.folder / f".{wanted.campaign.slug}.drawn"
