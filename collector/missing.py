"""Posts that a source gave before and that no longer stand in the stretch it gives again: deleted, or edited."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from collector.asking import Asking, Patience, Timing
from collector.errors import PayloadError
from collector.progress import Progress
from collector.source import LooksUp, Page, Query, Source, Traits, Window
from storage import coverage
from storage.coverage import State, Stretch
from storage.known_posts import Asked, KnownPost
from storage.store import Store


class Missing:
    """What is missing from the answers to one window: known to the store, and not given again."""

    def __init__(self, store: Store, source: Source, timing: Timing, patience: Patience) -> None:
        """Begin a window; nothing is missing yet."""
        self._store = store
        self._source = source
        self._timing = timing
        self._patience = patience
        self._given: set[str] = set()

    def add_to(self, page: Page, query: Query, stretches: Iterable[Stretch]) -> Page:
        """Add to a page what became of posts that should stand in the stretches which it makes known.

        Raises:
            SourceError, Stopped: it cannot be had now.
        """
        traits = self._source.traits
        if not traits.looks_up:
            return page
        told = [item.post for item in page.items if item.post is not None]
        self._given.update(local_id for post in told for server, local_id in post.ids if server == traits.server)
        where = Asked(traits.platform, traits.name, traits.server)
        missing = [
            post
            for stretch in stretches
            if _is_read(stretch)
            for post in self._store.known_posts(where, query.tags, stretch.starts_at, stretch.ends_at)
            if post.local_id not in self._given
        ]
        if not missing:
            return page
        self._given.update(post.local_id for post in missing)
        answers = list(self._look_up(query, missing, stretches))
        return replace(
            page,
            items=(*page.items, *(item for answer in answers for item in answer.items)),
            deletions=(*page.deletions, *(gone for answer in answers for gone in answer.deletions)),
            requests=page.requests + sum(answer.requests for answer in answers),
        )

    def _look_up(self, query: Query, missing: Sequence[KnownPost], stretches: Iterable[Stretch]) -> Iterator[Page]:
        """Ask for one post after the other, with the patience that pages are asked for with."""
        first = next(iter(stretches))
        progress = Progress(Window(first.starts_at, first.ends_at), "0")
        asked = _LookedUp(cast(LooksUp, self._source), missing)
        asking = Asking(asked, query, self._timing, self._patience, _pass_over)
        while (page := asking.page(progress)) is not None:
            progress = replace(progress, cursor=page.cursor)
            yield page


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """A source of what became of some posts: its cursor counts those that are done."""

    source: LooksUp
    posts: Sequence[KnownPost]

    @property
    def traits(self) -> Traits:
        return self.source.traits

    def pages(self, _query: Query, _window: Window, cursor: str | None) -> Iterator[Page]:
        done = int(cursor or 0)
        for number, page in enumerate(self.source.look_up(self.posts[done:]), start=done + 1):
            yield replace(page, cursor=str(number))


def _is_read(stretch: Stretch) -> bool:
    """Tell whether all that the source has of a stretch was given just now."""
    return stretch.state is State.COMPLETE or stretch.reason == coverage.SETTLING


def _pass_over(_error: PayloadError) -> None:
    """Keep nothing: what cannot be read about a post that is missing says nothing of it."""
