"""The page of all campaigns, from how they stand and what lies in the charts' folder."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from analysis.charts.kinds import KINDS
from analysis.charts.places import named, stem
from analysis.files import put
from analysis.report.index import Campaign, Index, Picture, render_index
from groundswell import __version__
from groundswell.heartbeat import is_alive
from groundswell.standing import Followed, Standing
from groundswell.times import write_moment
from storage.instant import from_text

PAGE: Final = "index.html"
_NEVER: Final = "never"


def write_index(standing: Standing, folder: Path, now: datetime) -> Path:
    """Write the page of all campaigns into the charts' folder; returns where it is."""
    index = Index(
        facts=tuple(_of_collector(standing, now)),
        campaigns=[_campaign(one, folder) for one in standing.campaigns],
        written_at=f"{now:%Y-%m-%d %H:%M} UTC",
        version=__version__,
    )
    put(folder, {folder / PAGE: render_index(index).encode("utf-8")})
    return folder / PAGE


def _of_collector(standing: Standing, now: datetime) -> Iterator[tuple[str, str]]:
    """Say whether the collector runs, and what it does next."""
    beat = standing.heartbeat
    if beat is None or not is_alive(beat, now):
        yield "Collector", "not running"
    else:
        yield "Collector", "running"
        if beat.due:
            name, at = min(beat.due.items(), key=lambda one: one[1])
            yield "Next run", f"{name}, {at:%H:%M} UTC"
    if standing.problems:
        yield "Last problem", standing.problems[0].what


def _campaign(followed: Followed, folder: Path) -> Campaign:
    return Campaign(
        title=followed.title,
        tags=followed.tags,
        facts=tuple(_facts(followed)),
        reports=tuple(_reports(followed.slug, folder)),
        pictures=list(_pictures(followed.slug, folder)),
    )


def _facts(followed: Followed) -> Iterator[tuple[str, str]]:
    zone = ZoneInfo(followed.time_zone)
    yield "Posts", f"{followed.posts:,}"
    yield "Reposts", f"{followed.reposts:,}"
    yield "Last post", write_moment(from_text(followed.last), zone) if followed.last else _NEVER
    if not followed.coverage:
        yield "Coverage", "nothing was collected or imported yet"
    for covered in followed.coverage:
        holes = f"{len(covered.holes):,} hole{'' if len(covered.holes) == 1 else 's'}"
        yield f"{covered.platform}, {covered.kind}", f"{covered.complete_share:.1%} complete, {holes}"


def _reports(slug: str, folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob(f"{slug}-report*.html")):
        language = path.stem.removeprefix(f"{slug}-report").removeprefix("-")
        yield language or "en", path.name


def _pictures(slug: str, folder: Path) -> Iterator[Picture]:
    for kind in KINDS:
        files = named(stem(slug, kind), folder)
        if files.png.exists() and files.svg.exists():
            yield Picture(kind, files.png.name, files.svg.name)
