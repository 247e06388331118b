"""What the store says of a campaign beside its posts: ledgers, counts, since when; and the window that follows."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from analysis.ask import Ask
from analysis.bins import STEPS, Step
from analysis.charts.volume_words import (
    COUNTED_AT_MOST,
    REBUILDING,
    as_known_to,
    not_collected_before,
    not_collected_yet,
)
from analysis.language import Speech
from groundswell.charts.wanted import Wanted
from groundswell.counted import CountedPosts, counted_of
from groundswell.coverage import Ledgers, TagStart, ledgers_of, servers_asked, span_of, starts_of_tags
from storage.campaign import Campaign
from storage.instant import from_micros, to_micros
from storage.store import Store

_SPAN = """
SELECT MIN(created_at) AS first, MAX(created_at) AS last FROM campaign_posts
WHERE campaign = $campaign AND created_at >= $since AND created_at < $until
"""
_EVER = (to_micros(datetime(1, 1, 2, tzinfo=UTC)), to_micros(datetime(9999, 12, 30, tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says of a campaign beside its posts."""

    ledgers: Ledgers
    servers: tuple[tuple[str, ...], ...]
    starts: tuple[TagStart, ...]
    counted: CountedPosts | None
    is_rebuilding: bool


def known_of(store: Store, campaign: Campaign) -> Known:
    """Read what the store says of a campaign."""
    ledgers = ledgers_of(store, campaign)
    asked = (servers_asked(store, platform) for platform in sorted({platform for platform, _ in ledgers}))
    is_rebuilding = campaign.slug in store.rebuilding()
    counted = counted_of(store, campaign)
    return Known(ledgers, tuple(filter(None, asked)), starts_of_tags(store, campaign), counted, is_rebuilding)


def window_of(ask: Ask, wanted: Wanted, known: Known) -> tuple[datetime, datetime] | None:
    """Choose the window: as asked for, else the campaign's own, but no longer than anything is known."""
    campaign = wanted.campaign
    lower, upper = wanted.since or campaign.starts_at, wanted.until or campaign.ends_at
    since = _EVER[0] if lower is None else to_micros(lower)
    until = _EVER[1] if upper is None else to_micros(upper)
    row = ask(_SPAN, campaign=campaign.slug, since=since, until=until).iloc[0]
    told = [] if pd.isna(row["first"]) else [int(row["first"]), int(row["last"]) + 1]
    for span in (span_of(known.ledgers), None if known.counted is None else known.counted.span):
        if span is None:
            continue
        asked = max(since, to_micros(span[0])), min(until, to_micros(span[1]))
        told += asked if asked[0] < asked[1] else ()
    if not told and not (wanted.since and wanted.until):
        return None
    return wanted.since or from_micros(min(told)), wanted.until or from_micros(max(told))


def step_of(window: tuple[datetime, datetime], wanted: Wanted, known: Known) -> Step:
    """Choose the length of bins: none shorter than the stretches that X counted, which would have no number."""
    if wanted.every:
        return Step.read(wanted.every)
    suiting = Step.suiting(window[1] - window[0])
    if known.counted is None:
        return suiting
    lengths = (one.ends_at - one.starts_at for one in known.counted.bins)
    counted_by = max(lengths).total_seconds()
    return next((step for step in STEPS.values() if step.seconds >= max(counted_by, suiting.seconds)), suiting)


def notes_of(campaign: Campaign, known: Known, since: datetime, speech: Speech) -> tuple[str, ...]:
    """Say what is to be known of the posts from `since` on beside their coverage."""
    notes = [as_known_to(servers, speech) for servers in known.servers]
    first = min((one.starts_at for one in known.starts if one.starts_at), default=None)
    for one in known.starts:
        if one.starts_at and first and one.starts_at > max(first, since):
            notes.append(not_collected_before(one.tag, one.starts_at, campaign.time_zone, speech))
        elif one.starts_at is None and first:
            notes.append(not_collected_yet(one.tag, speech))
    if known.counted is not None and not known.counted.is_exact:
        notes.append(speech.say(COUNTED_AT_MOST))
    if known.is_rebuilding:
        notes.append(speech.say(REBUILDING))
    return tuple(notes)
