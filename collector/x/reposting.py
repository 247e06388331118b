"""A pass over the reposts of a campaign's most shared posts: which posts are worth asking for, and what was learnt.

X's list of a post's reposts is never whole: protected accounts are missing in it, and what is gone. So of each post
that was asked for it is noted how many of its reposts X then did not give; it is asked for again when more are missing,
and no more than once a day. Only so many posts are followed, however often a pass is made: what comes after the most
shared does not move up. A list is newest first: once it was read to its end, a later reading stops where all is
known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from collector.asking import Patience
from collector.clock import Clock, Stop
from collector.errand import Errand, run_errand
from collector.outcome import Outcome
from collector.source import Page, Paid, Query, Traits, Window
from collector.x.reposts import reposts_of
from storage.engine import reading
from storage.lease import Lease
from storage.most_shared import Shared, read_most_shared, read_names, read_reposts, read_shared
from storage.spending import Cost, Limit
from storage.store import Store

NOTE: Final = "x_reposts_asked"
"""The store's note of which posts were asked for, by their ids."""
EVERY: Final = timedelta(days=1)
"""How long a post that was asked for is left alone."""
REMEMBERED: Final = timedelta(days=60)
"""How long it is known that a post was asked for."""


class Asked(msgspec.Struct, frozen=True):
    """When a post was asked for, and how many of its reposts were missing then; None: its list was not read whole."""

    at: datetime
    missing: int | None = None


@dataclass(frozen=True, slots=True)
class RepostsJob:
    """Of how many posts of which campaign the reposts are to be read, the most shared first; see `Errand`."""

    source: Paid
    most_shared: int
    campaign: str
    lease: Lease | None = None
    limits: tuple[Limit, ...] = ()
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A post that is asked for, by each of its versions' ids, with the reposts that are known of it."""

    post: Shared
    names: tuple[str, ...]
    known: frozenset[str]
    was_read_whole: bool


def read_most_shared_reposts(store: Store, job: RepostsJob, clock: Clock, stop: Stop) -> Outcome:
    """Read the reposts of the most shared posts that are worth asking for; see `collector.errand.run_errand`."""
    now = clock.now()
    before = _noted(store)
    chosen = _choose(store, job, before, now)
    lists = _Lists(job.source, chosen)
    asked = [reposts_of(name) for one in chosen for name in one.names]
    outcome = run_errand(store, Errand(lists, asked, job.campaign, job.lease, job.limits, job.patience), clock, stop)
    _note(store, before, lists, now)
    return outcome


def is_worth_asking(post: Shared, before: Asked | None, now: datetime) -> bool:
    """Tell whether a post is to be asked for (again): more of its reposts are missing than X did not give."""
    missing = post.reposts - post.known
    if before is None:
        return missing > 0
    return now >= before.at + EVERY and missing > (before.missing or 0)


def _choose(store: Store, job: RepostsJob, before: Mapping[str, Asked], now: datetime) -> tuple[_Chosen, ...]:
    """Choose those of the most shared posts that are worth asking for, and see what is known of them."""
    platform = job.source.traits.platform
    with reading(store.engine) as connection:
        return tuple(
            _Chosen(
                post, names, read_reposts(connection, platform, names), _was_read_whole(before.get(post.platform_id))
            )
            for post in read_most_shared(connection, platform, job.campaign, job.most_shared)
            if is_worth_asking(post, before.get(post.platform_id), now)
            for names in [read_names(connection, post.number)]
        )


def _was_read_whole(before: Asked | None) -> bool:
    return before is not None and before.missing is not None


class _Lists:
    """The lists of the chosen posts as a paid source, which notes how far each was read.

    Attributes:
        begun, ended: the ids under which a first page came, and a last one.
    """

    def __init__(self, source: Paid, chosen: Sequence[_Chosen]) -> None:
        self._source = source
        self._of = {name: one for one in chosen for name in one.names}
        self.begun: set[str] = set()
        self.ended: set[str] = set()

    @property
    def traits(self) -> Traits:
        return self._source.traits

    def offers(self) -> Sequence[Sequence[Cost]]:
        return self._source.offers()

    def take(self, offer: int) -> None:
        self._source.take(offer)

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        [name] = query.tags
        one = self._of[name]
        for page in self._source.pages(query, window, cursor):
            keys = {item.post.platform_id for item in page.items if item.post is not None}
            is_known = one.was_read_whole and bool(keys) and keys <= one.known
            told = replace(page, cursor=None) if is_known else page
            self.begun.add(name)
            if told.cursor is None:
                self.ended.add(name)
            yield told
            if told.cursor is None:
                return

    def begun_posts(self) -> Iterable[_Chosen]:
        """Name the posts of which anything came."""
        return {one.post.number: one for name, one in self._of.items() if name in self.begun}.values()


def _noted(store: Store) -> Mapping[str, Asked]:
    told = store.get_note(NOTE)
    try:
        return {} if told is None else msgspec.json.decode(told, type=dict[str, Asked])
    except msgspec.DecodeError:
        return {}  # an earlier version of the program wrote it


def _note(store: Store, before: Mapping[str, Asked], lists: _Lists, now: datetime) -> None:
    """Note which posts were asked for, and how many reposts are missing of those whose lists were read whole."""
    begun = list(lists.begun_posts())
    if not begun:
        return
    with reading(store.engine) as connection:
        standing = read_shared(connection, [one.post.number for one in begun])
    noted = {key: one for key, one in before.items() if now < one.at + REMEMBERED}
    for one in begun:
        post = standing.get(one.post.number)
        if post is None:
            continue  # it turned out to be a later version of another post, and is asked for as that
        missing = max(0, post.reposts - post.known) if lists.ended.issuperset(one.names) else None
        noted[post.platform_id] = Asked(now, missing)
    store.set_note(NOTE, msgspec.json.encode(noted).decode())
