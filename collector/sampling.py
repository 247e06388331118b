"""A sample of posts: whole minutes, drawn at random in each hour, where a budget does not reach for all. Pure.

Each hour has an order of its minutes, by the seed alone: any query, any pass, any share takes the first of them. So
all queries of a family read the same minutes, and a share that grows adds minutes to those that were read.
A stratum is an hour (UTC), as the platform counts posts; a cluster is a minute, of which all posts are read
(stratified cluster sampling: Cochran 1977, chapters 5 and 9).
"""

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby, product
from typing import Final

from collector.plan import Entry, Known, KnownOf, Task
from collector.source import Query, Window, floor
from storage import coverage
from storage.counts import Count
from storage.coverage import Ledger, State, Stretch
from storage.post import Kind

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
MINUTES: Final = 60
EMPTY: Final = -1
"""The turn of what costs nothing: before all that was drawn."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is to be read of all posts.

    Attributes:
        share: of the minutes of each hour, above 0; an hour has one at least.
        counted_by: the source that counts what there is; by that the share of an hour is told.
        seed: by which minutes are drawn.
        empty: stretches in which the platform counted no post: they cost nothing, and are read whole.
    """

    share: float
    counted_by: str
    seed: int = 0
    empty: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is to be asked for, in order, and what is left out of what might have been."""

    tasks: tuple[Task, ...]
    left: tuple[tuple[Query, Window], ...] = ()


def draw(tasks: Sequence[Task], sample: Sample) -> Drawn:
    """Draw the minutes that are read of each window; neighbours are read at once, as that spares requests.

    Of every hour comes one piece, then a second one of every hour, by chance: should the budget end before its time,
    each hour has been read to about the same share, and no minute was more likely to be read than another.
    """
    taken: list[tuple[int, Task]] = []
    left: list[tuple[Query, Window]] = []
    for task in tasks:
        pieces = list(_pieces(task.window, sample))
        left.extend((task.query, piece) for piece, turn in pieces if turn is None)
        taken.extend((place, replace(task, window=piece)) for place, piece in _in_turn(pieces))
    return Drawn(tuple(task for _, task in sorted(taken, key=lambda one: one[0])), tuple(left))


@lru_cache(maxsize=10_000)
def minutes_drawn(hour: datetime, share: float, seed: int) -> tuple[int, ...]:
    """Draw minutes of an hour, in their order of drawing; on average their number is `share` of all sixty.

    A number that is no whole one is rounded up or down by chance, the same for every share: more is never fewer.
    """
    chance = random.Random(f"{seed} {hour.isoformat()}")  # noqa: S311  the same seed draws the same minutes
    rounding = chance.random()
    order = chance.sample(range(MINUTES), MINUTES)
    return tuple(order[: max(1, min(MINUTES, int(share * MINUTES + rounding)))])


def unread(left: Sequence[tuple[Query, Window]], known: KnownOf, kinds: Sequence[Kind]) -> Iterator[Entry]:
    """Say of what was left out that the budget does not reach for it, where that is more than is known of it."""
    for query, window in left:
        for tag, kind in product(query.tags, kinds):
            ledger = known.get((tag, kind), Known()).all
            for tile in coverage.tiled(ledger, window.starts_at, window.ends_at):
                if tile.state.rank < State.PARTIAL.rank:
                    yield Entry(tag, kind, Stretch(tile.starts_at, tile.ends_at, State.PARTIAL, coverage.BUDGET))


def sampled_hours(ledger: Ledger) -> tuple[datetime, ...]:
    """List the hours that are read in part, or whose rows tell of a share."""
    told = [row for row in ledger if row.share is not None or _is_unread(row)]
    return tuple(sorted({floor(row.starts_at, HOUR) + HOUR * number for row in told for number in range(_hours(row))}))


def shares(ledger: Ledger, counted: Sequence[Count], found: Sequence[datetime]) -> Iterator[Stretch]:
    """Tell of each hour that was read in part, or was once, which share of its posts is here: what is to be written.

    Args:
        ledger: of one tag, as it stands.
        counted: what the platform counted, each stretch within an hour.
        found: when the posts were written that are here, in the order of time.

    Yields:
        the rows of such an hour, with collected / counted as their share, or none where the hour is whole now.
    """
    posts_of = _by_hour(counted)
    for hour in sampled_hours(ledger):
        rows = coverage.within(ledger, hour, hour + HOUR)
        share = _share(rows, posts_of.get(hour), found)
        yield from (
            replace(row, share=share)
            for row in rows
            if row.share != share and (row.state is State.COMPLETE or _is_unread(row))
        )


def _pieces(window: Window, sample: Sample) -> Iterator[tuple[Window, int | None]]:
    """Cut a window into what is read, with the turn of its first minute, and what is not; neighbours are one."""
    if sample.share >= 1:
        yield window, EMPTY
        return
    for _, neighbours in groupby(_minutes(window, sample), key=_which):
        pieces = list(neighbours)
        yield Window(pieces[0][0].starts_at, pieces[-1][0].ends_at), pieces[0][1]


def _which(minute: tuple[Window, int | None]) -> datetime | int | None:
    """Name what can be one piece: what is left, what is empty, and what is drawn of one hour."""
    piece, turn = minute
    return floor(piece.starts_at, HOUR) if turn is not None and turn != EMPTY else turn


def _in_turn(pieces: Sequence[tuple[Window, int | None]]) -> Iterator[tuple[int, Window]]:
    """Number what is read of each hour, in the order of the turns."""
    by_hour: defaultdict[datetime, list[tuple[int, Window]]] = defaultdict(list)
    for piece, turn in pieces:
        if turn is not None:
            by_hour[floor(piece.starts_at, HOUR)].append((turn, piece))
    for read in by_hour.values():
        for place, (_, piece) in enumerate(sorted(read, key=lambda one: one[0])):
            yield place, piece


def _minutes(window: Window, sample: Sample) -> Iterator[tuple[Window, int | None]]:
    """Walk through a window minute by minute, and through what is empty in one step; gives each one's turn."""
    at = window.starts_at
    while at < window.ends_at:
        empty = next((one for one in sample.empty if one.starts_at <= at < one.ends_at), None)
        if empty is not None:
            until = min(empty.ends_at, window.ends_at)
            yield Window(at, until), EMPTY
        else:
            until = min(floor(at, MINUTE) + MINUTE, window.ends_at)
            yield Window(at, until), _turn(at, sample)
        at = until


def _turn(at: datetime, sample: Sample) -> int | None:
    hour = floor(at, HOUR)
    drawn = minutes_drawn(hour, sample.share, sample.seed)
    minute = (at - hour) // MINUTE
    return drawn.index(minute) if minute in drawn else None


def _by_hour(counted: Sequence[Count]) -> dict[datetime, int]:
    """Add up counts by hour; an hour that was not counted from end to end is not told of."""
    posts: dict[datetime, int] = {}
    told: dict[datetime, timedelta] = {}
    for one in counted:
        hour = floor(one.starts_at, HOUR)
        posts[hour] = posts.get(hour, 0) + one.posts
        told[hour] = told.get(hour, timedelta()) + (one.ends_at - one.starts_at)
    return {hour: number for hour, number in posts.items() if told[hour] == HOUR}


def _hours(row: Stretch) -> int:
    return (row.ends_at - floor(row.starts_at, HOUR) + HOUR - timedelta(microseconds=1)) // HOUR


def _is_unread(row: Stretch) -> bool:
    return row.state is State.PARTIAL and row.reason == coverage.BUDGET


def _share(rows: Ledger, counted: int | None, found: Sequence[datetime]) -> float | None:
    """Reckon collected / counted of an hour; None where all of it is read, none, or nobody counted."""
    read = [row for row in rows if row.state is State.COMPLETE]
    if not (read and counted and any(map(_is_unread, rows))):
        return None
    collected = sum(bisect_left(found, row.ends_at) - bisect_left(found, row.starts_at) for row in read)
    return min(1.0, collected / counted)
