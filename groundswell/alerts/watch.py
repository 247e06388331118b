"""The alerts of one `run`: judge what is known, write down what is new, and have it told."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from collector.clock import Stop
from groundswell.alerts import budgets, disks, sources
from groundswell.alerts.alert import Verdict
from groundswell.alerts.facts import Disks, bills_of
from groundswell.alerts.followed import Followed
from groundswell.alerts.messenger import Messenger
from groundswell.alerts.reconciled import Changes
from groundswell.alerts.told import Book
from groundswell.config import Config
from groundswell.journal import LOG
from groundswell.sources import paces_of
from groundswell.troubles import Troubles
from groundswell.upkeep import upkeep_of
from storage.campaign import Campaign
from storage.lease import Lease
from storage.store import Store

if TYPE_CHECKING:
    from groundswell.charts.scene import Scene

ALERTS: Final = "alerts"

Tried: TypeAlias = Callable[[str, Callable[[], bool | None]], bool | None]
"""Does a piece of work, by name, and tells of whatever goes wrong in it."""


class Watch:
    """What is watched over: the campaigns as they were counted last, the sources, budgets and disks.

    One process at a time judges and tells, by a lease: so nothing is told twice.

    Attributes:
        troubles: where each source that is asked is noted.
    """

    def __init__(self, store: Store, url: str, *, tried: Tried, clock: Callable[[], datetime], stop: Stop) -> None:
        """Make ready; `url` is the store's address."""
        self._store = store
        self.troubles = Troubles(store, clock)
        self._tried = tried
        self._clock = clock
        self._book = Book(store.engine)
        self._disks = Disks(store, url, clock)
        self._messenger = Messenger(store, self._book, clock, stop)
        self._guard = threading.Lock()
        self._followed: dict[str, Followed] = {}

    def see(self, campaign: Campaign, scene: "Scene", moments: tuple[datetime, ...]) -> None:
        """Take a campaign as it was counted just now, for the next run; not while its posts are being sorted anew."""
        if scene.known.is_rebuilding:
            return
        followed = Followed(campaign, scene.detected, moments)
        with self._guard:
            self._followed[campaign.slug] = followed

    def run(self, config: Config) -> None:
        """Judge, write down and tell, unless another process does."""
        claim = Lease.of_this_process(ALERTS, "")
        if not self._store.take_lease(claim):
            return
        try:
            self._judge(config)
            self._messenger.deliver(config.alerts.to, claim)
        finally:
            self._store.release_lease(claim)

    def _judge(self, config: Config) -> None:
        with self._guard:
            seen = {slug: one for slug, one in self._followed.items() if slug in config.campaigns}
        verdicts: list[Verdict] = []
        for name, judge in self._judgements(config, seen):
            self._tried(name, partial(_add, verdicts, judge))
        now = self._clock()
        self._book.drop_campaigns(config.campaigns, now)
        _say(self._book.enter(verdicts, config.alerts.to, now))
        with self._guard:
            self._followed = {slug: one for slug, one in self._followed.items() if one is not seen.get(slug)}

    def _judgements(self, config: Config, seen: dict[str, Followed]) -> Iterator[tuple[str, Callable[[], Verdict]]]:
        """List the judgements by name: one that goes wrong does not keep the others from it."""
        now, store = self._clock(), self._store
        paces = {**paces_of(config), **upkeep_of(config)}
        yield "alerts of sources", lambda: sources.judge(self.troubles.all(), paces, now)
        yield "alerts of budgets", lambda: budgets.judge(bills_of(store, config, now), now)
        yield "alerts of disks", lambda: disks.judge(self._disks.look(config), now)
        for slug, followed in seen.items():
            yield f"alerts of bursts in {slug}", partial(_burst, followed)
            yield f"alerts of silences in {slug}", partial(_silence, followed)


# These two import what is heavy: a run is up and collecting long before it draws.
def _burst(followed: Followed) -> Verdict:
    from groundswell.alerts.bursts import judge

    return judge(followed)


def _silence(followed: Followed) -> Verdict:
    from groundswell.alerts.silences import judge

    return judge(followed)


def _add(verdicts: list[Verdict], judge: Callable[[], Verdict]) -> None:
    verdicts.append(judge())


def _say(changes: Changes) -> None:
    for alert in changes.raised:
        LOG.warning("alert: %s", alert.words)
    for one in changes.ended:
        LOG.info("alert over: %s of %s", one.kind, one.key)
