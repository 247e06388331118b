"""The page of all campaigns, from how they stand and what lies in the charts' folder."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from analysis.breakdown import platform_named
from analysis.charts.kinds import KINDS
from analysis.charts.places import named, stem
from analysis.files import put
from analysis.language import speech_of
from analysis.report.index import Campaign, Index, Picture, render_index
from groundswell import __version__
from groundswell.config import Config
from groundswell.heartbeat import is_alive
from groundswell.standing import Covered, Followed, Standing, standing_of
from groundswell.times import write_moment
from storage.coverage import State
from storage.instant import from_text
from storage.store import Store

PAGE: Final = "index.html"
ENGLISH: Final = speech_of("en")
_NEVER: Final = "never"


def write_index(store: Store, config: Config, now: datetime) -> Path:
    """Write the page of all campaigns into the charts' folder; returns where it is."""
    standing, folder = standing_of(store, config, now), Path(config.output.folder)
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
        last = standing.problems[0]
        yield "Last problem", f"{last.at:%Y-%m-%d %H:%M} UTC: {last.what}"


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
        yield f"{platform_named(covered.platform)}, {covered.kind}", _known(covered)


def _known(covered: Covered) -> str:
    """Say which part is complete, which an archive's, and how many holes there are."""
    holes = [hole for hole in covered.holes if hole.state != State.GIVEN]
    given = [hole.ends_at - hole.starts_at for hole in covered.holes if hole.state == State.GIVEN]
    told = [f"{ENGLISH.percent(covered.complete_share)} complete"]
    if given:
        share = sum(given, timedelta()) / (covered.ends_at - covered.starts_at)
        told.append(f"{ENGLISH.percent(share)} from archives, not checked")
    return ENGLISH.listed([*told, ENGLISH.count(len(holes), "hole")])


def _reports(slug: str, folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob(f"{slug}-report*.html")):
        code = path.stem.removeprefix(f"{slug}-report").removeprefix("-") or "en"
        language, _, territory = code.partition("-")
        name = ENGLISH.language(language)
        yield (f"{name}, {territory}" if territory else name), path.name


def _pictures(slug: str, folder: Path) -> Iterator[Picture]:
    for kind in KINDS:
        files = named(stem(slug, kind), folder)
        if files.png.exists() and files.svg.exists():
            yield Picture(kind, files.png.name, files.svg.name)
