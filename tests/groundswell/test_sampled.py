"""What is told of a sample by budget: which hours can be weighed, and what of them was read."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from groundswell.counted import CountedBin
from groundswell.sampled import Hour, hours_left, known_of
from storage import coverage
from storage.coverage import Ledger, State, Stretch

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def stretch(first: float, last: float, state: State = State.PARTIAL, reason: str = coverage.BUDGET) -> Stretch:
    return Stretch(SINCE + first * MINUTE, SINCE + last * MINUTE, state, "" if state is State.COMPLETE else reason)


def ledger(*read: tuple[float, float], until: float = 60) -> Ledger:
    """Make a ledger of stretches that were read, and of others that the budget left out."""
    rows, at = [], 0.0
    for first, last in read:
        rows += [stretch(at, first)] if at < first else []
        rows.append(stretch(first, last, State.COMPLETE))
        at = last
    return (*rows, *([stretch(at, until)] if at < until else ()))


def counted(*posts: int, minutes: float = 60) -> Sequence[CountedBin]:
    edges = [SINCE + place * minutes * MINUTE for place in range(len(posts) + 1)]
    return [CountedBin(*pair, number, 0) for *pair, number in zip(edges, edges[1:], posts)]  # noqa: B905


def read_of(rows: Ledger, hours: Sequence[Hour]) -> list[tuple[float, float]]:
    frame = known_of(rows, hours).read
    return [((one.starts_at - SINCE) / MINUTE, (one.ends_at - SINCE) / MINUTE) for one in frame.itertuples()]


def test_an_hour_tells_of_its_minutes_and_of_those_that_were_drawn() -> None:
    rows = ledger((3, 5), (9, 10), (60, 120), until=180)
    hours = list(hours_left(rows, counted(70, 80, 90)))
    # The second hour was read whole, of the third nothing was.
    assert hours == [Hour(SINCE, 70, 60, 3), Hour(SINCE + 2 * HOUR, 90, 60, 0)]
    assert [hour.is_weighable for hour in hours] == [True, False]
    assert read_of(rows, hours) == [(3, 5), (9, 10), (60, 120)]
    assert known_of(rows, hours).sampled.to_numpy().tolist() == [[SINCE, 70, 60, 3]]


def test_posts_of_an_hour_that_nobody_counted_are_left_out() -> None:
    rows = ledger((3, 5), (50, 70), (120, 130), until=180)
    hours = list(hours_left(rows, counted(70)))
    assert [hour.counted for hour in hours] == [70, None, None]
    assert read_of(rows, hours) == [(3, 5), (50, 60)]


def test_minutes_without_a_post_cost_nothing_and_are_none_of_those_drawn() -> None:
    # Forty minutes are known to be empty and were read for nothing; of the other twenty one was drawn.
    rows = ledger((0, 41))
    [hour] = hours_left(rows, counted(*[0] * 40, *[2] * 20, minutes=1))
    assert hour == Hour(SINCE, 40, 20, 1)


def test_of_an_hour_that_was_asked_for_in_part_that_part_is_counted() -> None:
    rows = tuple(coverage.within(ledger((30, 33)), SINCE + 30 * MINUTE, SINCE + HOUR))
    assert list(hours_left(rows, counted(100))) == [Hour(SINCE, 50, 30, 3)]


def test_what_was_not_read_for_other_reasons_is_no_sample() -> None:
    rows = (stretch(0, 5, State.COMPLETE), stretch(5, 60, State.FAILED, "HTTP 503"))
    assert list(hours_left(rows, counted(100))) == []
    assert read_of(rows, []) == [(0, 5)]
