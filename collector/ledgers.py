"""Between the planner's words and the store's ledgers: what is known of a source's tags, and what is told."""

from collections.abc import Iterable, Iterator
from itertools import product

from collector.plan import Entry, Known, KnownOf
from collector.source import Traits
from storage import coverage
from storage.coverage import Key, Ledger, State, Stretch
from storage.post import Kind
from storage.store import Store


def read_known(store: Store, traits: Traits, tags: Iterable[str]) -> KnownOf:
    """Read what is known of each tag and kind: by the source itself, and by others that see the same."""
    every = store.keys() if traits.sees_all else ()
    others = [key for key in every if key.platform == traits.platform]
    known = {}
    for tag, kind in product(sorted(set(tags)), traits.kinds):
        own = key_of(traits, tag, kind)
        same = (key for key in others if (key.tag, key.kind) == (tag, kind) and key != own)
        complete = (_complete(store.coverage(key)) for key in same)
        known[tag, kind] = Known(store.coverage(own), coverage.best(*complete))
    return known


def key_of(traits: Traits, tag: str, kind: Kind) -> Key:
    """Name a source's own ledger."""
    return Key(traits.platform, traits.name, traits.server, tag, kind)


def keyed(traits: Traits, entries: Iterable[Entry]) -> tuple[tuple[Key, Stretch], ...]:
    """Address entries to the source's own ledgers, as the store wants them."""
    return tuple((key_of(traits, entry.tag, entry.kind), entry.stretch) for entry in entries)


def entries(traits: Traits, tags: Iterable[str], stretches: Iterable[Stretch]) -> tuple[Entry, ...]:
    """Say the same stretches of every tag, and of every kind that the source yields."""
    return tuple(Entry(tag, kind, stretch) for tag, kind, stretch in product(tags, traits.kinds, list(stretches)))


def _complete(ledger: Ledger) -> Ledger:
    return tuple(row for row in ledger if row.state is State.COMPLETE)


def collected(ledgers: dict[tuple[str, Kind], Ledger]) -> Iterator[Entry]:
    """List what ledgers hold."""
    for (tag, kind), rows in sorted(ledgers.items()):
        yield from (Entry(tag, kind, row) for row in rows)
