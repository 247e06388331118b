"""Listening to a source that sends posts by itself: what comes is saved second by second, and every gap is named.

A crash at any instruction costs the posts of a second and the word on some seconds of coverage: the next connection
names them as a gap, which a search fills as far as posts go.
"""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from collector.asking import RENEWED_EVERY
from collector.clock import Clock, Stop
from collector.errors import LimitReached, NeedsPerson, SourceError, Stopped
from collector.outcome import Outcome
from collector.streaming.backoff import LASTED, Backoff
from collector.streaming.blocks import Blocks, Buying
from collector.streaming.hearing import Hearing
from collector.streaming.run import StreamRun
from collector.streaming.source import Connection, Streaming
from storage.errors import StorageError
from storage.lease import Lease
from storage.spending import Limit
from storage.store import Store

SLICE: Final = 0.25
"""Seconds of the machine between two looks at the sign to stop."""
LOOKS_EVERY: Final = timedelta(seconds=1)
"""How often it is asked whether listening is still wanted."""
WAITS_AT_MOST: Final = 5.0
"""Seconds between two such looks while it waits to connect again."""
NOT_LISTENED: Final = "not connected"
"""Why nothing is known from before the first connection of this process on."""


@dataclass(frozen=True, slots=True)
class StreamJob:
    """What is to be listened to.

    Attributes:
        tags: of all campaigns, as asked.
        limits: what may be spent, as it holds at the moment; no campaign pays alone.
        lease: ours, taken already; renewed all the while.
        until: tells that listening is not wanted any more, or otherwise than so.
        saved: is told after each save that brought posts: the job may last for weeks.
    """

    source: Streaming
    tags: tuple[str, ...]
    limits: Callable[[], Sequence[Limit]] = tuple
    lease: Lease | None = None
    until: Callable[[], bool] = lambda: False
    saved: Callable[[], None] = lambda: None


def stream(store: Store, job: StreamJob, clock: Clock, stop: Stop) -> Outcome:
    """Listen until told to end, connecting again whatever breaks off; what takes a person ends it, too.

    What is open of what was put aside when a connection ends stays so, and counts as spent, unless the source surely
    sent nothing that did not arrive.

    Raises:
        StorageError: the store cannot be written, or another process took the lease (LeaseLost).
    """
    return _Job(store, job, clock, stop).run() if job.tags else Outcome()


class _Job:
    """A job: its connections one after the other."""

    def __init__(self, store: Store, job: StreamJob, clock: Clock, stop: Stop) -> None:
        self._store, self._job, self._clock = store, job, clock
        self._run = StreamRun(store, job.source.traits, job.tags, job.lease, clock, stop)
        self._timing = self._run.timing
        self._why = NOT_LISTENED
        self._asked_at = clock.now()
        self._is_over = False

    def run(self) -> Outcome:
        run = self._run
        try:
            self._listen_on()
        except NeedsPerson as error:
            run.outcome = replace(run.outcome, failure=error)
        except Stopped:
            run.outcome = replace(run.outcome, is_stopped=True)
        except BaseException as error:
            # Whatever it was, a Ctrl-C too: the run must not look as if it still ran.
            with suppress(StorageError):
                run.end("stopped" if isinstance(error, KeyboardInterrupt) else "failed", str(error))
            raise
        return run.finish()

    def _listen_on(self) -> None:
        """Listen, and connect again after a wait, until it is told to end."""
        backoff = Backoff()
        while not self._is_unwanted():
            began_at, failure = self._timing.now(), None
            try:
                self._listen()
            except NeedsPerson:
                raise
            except SourceError as error:
                failure = error
            self._run.outcome = replace(self._run.outcome, failure=failure)
            if failure is not None:
                self._why = str(failure)
                has_lasted = self._timing.now() - began_at >= LASTED
                now = self._timing.source_now()
                seconds, backoff = (Backoff() if has_lasted else backoff).after(failure, now)
                self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        """Wait, unless it is told to end meanwhile."""
        while seconds > 0 and not self._is_unwanted():
            self._timing.pause(min(seconds, WAITS_AT_MOST))
            seconds -= WAITS_AT_MOST

    def _listen(self) -> None:
        """Listen on one connection; raises a SourceError for what ended it, and nothing where it was told to end."""
        self._timing.check()
        source, now = self._job.source, self._timing.source_now()
        source.follow(self._job.tags)
        buying = Buying(self._store.till, self._run.id, source.traits.name, source.worst_of, self._job.limits)
        blocks = Blocks(buying, now)
        blocks.reserve(now)
        hearing = Hearing(self._run, blocks, self._why, self._job.saved)
        with closing(source.connect()) as connection:
            try:
                self._hear(connection, hearing)
            except SourceError as error:
                is_sure = not (error.may_have_cost or isinstance(error, LimitReached))
                _end(connection, hearing, is_sure=is_sure)
                raise
            except Stopped:
                _end(connection, hearing)
                raise
            _end(connection, hearing)

    def _hear(self, connection: Connection, hearing: Hearing) -> None:
        """Take what comes, until it is told to end."""
        renewed_every = timedelta(seconds=RENEWED_EVERY * self._clock.speed)
        while not self._is_unwanted():
            self._timing.check()
            for came in connection.read(SLICE):
                hearing.take(came)
            hearing.save_what_is_due(connection.waiting)
            if self._timing.now() - self._run.alive_at >= renewed_every:
                self._run.renew()

    def _is_unwanted(self) -> bool:
        """Tell whether listening is to end; that is asked no more than once a second."""
        now = self._timing.now()
        if not self._is_over and not timedelta(0) <= now - self._asked_at < LOOKS_EVERY:
            self._asked_at = now
            self._is_over = self._job.until()
        return self._is_over


def _end(connection: Connection, hearing: Hearing, *, is_sure: bool = False) -> None:
    """End a connection; what had come is saved. With `is_sure` nothing was sent that did not come."""
    connection.close()
    with suppress(SourceError):
        while rest := connection.read(0):
            for came in rest:
                hearing.take(came)
    hearing.save_the_last(is_sure=is_sure)
