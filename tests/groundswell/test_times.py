"""Times and lengths as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.times import LONGEST, read_length, read_moment, write_length, write_moment

BAGHDAD = ZoneInfo("Asia/Baghdad")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
        (" 15m ", timedelta(minutes=15)),
    ],
)
def test_a_length(text: str, length: timedelta) -> None:
    assert read_length(text) == length


@pytest.mark.parametrize(
    "text", ["", "15", "m", "0m", "-1m", "1.5h", "1h30m", "1 h", "15M", "١٥m", "999999w", "every 1m"]
)
def test_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_length(text)


@given(st.integers(1, 999_999).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_length_reads_back_as_it_was_written(length: timedelta) -> None:
    assert read_length(write_length(length)) == length


@pytest.mark.parametrize(
    ("text", "zone", "written"),
    [
        ("2019-11-03T21:00", "Asia/Baghdad", "2019-11-03 21:00:00+03:00"),
        ("2019-11-03", "Asia/Baghdad", "2019-11-03 00:00:00+03:00"),
        ("2019-11-03T21:00Z", "Asia/Baghdad", "2019-11-04 00:00:00+03:00"),
        ("2019-11-03 21:00+01:00", "Asia/Baghdad", "2019-11-03 23:00:00+03:00"),
        ("2021-03-22", "Asia/Tehran", "2021-03-22 01:00:00+04:30"),
        ("2019-10-27T02:30", "Europe/Berlin", "2019-10-27 02:30:00+02:00"),
    ],
)
def test_a_moment_is_read_in_its_zone_and_repeated_with_its_offset(text: str, zone: str, written: str) -> None:
    info = ZoneInfo(zone)
    assert write_moment(read_moment(text, info), info) == written


@given(st.text())
def test_any_other_text_is_a_value_error(text: str) -> None:
    try:
        moment = read_moment(text, BAGHDAD)
    except ValueError:
        return
    assert moment.tzinfo is BAGHDAD


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001
def test_a_moment_reads_back_as_it_was_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read_moment(write_moment(whole, UTC_ZONE), BAGHDAD) == whole


UTC_ZONE = ZoneInfo("UTC")


def test_the_longest_length_is_a_length() -> None:
    assert read_length(f"{LONGEST.days}d") == LONGEST
