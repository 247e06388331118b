"""What is known of a campaign: its tags' ledgers taken together, as holes for people and as bins for analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from storage import coverage
from storage.campaign import Campaign
from storage.coverage import ANY_TAG, Ledger, State, Stretch
from storage.instant import from_micros
from storage.post import Kind
from storage.store import Store
from storage.tag import asked

if TYPE_CHECKING:
    import pandas as pd

    from analysis.bins import Grid

Ledgers: TypeAlias = Mapping[tuple[str, Kind], Ledger]
"""What is known of a campaign on each platform, for each kind that any of its sources yields."""


@dataclass(frozen=True, slots=True)
class TagStart:
    """A tag of a campaign, and the first instant of which anything is known for it (None: of none)."""

    tag: str
    starts_at: datetime | None


def ledgers_of(store: Store, campaign: Campaign) -> Ledgers:
    """Take a campaign's ledgers together: for each tag the best of the platform's sources, then the worst tag."""
    by_tag = _ledgers_by_tag(store, campaign)
    taken: dict[tuple[str, Kind], Ledger] = {}
    for platform, kind in sorted({(platform, kind) for platform, kind, _tag in by_tag}):
        taken[platform, kind] = coverage.of_family(by_tag.get((platform, kind, tag), ()) for tag in _tags(campaign))
    return taken


def starts_of_tags(store: Store, campaign: Campaign) -> tuple[TagStart, ...]:
    """Tell since when anything is known of each tag, on any platform."""
    by_tag = _ledgers_by_tag(store, campaign)
    starts = []
    for written in campaign.tags:
        first = [
            ledger[0].starts_at
            for (_platform, _kind, tag), ledgers in by_tag.items()
            if tag == asked(written)
            for ledger in ledgers
            if ledger
        ]
        starts.append(TagStart(written, min(first, default=None)))
    return tuple(starts)


def span_of(ledgers: Ledgers) -> tuple[datetime, datetime] | None:
    """Tell from when to when a source was asked; None where none was.

    What archives have given does not count: it goes for every tag, far beyond the posts of one campaign.
    """
    rows = [row for ledger in ledgers.values() for row in ledger if row.state is not State.GIVEN]
    return (min(row.starts_at for row in rows), max(row.ends_at for row in rows)) if rows else None


def holes_of(ledger: Sequence[Stretch], since: datetime, until: datetime) -> Ledger:
    """List what is not complete, as one stretch for each state and reason."""
    return coverage.holes(ledger, since, until) if since < until else ()


def bins_of(ledgers: Ledgers, grid: "Grid") -> "pd.DataFrame":
    """Lay a campaign's ledgers on a grid, as `analysis.volume` takes them."""
    import pandas as pd

    edges = [from_micros(int(edge)) for edge in grid.edges]
    frames = []
    for (platform, kind), ledger in ledgers.items():
        bins = coverage.over(ledger, edges)
        frames.append(
            pd.DataFrame(
                {
                    "bin_start": grid.starts,
                    "platform": platform,
                    "kind": kind,
                    "state": [one.state.value.replace(" ", "_") for one in bins],
                    "reason": [one.reason for one in bins],
                    "share": [one.share for one in bins],
                }
            )
        )
    columns = ["bin_start", "platform", "kind", "state", "reason", "share"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _tags(campaign: Campaign) -> list[str]:
    return sorted({asked(tag) for tag in campaign.tags})


def _ledgers_by_tag(store: Store, campaign: Campaign) -> dict[tuple[str, Kind, str], list[Ledger]]:
    """Read the ledgers that speak of a campaign's tags, by (platform, kind, tag); '*' speaks of each."""
    tags = _tags(campaign)
    found: dict[tuple[str, Kind, str], list[Ledger]] = {}
    for key in store.keys():  # noqa: SIM118  # a store is no dict
        for tag in tags if key.tag == ANY_TAG else [key.tag]:
            if tag in tags:
                found.setdefault((key.platform, key.kind, tag), []).append(store.coverage(key))
    return found
