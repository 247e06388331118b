"""A month that passes in three minutes, the same in every process of a machine; light, as the program imports it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from collector.clock import Stop

STARTS: Final = datetime(2026, 9, 1, tzinfo=UTC)
FIRST_DAYS: Final = 3
LONG, SHORT = 13.0, 4.2
"""Seconds that each of the first days takes, and each later one."""


class Month:
    """A clock whose first days are long: in true time a collector has made hundreds of passes by their end."""

    speed = timedelta(days=1).total_seconds() / SHORT

    def __init__(self, began: float) -> None:
        """Start the clock at a moment of `time.monotonic`, which all processes of a machine share."""
        self._began = began

    def now(self) -> datetime:
        """Tell the moment; aware, UTC."""
        passed = time.monotonic() - self._began
        first = min(passed, FIRST_DAYS * LONG)
        return STARTS + timedelta(days=first / LONG + (passed - first) / SHORT)

    def day(self) -> float:
        """Tell how many days have passed."""
        return (self.now() - STARTS) / timedelta(days=1)

    def wait(self, seconds: float, stop: Stop) -> bool:
        """Wait for seconds of this clock's later days, or until the sign to stop; tells whether it was given."""
        return stop.wait(seconds / self.speed)
