"""From the store, config.yaml and the disks to the facts that judgements go by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from groundswell.alerts.budgets import Bill
from groundswell.alerts.disks import MARGIN, Looked
from groundswell.budgets import limits_of, month_ends
from groundswell.config import Config
from groundswell.doctor.disk import Growth, growth_of, rooms_of
from groundswell.doctor.finding import Subject
from storage.store import Store

GROWTH_TOLD: Final = timedelta(hours=1)
"""How fast the store grows is reckoned anew so often: all of its posts are counted for it."""


def bills_of(store: Store, config: Config, now: datetime) -> Iterator[Bill]:
    """Add up what was spent of each budget."""
    if config.sources.x is None:
        return
    limits = {(one.campaign, one.since): one for slug in config.campaigns for one in limits_of(config, slug, now)}
    for limit in limits.values():
        ends_at = month_ends(limit.since, config.sources.x.month_begins_on)
        yield Bill(limit, store.till.spent(limit.sources, limit.since, limit.campaign), ends_at)


@dataclass(slots=True)
class Disks:
    """The disks of a store; how fast it grows is remembered for a while."""

    store: Store
    url: str
    clock: Callable[[], datetime]
    _growth: Growth | None = None
    _told_at: datetime | None = None

    def look(self, config: Config) -> Iterator[Looked]:
        """Look at each disk by the doctor's rule."""
        now = self.clock()
        subject = Subject(config, self.store, self.url, now, {})
        if self._told_at is None or now - self._told_at >= GROWTH_TOLD:
            self._growth, self._told_at = growth_of(subject), now
        for room in rooms_of(subject, self._growth):
            yield Looked(room.folder, room.finding(), room.finding(MARGIN))
