"""What a pass would ask for, and what it would cost: by what is known already, without asking anybody."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from collector.ledgers import read_known
from collector.plan import Task, plan
from collector.source import Query, Window
from collector.x.prices import COUNTS, worst_of_page
from groundswell.budgets import limits_of
from groundswell.config import Config, to_campaigns
from groundswell.reach import sample_of
from groundswell.sources import Made, extras_of, prices_of, wanted_of
from storage.campaign import Campaign
from storage.counts import Count, CountedOf
from storage.store import Store

CountsOf: TypeAlias = Callable[[Query, Window], Sequence[Count]]
"""Gives what was counted of a query, of stretches that touch a window."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How many posts windows hold, by X's own counts.

    Attributes:
        posts: in those parts of the windows that were counted.
        counted_share: how much of the windows was counted, 0 to 1.
    """

    posts: int
    counted_share: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What posts cost, in thousandths of a dollar: without anything that comes with them, and at worst.

    Attributes:
        left: of the budget of which the least is left; None: there is no limit of money.
        reach: how many posts that is enough for at worst, and for if nothing comes with them.
    """

    least: int
    most: int
    left: int | None
    reach: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a pass over a source would ask for; `expected` and `cost` are of X alone, and of all that could be read.

    `share` is how much of it is read: less than 1 where the month's budget does not reach for all.
    """

    source: str
    campaign: str
    tasks: tuple[Task, ...]
    expected: Expected | None = None
    cost: Cost | None = None
    share: float = 1.0

    @property
    def queries(self) -> int:
        """Count the questions."""
        return len({task.query for task in self.tasks})


def forecasts(store: Store, config: Config, made: Made) -> Iterator[Forecast]:
    """Tell what a pass over a source would ask for now, for each campaign; a source of numbers is not told of."""
    traits, now = made.source.traits, made.clock.now()
    if traits.has_numbers_only:
        return
    for campaign in to_campaigns(config):
        wanted = wanted_of(campaign)
        tasks = plan(wanted, traits, read_known(store, traits, wanted.tags), now)
        if not traits.costs:
            yield Forecast(made.name, campaign.slug, tasks)
            continue
        told = expected(tasks, lambda query, window: _counts(store, query, window))
        sample = sample_of(store, config, campaign.slug, traits, now)
        share = 1.0 if sample is None else min(1.0, sample.share)
        yield Forecast(made.name, campaign.slug, tasks, told, _cost(store, config, campaign, made, told), share)


def expected(tasks: Sequence[Task], counts_of: CountsOf) -> Expected:
    """Add up what was counted of some windows; of a stretch that is only partly in one, its part."""
    posts, counted, whole = 0.0, timedelta(), timedelta()
    for task in tasks:
        whole += task.window.ends_at - task.window.starts_at
        for one in counts_of(task.query, task.window):
            part = task.window.within(one.starts_at, one.ends_at)
            if part is not None:
                length = part.ends_at - part.starts_at
                counted += length
                posts += one.posts * (length / (one.ends_at - one.starts_at))
    return Expected(round(posts), counted / whole if whole else 1.0)


def _counts(store: Store, query: Query, window: Window) -> Sequence[Count]:
    return store.counts(CountedOf(COUNTS, "", query.text), window.starts_at, window.ends_at)


def _cost(store: Store, config: Config, campaign: Campaign, made: Made, told: Expected) -> Cost | None:
    section = config.sources.x
    if section is None:
        return None
    prices = prices_of(section)
    dearest = sum(cost.thousandths for cost in worst_of_page(1, section.names, extras_of(section), prices))
    left = [
        max(0, limit.thousandths - store.till.spent(limit.sources, limit.since, limit.campaign).thousandths)
        for limit in limits_of(config, campaign.slug, made.clock.now())
        if limit.thousandths is not None
    ]
    reach = (min(left) // dearest, min(left) // prices.post) if left and prices.post else None
    return Cost(told.posts * prices.post, told.posts * dearest, min(left, default=None), reach)
