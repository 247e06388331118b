"""The rule of what a page completes, held against sources that are read page by page."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.source import Order, Window, completed

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def at(second: int) -> datetime:
    return SINCE + timedelta(seconds=second)


@given(
    st.lists(st.integers(0, 59), max_size=40),
    st.integers(1, 7),
    st.sampled_from([1, 4, 60]),
    st.sampled_from(list(Order)),
)
def test_what_is_complete_is_in_hand_and_in_the_end_all_is_complete(
    seconds: list[int], page_size: int, unit: int, order: Order
) -> None:
    keys = sorted((second // unit * unit for second in seconds), reverse=order is Order.NEWEST_FIRST)
    rest: Window | None = Window(at(0), at(60))
    given_so_far: list[int] = []
    for start in range(0, len(keys) + 1, page_size):
        page = keys[start : start + page_size]
        given_so_far += page
        assert rest is not None
        is_end = len(page) < page_size
        done = completed(rest, map(at, page), timedelta(seconds=unit), order, exhausted=is_end)
        if done is not None:
            there = [key for key in keys if done.starts_at <= at(key) < done.ends_at]
            assert all(given_so_far.count(key) == keys.count(key) for key in there)
        rest = rest.without(done)
    assert rest is None


@pytest.mark.parametrize("order", list(Order))
def test_a_page_within_one_unit_an_empty_and_a_repeated_one_complete_nothing(order: Order) -> None:
    rest, minute = Window(at(0), at(300)), timedelta(minutes=1)
    edge = 299 if order is Order.NEWEST_FIRST else 1
    assert completed(rest, [at(edge), at(edge)], minute, order, exhausted=False) is None
    assert completed(rest, [], minute, order, exhausted=False) is None
    done = completed(rest, [at(130), at(150)], minute, order, exhausted=False)
    left = rest.without(done)
    assert left is not None
    assert completed(left, [at(130), at(150)], minute, order, exhausted=False) is None


def test_backwards_a_page_completes_down_to_the_end_of_its_oldest_posts_unit() -> None:
    rest, minute = Window(at(0), at(300)), timedelta(minutes=1)
    down = completed(rest, [at(200), at(130)], minute, Order.NEWEST_FIRST, exhausted=False)
    assert down == Window(at(180), at(300))
    up = completed(rest, [at(20), at(130)], minute, Order.OLDEST_FIRST, exhausted=False)
    assert up == Window(at(0), at(120))


def test_only_exhausted_completes_the_rest() -> None:
    rest = Window(at(0), at(300))
    assert completed(rest, [], timedelta(seconds=1), Order.NEWEST_FIRST, exhausted=True) == rest


def test_a_window_is_aware_and_not_empty() -> None:
    with pytest.raises(ValueError, match="empty"):
        Window(at(5), at(5))
    with pytest.raises(ValueError, match="time zone"):
        Window(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001  that is the point
