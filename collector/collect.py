"""The collector's loop: plan, ask for a page, save all that it brings in one transaction, go on.

A crash at any instruction costs asking for a page again, never a gap and never a duplicate: posts, what is
known by them and where to go on are saved together or not at all.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, cast

from collector.asking import Asking, Patience, Timing, unsaid
from collector.clock import Clock, Stop
from collector.errors import LimitReached, NeedsPerson, PayloadError, RateLimited, SourceError, Stopped
from collector.ledgers import collected, entries, keyed, read_known
from collector.missing import Missing
from collector.outcome import Outcome
from collector.paying import Paying
from collector.places import Places
from collector.plan import Entry, Known, KnownOf, Task, Wanted, gone, plan
from collector.progress import Step, begun, step
from collector.sampling import Drawn, Sample, draw, unread
from collector.shares import shares_to_write
from collector.source import Page, Paid, Source, Window
from storage import coverage
from storage.batch import Batch
from storage.coverage import Ledger, State, Stretch
from storage.errors import LeaseLost, StorageError
from storage.lease import Lease
from storage.post import Item, Kind
from storage.spending import Limit
from storage.store import RunState, Store

IN_VAIN: Final = 3
"""After so many windows in a row that could not be had, the source is not asked for the others of the pass."""

CLOCKS_AGREE: Final = timedelta(seconds=5)
"""A source's clock is told to the second, and late by as long as its answer takes: so much is no difference."""

NO_PAGE: Final = Page(items=(), completes=None, requests=0)
"""What a source has given that ended without the word that it is exhausted."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be collected from where.

    Attributes:
        campaign: the slug of the campaign whose run it is.
        lease: ours, taken already; renewed with every page and through every wait.
        limits: what may be spent on the source, where it costs.
        sample: what is read of all posts, where that does not reach for each; None: as many as it reaches for.
        pausing: is told of every pause that the source wants, before it.
    """

    source: Source
    wanted: Wanted
    campaign: str | None = None
    lease: Lease | None = None
    limits: tuple[Limit, ...] = ()
    patience: Patience = field(default_factory=Patience)
    sample: Sample | None = None
    pausing: Callable[[RateLimited], None] = unsaid


def collect(store: Store, job: Job, clock: Clock, stop: Stop) -> Outcome:
    """Make one pass over a source: ask for all that is missing and to be had now.

    What goes wrong with the source ends up in the ledgers and in the outcome, not in an exception. Once the
    sign to stop is given, a page that has arrived is still saved, one that has not is given up.

    Raises:
        StorageError: the store cannot be written, or another process took the lease (LeaseLost).
    """
    return _Pass(store, job, clock, stop).run()


class _Pass:
    """One pass: its tasks one after the other, and the tally of what they bring."""

    def __init__(self, store: Store, job: Job, clock: Clock, stop: Stop) -> None:
        self._store = store
        self._source = job.source
        self._traits = job.source.traits
        self._job = job
        self._places = Places(store, job.source.traits)
        self._timing = Timing(clock, stop, self._renew_lease, job.pausing)
        self._started_at = clock.now()
        self._run_id = 0
        self._asked: dict[str, Ledger] = {}
        self._filled: dict[tuple[str, Kind], Ledger] = {}
        self._outcome = Outcome()

    def run(self) -> Outcome:
        drawn = self._draw()
        tasks, unread = drawn.tasks, self._unread(drawn)
        if not (tasks or unread or self._gone()):
            return self._outcome
        traits, campaign = self._traits, self._job.campaign
        self._run_id = self._store.begin_run(traits.name, traits.server, self._started_at, campaign)
        if traits.costs:
            paid = cast(Paid, self._source)
            self._source = Paying(paid, self._store.till, self._run_id, self._job.limits, self._timing.source_now)
        try:
            self._mend_places(tasks)
            self._write(unread)
            self._work_through(tasks)
            if self._outcome.pages or not tasks:
                self._write_lost()
            self._write_shares()
        except Stopped:
            self._outcome = replace(self._outcome, is_stopped=True)
        except KeyboardInterrupt:
            self._give_up("stopped")
            raise
        except Exception as error:
            # Whatever it was: the run must not look as if it still ran.
            self._give_up("failed", str(error) or type(error).__name__)
            raise
        return self._finish()

    def _draw(self) -> Drawn:
        """Plan what is left of this pass, and draw what of it is read."""
        tasks = self._plan()
        return draw(tasks, self._job.sample) if self._job.sample is not None else Drawn(tasks)

    def _unread(self, drawn: Drawn) -> tuple[Entry, ...]:
        return tuple(unread(drawn.left, self._known(), self._traits.kinds)) if drawn.left else ()

    def _plan(self) -> tuple[Task, ...]:
        """Plan what is left of this pass, by the earlier of our clock and the source's."""
        known = {
            (tag, kind): Known(of.own, coverage.best(of.elsewhere, self._asked.get(tag, ())))
            for (tag, kind), of in self._known().items()
        }
        return plan(self._job.wanted, self._traits, known, self._started_at - self._timing.behind())

    def _known(self) -> KnownOf:
        return read_known(self._store, self._traits, self._job.wanted.tags)

    def _gone(self) -> tuple[Entry, ...]:
        return gone(self._job.wanted, self._traits, self._known(), self._timing.source_now())

    def _work_through(self, tasks: Sequence[Task]) -> None:
        """Do the tasks in order; plan again when the source turns out to have another time than ours.

        Where a person is needed, or nothing has come for several windows in a row, what is left has failed too.
        """
        planned_for = self._timing.behind()
        left = deque(tasks)
        in_vain = 0
        while left:
            error = self._read(left.popleft(), attempts=1 if in_vain else self._job.patience.attempts)
            in_vain = in_vain + 1 if error else 0
            if error and (isinstance(error, NeedsPerson) or in_vain == IN_VAIN):
                for task in left:
                    self._fail(task, task.window, error)
                return
            if abs(self._timing.behind() - planned_for) > CLOCKS_AGREE:
                planned_for = self._timing.behind()
                left = deque(self._draw().tasks)

    def _read(self, task: Task, *, attempts: int) -> SourceError | None:
        """Read a window page by page, as far as the source gives it; returns what came in between."""
        self._note_asked(task)
        patience = replace(self._job.patience, attempts=attempts)
        asking = Asking(self._source, task.query, self._timing, patience, self._keep)
        progress = begun(task.window, self._places.of(task.query))
        missing = Missing(self._store, self._source, self._timing, patience)
        try:
            for left in reversed(range(patience.pages)):
                page = asking.page(progress) or NO_PAGE
                taken = step(progress, page, self._traits, self._timing.now(), is_last=not left)
                page = self._with_what_is_gone(task, page, taken, missing)
                progress = taken.progress
                self._save(task, page, taken)
                if progress.rest is None:
                    break
        except SourceError as error:
            self._fail(task, progress.rest, error)
            return error
        return None

    def _with_what_is_gone(self, task: Task, page: Page, taken: Step, missing: Missing) -> Page:
        """Add to a page what became of posts that stood in its stretch and do not any more.

        Where that cannot be had the page is kept without its stretch: that is asked for again.
        """
        try:
            return missing.add_to(page, task.query, taken.stretches)
        except (SourceError, Stopped):
            self._store_and_count(replace(self._brought(page), pages=1))
            raise

    def _note_asked(self, task: Task) -> None:
        """Remember that a window was asked for, so that this pass does not ask for it again."""
        asked = Stretch(task.window.starts_at, task.window.ends_at, State.COMPLETE)
        for tag in task.query.tags:
            self._asked[tag] = coverage.write(self._asked.get(tag, ()), asked)

    def _save(self, task: Task, page: Page, taken: Step) -> None:
        """Save a page and all that is known by it."""
        said = entries(self._traits, task.query.tags, taken.stretches)
        self._store_and_count(
            replace(
                self._brought(page),
                deletions=page.deletions,
                coverage=keyed(self._traits, said),
                cursor=self._places.cursor(task.query, task.window, taken.progress.place()),
                pages=int(page is not NO_PAGE),
            )
        )
        for entry in said:
            if entry.stretch.state is State.COMPLETE:
                ledger = self._filled.get((entry.tag, entry.kind), ())
                self._filled[entry.tag, entry.kind] = coverage.write(ledger, entry.stretch)

    def _fail(self, task: Task, rest: Window | None, error: SourceError) -> None:
        """Note that the rest of a window, as far as its time has come, was asked for in vain."""
        self._outcome = replace(self._outcome, failure=error)
        asked = rest and rest.within(rest.starts_at, self._timing.now() - self._timing.behind())
        if asked is not None:
            is_dear = isinstance(error, LimitReached)
            state, reason = (State.PARTIAL, coverage.BUDGET) if is_dear else (State.FAILED, str(error))
            failed = Stretch(asked.starts_at, asked.ends_at, state, reason)
            self._write(entries(self._traits, task.query.tags, [failed]))

    def _write_shares(self) -> None:
        """Note which share of its posts was read of each hour of a sample."""
        if (sample := self._job.sample) is not None:
            tags = self._job.wanted.tags
            self._write(tuple(shares_to_write(self._store, self._traits, tags, sample.counted_by)))

    def _write(self, said: Sequence[Entry]) -> None:
        """Write what is known by other means than a page."""
        if said:
            self._store.save(replace(self._batch(), coverage=keyed(self._traits, said)))

    def _keep(self, error: PayloadError) -> None:
        """Keep an answer that cannot be read."""
        item = Item(payload=error.payload, post=None, error=str(error))
        self._store_and_count(replace(self._batch(), items=(item,), requests=1))

    def _write_lost(self) -> None:
        """Note what has left the reach, by the source's own clock where it told it."""
        said = self._gone()
        self._write(said)
        lost = tuple(entry for entry in said if entry.stretch.state is State.LOST)
        self._outcome = replace(self._outcome, lost=lost)

    def _mend_places(self, tasks: Sequence[Task]) -> None:
        """Name the places from which this pass goes on by what is left, and forget all others."""
        unfit = list(self._places.unfit(tasks, self._job.wanted.tags))
        for cursor in self._places.moved(tasks):
            self._store.save(replace(self._batch(), cursor=cursor))
        for cursor in unfit:
            self._store.save(replace(self._batch(), cursor=replace(cursor, cursor=None)))

    def _batch(self) -> Batch:
        traits, now = self._traits, self._timing.now()
        return Batch(self._run_id, traits.name, traits.server, now, lease=self._job.lease)

    def _brought(self, page: Page) -> Batch:
        """Write what a page brought, whatever is known by it."""
        return replace(self._batch(), items=page.items, requests=page.requests, payment=page.payment)

    def _store_and_count(self, batch: Batch) -> None:
        """Save a batch and add what it brought to the outcome."""
        self._outcome = self._outcome.plus(batch, self._store.save(batch))

    def _renew_lease(self) -> None:
        lease = self._job.lease
        if lease is not None and not self._store.take_lease(lease):
            raise LeaseLost(f"{self._traits.name} is collected by another process now")

    def _give_up(self, state: RunState, error: str | None = None) -> None:
        """Note that the run ended before its end."""
        with suppress(StorageError):
            self._store.finish_run(self._run_id, self._timing.now(), state, error)

    def _finish(self) -> Outcome:
        """Note how the run ended."""
        timing = self._timing
        filled = tuple(collected(self._filled))
        self._outcome = replace(self._outcome, filled=filled, waits=timing.waits, waited=timing.waited)
        state: RunState = "done"
        if self._outcome.is_stopped or self._outcome.failure:
            state = "stopped" if self._outcome.is_stopped else "failed"
        self._store.finish_run(self._run_id, self._timing.now(), state, self._outcome.error)
        return self._outcome
