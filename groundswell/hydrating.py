"""What is needed to have X give the posts of a list of ids: what they cost, who pays, and how it is stopped."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.archive.hydrating import Hydrated, hydrate
from collector.by_ids import IdsJob
from collector.clock import Clock, Stop
from collector.x.prices import worst_of_page
from groundswell.audit import check_bill
from groundswell.budgets import limits_of
from groundswell.config import Config
from groundswell.config.x import XSection
from groundswell.lookups import DiscreetReads, make_lookup
from groundswell.secrets import Secrets
from groundswell.sources import extras_of, prices_of, x_settings
from storage.errors import LeaseLost
from storage.lease import Lease
from storage.spending import Limit
from storage.store import Store

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Price:
    """What posts cost, in thousandths of a dollar: if they are all there and come alone, and at worst."""

    least: int
    most: int


def price_of(section: XSection, number: int) -> Price:
    """Reckon what so many posts cost; those that are gone cost nothing."""
    prices = prices_of(section)
    worst = worst_of_page(number, section.names, extras_of(section), prices)
    return Price(number * prices.post, sum(cost.thousandths for cost in worst))


def left_to_spend(store: Store, limits: Sequence[Limit]) -> int | None:
    """Tell how many thousandths of a dollar the limits leave; None: they set none in money."""
    left = [
        max(0, limit.thousandths - store.till.spent(limit.sources, limit.since, limit.campaign).thousandths)
        for limit in limits
        if limit.thousandths is not None
    ]
    return min(left, default=None)


@dataclass(frozen=True, slots=True)
class Order:
    """A list of ids, the campaign whose budget pays for it (None: that of all together pays), and who is asked how."""

    ids: Sequence[str]
    campaign: str | None
    config: Config
    section: XSection


def buy(store: Store, order: Order, clock: Clock, stop: Stop, read_so_far: Callable[[int], None]) -> Hydrated:
    """Have X give what is not known of a list, within the budget; see `collector.archive.hydrating.hydrate`.

    Raises:
        TokenRefused: there is no key.
        LeaseLost: another process reads posts by their ids now.
        BillDisagrees: X's own bill is higher than ours.
    """
    # tweepy takes as long to import as the rest of the program.
    from collector.x.client import Client
    from collector.x.usage import used

    section, client = order.section, Client(x_settings(order.section), clock.now)
    limits = limits_of(order.config, order.campaign or "", clock.now())
    with closing(make_lookup(section, clock.now, client=client)) as lookup, _leased(store, lookup.traits.name) as lease:
        check_bill(store, section, limits[-1], clock.now(), lambda: used(client))
        source = DiscreetReads(lookup, Secrets.of(), read_so_far)
        return hydrate(store, IdsJob(source, order.ids, order.campaign, lease, limits), clock, stop)


@contextmanager
def _leased(store: Store, name: str) -> Iterator[Lease]:
    lease = Lease.of_this_process(name, "")
    if not store.take_lease(lease):
        raise LeaseLost(f"{name} is asked by another process now")
    try:
        yield lease
    finally:
        store.release_lease(lease)


@contextmanager
def stopped_by_ctrl_c() -> Iterator[Stop]:
    """Take the first Ctrl-C as the sign to stop once the answer on its way has come: it is paid for. A second ends all.

    Only in the main thread.
    """
    stop = threading.Event()

    def heed(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, heed)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
