"""The clocks of the collector."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from collector.clock import FastClock, MachineClock, never

SINCE = datetime(2015, 11, 26, tzinfo=UTC)


def test_a_fast_clock_runs_from_its_start_at_its_speed() -> None:
    clock = FastClock(SINCE, speed=36_000)
    began = time.monotonic()
    assert not clock.wait(3_600, never())
    machine = time.monotonic() - began
    assert 0.1 <= machine < 5
    assert timedelta(hours=1) <= clock.now() - SINCE
    with pytest.raises(ValueError, match="aware"):
        FastClock(datetime(2015, 11, 26), speed=1)  # noqa: DTZ001  that is the point


def test_the_sign_to_stop_ends_a_wait() -> None:
    stop = threading.Event()
    stop.set()
    for clock in (MachineClock(), FastClock(SINCE, speed=0.001)):
        assert clock.wait(3_600, stop)


def test_the_machines_clock_tells_an_aware_time() -> None:
    assert abs(MachineClock().now() - datetime.now(UTC)) < timedelta(seconds=5)
