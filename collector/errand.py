"""A pass over a paid source for what completes no stretch of time: page by page, each saved with what it did cost."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from collector.asking import Asking, Patience, Timing
from collector.clock import Clock, Stop
from collector.errors import PayloadError, SourceError, Stopped
from collector.outcome import Outcome
from collector.paying import Paying
from collector.progress import Progress
from collector.source import Page, Paid, Query, Window
from storage.batch import Batch
from storage.errors import LeaseLost, StorageError
from storage.lease import Lease
from storage.spending import Limit
from storage.store import RunState, Store


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be asked of whom, and what may be spent on it; see `collector.collect.Job`."""

    source: Paid
    asked: Sequence[tuple[Query, Window]]
    campaign: str | None = None
    lease: Lease | None = None
    limits: tuple[Limit, ...] = ()
    patience: Patience = field(default_factory=Patience)


def run_errand(store: Store, errand: Errand, clock: Clock, stop: Stop) -> Outcome:
    """Ask for all of it, one after the other; what was not reached is left.

    What goes wrong with the source ends up in the outcome. Raises StorageError as `collector.collect.collect` does.
    """
    return _Pass(store, errand, clock, stop).run() if errand.asked else Outcome()


class _Pass:
    """One pass, and the tally of what it brings."""

    def __init__(self, store: Store, errand: Errand, clock: Clock, stop: Stop) -> None:
        self._store = store
        self._errand = errand
        self._traits = errand.source.traits
        self._timing = Timing(clock, stop, self._renew_lease)
        self._run_id = 0
        self._outcome = Outcome()

    def run(self) -> Outcome:
        traits, now = self._traits, self._timing.now()
        self._run_id = self._store.begin_run(traits.name, traits.server, now, self._errand.campaign)
        try:
            for query, window in self._errand.asked:
                self._ask(query, window)
        except SourceError as error:
            self._outcome = replace(self._outcome, failure=error)
        except Stopped:
            self._outcome = replace(self._outcome, is_stopped=True)
        except BaseException as error:
            # Whatever it was, a Ctrl-C too: the run must not look as if it still ran.
            with suppress(StorageError):
                self._finish("stopped" if isinstance(error, KeyboardInterrupt) else "failed", str(error))
            raise
        self._finish(_state_of(self._outcome), self._outcome.error)
        return self._outcome

    def _ask(self, query: Query, window: Window) -> None:
        """Ask for one thing, page by page."""
        paid = self._errand.source
        paying = Paying(paid, self._store.till, self._run_id, self._errand.limits, self._timing.source_now)
        asking = Asking(paying, query, self._timing, self._errand.patience, self._keep)
        progress = Progress(window)
        for _ in range(self._errand.patience.pages):
            page = asking.page(progress)
            if page is None:
                return
            self._save(page)
            progress = replace(progress, cursor=page.cursor)
            if page.cursor is None:
                return

    def _save(self, page: Page) -> None:
        batch = replace(
            self._batch(),
            items=page.items,
            deletions=page.deletions,
            counted=page.counted,
            pages=1,
            requests=page.requests,
            payment=page.payment,
        )
        self._outcome = self._outcome.plus(batch, self._store.save(batch))

    def _keep(self, _error: PayloadError) -> None:
        """Count the request in vain: what cannot be read here tells of no post, and is not kept."""
        self._store.save(replace(self._batch(), requests=1))

    def _batch(self) -> Batch:
        return Batch(self._run_id, self._traits.name, self._traits.server, self._timing.now(), lease=self._errand.lease)

    def _renew_lease(self) -> None:
        lease = self._errand.lease
        if lease is not None and not self._store.take_lease(lease):
            raise LeaseLost(f"{self._traits.name} is asked by another process now")

    def _finish(self, state: RunState, error: str | None) -> None:
        self._store.finish_run(self._run_id, self._timing.now(), state, error)


def _state_of(outcome: Outcome) -> RunState:
    if outcome.is_stopped:
        return "stopped"
    return "done" if outcome.failure is None else "failed"
