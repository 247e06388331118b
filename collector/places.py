"""Where a source's answers broke off: kept in the store, so that a later pass goes on from there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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

    def moved(self, tasks: Sequence[Task]) -> Iterator[Cursor]:
        """List places from which a task goes on that were written down for more than is left by now."""
        fit = _questions(tasks)
        for cursor in self._broken_off():
            left = left_at(cursor.cursor or "")
            if (_query(cursor), left) in fit and left != _window(cursor):
                yield replace(cursor, starts_at=left.starts_at, ends_at=left.ends_at)

    def unfit(self, tasks: Sequence[Task], tags: Sequence[str]) -> Iterator[Cursor]:
        """List where answers to questions for some tags broke off from which no task goes on, or not by this name."""
        fit = _questions(tasks)
        for cursor in self._broken_off():
            left = left_at(cursor.cursor or "")
            is_ours = set(_query(cursor).tags) <= set(tags)
            if is_ours and ((_query(cursor), left) not in fit or left != _window(cursor)):
                yield cursor

    def cursor(self, query: Query, window: Window, place: str | None) -> Cursor:
        """Write down where a query goes on; a place of None forgets it."""
        traits = self.traits
        return Cursor(traits.name, traits.server, query.text, window.starts_at, window.ends_at, place)

    def _cursors(self) -> Sequence[Cursor]:
        return self.store.cursors(self.traits.name, self.traits.server)

    def _broken_off(self) -> Iterator[Cursor]:
        return (cursor for cursor in self._cursors() if cursor.cursor is not None)


def _questions(tasks: Sequence[Task]) -> set[tuple[Query, Window]]:
    return {(task.query, task.window) for task in tasks}


def _query(cursor: Cursor) -> Query:
    return Query(tuple(cursor.query.split()))


def _window(cursor: Cursor) -> Window:
    return Window(cursor.starts_at, cursor.ends_at)
