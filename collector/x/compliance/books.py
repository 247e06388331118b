"""The books of one step of a round: its note, and the run that tells what it did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from collector.x.compliance.rounds import NAME, Note, Round, read_note, write_note
from storage.batch import Batch
from storage.errors import LeaseLost
from storage.instant import to_text
from storage.lease import Lease
from storage.store import RunState, Store


class Books:
    """What is written in the store of a step, while the lease is ours.

    Attributes:
        note: as it stands in the store.
    """

    def __init__(
        self, store: Store, lease: Lease | None, now: Callable[[], datetime], requests: Callable[[], int]
    ) -> None:
        """Open the books; `now` is our clock, and `requests` tells how many were ever made."""
        self._store = store
        self._lease = lease
        self._now = now
        self._requests = requests
        self._before = requests()
        self._run_id: int | None = None
        self.note: Note = read_note(store)

    @property
    def round(self) -> Round:
        """Give the round that is under way, which there must be."""
        if self.note.round is None:
            raise LookupError("no round is under way")
        return self.note.round

    def write(self, **changes: object) -> None:
        """Note what is other than before; a rest is over by that. Raises LeaseLost."""
        if self._lease is not None and not self._store.take_lease(self._lease):
            raise LeaseLost(f"{NAME} is asked by another process now")
        self.note = structs.replace(self.note, **{"rests_until": None, **changes})
        write_note(self._store, self.note)

    def advance(self, **changes: object) -> None:
        """Note what is other of the round than before."""
        self.write(round=structs.replace(self.round, **changes))

    def rest(self, until: datetime, failures: int = 0) -> None:
        """Note until when X is not to be asked, and after how many failures in a row."""
        self.write(rests_until=to_text(until), failures=failures)

    def run(self) -> int:
        """Give the number of the step's run, which begins with the first thing that the step does."""
        if self._run_id is None:
            self._run_id = self._store.begin_run(NAME, "", self._now())
        return self._run_id

    def batch(self) -> Batch:
        """Begin what is to be saved together."""
        return Batch(self.run(), NAME, "", self._now(), lease=self._lease)

    def finish(self, state: RunState, error: str | None) -> None:
        """Note how the run ended, if there was one: a step that only looked has none."""
        if self._run_id is not None:
            self._store.finish_run(self._run_id, self._now(), state, error)
            self._store.save(replace(self.batch(), requests=self._requests() - self._before))
