"""How large a sample the month's budget reaches for: by what X counted, what is here, and what is yet to come.

The share is the same for all hours, those that are to come until the month ends among them: else the first days would
eat up the budget, and the last ones would have none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.plan import Wanted
from collector.sampling import Sample
from collector.sharing import shared_out
from collector.source import Traits, Window
from collector.x.prices import COUNTS, SEARCH, USUAL, cost
from collector.x.settings import SETTLING
from groundswell.budgets import limits_of, month_ends
from groundswell.config import Config, to_campaigns
from groundswell.config.x import XSection
from groundswell.sources import extras_of, prices_of, wanted_of
from storage.counts import Count, CountedOf
from storage.spending import Limit
from storage.store import Store

RECENT: Final = timedelta(days=7)
"""As many posts as were counted in so long a time are expected to come in as long again."""
ENOUGH: Final = 200
"""After so many posts what they did cost is known better than by what posts usually cost."""


@dataclass(frozen=True, slots=True)
class Demand:
    """How many posts a campaign has, by X's counts.

    Attributes:
        counted: in all that can be asked for now.
        here: of these.
        to_come: until the month, or the campaign, ends.
    """

    counted: float
    here: int
    to_come: float

    @property
    def all(self) -> float:
        """Add up what the budget is to be shared out to."""
        return max(self.counted, self.here) + self.to_come


@dataclass(frozen=True, slots=True)
class Price:
    """What a post that is found costs: in thousandths of a dollar, and in posts read."""

    thousandths: float
    posts: float


def sample_of(store: Store, config: Config, slug: str, traits: Traits, now: datetime) -> Sample | None:
    """Tell what a pass for a campaign is to read of all posts; None: all, as the config says or as nothing is counted.

    A share of 1 or more: the budget reaches for all.
    """
    section = config.sources.x
    if section is None or not section.takes_sample or traits.name != SEARCH:
        return None
    ends_at = month_ends(now, section.month_begins_on)
    demands = {one.slug: _demand(store, wanted_of(one), traits, now, ends_at) for one in to_campaigns(config)}
    if not demands[slug].all:
        return None
    each = _price(store, section, now)
    shares = [
        _share(store, limit, [demands[slug]] if limit.campaign else list(demands.values()), each)
        for limit in limits_of(config, slug, now)
    ]
    wanted = next(wanted_of(one) for one in to_campaigns(config) if one.slug == slug)
    return Sample(min(shares, default=1.0), COUNTS, section.seed, tuple(_empty(store, wanted, traits, now)))


def must_wait(store: Store, config: Config, traits: Traits) -> bool:
    """Tell whether posts are not to be bought yet: X was never asked how many there are, but it is going to be."""
    section = config.sources.x
    return section is not None and section.takes_sample and traits.name == SEARCH and not store.has_ended(COUNTS)


def _demand(store: Store, wanted: Wanted, traits: Traits, now: datetime, ends_at: datetime) -> Demand:
    span = _span(wanted, traits, now)
    counts = [] if span is None else [one for told in _counts(store, wanted, traits, span) for one in told]
    if span is None or not counts:
        return Demand(0.0, 0, 0.0)
    last = max(one.ends_at for one in counts)
    first = max(min(one.starts_at for one in counts), last - RECENT)
    lately = sum(_part(one, Window(first, last)) for one in counts)
    left = max(min(ends_at, wanted.ends_at or ends_at) - last, timedelta())
    here = store.count_found(traits.platform, wanted.tags, span.starts_at, span.ends_at)
    return Demand(sum(_part(one, span) for one in counts), here, lately * (left / (last - first)))


def _span(wanted: Wanted, traits: Traits, now: datetime) -> Window | None:
    """Tell of which time posts can be asked for now."""
    start = max(filter(None, (wanted.starts_at, traits.horizon(now))))
    end = min(filter(None, (wanted.ends_at, traits.newest(now))))
    return Window(start, end) if start < end else None


def _counts(store: Store, wanted: Wanted, traits: Traits, span: Window) -> Iterator[Sequence[Count]]:
    """Read what was counted of each query."""
    for query in shared_out(wanted.tags, traits.tags_at_once, traits.longest_query):
        yield store.counts(CountedOf(COUNTS, traits.server, " ".join(query)), span.starts_at, span.ends_at)


def _part(count: Count, span: Window) -> float:
    """Tell how many of the posts of a count lie in a span, if they are spread evenly."""
    part = span.within(count.starts_at, count.ends_at)
    return 0.0 if part is None else count.posts * ((part.ends_at - part.starts_at) / (count.ends_at - count.starts_at))


def _empty(store: Store, wanted: Wanted, traits: Traits, now: datetime) -> Iterator[Window]:
    """List the stretches in which no query has a post, by counts that had settled; neighbours are one."""
    span = _span(wanted, traits, now)
    if span is None:
        return
    told = [
        {(one.starts_at, one.ends_at) for one in counts if not one.posts and one.observed_at >= one.ends_at + SETTLING}
        for counts in _counts(store, wanted, traits, span)
    ]
    begun: Window | None = None
    for starts_at, ends_at in sorted(set.intersection(*told)):
        if begun is not None and begun.ends_at == starts_at:
            begun = Window(begun.starts_at, ends_at)
            continue
        if begun is not None:
            yield begun
        begun = Window(starts_at, ends_at)
    if begun is not None:
        yield begun


def _price(store: Store, section: XSection, now: datetime) -> Price:
    """Tell what a post has cost lately with all that comes with it, or what it usually costs."""
    since = now - RECENT
    spent, new = store.till.spent((SEARCH,), since), store.posts_new(SEARCH, since)
    if new >= ENOUGH:
        return Price((spent.thousandths - spent.open) / new, max(1.0, spent.posts / new))
    whole = cost(ENOUGH, extras_of(section), USUAL, prices_of(section))
    return Price(whole / ENOUGH, 1.0 + float(USUAL.references))


def _share(store: Store, limit: Limit, demands: Sequence[Demand], price: Price) -> float:
    """Tell for which share of all posts a limit is enough, with those that are here already."""
    spent = store.till.spent(limit.sources, limit.since, limit.campaign)
    reach = []
    if limit.thousandths is not None and price.thousandths:
        reach.append(max(0, limit.thousandths - spent.thousandths) / price.thousandths)
    if limit.posts is not None:
        reach.append(max(0, limit.posts - spent.posts) / price.posts)
    if not reach:
        return 1.0
    return (sum(one.here for one in demands) + min(reach)) / sum(one.all for one in demands)
