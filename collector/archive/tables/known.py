"""Which columns of a table nobody knows. Pure."""

from collections.abc import Collection, Iterable
from typing import Final

_MOST_SEEN: Final = 1_000
"""Headers remembered: files have few, and what is read again by the row may have any."""


class KnownColumns:
    """The columns of a form that are read or knowingly passed over; a header is looked through once."""

    def __init__(self, name: str, columns: Collection[str]) -> None:
        """Learn the columns of the form of that name."""
        self._name = name
        self._columns = frozenset(columns)
        self._seen: dict[tuple[str, ...], tuple[str, ...]] = {}

    def unknown(self, header: Iterable[str]) -> tuple[str, ...]:
        """Name the other columns, such as 'IRA.colour', each once, sorted."""
        key = tuple(header)
        seen = self._seen.get(key)
        if seen is None:
            seen = tuple(sorted(f"{self._name}.{column}" for column in set(key) - self._columns))
            if len(self._seen) < _MOST_SEEN:
                self._seen[key] = seen
        return seen
