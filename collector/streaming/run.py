"""What a listening job writes down: its run, what came, what is known by it, and what was missed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product

from collector.asking import Timing
from collector.clock import Clock, Stop
from collector.ledgers import collected, entries, key_of, keyed
from collector.outcome import Outcome
from collector.plan import Entry
from collector.source import Traits
from collector.streaming.heard import Heard, began, missed
from collector.streaming.source import Came
from storage import coverage
from storage.batch import Batch
from storage.coverage import Ledger, State
from storage.errors import LeaseLost
from storage.lease import Lease
from storage.spending import Payment
from storage.store import RunState, Store


class StreamRun:
    """A run of the store's, and the tally of what it brings.

    Attributes:
        outcome: what it brought so far.
        id: the run's number.
        timing: its clock, the source's, and the waits.
        alive_at: when the store last had a sign of life of it, by our clock.
    """

    def __init__(
        self, store: Store, traits: Traits, tags: Sequence[str], lease: Lease | None, clock: Clock, stop: Stop
    ) -> None:
        """Begin the run."""
        self._store, self._traits, self._tags, self._lease = store, traits, tags, lease
        self.timing = Timing(clock, stop, self.renew)
        self._complete: Ledger = ()
        self.outcome = Outcome()
        self.alive_at = clock.now()
        self.id = store.begin_run(traits.name, traits.server, self.alive_at)

    def source_now(self) -> datetime:
        """Tell the moment by the source's clock."""
        return self.timing.source_now()

    def opened(self, at: datetime, why: str) -> Heard:
        """Note that a connection listens since `at`, and what was missed before it, and why."""
        self.timing.hear(at)
        traits = self._traits
        heard = began(at, traits.settling, traits.unit)
        gaps = [
            Entry(tag, kind, gap)
            for tag, kind in product(self._tags, traits.kinds)
            for gap in missed(self._store.coverage(key_of(traits, tag, kind)), kind, heard.since, why)
        ]
        self._save(replace(self._batch(), coverage=keyed(traits, gaps), requests=1))
        lost = [gap for gap in gaps if gap.stretch.state is State.LOST]
        self.outcome = replace(self.outcome, lost=(*self.outcome.lost, *lost), failure=None)
        return heard

    def save(self, came: Sequence[Came], heard: Heard | None, payment: Payment | None) -> None:
        """Save what came, in one transaction with what is known by it (None: later) and what was paid for it."""
        stretches = () if heard is None else heard.stretches
        said = entries(self._traits, self._tags, stretches)
        items = [item for one in came for item in one.items]
        deletions = [deletion for one in came for deletion in one.deletions]
        batch = replace(
            self._batch(),
            items=items,
            deletions=deletions,
            coverage=keyed(self._traits, said),
            pages=int(bool(items)),
            payment=payment,
        )
        self._save(batch)
        for stretch in stretches:
            if stretch.state is State.COMPLETE:
                self._complete = coverage.write(self._complete, stretch)

    def renew(self) -> None:
        """Give a sign of life; raises LeaseLost where another process has the lease."""
        self.alive_at = self.timing.now()
        if self._lease is not None and not self._store.take_lease(self._lease):
            raise LeaseLost(f"{self._traits.name} is listened to by another process now")

    def finish(self) -> Outcome:
        """Note how the run ended."""
        ledgers = dict.fromkeys(product(self._tags, self._traits.kinds), self._complete)
        waits, waited = self.timing.waits, self.timing.waited
        self.outcome = replace(self.outcome, filled=tuple(collected(ledgers)), waits=waits, waited=waited)
        state: RunState = "failed" if self.outcome.failure else "done"
        self.end("stopped" if self.outcome.is_stopped else state, self.outcome.error)
        return self.outcome

    def end(self, state: RunState, error: str | None) -> None:
        """Note that the run ended."""
        self._store.finish_run(self.id, self.timing.now(), state, error)

    def _batch(self) -> Batch:
        traits = self._traits
        return Batch(self.id, traits.name, traits.server, self.timing.now(), lease=self._lease)

    def _save(self, batch: Batch) -> None:
        self.outcome = self.outcome.plus(batch, self._store.save(batch))
        self.alive_at = self.timing.now()
