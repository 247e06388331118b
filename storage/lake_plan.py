"""What a refresh of the lake has to write, decided from what changed: pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from storage.lake_manifest import Part
from storage.lake_tables import DATED, NUMBERED

MONTH_POSTS: Final = 50_000
"""A month that holds more posts than this is cut into days."""

_MONTH: Final = len("2026-11")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A part of the store that changed.

    `name` is 'posts', which stands for all dated tables, or one of NUMBERED; `part` is a UTC day or the number
    of a range of ids.
    """

    name: str
    platform: str
    part: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Parts of some tables that are written together, and the parts of the lake that they replace."""

    tables: tuple[str, ...]
    platform: str
    parts: tuple[str, ...]
    replaced: tuple[str, ...]

    def concerns(self, part: Part) -> bool:
        """Tell whether a file, of this lake or an earlier one, may have rows that are written anew."""
        month = part.part[:_MONTH]
        within = any(part.part in (one, one[:_MONTH]) or month == one for one in self.parts)
        return within and part.table in self.tables and part.platform == self.platform


Month: TypeAlias = tuple[str, str]
"""A platform and one of its months, such as ('x', '2026-11')."""


def plan(
    marks: Mapping[Mark, int],
    since: int,
    lake: Iterable[Part],
    count: Callable[[str, str], int],
    month_posts: int = MONTH_POSTS,
) -> tuple[Rewrite, ...]:
    """Decide what to write for the parts that were marked after revision `since`.

    `marks` are all that the store has, with the revision of each; `count(platform, month)` counts the posts
    of a month. A month is cut into days once it holds more than `month_posts`, and stays cut: its days that
    did not change need not be written again.
    """
    changed = [mark for mark, revision in marks.items() if revision > since]
    rewrites = [
        Rewrite(NUMBERED[mark.name], mark.platform, (mark.part,), (mark.part,))
        for mark in sorted(changed)
        if mark.name != DATED[0]
    ]
    days = _by_month(marks)
    cut = {(part.platform, part.part[:_MONTH]) for part in lake if part.table == DATED[0] and len(part.part) > _MONTH}
    for month, touched in _by_month(changed).items():
        platform, name = month
        if month in cut:
            rewrites.append(Rewrite(DATED, platform, touched, touched))
        elif count(*month) > month_posts:
            rewrites.append(Rewrite(DATED, platform, days[month], (name,)))
        else:
            rewrites.append(Rewrite(DATED, platform, (name,), (name,)))
    return tuple(rewrites)


def _by_month(marks: Iterable[Mark]) -> dict[Month, tuple[str, ...]]:
    months: defaultdict[Month, list[str]] = defaultdict(list)
    for mark in sorted(marks):
        if mark.name == DATED[0]:
            months[mark.platform, mark.part[:_MONTH]].append(mark.part)
    return {month: tuple(parts) for month, parts in months.items()}
