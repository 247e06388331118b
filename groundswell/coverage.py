"""What is known of a campaign: its tags' ledgers taken together, as holes for people and as bins for analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from typing import TYPE_CHECKING, TypeAlias

from storage import coverage
from storage.campaign import Campaign
from storage.coverage import ANY_TAG, Key, Ledger, State, Stretch
from storage.instant import EPOCH, from_micros
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
    """Take a campaign's ledgers together: for each tag the best of the platform's sources, then the worst tag.

    Of a platform of many servers each server asked is needed by itself.
    """
    known = _known(store, campaign)
    servers = _servers(store)
    taken: dict[tuple[str, Kind], Ledger] = {}
    platforms = {(key.platform, key.kind) for key in known}
    for platform, kind in sorted(platforms):
        needed = servers.get(platform) or ("",)
        family = product(_tags(campaign), needed)
        taken[platform, kind] = coverage.of_family(
            [ledger for key, ledger in known.items() if _speaks(key, platform, kind, tag, server)]
            for tag, server in family
        )
    return taken


def servers_asked(store: Store, platform: str) -> tuple[str, ...]:
    """Name the servers that a platform's coverage is the sum of; none where it is one server."""
    return _servers(store).get(platform, ())


def starts_of_tags(store: Store, campaign: Campaign) -> tuple[TagStart, ...]:
    """Tell since when anything is known of each tag, on any platform."""
    known = _known(store, campaign)
    starts = []
    for written in campaign.tags:
        first = [
            ledger[0].starts_at for key, ledger in known.items() if ledger and key.tag in (ANY_TAG, asked(written))
        ]
        starts.append(TagStart(written, min(first, default=None)))
    return tuple(starts)


def span_of(ledgers: Ledgers) -> tuple[datetime, datetime] | None:
    """Tell from when to when a source was asked; None where none was.

    What archives have given does not count: it goes for every tag, far beyond the posts of one campaign. Nor does
    the emptiness since the epoch that a source answers with where a campaign has no beginning: nobody asked for 1970.
    """
    rows = [row for ledger in ledgers.values() for row in ledger if row.state is not State.GIVEN]
    return (min(map(_asked_since, rows)), max(row.ends_at for row in rows)) if rows else None


def holes_of(ledger: Sequence[Stretch], since: datetime, until: datetime) -> Ledger:
    """List what is not complete, as one stretch for each state and reason."""
    return coverage.holes(ledger, since, until) if since < until else ()


def bins_of(ledgers: Ledgers, grid: "Grid") -> "pd.DataFrame":
    """Lay a campaign's ledgers on a grid, as `analysis.volume` takes them."""
    import pandas as pd

    edges = [from_micros(int(edge)) for edge in grid.edges]
    frames = []
    for (platform, kind), ledger in ledgers.items():
        bins = coverage.over(ledger, _up_to_now(edges, ledger))
        frames.append(
            pd.DataFrame(
                {
                    "bin_start": grid.starts,
                    "platform": platform,
                    "kind": kind,
                    "state": [one.state.value.replace(" ", "_") for one in bins],
                    "reason": [one.reason for one in bins],
                    "share": [one.share for one in bins],
                    "sampled": _sampled(ledger, edges),
                }
            )
        )
    columns = ["bin_start", "platform", "kind", "state", "reason", "share", "sampled"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _sampled(ledger: Ledger, edges: Sequence[datetime]) -> list[bool]:
    """Tell of which bins a budget left out a part."""
    left = [row for row in ledger if row.reason == coverage.BUDGET]
    return [any(coverage.within(left, *bounds)) for bounds in pairwise(edges)]


def _up_to_now(edges: Sequence[datetime], ledger: Ledger) -> Sequence[datetime]:
    """End the last bin with what still settles in it: what has not passed yet was not left untried."""
    last = ledger[-1] if ledger else None
    if last is None or last.reason != coverage.SETTLING or not edges[-2] < last.ends_at < edges[-1]:
        return edges
    return [*edges[:-1], last.ends_at]


def _asked_since(row: Stretch) -> datetime:
    return row.ends_at if row.state is State.COMPLETE and row.starts_at == EPOCH else row.starts_at


def _tags(campaign: Campaign) -> list[str]:
    return sorted({asked(tag) for tag in campaign.tags})


def _known(store: Store, campaign: Campaign) -> dict[Key, Ledger]:
    """Read the ledgers that speak of a campaign's tags; '*' speaks of each."""
    tags = {ANY_TAG, *_tags(campaign)}
    return {key: store.coverage(key) for key in store.keys() if key.tag in tags}  # noqa: SIM118  # a store is no dict


def _speaks(key: Key, platform: str, kind: Kind, tag: str, server: str) -> bool:
    """Tell whether a ledger speaks of a tag at a server; what has no server, as an archive, speaks for each."""
    is_there = not server or key.server in ("", server)
    return (key.platform, key.kind) == (platform, kind) and key.tag in (ANY_TAG, tag) and is_there


def _servers(store: Store) -> dict[str, tuple[str, ...]]:
    """Name the servers of each platform of many: those that were ever asked and that config.yaml has not dropped."""
    in_force = store.servers()
    asked_once = {(key.platform, key.server) for key in store.keys() if key.server}  # noqa: SIM118
    needed: dict[str, set[str]] = {}
    for platform, server in asked_once | in_force.keys():
        if platform in coverage.BY_SERVER and in_force.get((platform, server), True):
            needed.setdefault(platform, set()).add(server)
    return {platform: tuple(sorted(servers)) for platform, servers in needed.items()}
