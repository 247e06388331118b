"""Reading what was observed of posts and authors: rows whose time is known, and one whose time is not."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, Table, select, union_all

from storage.engine import any_of


def observations_of(table: Table, owner: str, numbers: Collection[int]) -> CompoundSelect[Any]:
    """Select the rows of `engagement` or `author_history` of some posts or authors, in two halves.

    Each half goes by the index that covers it (see storage/schema.py); a whole one would read the table through.
    """
    seen = table.c.observed_at
    halves = (
        select(table).where(table.c[owner].in_(any_of(numbers)), part) for part in (seen.is_not(None), seen.is_(None))
    )
    return union_all(*halves)
