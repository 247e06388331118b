"""The process around the scheduled collector: its signals, its log and its end."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from groundswell.jobs import Runner
from groundswell.journal import keep_journal
from groundswell.opening import log_file, open_store
from groundswell.options import Settings


def run_until_stopped(settings: Settings) -> None:
    """Run the scheduled collector until Ctrl-C or SIGTERM; then end within 5 seconds, with exit code 0."""
    # Its own allocator keeps what threads that have ended let go, and the lake has new threads with each chart.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    stop, is_running = threading.Event(), threading.Event()
    with _stopped_by_signals(stop, is_running):
        config = settings.config()
        url = settings.store_url(config)
        with open_store(config, url, datetime.now(UTC)) as store:
            keep_journal(log_file(url))
            is_running.set()
            has_ended = Runner(settings, config, store, stop).run()
        if not has_ended:
            _leave()


@contextmanager
def _stopped_by_signals(stop: threading.Event, is_running: threading.Event) -> Iterator[None]:
    """Take Ctrl-C and SIGTERM as the sign to stop; before anything runs, nothing has to be waited for."""

    def heed(*_: object) -> None:
        stop.set()
        if not is_running.is_set():
            raise SystemExit(0)

    before = {number: signal.signal(number, heed) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave() -> None:
    """End the process although a thread hangs in a read: the store is closed, nothing can be lost."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
