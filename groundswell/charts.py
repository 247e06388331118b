"""From the store to a drawn chart: refresh the lake, count, and draw where the numbers changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.ask import Ask
from analysis.bins import STEPS, Grid, Step
from analysis.charts.about import About
from analysis.charts.basis import basis_of
from analysis.charts.kind import Chart
from analysis.charts.publish import Published, is_drawn, publish
from analysis.charts.volume import VOLUME
from analysis.charts.volume_words import COUNTED_AT_MOST, REBUILDING, as_known_to, not_collected_before
from analysis.volume import volume
from groundswell import __version__
from groundswell.counted import CountedPosts, bins_counted, counted_of
from groundswell.coverage import Ledgers, TagStart, bins_of, ledgers_of, servers_asked, span_of, starts_of_tags
from storage.campaign import Campaign
from storage.errors import LakeChanged
from storage.instant import from_micros, to_micros
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.store import Store

_SPAN = """
SELECT MIN(created_at) AS first, MAX(created_at) AS last FROM campaign_posts
WHERE campaign = $campaign AND created_at >= $since AND created_at < $until
"""
_EVER = (to_micros(datetime(1, 1, 2, tzinfo=UTC)), to_micros(datetime(9999, 12, 30, tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which volume chart is wanted; what is None is chosen to suit what is known."""

    campaign: Campaign
    folder: Path
    since: datetime | None = None
    until: datetime | None = None
    every: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A volume chart: its files, its numbers, and whether it was drawn now or stood there already."""

    files: Published
    frame: pd.DataFrame
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says of a campaign beside its posts."""

    ledgers: Ledgers
    servers: tuple[tuple[str, ...], ...]
    starts: tuple[TagStart, ...]
    counted: CountedPosts | None
    is_rebuilding: bool


def draw_volume(
    store: Store,
    lake_folder: Path,
    wanted: Wanted,
    now: datetime,
    *,
    always: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Drawn | None:
    """Refresh the lake and draw a campaign's volume; None where neither posts nor coverage are known.

    With `always` false it is drawn only where its numbers or its words are other than those of the files there.
    """
    # Before the posts are read: what is saved meanwhile is then at worst not yet said to be complete. The other way
    # round an hour would be complete, and its posts not counted.
    known = _known_of(store, wanted.campaign)
    refresh(store.engine, lake_folder, now=now, progress=progress)
    try:
        counted = _count(lake_folder, wanted, known)
    except LakeChanged:
        # Another process refreshed it just now, and took away files with erased text.
        counted = _count(lake_folder, wanted, known)
    if counted is None:
        return None
    frame, grid, revision = counted
    about = _about(wanted.campaign, known, grid, revision)
    chart = Chart(VOLUME, frame, about, basis_of(frame))
    if not always and (files := is_drawn(chart, wanted.folder)):
        return Drawn(files, frame, is_new=False)
    return Drawn(publish(chart, wanted.folder), frame, is_new=True)


def _known_of(store: Store, campaign: Campaign) -> _Known:
    ledgers = ledgers_of(store, campaign)
    asked = (servers_asked(store, platform) for platform in sorted({platform for platform, _ in ledgers}))
    is_rebuilding = campaign.slug in store.rebuilding()
    counted = counted_of(store, campaign)
    return _Known(ledgers, tuple(filter(None, asked)), starts_of_tags(store, campaign), counted, is_rebuilding)


def _count(lake_folder: Path, wanted: Wanted, known: _Known) -> tuple[pd.DataFrame, Grid, str] | None:
    """Count what is wanted from the lake as it is; None where nothing is known to be counted."""
    campaign = wanted.campaign
    with Lake.open(lake_folder) as lake:
        window = _window(lake.ask, wanted, known)
        if window is None:
            return None
        step = Step.read(wanted.every) if wanted.every else _step(window, known.counted)
        grid = Grid.over(*window, step, campaign.time_zone)
        bins, counted = bins_of(known.ledgers, grid), bins_counted(known.counted, grid)
        return volume(lake.ask, campaign.slug, grid, bins, counted), grid, str(lake.revision)


def _step(window: tuple[datetime, datetime], counted: CountedPosts | None) -> Step:
    """Choose the length of bins: none shorter than the stretches that X counted, which would have no number."""
    suiting = Step.suiting(window[1] - window[0])
    if counted is None:
        return suiting
    lengths = (one.ends_at - one.starts_at for one in counted.bins)
    counted_by = max(lengths).total_seconds()
    return next((step for step in STEPS.values() if step.seconds >= max(counted_by, suiting.seconds)), suiting)


def _window(ask: Ask, wanted: Wanted, what: _Known) -> tuple[datetime, datetime] | None:
    """Choose the window: as asked for, else the campaign's own, but no longer than anything is known."""
    campaign = wanted.campaign
    lower, upper = wanted.since or campaign.starts_at, wanted.until or campaign.ends_at
    since = _EVER[0] if lower is None else to_micros(lower)
    until = _EVER[1] if upper is None else to_micros(upper)
    row = ask(_SPAN, campaign=campaign.slug, since=since, until=until).iloc[0]
    known = [] if pd.isna(row["first"]) else [int(row["first"]), int(row["last"]) + 1]
    for span in (span_of(what.ledgers), None if what.counted is None else what.counted.span):
        if span is None:
            continue
        asked = max(since, to_micros(span[0])), min(until, to_micros(span[1]))
        known += asked if asked[0] < asked[1] else ()
    if not known and not (wanted.since and wanted.until):
        return None
    return wanted.since or from_micros(min(known)), wanted.until or from_micros(max(known))


def _about(campaign: Campaign, known: _Known, grid: Grid, revision: str) -> About:
    notes = [as_known_to(servers) for servers in known.servers]
    since = from_micros(grid.since)
    first = min((one.starts_at for one in known.starts if one.starts_at), default=None)
    for one in known.starts:
        if one.starts_at and first and one.starts_at > max(first, since):
            notes.append(not_collected_before(one.tag, one.starts_at, campaign.time_zone))
        elif one.starts_at is None and first:
            notes.append(f"#{one.tag} has not been collected yet.")
    if known.counted is not None and not known.counted.is_exact:
        notes.append(COUNTED_AT_MOST)
    if known.is_rebuilding:
        notes.append(REBUILDING)
    return About(
        campaign=campaign.slug,
        title=campaign.title,
        zone=str(ZoneInfo(campaign.time_zone)),
        step=grid.step.name,
        query=campaign.tags,
        revision=revision,
        version=__version__,
        notes=tuple(notes),
    )
