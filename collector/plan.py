"""What to ask a source next: pure, from what is wanted, what the source can give, what is known, and when.

Windows come in this order: what is about to leave the source's reach, new posts (with what is still settling
read again beside them), other holes by their cost, for which their length stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise
from typing import Final, TypeAlias

from collector.sharing import shared_out
from collector.source import Query, Traits, Window, floor
from storage import coverage
from storage.coverage import Ledger, State, Stretch
from storage.instant import EPOCH
from storage.post import Kind

LEAVING_SHARE: Final = 7
"""What leaves within this part of the reach (a day of seven) is asked for first."""

LEFT: Final = "left the reach"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a campaign wants of a source: its tags as asked, over [starts_at, ends_at); None is open."""

    tags: tuple[str, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one tag and kind.

    Attributes:
        own: the ledger of the source itself.
        elsewhere: what other sources of the platform have complete, where they see the same as this one.
    """

    own: Ledger = ()
    elsewhere: Ledger = ()

    @property
    def all(self) -> Ledger:
        """Unite the two."""
        return coverage.best(self.own, self.elsewhere) if self.elsewhere else self.own


KnownOf: TypeAlias = Mapping[tuple[str, Kind], Known]


class Why(IntEnum):
    """Why a window is asked for, in the order of asking."""

    LEAVING = 1
    NEW = 2
    HOLE = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A window to be asked for."""

    query: Query
    window: Window
    why: Why


@dataclass(frozen=True, slots=True)
class Entry:
    """What a ledger is to hold, or holds now, of one tag and kind."""

    tag: str
    kind: Kind
    stretch: Stretch


def plan(wanted: Wanted, traits: Traits, known: KnownOf, now: datetime) -> tuple[Task, ...]:
    """Tell which windows to ask for at `now`, in order; tags that miss the same window are asked together.

    All windows lie within the campaign and the source's reach, and before what is too new to be asked for. What is
    complete, *partial/unparsed*, *partial/repeated* or *lost* is not asked again.
    """
    span = _span(wanted, traits.horizon(now), traits.newest(now))
    if span is None:
        return ()
    tags_of: defaultdict[tuple[Why, Window], list[str]] = defaultdict(list)
    for tag in sorted(set(wanted.tags)):
        ledgers = [known.get((tag, kind), Known()).all for kind in traits.kinds]
        for window in _missing(ledgers, span, traits, now):
            tags_of[_why(window, span, traits, now), window].append(tag)
    tasks = (
        Task(Query(together), window, why)
        for (why, window), tags in tags_of.items()
        for together in shared_out(tags, traits.tags_at_once, traits.longest_query)
    )
    return tuple(sorted(tasks, key=_turn))


def gone(wanted: Wanted, traits: Traits, known: KnownOf, now: datetime) -> tuple[Entry, ...]:
    """Tell what has left the reach at `now` (the source's clock) without having been had.

    What was never had is lost, from the first instant on that was ever asked of this source for the tag:
    before that, not tried stays not tried. What was read before it had settled stays partial, for another
    reason.
    """
    return tuple(
        Entry(tag, kind, stretch)
        for tag in sorted(set(wanted.tags))
        for kind in traits.kinds
        for stretch in _gone(known.get((tag, kind), Known()), wanted, traits.horizon(now))
    )


def asked_again(stretch: Stretch) -> bool:
    """Tell whether a stretch may be asked for (again), as far as its state and reason go."""
    if stretch.state is State.PARTIAL:
        return stretch.reason in {coverage.SETTLING, coverage.CAPPED, coverage.BUDGET}
    return stretch.state in {State.NOT_TRIED, State.FAILED, State.GIVEN}


def _span(wanted: Wanted, earliest: datetime, latest: datetime) -> Window | None:
    """Cut [earliest, latest) to the campaign."""
    start = max(wanted.starts_at or EPOCH, earliest)
    end = min(wanted.ends_at or latest, latest)
    return Window(start, end) if start < end else None


def _missing(ledgers: Iterable[Ledger], span: Window, traits: Traits, now: datetime) -> Iterator[Window]:
    """Find what one tag misses of a span in any kind, cut where windows are to be asked apart."""
    tiles = [tile for ledger in ledgers for tile in _askable(ledger, span, traits, now)]
    cuts = {_middle(tile, traits.unit) for tile in tiles if tile.reason == coverage.CAPPED}
    if (leaving_until := _leaving_until(traits, now)) is not None:
        cuts.add(leaving_until)
    for window in _united(tiles):
        inner = (cut for cut in cuts if window.starts_at < cut < window.ends_at)
        edges = [window.starts_at, *sorted(inner), window.ends_at]
        yield from (Window(start, end) for start, end in pairwise(edges))


def _askable(ledger: Ledger, span: Window, traits: Traits, now: datetime) -> Iterator[Stretch]:
    """Find the holes of a ledger that may be asked for now.

    A source that may be read again in each pass has all that is settling read again. Another one has what
    has settled read again, once that goes back for `reread_every`.
    """
    holes = [hole for hole in coverage.holes(ledger, span.starts_at, span.ends_at) if asked_again(hole)]
    reread_until = span.ends_at
    if traits.reread_every:
        settled = traits.settled(now)
        first = next((hole.starts_at for hole in holes if _is_settling(hole)), settled)
        reread_until = settled if settled - first >= traits.reread_every else first
    for hole in holes:
        if not _is_settling(hole):
            yield hole
        elif hole.starts_at < reread_until:
            yield from coverage.within((hole,), hole.starts_at, reread_until)


def _is_settling(stretch: Stretch) -> bool:
    return stretch.state is State.PARTIAL and stretch.reason == coverage.SETTLING


def _united(tiles: Iterable[Stretch]) -> Iterator[Window]:
    """Unite stretches that overlap or touch."""
    open_window: Window | None = None
    for tile in sorted(tiles):
        if open_window is not None and tile.starts_at <= open_window.ends_at:
            open_window = Window(open_window.starts_at, max(open_window.ends_at, tile.ends_at))
            continue
        if open_window is not None:
            yield open_window
        open_window = Window(tile.starts_at, tile.ends_at)
    if open_window is not None:
        yield open_window


def _middle(stretch: Stretch, unit: timedelta) -> datetime:
    """Find where a capped stretch is halved; a stretch of one unit stays whole."""
    return floor(stretch.starts_at + (stretch.ends_at - stretch.starts_at) / 2, unit)


def _leaving_until(traits: Traits, now: datetime) -> datetime | None:
    if traits.reach is None:
        return None
    return floor(traits.horizon(now) + traits.reach / LEAVING_SHARE, traits.unit)


def _why(window: Window, span: Window, traits: Traits, now: datetime) -> Why:
    leaving_until = _leaving_until(traits, now)
    if leaving_until is not None and window.ends_at <= leaving_until:
        return Why.LEAVING
    return Why.NEW if window.ends_at == span.ends_at else Why.HOLE


def _turn(task: Task) -> tuple[Why, float, datetime, tuple[str, ...]]:
    """Order tasks: what leaves first, then what is new, then the cheapest."""
    window = task.window
    cost = (window.ends_at - window.starts_at).total_seconds() if task.why is Why.HOLE else 0.0
    return task.why, cost, window.starts_at, task.query.tags


def _gone(known: Known, wanted: Wanted, horizon: datetime) -> Iterator[Stretch]:
    if not known.own:
        return
    span = _span(wanted, known.own[0].starts_at, horizon)
    if span is None:
        return
    for hole in coverage.holes(known.all, span.starts_at, span.ends_at):
        if hole.state in {State.NOT_TRIED, State.FAILED}:
            reason = f"{LEFT} ({hole.reason})" if hole.reason else LEFT
            yield Stretch(hole.starts_at, hole.ends_at, State.LOST, reason)
        elif _is_settling(hole):
            yield Stretch(hole.starts_at, hole.ends_at, State.PARTIAL, coverage.UNSETTLED)
