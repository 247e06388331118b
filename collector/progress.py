"""How far the reading of one window has come, and what each page adds to what is known: pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from collector.source import Page, Traits, Window
from storage import coverage
from storage.coverage import State, Stretch
from storage.instant import from_text, to_text

REPEATS: Final = 3
"""After so many repeated pages in a row a source is not asked on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the reading of a window stands between two pages.

    Attributes:
        rest: what is left to read; None: the reading is over.
        cursor: where the source goes on; None: at the edge of `rest`.
        first_now: the moment of the first page, by which all of the window is judged to have settled or not:
            the top of a unit may have been read then and its bottom much later.
        ids: what the page before brought.
        repeats: how many repeated pages came in a row.
        is_soiled: an item that could not be read may lie in what the next page completes.
    """

    rest: Window | None
    cursor: str | None = None
    first_now: datetime | None = None
    ids: frozenset[str | bytes] = frozenset()
    repeats: int = 0
    is_soiled: bool = False

    def place(self) -> str | None:
        """Write down where to go on after a restart; None: only anew, from the edge of what is left.

        After an unreadable item it is None: that the next page is soiled would be forgotten.
        """
        if self.rest is None or self.cursor is None or self.first_now is None or self.is_soiled:
            return None
        edges = (self.first_now, self.rest.starts_at, self.rest.ends_at)
        return " ".join([*(to_text(edge) for edge in edges), self.cursor])


def begun(window: Window, places: Iterable[str] = ()) -> Progress:
    """Begin to read a window, where possible at one of the places that were written down.

    A place fits if just this window was left to do; anywhere else its cursor would skip what has become known
    to be missing since.
    """
    for place in places:
        if left_at(place) == window:
            first_now, _, _, cursor = place.split(" ", 3)
            return Progress(window, cursor, from_text(first_now))
    return Progress(window)


def left_at(place: str) -> Window:
    """Read from a place which window was left to do."""
    _, starts_at, ends_at, _ = place.split(" ", 3)
    return Window(from_text(starts_at), from_text(ends_at))


@dataclass(frozen=True, slots=True)
class Step:
    """What a page adds: the progress after it, and the stretches that are known by it."""

    progress: Progress
    stretches: tuple[Stretch, ...]


def step(progress: Progress, page: Page, traits: Traits, now: datetime, *, is_last: bool = False) -> Step:
    """Judge a page that came at `now` by our clock; with `is_last` no further page will be asked for.

    The stretch it completes is *complete* where it has settled, *partial/settling* where it has not, and
    *partial/unparsed* where an item could not be read. A repeated page completes nothing. What remains when
    the source ends without the word that it is exhausted is *partial/capped*, or *partial/repeated*.
    """
    rest = progress.rest if progress.rest is None or page.asked is None else progress.rest.within(*_edges(page.asked))
    if rest is None:
        return Step(replace(progress, rest=None), ())
    source_now = page.server_now or now
    first_now = progress.first_now or min(now, source_now)
    ids = frozenset(item.payload if item.post is None else item.post.platform_id for item in page.items)
    is_repeated = bool(ids) and ids == progress.ids
    repeats = progress.repeats + 1 if is_repeated else 0
    done = None if is_repeated or page.completes is None else rest.within(*_edges(page.completes))
    is_unparsed = any(item.post is None for item in page.items)
    known = list(_judged(done, traits, first_now, source_now, is_soiled=is_unparsed or progress.is_soiled))
    # A source that has said all leaves nothing to ask for: what it was not asked for has left its reach.
    rest = None if page.exhausted and not is_repeated else rest.without(done)
    if rest is not None and (why := _ending(page, repeats, is_last=is_last)):
        known += _stretches(rest.within(rest.starts_at, first_now), State.PARTIAL, why)
        rest = None
    is_soiled = is_unparsed or (progress.is_soiled and done is None)
    return Step(Progress(rest, page.cursor, first_now, ids, repeats, is_soiled), tuple(known))


def _judged(
    done: Window | None, traits: Traits, first_now: datetime, source_now: datetime, *, is_soiled: bool
) -> Iterator[Stretch]:
    """Tell what is known of a completed stretch: nothing of what is out of reach by now, or yet to come."""
    known = done and done.within(traits.horizon(source_now), first_now)
    if known is None:
        return
    settled = traits.settled(first_now)
    state, reason = (State.PARTIAL, coverage.UNPARSED) if is_soiled else (State.COMPLETE, "")
    yield from _stretches(known.within(known.starts_at, settled), state, reason)
    yield from _stretches(known.within(settled, known.ends_at), State.PARTIAL, coverage.SETTLING)


def _ending(page: Page, repeats: int, *, is_last: bool) -> str | None:
    """Tell why no further page is to be had though the window is not done; None if there is one."""
    if repeats >= REPEATS:
        return coverage.REPEATED
    return coverage.CAPPED if page.cursor is None or is_last else None


def _stretches(window: Window | None, state: State, reason: str) -> Iterator[Stretch]:
    if window is not None:
        yield Stretch(*_edges(window), state, reason)


def _edges(window: Window) -> tuple[datetime, datetime]:
    return window.starts_at, window.ends_at
