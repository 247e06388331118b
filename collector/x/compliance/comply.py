"""Honouring deletions: X is asked of every post whether it is still there, round after round, a step at a time.

What stands where is noted in the store before and after everything that X does not let be undone. A kill at any
instruction costs a request or a job, never a deletion.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from collector.clock import Clock, Stop
from collector.errors import QuestionRefused, RateLimited, SourceError, Stopped, Unavailable, Unreadable
from collector.x.compliance.books import Books
from collector.x.compliance.complied import Complied, State
from collector.x.compliance.jobs import Compliance, Job, file_of_ids
from collector.x.compliance.rounds import Last, Round, begin_round
from collector.x.compliance.verdicts import Verdict, deletion_of, read_verdict
from collector.x.rules import PLATFORM, is_id
from storage.errors import StorageError
from storage.instant import from_text, to_text
from storage.lease import Lease
from storage.living import last_seen, living
from storage.store import RunState, Store

AT_ONCE: Final = 500_000
"""Ids that one job asks about: a file of 10 MB."""
SAVED_AT_ONCE: Final = 250
"""Lines of a result that are saved together: as many deletions hold the store's lock for 0.4 s."""
POLLED_EVERY: Final = timedelta(minutes=1)
LONGEST_REST: Final = timedelta(hours=1)
LONGEST_JOB: Final = timedelta(days=7)
"""X keeps a result for so long: a job that has not come to its end by then never does."""


@dataclass(frozen=True, slots=True)
class DeletionsJob:
    """Who is asked, and how often about every post; see `collector.collect.Job`."""

    source: Compliance
    every: timedelta = timedelta(days=1)
    lease: Lease | None = None
    at_once: int = AT_ONCE


def comply(store: Store, job: DeletionsJob, clock: Clock, stop: Stop) -> Complied:
    """Go on with the round that is under way, as far as X lets it; begin one where that is due.

    What goes wrong with X ends up in what is returned. Raises StorageError as `collector.collect.collect` does.
    """
    return _Step(store, job, clock, stop).run()


class _Step:
    """One step: the note as it is, and what was done."""

    def __init__(self, store: Store, job: DeletionsJob, clock: Clock, stop: Stop) -> None:
        self._store = store
        self._job = job
        self._source = job.source
        self._clock = clock
        self._stop = stop
        self._books = Books(store, job.lease, clock.now, lambda: job.source.requests)
        self._ended: Round | None = None
        self._saved = 0

    def run(self) -> Complied:
        if (again_at := self._rests_until()) is not None:
            return self._complied("resting" if self._books.note.round is None else "waiting", again_at)
        if self._books.note.round is None and not self._begin():
            return self._complied("resting", self._clock.now() + LONGEST_REST)
        try:
            complied = self._tried()
        except BaseException as error:
            # Whatever it was, a Ctrl-C too: the run must not look as if it still ran.
            with suppress(StorageError):
                self._books.finish("stopped" if isinstance(error, KeyboardInterrupt) else "failed", str(error))
            raise
        self._books.finish(_ENDS.get(complied.state, "done"), complied.error)
        return complied

    def _rests_until(self) -> datetime | None:
        """Tell until when nothing is asked; None: X may be asked now. A clock that was set back ends a rest."""
        now, note = self._clock.now(), self._books.note
        if note.rests_until is not None and now < (until := from_text(note.rests_until)) <= now + LONGEST_REST:
            return until
        due_at = now if note.last is None else from_text(note.last.begun_at) + self._job.every
        return due_at if note.round is None and now < due_at <= now + self._job.every else None

    def _begin(self) -> bool:
        """Begin a round; False where there is no post to ask about."""
        now = self._clock.now()
        if not self._is_any(after=0):
            self._books.rest(now + min(self._job.every, LONGEST_REST))
            return False
        self._books.write(round=begin_round(now))
        return True

    def _tried(self) -> Complied:
        """Go on, and say what came of it."""
        now = self._clock.now()
        try:
            state = self._go_on()
        except Stopped:
            return self._complied("stopped", now)
        except RateLimited as limit:
            pause = min(max(limit.until - self._source.now(), timedelta(seconds=1)), LONGEST_REST)
            self._books.rest(now + pause, failures=self._books.note.failures)
            return self._complied("waiting", now + pause, limit)
        except SourceError as error:
            self._books.run()
            failures = self._books.note.failures + 1
            pause = min(POLLED_EVERY * 2 ** min(failures - 1, 10), LONGEST_REST)
            self._books.rest(now + pause, failures=failures)
            return self._complied("failed", now + pause, error)
        done = self._books.note.last if state == "done" else None
        return self._complied(state, from_text(done.begun_at) + self._job.every if done else now + POLLED_EVERY)

    def _go_on(self) -> State:
        """Do what the round has come to, until X has to be waited for."""
        self._check()
        if self._books.round.stage == "creating" and not self._create():
            return "waiting"
        if self._books.round.stage == "created":
            return "begun" if self._upload() else self._end_job()
        return self._collect()

    def _create(self) -> bool:
        """Make the job, or find it made; False while another one is in its way."""
        name = self._books.round.job_name
        before = [one for one in self._source.jobs() if one.is_in_the_way]
        ours = next((one.id for one in before if one.name == name and one.standing == "created"), None)
        if before and ours is None:
            return False
        self._books.run()
        self._books.advance(stage="created", job_id=ours or self._source.create(name))
        return True

    def _upload(self) -> bool:
        """Give the job its ids; False where no post is left to ask about."""
        job, here = self._look(), self._books.round
        if job.standing == "created":
            posts = living(self._store.engine, PLATFORM, here.after, here.until)
            ids, number, until = file_of_ids(posts, self._job.at_once)
            # Noted first: that X took them may not be heard any more.
            self._books.advance(until=until or here.after, ids=number, asked_at=to_text(job.told_at))
            if not number:
                return False
            self._books.run()
            self._source.upload(job, ids)
        elif here.until is None:
            raise self._lost("somebody else gave it ids")
        self._books.advance(stage="uploaded")
        return True

    def _collect(self) -> State:
        """Save what the job found, where it is at its end."""
        job = self._look()
        if job.standing != "complete":
            return "waiting"
        results = islice(self._source.results(job), self._books.round.lines, None)
        while lines := list(islice(results, SAVED_AT_ONCE)):
            self._check()
            self._save(lines)
        return self._end_job()

    def _save(self, lines: Sequence[bytes]) -> None:
        verdicts = list(filter(None, map(_read, lines)))
        gone = [one for one in verdicts if one.is_gone]
        seen = last_seen(self._store.engine, PLATFORM, [one.id for one in gone])
        here, now = self._books.round, to_text(self._source.now())
        deletions = [deletion_of(one, here.asked_at, now, seen.get(one.id)) for one in gone]
        self._store.save(replace(self._books.batch(), deletions=deletions, pages=1))
        self._saved += len(deletions)
        others = Counter(here.others) + Counter(one.reason for one in verdicts if not one.is_gone)
        self._books.advance(
            lines=here.lines + len(lines),
            gone=here.gone + len(gone),
            others=dict(others),
            unread=here.unread + len(lines) - len(verdicts),
        )

    def _end_job(self) -> State:
        """Go on to the posts after those of the job, or end the round where there are none."""
        self._books.run()
        now = self._clock.now()
        onward = self._books.round.next_job(now)
        if self._is_any(onward.after):
            self._books.write(round=onward, failures=0)
            return self._go_on()
        last = Last(begun_at=onward.begun_at, ended_at=to_text(now), asked=onward.asked, gone=onward.gone)
        self._books.write(round=None, last=last, failures=0)
        self._ended = onward
        return "done"

    def _look(self) -> Job:
        """Ask how far the job is; raises Unavailable for one of which nothing can come: it is begun anew."""
        try:
            job = self._source.job(self._books.round.job_id)
        except QuestionRefused as error:
            raise self._lost(str(error)) from None
        asked_at = self._books.round.asked_at
        is_overdue = asked_at and from_text(asked_at) + LONGEST_JOB < job.told_at
        if is_overdue or job.standing in {"failed", "expired"}:
            raise self._lost(f"X says {job.standing}")
        return job

    def _lost(self, why: str) -> Unavailable:
        self._books.write(round=self._books.round.anew(self._clock.now()))
        return Unavailable(f"nothing came of a compliance job: {why}")

    def _is_any(self, after: int) -> bool:
        """Tell whether there are posts to ask about."""
        return any(is_id(one) for _, names in living(self._store.engine, PLATFORM, after) for one in names)

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _complied(self, state: State, again_at: datetime, failure: SourceError | None = None) -> Complied:
        told = self._books.note.round or self._ended
        if told is None:
            return Complied(state, again_at, failure=failure)
        return Complied(
            state, again_at, told.asked + told.ids, told.gone, told.others, told.unread, self._saved, failure
        )


_ENDS: Final[Mapping[State, RunState]] = {"failed": "failed", "stopped": "stopped"}


def _read(line: bytes) -> Verdict | None:
    try:
        return read_verdict(line)
    except Unreadable:
        return None
