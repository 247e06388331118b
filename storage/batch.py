"""What is saved in one transaction, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.counts import Counted
from storage.coverage import Key, Stretch
from storage.lease import Lease
from storage.post import Deletion, Item
from storage.spending import Payment


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a source's answer to a query over a window goes on; a cursor of None forgets the place."""

    source: str
    server: str
    query: str
    starts_at: datetime
    ends_at: datetime
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one page, or one piece of an archive, brings: saved whole or not at all.

    Attributes:
        run_id: the run that it belongs to, as `Store.begin_run` gave it.
        now: when it is stored; aware.
        items: what the source returned as results of its own.
        coverage: what is now known of which stretch.
        lease: where given, it must still be ours in the same transaction.
        payment: what the answer did cost of what had been put aside for it.
        counted: numbers of posts that a platform told.
    """

    run_id: int
    source: str
    server: str
    now: datetime
    items: Sequence[Item] = ()
    deletions: Sequence[Deletion] = ()
    coverage: Sequence[tuple[Key, Stretch]] = ()
    cursor: Cursor | None = None
    pages: int = 0
    requests: int = 0
    lease: Lease | None = None
    payment: Payment | None = None
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What a batch brought.

    Attributes:
        posts_seen: items that are posts.
        posts_new: those that no source had found before.
        posts_late: those of them that turned up in a stretch that was complete already.
        unparsed: items that could not be read.
        members: how many posts each campaign gained, by slug.
    """

    posts_seen: int = 0
    posts_new: int = 0
    posts_late: int = 0
    unparsed: int = 0
    members: Mapping[str, int] = field(default_factory=dict)
