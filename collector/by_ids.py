"""Reading posts by their ids: again, to see what has become of them, or for the first time where only ids are known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from collector.asking import Patience
from collector.clock import Clock, Stop
from collector.errand import Errand, run_errand
from collector.outcome import Outcome
from collector.source import ANY_TIME, Page, Query, Traits, Window
from storage.lease import Lease
from storage.spending import Cost, Limit
from storage.store import Store


class ReadsByIds(Protocol):
    """A paid source that gives posts by their ids."""

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked."""
        ...

    @property
    def at_once(self) -> int:
        """Tell how many posts may be asked for in one request."""
        ...

    def worst_of(self, number: int) -> Sequence[Cost]:
        """Reckon the most that so many posts may cost."""
        ...

    def read(self, ids: Sequence[str]) -> Page:
        """Ask for the posts of some ids: those that are there, and a deletion for each that is gone.

        Raises:
            SourceError: see collector.errors.
        """
        ...


@dataclass(frozen=True, slots=True)
class IdsJob:
    """Which posts are to be read from where, in their order; see `collector.collect.Job`."""

    source: ReadsByIds
    ids: Sequence[str]
    campaign: str | None = None
    lease: Lease | None = None
    limits: tuple[Limit, ...] = ()
    patience: Patience = field(default_factory=Patience)


def read_by_ids(store: Store, job: IdsJob, clock: Clock, stop: Stop) -> Outcome:
    """Read posts by their ids; see `collector.errand.run_errand`. Near a limit fewer are asked for at once."""
    asked = [(Query(()), ANY_TIME)] if job.ids else []
    errand = Errand(_Chunks(job.source, job.ids), asked, job.campaign, job.lease, job.limits, job.patience)
    return run_errand(store, errand, clock, stop)


class _Chunks:
    """Ids as a paid source of pages: its cursor counts those that are done."""

    def __init__(self, source: ReadsByIds, ids: Sequence[str]) -> None:
        self._source = source
        self._ids = ids
        self._size = source.at_once
        self._left = len(ids)

    @property
    def traits(self) -> Traits:
        return self._source.traits

    def offers(self) -> Sequence[Sequence[Cost]]:
        return [self._source.worst_of(size) for size in self._sizes()]

    def take(self, offer: int) -> None:
        self._size = self._sizes()[offer]

    def _sizes(self) -> Sequence[int]:
        most = min(self._source.at_once, self._left)
        return [most, *(size for size in (most // 2, most // 10, 1) if 0 < size < most)]

    def pages(self, _query: Query, _window: Window, cursor: str | None) -> Iterator[Page]:
        done = int(cursor or 0)
        while done < len(self._ids):
            page = self._source.read(self._ids[done : done + self._size])
            done += self._size
            self._left = len(self._ids) - done
            yield replace(page, cursor=str(done) if self._left > 0 else None)
