"""Room on the disk, and how many days it lasts at the rate at which posts came lately."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from groundswell.doctor.finding import Finding, State, Subject
from groundswell.opening import lake_folder
from groundswell.sizes import write_size
from groundswell.whereabouts import file_of
from storage import schema
from storage.engine import reading
from storage.instant import from_text, to_text
from storage.sqlite_file import wal_of
from storage.store import Store

LOOKED_BACK: Final = timedelta(days=7)
SHORTEST: Final = timedelta(days=1)
"""From less than a day of collecting no rate can be told: posts come by day and by night."""
FEW_DAYS: Final = 30
LEAST: Final = 200_000_000
"""Bytes without which nothing goes on for long."""
_NOT_COLLECTED: Final = ("archive", "restore")
_CURE: Final = "make room on that disk, or move the store to a larger one"


@dataclass(frozen=True, slots=True)
class Growth:
    """How many bytes come a day, and over which time that was seen."""

    bytes_a_day: float
    seen: timedelta


@dataclass(frozen=True, slots=True)
class Room:
    """The room on a disk: of the folder looked at, in bytes; `file` is the store's."""

    folder: Path
    free: int
    growth: Growth | None
    file: Path | None

    def finding(self, margin: float = 1.0) -> Finding:
        """Judge it, by `margin` times the room that is needed."""
        what = f"{write_size(self.free)} free at {self.folder}"
        state: State = "ok"
        if self.free < LEAST * margin:
            return Finding("disk", "failed", what, _CURE)
        if self.file is not None and self.folder == self.file.parent:
            days, said = _days(self.free, self.growth)
            what = f"{what}; {said}"
            if days is not None and days < FEW_DAYS * margin:
                state = "warning"
            if self.file.exists() and self.free < self.file.stat().st_size * margin:
                state, what = "warning", f"{what}; a scrub after a deletion needs as much as the store has again"
        return Finding("disk", state, what, _CURE if state != "ok" else "")


def look(subject: Subject) -> Iterator[Finding]:
    """Tell the room where the store, the lake and the charts lie."""
    growth = growth_of(subject)
    yield from (room.finding() for room in rooms_of(subject, growth))


def growth_of(subject: Subject) -> Growth | None:
    """Tell how fast a store in a file grows; None where that cannot be told. All of its posts are counted for it."""
    file = file_of(subject.url) if subject.url else None
    return _growth(subject.store, _length(subject, file), subject.now) if subject.store and file else None


def rooms_of(subject: Subject, growth: Growth | None) -> Iterator[Room]:
    """Look at each disk that is written to, once: the store's first."""
    file = file_of(subject.url) if subject.url else None
    seen: set[int] = set()
    for folder in _folders(subject, file):
        device = folder.stat().st_dev
        if device not in seen:
            yield Room(folder, shutil.disk_usage(folder).free, growth if not seen else None, file)
        seen.add(device)


def _days(free: int, growth: Growth | None) -> tuple[float | None, str]:
    if growth is None:
        return None, "for how long is unknown: less than a day was collected in the last week"
    if growth.bytes_a_day <= 0:
        return None, "no post came in the last week"
    days = free / growth.bytes_a_day
    spent = f"{write_size(int(growth.bytes_a_day))} a day, as in the last {growth.seen / timedelta(days=1):.1f} days"
    return days, f"enough for {days:,.0f} days at {spent}"


def _growth(store: Store, length: int, now: datetime) -> Growth | None:
    """Tell how fast the store grew: posts that sources brought lately, at the length of an average post.

    Archives come once, and replays run on a clock of their own: neither says what tomorrow brings.
    """
    runs, found = schema.runs.c, schema.found.c
    since = to_text(now - LOOKED_BACK)
    with reading(store.engine) as connection:
        lately = select(func.min(runs.started_at), func.sum(runs.posts_new)).where(
            runs.started_at >= since, runs.source.not_in(_NOT_COLLECTED), runs.source.not_like("replay:%")
        )
        first, posts = connection.execute(lately).one()
        whole = connection.scalar(select(func.count(func.distinct(found.post_id)))) or 0
    if first is None or now - from_text(first) < SHORTEST:
        return None
    seen = now - from_text(first)
    return Growth((posts or 0) * (length / max(whole, 1)) / (seen / timedelta(days=1)), seen)


def _length(subject: Subject, file: Path | None) -> int:
    """Add up the bytes that grow with the posts: the store's file and the lake's."""
    paths = [] if file is None else [file, wal_of(file)]
    if subject.config is not None:
        paths += lake_folder(subject.config).rglob("*.parquet")
    return sum(path.stat().st_size for path in paths if path.exists())


def _folders(subject: Subject, file: Path | None) -> list[Path]:
    """Name the folders that are written to, the store's first; of one that is not there yet its nearest parent."""
    wanted = [] if file is None else [file.parent]
    if subject.config is not None:
        wanted += [lake_folder(subject.config), Path(subject.config.output.folder)]
    found = [next((one for one in (path, *path.parents) if one.is_dir()), None) for path in wanted]
    return [one for one in found if one is not None]
