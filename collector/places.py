"""Where a source's answers broke off: kept in the store, so that a later pass goes on from there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.plan import Task
from collector.progress import left_at
from collector.source import Query, Traits, Window
from storage.batch import Cursor
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one source."""

    store: Store
    traits: Traits

    def of(self, query: Query) -> Iterator[str]:
        """List where earlier answers to a query broke off."""
        for cursor in self._cursors():
            if cursor.query == query.text and cursor.cursor is not None:
                yield cursor.cursor

    def unfit(self, tasks: Sequence[Task], tags: Sequence[str]) -> Iterator[Cursor]:
        """List where answers to questions for some tags broke off from which no task goes on."""
        fit = {(task.query, task.window) for task in tasks}
        for cursor in self._cursors():
            query = Query(tuple(cursor.query.split()))
            is_ours = set(query.tags) <= set(tags)
            if is_ours and cursor.cursor is not None and (query, left_at(cursor.cursor)) not in fit:
                yield cursor

    def cursor(self, query: Query, window: Window, place: str | None) -> Cursor:
        """Write down where a query goes on; a place of None forgets it."""
        traits = self.traits
        return Cursor(traits.name, traits.server, query.text, window.starts_at, window.ends_at, place)

    def _cursors(self) -> Sequence[Cursor]:
        return self.store.cursors(self.traits.name, self.traits.server)
