"""Slow, obvious versions of what the program does fast; tests hold the two equal."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from storage.coverage import State, Stretch

SECOND = timedelta(seconds=1)


def second_by_second(rows: Iterable[Stretch], since: datetime, seconds: int) -> list[Stretch | None]:
    """Tell for each second which row holds it; fails where two do."""
    held: list[Stretch | None] = [None] * seconds
    for row in rows:
        for second in range((row.starts_at - since) // SECOND, (row.ends_at - since) // SECOND):
            assert held[second] is None, f"two rows hold second {second}"
            held[second] = row
    return held


def written(model: list[tuple[State, str, float | None]], new: Stretch, since: datetime) -> None:
    """Write a stretch into a model of one (state, reason, share) a second, never lowering."""
    order = list(State)
    for second in range((new.starts_at - since) // SECOND, (new.ends_at - since) // SECOND):
        if order.index(new.state) >= order.index(model[second][0]):
            model[second] = (new.state, new.reason, new.share)


def chosen(ledgers: Sequence[Sequence[Stretch]], at: datetime, *, highest: bool) -> State:
    """Ask every ledger for its state at an instant and take the highest or the lowest."""
    order = list(State)
    states = [
        next((row.state for row in ledger if row.starts_at <= at < row.ends_at), State.NOT_TRIED) for ledger in ledgers
    ]
    return (max if highest else min)(states, key=order.index, default=State.NOT_TRIED)


def fewest_queries(tags: Sequence[str], longest: int) -> int:
    """Try every way to share tags out to queries `#a OR #b` of so many characters; the fewest queries that do."""

    def put(left: Sequence[str], queries: tuple[int, ...]) -> int:
        if not left:
            return len(queries)
        length = len(left[0]) + 1
        ways = [
            put(left[1:], (*queries[:i], queries[i] + 4 + length, *queries[i + 1 :]))
            for i in range(len(queries))
            if queries[i] + 4 + length <= longest
        ]
        return min([put(left[1:], (*queries, length)), *ways])

    return put(tags, ())
