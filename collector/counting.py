"""A pass over a source of numbers: count what was not counted yet, and save each answer with what it did cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.asking import Patience
from collector.clock import Clock, Stop
from collector.errand import Errand, run_errand
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.sharing import shared_out
from collector.source import CountsPosts, Query, Window, floor
from storage.counts import Count, CountedOf
from storage.lease import Lease
from storage.spending import Limit
from storage.store import Store


@dataclass(frozen=True, slots=True)
class CountJob:
    """What is to be counted, and what may be spent on it; see `collector.collect.Job`."""

    source: CountsPosts
    wanted: Wanted
    campaign: str | None = None
    lease: Lease | None = None
    limits: tuple[Limit, ...] = ()
    patience: Patience = field(default_factory=Patience)


def count(store: Store, job: CountJob, clock: Clock, stop: Stop) -> Outcome:
    """Make one pass: count all that is wanted and was not counted, or not when it had settled.

    See `collector.errand.run_errand`.
    """
    asked = tuple(_asked(store, job, clock.now()))
    return run_errand(store, Errand(job.source, asked, job.campaign, job.lease, job.limits, job.patience), clock, stop)


def uncounted(counts: Sequence[Count], wanted: Window, step: timedelta, settling: timedelta) -> tuple[Window, ...]:
    """Tell what of a window is to be counted (again): what was not, and what had not settled when it was.

    The last of them begins where a step does, so that a stretch which was counted before its end is counted whole.
    """
    windows: list[Window] = []
    at = wanted.starts_at
    for one in sorted(counts):
        if one.observed_at < one.ends_at + settling or one.ends_at <= at or one.starts_at >= wanted.ends_at:
            continue
        if at < one.starts_at:
            windows.append(Window(at, one.starts_at))
        at = one.ends_at
    if at < wanted.ends_at:
        windows.append(Window(max(floor(at, step), wanted.starts_at), wanted.ends_at))
    return tuple(windows)


def _asked(store: Store, job: CountJob, now: datetime) -> Iterator[tuple[Query, Window]]:
    """List what is to be counted: of each query, for tags that do not fit one."""
    traits, wanted = job.source.traits, job.wanted
    start = max(filter(None, (wanted.starts_at, job.source.earliest())))
    end = traits.newest(now) if wanted.ends_at is None else min(wanted.ends_at, traits.newest(now))
    if start >= end:
        return
    for tags in shared_out(wanted.tags, traits.tags_at_once, traits.longest_query):
        query, window = Query(tags), Window(start, end)
        known = store.counts(CountedOf(traits.name, traits.server, query.text), start, end)
        for missing in uncounted(known, window, job.source.step, traits.settling):
            yield query, missing
