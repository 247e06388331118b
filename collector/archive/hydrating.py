"""Having a platform give the posts of a list of ids, as often as it takes: what is known is not asked for again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collector.archive.importing import SOURCE
from collector.by_ids import IdsJob, read_by_ids
from collector.clock import Clock, Stop
from collector.outcome import Outcome
from collector.x.rules import RESOLUTION
from storage.batch import Batch
from storage.coverage import ANY_TAG, Key, State, Stretch
from storage.engine import reading
from storage.instant import from_text
from storage.listed_ids import Known, read_known, read_spans
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Hydrated:
    """How a list stands, and what this pass over it brought.

    Attributes:
        left: the ids of which nothing is known: they were not reached, or the platform said nothing of them.
    """

    known: Known
    left: tuple[str, ...]
    outcome: Outcome


def known_of(store: Store, job: IdsJob) -> Known:
    """Tell which posts of a list are here, and which are known to be gone."""
    with reading(store.engine) as connection:
        return read_known(connection, job.source.traits.platform, job.ids)


def hydrate(store: Store, job: IdsJob, clock: Clock, stop: Stop) -> Hydrated:
    """Read the posts of a list that are not known yet; see `collector.by_ids.read_by_ids`.

    A list is an archive whose posts stand elsewhere. Once nothing of it is left, the stretch from its first post to its
    last is covered as *given*, as an import's is; before, what was not reached would look as if there were none.
    """
    left = known_of(store, job).left_of(job.ids)
    patience = replace(job.patience, pages=max(job.patience.pages, len(left)))
    outcome = read_by_ids(store, replace(job, ids=left, patience=patience), clock, stop)
    known = known_of(store, job)
    left = known.left_of(job.ids)
    if not left:
        _write_given(store, job, known, clock.now())
    return Hydrated(known, left, outcome)


def _write_given(store: Store, job: IdsJob, known: Known, now: datetime) -> None:
    platform, unit = job.source.traits.platform, timedelta(seconds=RESOLUTION)
    with reading(store.engine) as connection:
        spans = read_spans(connection, platform, sorted(known.there))
    coverage = [
        (
            Key(platform, SOURCE, "", ANY_TAG, kind),
            Stretch(from_text(first), from_text(last) + unit, State.GIVEN),
        )
        for kind, (first, last) in sorted(spans.items())
    ]
    if coverage:
        run_id = store.begin_run(SOURCE, "", now, job.campaign)
        store.save(Batch(run_id, SOURCE, "", now, coverage=coverage))
        store.finish_run(run_id, now)
