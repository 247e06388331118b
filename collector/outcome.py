"""What one pass over a source brought."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from collector.errors import SourceError
from collector.plan import Entry
from storage.batch import Batch, Saved


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one pass over a source brought.

    Attributes:
        bins: stretches of which the number of posts was told.
        posts_late: new posts in a stretch that was complete already.
        members: how many posts each campaign gained, by slug.
        filled: what is complete now by this pass.
        lost: what was found to have left the source's reach.
        failure: the last thing that went wrong; None: nothing.
        waits: how often the source had us wait, and `waited`: how long in all.
        is_stopped: the pass was told to stop before its end.
    """

    pages: int = 0
    requests: int = 0
    posts_seen: int = 0
    posts_new: int = 0
    posts_late: int = 0
    unparsed: int = 0
    bins: int = 0
    members: Mapping[str, int] = field(default_factory=dict)
    filled: tuple[Entry, ...] = ()
    lost: tuple[Entry, ...] = ()
    failure: SourceError | None = None
    waits: int = 0
    waited: timedelta = timedelta(0)
    is_stopped: bool = False

    @property
    def error(self) -> str | None:
        """Say the last thing that went wrong; None: nothing."""
        return None if self.failure is None else str(self.failure)

    def plus(self, batch: Batch, saved: Saved) -> "Outcome":
        """Add what a batch cost and brought."""
        return replace(
            self,
            pages=self.pages + batch.pages,
            requests=self.requests + batch.requests,
            posts_seen=self.posts_seen + saved.posts_seen,
            posts_new=self.posts_new + saved.posts_new,
            posts_late=self.posts_late + saved.posts_late,
            unparsed=self.unparsed + saved.unparsed,
            bins=self.bins + (0 if batch.counted is None else len(batch.counted.counts)),
            members=dict(Counter(self.members) + Counter(saved.members)),
        )
