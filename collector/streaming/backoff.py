"""How long to wait before a stream is connected to again, as X's documents want it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.errors import RateLimited, SourceError
from collector.streaming.source import Disturbed

LINE_STEP: Final = 0.25
LINE_MOST: Final = 16.0
"""After a connection that broke each wait is longer by a step, up to this."""
ERROR_FIRST: Final = 5.0
ERROR_MOST: Final = 320.0
"""After an error of the platform's each wait is twice as long as the one before, up to this."""
LIMIT_FIRST: Final = 60.0
LIMIT_MOST: Final = 900.0
"""So it is where it wants a pause and does not tell how long; X's windows are no longer."""
LASTED: Final = timedelta(minutes=1)
"""A connection that lasted so long was a good one: after it the waits begin anew."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often in a row it was in vain, by what went wrong."""

    lines: int = 0
    errors: int = 0
    limits: int = 0

    def after(self, error: SourceError, now: datetime) -> "tuple[float, Backoff]":
        """Tell how many seconds to wait after an error at `now` (the source's clock), and what holds after that."""
        if isinstance(error, RateLimited):
            told = (error.until - now).total_seconds()
            pause = told if told > 0 else _doubled(LIMIT_FIRST, self.limits, LIMIT_MOST)
            return pause, Backoff(self.lines, self.errors, self.limits + 1)
        if isinstance(error, Disturbed):
            return _doubled(ERROR_FIRST, self.errors, ERROR_MOST), Backoff(self.lines, self.errors + 1, self.limits)
        pause = min(LINE_STEP * (self.lines + 1), LINE_MOST)
        return pause, Backoff(self.lines + 1, self.errors, self.limits)


def _doubled(first: float, times: int, most: float) -> float:
    # No power of a number that grows for weeks: it would become too large for a float.
    return min(first * 2.0 ** min(times, 10), most)
