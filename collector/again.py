"""Reading posts again at certain ages, so that it can be seen how they grow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from collector.asking import Patience
from collector.by_ids import IdsJob, ReadsByIds, read_by_ids
from collector.clock import Clock, Stop
from collector.outcome import Outcome
from storage.engine import reading
from storage.last_counted import LastCounted, read_last_counted
from storage.lease import Lease
from storage.spending import Limit
from storage.store import Store

SHORTEST: Final = timedelta(days=7)
"""So long a post stays due for an age at least: a week's stop, or a budget that is spent, loses no observation."""


@dataclass(frozen=True, slots=True)
class AgainJob:
    """Whose posts are to be read again at which ages; see `collector.by_ids.IdsJob`."""

    source: ReadsByIds
    ages: Sequence[timedelta]
    campaign: str
    lease: Lease | None = None
    limits: tuple[Limit, ...] = ()
    patience: Patience = field(default_factory=Patience)


def again(store: Store, job: AgainJob, clock: Clock, stop: Stop) -> Outcome:
    """Read the posts of a campaign that are due, those that have waited longest first; see `read_by_ids`.

    What of it is gone becomes a deletion; what a limit does not reach for stays due.
    """
    ids = due_now(store, job, clock.now())
    patience = replace(job.patience, pages=max(job.patience.pages, len(ids)))
    return read_by_ids(store, IdsJob(job.source, ids, job.campaign, job.lease, job.limits, patience), clock, stop)


def due_now(store: Store, job: AgainJob, now: datetime) -> tuple[str, ...]:
    """Name the posts of a campaign that are due at `now`, in the order in which they are to be read."""
    if not job.ages:
        return ()
    spans = [(now - age - stays_due(age), now - age) for age in job.ages]
    with reading(store.engine) as connection:
        return due(read_last_counted(connection, job.source.traits.platform, job.campaign, spans), job.ages, now)


def due(posts: Iterable[LastCounted], ages: Iterable[timedelta], now: datetime) -> tuple[str, ...]:
    """Choose the posts that are due, those that have waited longest first, by whatever they are shared.

    One reading serves all ages that a post has passed.
    """
    ordered = sorted(ages)
    waiting = ((since, post.asked_as) for post in posts if (since := due_since(post, ordered, now)) is not None)
    return tuple(key for _since, key in sorted(waiting))


def due_since(post: LastCounted, ages: Iterable[timedelta], now: datetime) -> datetime | None:
    """Tell since when a post has been due, by ages in their order; None where it is not.

    It is due for an age from the moment at which it reached that age, until it was counted after that moment or has
    waited for too long; see `stays_due`.
    """
    for age in ages:
        moment = post.created_at + age
        is_open = moment <= now < moment + stays_due(age)
        if is_open and (post.counted_at is None or post.counted_at < moment):
            return moment
    return None


def stays_due(age: timedelta) -> timedelta:
    """Tell for how long a post is due for an age: half of it, and a week at least.

    What is read later says little of that age; and an archive of years ago is not bought again.
    """
    return max(SHORTEST, age / 2)
