"""Asking a source for its next page: with pauses where it wants them, and again where it did not answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from collector.clock import Clock, Stop
from collector.errors import CursorRefused, PayloadError, RateLimited, SourceError, Stopped, Unavailable
from collector.progress import Progress
from collector.source import Page, Query, Source

RENEWED_EVERY: Final = 30.0
"""Seconds of the machine between two signs of life of a wait."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the collector bears with a source. Seconds are the collector's clock's.

    Attributes:
        attempts: how often a page is asked for that does not come, or cannot be read.
        first_pause: before the second attempt; each further pause is twice as long.
        longest_pause: no pause is longer.
        limits: how many rate limits in a row are waited out.
        longest_limit: a rate limit for longer is not waited for.
        pages: how many pages of one window are read in one pass; no source can hold it for ever.
    """

    attempts: int = 5
    first_pause: float = 1.0
    longest_pause: float = 60.0
    limits: int = 10
    longest_limit: timedelta = timedelta(hours=1)
    pages: int = 1_000


def unsaid(_limit: RateLimited) -> None:
    """Say nothing of a pause."""


class Timing:
    """The time of one pass: our clock, what the source says of its own, and the waits.

    Attributes:
        ahead: how far the source's clock is ahead of ours, as it last said; 0 until it does.
        waits: how often the source had us wait, and `waited`: how long in all.
    """

    def __init__(
        self, clock: Clock, stop: Stop, alive: Callable[[], None], pausing: Callable[[RateLimited], None] = unsaid
    ) -> None:
        """Begin; `alive` is called through every wait, at least each 30 s, `pausing` before one for a rate limit."""
        self._pausing = pausing
        self._clock = clock
        self._stop = stop
        self._alive = alive
        self.ahead = timedelta(0)
        self.waits = 0
        self.waited = timedelta(0)

    def now(self) -> datetime:
        """Tell the moment by our clock."""
        return self._clock.now()

    def source_now(self) -> datetime:
        """Tell the moment by the source's clock, as far as it is known."""
        return self._clock.now() + self.ahead

    def behind(self) -> timedelta:
        """Tell how far the source's clock is behind ours: so much of our time is yet to come for it."""
        return max(-self.ahead, timedelta(0))

    def hear(self, server_now: datetime | None) -> None:
        """Take note of what the source says the time is."""
        if server_now is not None:
            self.ahead = server_now - self._clock.now()

    def check(self) -> None:
        """Raise Stopped if the sign to stop was given."""
        if self._stop.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Wait, with signs of life; raises Stopped when the sign to stop comes meanwhile."""
        self.waits += 1
        self.waited += timedelta(seconds=seconds)
        step = RENEWED_EVERY * self._clock.speed
        while seconds > 0:
            if self._clock.wait(min(seconds, step), self._stop):
                raise Stopped
            self._alive()
            seconds -= step

    def wait_out(self, limit: RateLimited) -> None:
        """Wait until the source answers again, by its own clock, and at least a second."""
        self._pausing(limit)
        self.pause(max(1.0, (limit.until - self.source_now()).total_seconds()))


class Asking:
    """The pages of one query, asked for one after the other, whatever comes between."""

    def __init__(
        self,
        source: Source,
        query: Query,
        timing: Timing,
        patience: Patience,
        keep: Callable[[PayloadError], None],
    ) -> None:
        """Make ready to ask; nothing is asked yet. `keep` is given every answer that cannot be read."""
        self._source = source
        self._query = query
        self._timing = timing
        self._patience = patience
        self._keep = keep
        self._pages: Iterator[Page] | None = None

    def page(self, progress: Progress) -> Page | None:
        """Ask for the page after `progress`; None if the source has no more to say.

        Raises:
            SourceError: it cannot be had now.
            Stopped: the sign to stop came during a wait.
        """
        retrying = Retrying(
            retry=retry_if_exception_type((Unavailable, PayloadError)),
            stop=stop_after_attempt(self._patience.attempts),
            wait=wait_exponential(self._patience.first_pause, max=self._patience.longest_pause),
            sleep=self._timing.pause,
            reraise=True,
        )
        page = retrying(self._page_within_limits, progress)
        if page is not None:
            self._timing.hear(page.server_now)
        return page

    def _page_within_limits(self, progress: Progress) -> Page | None:
        """Ask for a page, waiting wherever the source wants a pause."""
        limits = 0
        while True:
            self._timing.check()
            try:
                return self._next(progress)
            except RateLimited as limit:
                self._timing.hear(limit.server_now)
                limits += 1
                is_long = limit.until - self._timing.source_now() > self._patience.longest_limit
                if is_long or limits > self._patience.limits:
                    raise
                self._timing.wait_out(limit)

    def _next(self, progress: Progress) -> Page | None:
        """Take the next page, from the place of `progress` on if the pages before it broke off."""
        if progress.rest is None:
            return None
        if self._pages is None:
            self._pages = self._source.pages(self._query, progress.rest, progress.cursor)
        try:
            return next(self._pages, None)
        except CursorRefused:
            self._pages = None
            if progress.cursor is None:
                raise
            return self._next(replace(progress, cursor=None))
        except SourceError as error:
            self._pages = None
            if isinstance(error, PayloadError):
                self._keep(error)
            raise
