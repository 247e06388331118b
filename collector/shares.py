"""Writing beside what was read in part which share of the posts it is: collected / counted, hour by hour."""

from collections.abc import Iterator

from collector.ledgers import key_of
from collector.plan import Entry
from collector.sampling import HOUR, sampled_hours, shares
from collector.sharing import shared_out
from collector.source import Traits
from storage.counts import CountedOf
from storage.store import Store


def shares_to_write(store: Store, traits: Traits, tags: tuple[str, ...], counted_by: str) -> Iterator[Entry]:
    """Tell which rows of a source's ledgers are to tell of another share than they do.

    Args:
        counted_by: the source that has counted the same questions.
    """
    for query in shared_out(tags, traits.tags_at_once, traits.longest_query):
        for kind in traits.kinds:
            ledgers = {tag: store.coverage(key_of(traits, tag, kind)) for tag in query}
            hours = sorted({hour for ledger in ledgers.values() for hour in sampled_hours(ledger)})
            if not hours:
                continue
            since, until = hours[0], hours[-1] + HOUR
            counted = store.counts(CountedOf(counted_by, traits.server, " ".join(query), kind), since, until)
            found = store.found_times(traits.platform, query, since, until)
            for tag, ledger in ledgers.items():
                yield from (Entry(tag, kind, stretch) for stretch in shares(ledger, counted, found))
