"""When a post was posted: record keys, odd claims, and what several readings say together."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.bluesky.tid import number_of, time_of
from collector.bluesky.times import BEGAN, FAR_AHEAD, instant_of, posted_at
from collector.errors import Unreadable
from storage.instant import from_micros, to_text

LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
KEY_TIME = "2026-11-23T08:56:26.562000Z"
BEFORE = "2026-11-23T08:56:26.000000Z"
AFTER = "2026-11-23T08:56:26.925000Z"


def tid_of(number: int) -> str:
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(13)))


@given(st.integers(0, 2**63 - 1))
def test_a_key_is_the_number_that_it_was_made_of(number: int) -> None:
    tid = tid_of(number)
    assert number_of(tid) == number
    assert time_of(tid) == to_text(from_micros(number >> 10))


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_keys_sort_as_their_numbers(one: int, other: int) -> None:
    assert (tid_of(one) < tid_of(other)) == (one < other)


def test_a_real_key() -> None:
    assert time_of("3n2xr4hsxik26") == KEY_TIME


@pytest.mark.parametrize(
    "key", ["", "self", "3n2xr4hsxik2", "3n2xr4hsxik266", "3N2XR4HSXIK26", "zzzzzzzzzzzzz", "0" * 13]
)
def test_other_keys_have_no_time(key: str) -> None:
    assert number_of(key) is None
    assert time_of(key) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-07-04T08:28:35.629Z", "2025-07-04T08:28:35.629000Z"),
        ("2025-12-05T10:16:59.78349200Z", "2025-12-05T10:16:59.783492Z"),
        ("2026-11-23T08:44:59.717841+00:00", "2026-11-23T08:44:59.717841Z"),
        ("2026-11-23T11:44:59+03:00", "2026-11-23T08:44:59.000000Z"),
        ("2026-11-23t08:44:59z", "2026-11-23T08:44:59.000000Z"),
        ("0001-10-14T00:00:00.000Z", "0001-10-14T00:00:00.000000Z"),
        ("2120-01-01T00:00:00Z", "2120-01-01T00:00:00.000000Z"),
        ("0001-01-01T00:00:00+03:00", None),
        ("9999-12-31T23:59:59-03:00", None),
        ("10000-01-01T00:00:00Z", None),
        ("+010000-01-01T00:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("2026-11-23T08:44:59", None),
        ("2026-02-30T08:44:59Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_as_clients_write_them(written: str | None, expected: str | None) -> None:
    assert instant_of(written) == expected


@given(st.text(alphabet="0123456789-:TZ+. W", max_size=30))
def test_no_time_is_an_error(written: str) -> None:
    instant_of(written)


@pytest.mark.parametrize(
    ("key_time", "seen", "expected"),
    [
        (KEY_TIME, [AFTER], KEY_TIME),
        (KEY_TIME, [KEY_TIME], KEY_TIME),
        (KEY_TIME, [BEFORE], BEFORE),
        (KEY_TIME, [AFTER, BEFORE], BEFORE),
        (KEY_TIME, [None, None], KEY_TIME),
        (KEY_TIME, ["2020-01-01T00:00:00.000000Z"], KEY_TIME),
        (KEY_TIME, ["0001-10-14T00:00:00.000000Z", AFTER], KEY_TIME),
        ("2022-10-31T23:59:59.999999Z", [AFTER, BEFORE], BEFORE),
        (BEGAN, [AFTER], BEGAN),
        ("2119-01-01T00:00:00.000000Z", [AFTER], AFTER),
        (None, [AFTER, None, BEFORE], BEFORE),
        (None, ["2020-01-01T00:00:00.000000Z"], "2020-01-01T00:00:00.000000Z"),
    ],
)
def test_the_time_of_posting(key_time: str | None, seen: list[str | None], expected: str) -> None:
    assert posted_at(key_time, seen) == expected


@pytest.mark.parametrize("key_time", [None, "1970-01-01T00:00:00.000000Z", "2100-01-01T00:00:00.000000Z"])
def test_where_nothing_tells_the_time_there_is_no_reading(key_time: str | None) -> None:
    with pytest.raises(Unreadable, match="nothing tells when"):
        posted_at(key_time, [None])


moments = st.sampled_from(
    ["0001-10-14T00:00:00.000000Z", "2020-01-01T00:00:00.000000Z", BEGAN, BEFORE, KEY_TIME, AFTER, FAR_AHEAD]
)


@given(st.none() | moments, st.lists(st.lists(moments, min_size=1, max_size=2), min_size=1, max_size=3))
def test_the_least_of_what_readings_say_is_what_all_of_them_say_together(
    key_time: str | None, readings: list[list[str]]
) -> None:
    together = posted_at(key_time, [moment for seen in readings for moment in seen])
    for order in permutations(readings):
        assert min(posted_at(key_time, seen) for seen in order) == together
