"""Time as the collector has it: a clock that tells the moment and waits, and a sign that ends every wait."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Stop(Protocol):
    """The sign that it is time to stop; a threading.Event is one."""

    def is_set(self) -> bool:
        """Tell whether the sign was given."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the sign, at most `timeout` seconds of the machine; tells whether it was given."""
        ...


class Clock(Protocol):
    """Where the collector has its time from."""

    @property
    def speed(self) -> float:
        """Tell how many of its seconds pass in one of the machine's."""
        ...

    def now(self) -> datetime:
        """Tell the moment; aware, UTC."""
        ...

    def wait(self, seconds: float, stop: Stop) -> bool:
        """Wait for seconds of this clock, or until the sign to stop; tells whether that was given."""
        ...


class MachineClock:
    """The machine's own clock."""

    speed = 1.0

    def now(self) -> datetime:
        """Tell the moment; aware, UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float, stop: Stop) -> bool:
        """Wait, or until the sign to stop; tells whether that was given."""
        return stop.wait(seconds)


class FastClock:
    """A clock that starts at a moment of one's choice and runs `speed` times as fast as the machine's."""

    def __init__(self, starts_at: datetime, speed: float) -> None:
        """Start the clock; raises ValueError for a naive moment or a speed that is not above 0."""
        if starts_at.tzinfo is None or speed <= 0:
            raise ValueError("a fast clock needs an aware moment and a speed above 0")
        self.speed = speed
        self._starts_at = starts_at
        self._started = time.monotonic()

    def now(self) -> datetime:
        """Tell the moment: start + speed x elapsed; aware, UTC."""
        elapsed = (time.monotonic() - self._started) * self.speed
        return self._starts_at + timedelta(seconds=elapsed)

    def wait(self, seconds: float, stop: Stop) -> bool:
        """Wait for seconds of this clock, or until the sign to stop; tells whether that was given."""
        return stop.wait(seconds / self.speed)


def never() -> Stop:
    """Make a sign to stop that nobody gives."""
    return threading.Event()
