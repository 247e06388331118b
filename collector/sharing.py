"""Tags as few queries: how many fit one by their number, and by the characters that it may have. Pure."""

from collections.abc import Sequence
from typing import Final

BETWEEN: Final = " OR "
"""What stands between two tags in a query whose length counts."""


def written(tags: Sequence[str]) -> str:
    """Write the query for posts with any of the tags, which are as asked, without their '#'."""
    return BETWEEN.join(f"#{tag}" for tag in tags)


def shared_out(tags: Sequence[str], most: int, longest: int | None) -> tuple[tuple[str, ...], ...]:
    """Share tags out to as few queries as they fit in; the same tags are shared out the same way in any order.

    The longest tag is put first, into the first query that still has room for it ("first fit decreasing": never
    more than 11/9 of the fewest and one more, Johnson 1974).

    Args:
        most: tags in one query.
        longest: characters in one query, as `written`; None: any number. A tag that is too long for one stands alone.
    """
    if longest is None:
        ordered = sorted(set(tags))
        return tuple(tuple(ordered[i : i + most]) for i in range(0, len(ordered), most))
    queries: list[list[str]] = []
    for tag in sorted(set(tags), key=lambda one: (-len(one), one)):
        room = (query for query in queries if len(query) < most and len(written([*query, tag])) <= longest)
        query = next(room, None)
        if query is None:
            queries.append([tag])
        else:
            query.append(tag)
    return tuple(sorted(tuple(sorted(query)) for query in queries))
