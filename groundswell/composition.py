"""What a campaign's posts are made of: from the store to the shares of languages, kinds and spellings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from groundswell.counted import PLATFORM, counted_of
from groundswell.coverage import ledgers_of
from groundswell.sampled import hours_left, is_unread, known_of
from storage import coverage
from storage.campaign import Campaign
from storage.coverage import Ledger, State
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.store import Store
from storage.tag import fold

if TYPE_CHECKING:
    from analysis.shares import Shares, Trait


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose shares are wanted, by what, and of which time; None: from the first, to the last."""

    campaign: Campaign
    trait: "Trait"
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """The shares on one platform, and what is in none of them.

    Attributes:
        left_hours: of so many hours nothing was read for the budget, or what was read cannot be weighed.
        left_posts: so many posts X counted in them.
        holes: so long a time was not read for other reasons.
        is_exact: False where X may have counted a post with two tags twice.
        is_given: True where some of it is an archive's, not checked to be complete.
    """

    platform: str
    shares: "Shares"
    left_hours: int
    left_posts: int
    holes: timedelta
    is_exact: bool
    is_given: bool


def compose(store: Store, lake_folder: Path, wanted: Wanted, now: datetime) -> Iterator[Composition]:
    """Refresh the lake and tell the shares of a campaign's posts, platform by platform."""
    from analysis.shares import shares

    campaign = wanted.campaign
    # Before the posts are read, as for a chart: what is saved meanwhile is at worst not yet said to be complete.
    ledgers, counted = ledgers_of(store, campaign), counted_of(store, campaign)
    keys = tuple(sorted({fold(tag) for tag in campaign.tags}))
    refresh(store.engine, lake_folder, now=now)
    with Lake.open(lake_folder) as lake:
        for (platform, kind), whole in sorted(ledgers.items()):
            if kind != "posts":
                continue
            ledger = _within(whole, wanted)
            hours = list(hours_left(ledger, counted.bins if counted and platform == PLATFORM else ()))
            left = [hour for hour in hours if not hour.is_weighable]
            yield Composition(
                platform,
                shares(lake.ask, campaign.slug, platform, wanted.trait, known_of(ledger, hours), keys),
                len(left),
                round(sum(hour.counted or 0 for hour in left)),
                _holes(ledger),
                counted is None or counted.is_exact,
                any(row.state is State.GIVEN for row in ledger),
            )


def _within(ledger: Ledger, wanted: Wanted) -> Ledger:
    if not ledger:
        return ledger
    return coverage.within(ledger, wanted.since or ledger[0].starts_at, wanted.until or ledger[-1].ends_at)


def _holes(ledger: Ledger) -> timedelta:
    """Add up what was not read, and not for the budget, between the first that was asked for and the last."""
    asked = [row for row in ledger if row.state is not State.GIVEN]
    if not asked:
        return timedelta()
    holes = coverage.holes(ledger, asked[0].starts_at, asked[-1].ends_at)
    left = (hole for hole in holes if hole.state is not State.GIVEN and not is_unread(hole))
    return sum((hole.ends_at - hole.starts_at for hole in left), timedelta())
