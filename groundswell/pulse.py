"""The pulse of a running collector: its signs of life in the store, and what it says when it comes back."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from groundswell import heartbeat
from groundswell.heartbeat import Heartbeat
from groundswell.in_force import InForce
from groundswell.journal import LOG
from groundswell.sources import paces_of
from groundswell.terminal import one_line
from groundswell.times import write_span
from groundswell.words import lines_of
from storage.errors import StorageError
from storage.store import Store

FRESH: Final = timedelta(seconds=5)
"""A sign of life tells what is due next: where jobs run often it is left more often than it must."""
FAREWELL: Final = 1.0
"""Seconds that the last sign is given: another program may hold the store."""


class Pulse:
    """The signs of life of this process; `due` tells which job runs next when."""

    def __init__(
        self,
        store: Store,
        in_force: InForce,
        due: Callable[[], Mapping[str, datetime]],
        clock: Callable[[], datetime],
    ) -> None:
        """Make ready; no sign is left yet."""
        self._store = store
        self._in_force = in_force
        self._due = due
        self._clock = clock
        self._started_at = self._beaten_at = clock()

    @property
    def is_stale(self) -> bool:
        """Tell whether what the last sign said is likely to be other by now."""
        return self._clock() - self._beaten_at > FRESH

    def say_hello(self) -> None:
        """Say what was missed since anything ran on this store, or that something still runs."""
        last = heartbeat.last_beat(self._store)
        if last is not None and not heartbeat.is_ours(last) and heartbeat.is_alive(last, self._clock()):
            LOG.info("process %s runs on this store already: each takes what the other leaves", last.pid)
        elif last is not None:
            self._say_what_was_missed(last.at)
        else:
            LOG.info("first run on this store: what the sources still have is fetched now")

    def notice_sleep(self) -> None:
        """Say what was missed if so long no sign was left that the machine must have slept."""
        if self._clock() - self._beaten_at > heartbeat.SILENCE:
            self._say_what_was_missed(self._beaten_at)
            self._beaten_at = self._clock()

    def beat(self) -> None:
        """Leave a sign of life, unless another process that runs on the store does."""
        self._beaten_at = self._clock()
        other = heartbeat.last_beat(self._store)
        if other is None or heartbeat.is_ours(other) or not heartbeat.is_alive(other, self._clock()):
            heartbeat.beat(self._store, self._sign(self._due()))

    def say_goodbye(self) -> bool:
        """Leave the sign that this process was stopped; tells whether the store could be written in time."""
        farewell = threading.Thread(target=self._leave_last_word, name="farewell", daemon=True)
        farewell.start()
        farewell.join(FAREWELL)
        return not farewell.is_alive()

    def _leave_last_word(self) -> None:
        try:
            last = heartbeat.last_beat(self._store)
            if last is None or heartbeat.is_ours(last):
                heartbeat.beat(self._store, heartbeat.last_word(self._sign({})))
        except StorageError as error:
            LOG.warning("%s", one_line(" ".join(lines_of(error))))

    def _sign(self, due: Mapping[str, datetime]) -> Heartbeat:
        config = (self._in_force.since, self._in_force.refused)
        return heartbeat.of_this_process(self._clock(), self._started_at, config, due)

    def _say_what_was_missed(self, since: datetime) -> None:
        config, away = self._in_force.config, self._clock() - since
        inbox = config.sources.inbox
        every = config.schedule.collect if inbox is None or paces_of(config) else inbox.every
        LOG.info(
            "away since %s (%s, %s passes missed): what the sources still have is fetched now; what was filled and"
            " lost stands in the next lines",
            since.isoformat(timespec="seconds"),
            write_span(away, "less than a second"),
            f"{int(away / every):,}",
        )
