"""Where a timeline is gone on with, and what a page of it completes: pure.

A hashtag's timeline is in the order of ids, newest first. It is read back by max_id, from an id made of the
window's end where ids hold times, else from the top; and forward by min_id, adjacent pages, where the window
ends now and the server is known to do so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from collector.errors import CursorRefused
from collector.mastodon.ids import Place, id_at, id_before, place_of
from collector.source import Order, Window, completed

UNIT: Final = timedelta(seconds=1)
_BY_NAME: Final[Mapping[str, Order]] = {"max_id": Order.NEWEST_FIRST, "min_id": Order.OLDEST_FIRST}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the next page begins.

    Attributes:
        order: which way the timeline is read.
        local_id: the id next to the page, not in it; '' stands for the top.
    """

    order: Order
    local_id: str = ""

    @property
    def cursor(self) -> str:
        """Write the spot down."""
        return f"{self._name} {self.local_id}"

    @property
    def asked(self) -> dict[str, str]:
        """Write the spot as the API wants it."""
        return {self._name: self.local_id} if self.local_id else {}

    @property
    def _name(self) -> str:
        return next(name for name, order in _BY_NAME.items() if order is self.order)


def spot_at(cursor: str) -> Spot:
    """Read a cursor; raises CursorRefused for what is none."""
    name, _, local_id = cursor.partition(" ")
    if name not in _BY_NAME:
        raise CursorRefused(f"{cursor!r} is no place in a timeline")
    return Spot(_BY_NAME[name], local_id)


def first_spot(window: Window, *, has_times: bool, is_forward: bool) -> Spot:
    """Tell where the reading of a window begins; without times in the ids, at the top."""
    if not has_times:
        return Spot(Order.NEWEST_FIRST)
    if is_forward:
        return Spot(Order.OLDEST_FIRST, id_before(window.starts_at))
    return Spot(Order.NEWEST_FIRST, id_at(window.ends_at))


@dataclass(frozen=True, slots=True)
class Turned:
    """What a page says of the window.

    Attributes:
        completes: as of `Page`.
        next: where the window is gone on with; None: it is done, or the timeline is.
        is_last: the timeline holds no more in this direction.
        has_times: there are ids that hold their time.
    """

    completes: Window | None
    next: Spot | None
    is_last: bool
    has_times: bool


def turn(rest: Window, spot: Spot, statuses: Sequence[Any], links: Mapping[str, str] | None) -> Turned:
    """Judge a page that was asked for at `spot`, with `rest` of the window left to read."""
    places = [place for place in map(place_of, statuses) if place is not None]
    has_times = any(place.has_time for place in places)
    onward = _onward(spot, places, statuses, links)
    keys = [place.below if spot.order is Order.NEWEST_FIRST else place.key for place in places]
    done = completed(rest, keys, UNIT, spot.order, exhausted=onward is None)
    left = rest.without(done)
    if left is not None and onward is not None and has_times:
        onward = _past_the_end(left, onward, places)
    return Turned(done, None if left is None else onward, onward is None, has_times)


def _onward(
    spot: Spot, places: Sequence[Place], statuses: Sequence[Any], links: Mapping[str, str] | None
) -> Spot | None:
    """Find the next page: by the server's link, or where it gives none by the last id; None after the last page."""
    is_back = spot.order is Order.NEWEST_FIRST
    name, rel = ("max_id", "next") if is_back else ("min_id", "prev")
    told = parse_qs(urlsplit((links or {}).get(rel, "")).query).get(name)
    if told:
        return Spot(spot.order, told[0])
    if not statuses or links is not None:
        return None
    # Of a page without any id the place remains: the same page comes again, and is left as one that repeats.
    edge = (places[-1] if is_back else places[0]).local_id if places else spot.local_id
    return Spot(spot.order, edge)


def _past_the_end(rest: Window, onward: Spot, places: Iterable[Place]) -> Spot:
    """Skip what lies between a page of the top and the end of the window."""
    if onward.order is Order.NEWEST_FIRST and all(place.below > rest.ends_at + UNIT for place in places):
        return Spot(onward.order, id_at(rest.ends_at))
    return onward
