"""The grid of bins: it tiles its window, and follows the wall clock of its zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.bins import STEPS, Grid, Step
from analysis.errors import EmptyWindow, UnknownStep, UnknownZone, WindowTooWide
from analysis.zone import DAY, HOUR, SECOND, micros, moment, offsets
from tests.naive_bins import naive_starts

ZONES = (
    "UTC",
    "Asia/Baghdad",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Europe/Berlin",
    "Africa/Casablanca",
)
EARLIEST, LATEST = datetime(1995, 1, 1), datetime(2034, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@st.composite
def windows(draw: st.DrawFn) -> tuple[datetime, datetime, Step, str]:
    """Draw a window, a length of bins and a zone; at most some thousands of bins."""
    step = draw(st.sampled_from(list(STEPS.values())))
    since = draw(st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)))
    seconds = draw(st.integers(1, 2_000 * step.seconds if step.seconds < DAY // SECOND else 8 * 365 * 86_400))
    until = since + timedelta(seconds=seconds)
    return since, until, step, draw(st.sampled_from(ZONES))


@settings(max_examples=60, deadline=None)
@given(windows())
def test_bins_tile_the_window_and_no_more(window: tuple[datetime, datetime, Step, str]) -> None:
    since, until, step, zone = window
    grid = Grid.over(since, until, step, zone)
    assert (np.diff(grid.edges) > 0).all()
    assert grid.edges[0] <= micros(since) < grid.edges[1]
    assert grid.edges[-2] < micros(until) <= grid.edges[-1]
    assert len(grid) == len(grid.starts) == len(grid.ends) == len(grid.labels())


@settings(max_examples=60, deadline=None)
@given(windows(), st.integers(0, 2**32))
def test_every_time_of_the_window_falls_in_its_bin(window: tuple[datetime, datetime, Step, str], seed: int) -> None:
    grid = Grid.over(*window)
    times = np.random.default_rng(seed).integers(grid.since, grid.until, 50)
    times = np.concatenate([times, grid.edges[:-1][:20], grid.edges[1:][:20] - 1])
    bins = grid.locate(times)
    assert (grid.edges[bins] <= times).all()
    assert (times < grid.edges[bins + 1]).all()


@settings(max_examples=60, deadline=None)
@given(windows(), st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_wider_window_cuts_the_same_bins(window: tuple[datetime, datetime, Step, str], more: timedelta) -> None:
    since, until, step, zone = window
    narrow, wide = Grid.over(since, until, step, zone), Grid.over(since - more, until + more, step, zone)
    assert set(narrow.edges.tolist()) <= set(wide.edges.tolist())


@pytest.mark.parametrize("step", [step for step in STEPS.values() if step.seconds * SECOND >= DAY])
@pytest.mark.parametrize("zone", ZONES)
def test_long_bins_hold_whole_local_days(step: Step, zone: str) -> None:
    days = Grid.over(utc(2009, 1, 1), utc(2019, 1, 1), STEPS["1day"], zone)
    longer = Grid.over(utc(2009, 1, 10), utc(2018, 12, 1), step, zone)
    inside = longer.edges[(longer.edges >= days.since) & (longer.edges <= days.until)]
    assert set(inside.tolist()) <= set(days.edges.tolist())


@pytest.mark.parametrize(
    ("zone", "since", "days", "tick"),
    [
        pytest.param("America/New_York", utc(2019, 3, 8), 4, 60, id="23 hours"),
        pytest.param("America/New_York", utc(2019, 11, 1), 4, 60, id="25 hours"),
        pytest.param("Asia/Tehran", utc(2019, 3, 20), 4, 60, id="a day without a midnight"),
        pytest.param("Asia/Tehran", utc(2019, 9, 20), 4, 60, id="a midnight hour passed twice"),
        pytest.param("America/Sao_Paulo", utc(2018, 11, 2), 4, 60, id="another without a midnight"),
        pytest.param("America/St_Johns", utc(2010, 11, 5), 4, 60, id="set back over midnight"),
        pytest.param("Australia/Lord_Howe", utc(2020, 4, 3), 4, 60, id="half an hour back"),
        pytest.param("Australia/Lord_Howe", utc(2020, 10, 2), 4, 60, id="half an hour forth"),
        pytest.param("Pacific/Apia", utc(2011, 12, 27), 6, 60, id="a day skipped"),
        pytest.param("Pacific/Kwajalein", utc(1993, 8, 18), 6, 60, id="another skipped"),
        pytest.param("Asia/Kathmandu", utc(1985, 12, 30), 4, 60, id="a quarter of an hour forth"),
        pytest.param("Europe/Amsterdam", utc(1937, 6, 29), 3, 4, id="an offset with seconds"),
        pytest.param("Asia/Baghdad", utc(1889, 12, 30), 4, 4, id="local mean time"),
    ],
)
@pytest.mark.parametrize("name", ["5min", "1h", "6h", "1day"])
def test_bins_begin_where_the_wall_clock_says(zone: str, since: datetime, days: int, tick: int, name: str) -> None:
    step, until = STEPS[name], since + timedelta(days=days)
    grid = Grid.over(since, until, step, zone)
    inside = [moment(edge) for edge in grid.edges.tolist() if micros(since) < edge < micros(until)]
    # The walk must step on every edge: offsets with seconds need a tick that divides them.
    walk = timedelta(seconds=tick)
    assert inside == naive_starts(since, until, count=step.count, unit=step.unit, zone=zone, tick=walk)


@pytest.mark.parametrize("name", ["1week", "1month", "1year"])
@pytest.mark.parametrize("zone", ["Asia/Tehran", "America/Sao_Paulo", "Pacific/Apia"])
def test_weeks_months_and_years_begin_where_the_calendar_says(name: str, zone: str) -> None:
    since, until, step = utc(2010, 11, 20), utc(2012, 2, 1), STEPS[name]
    grid = Grid.over(since, until, step, zone)
    inside = [moment(edge) for edge in grid.edges.tolist() if micros(since) < edge < micros(until)]
    walk = timedelta(minutes=30)
    assert inside == naive_starts(since, until, count=step.count, unit=step.unit, zone=zone, tick=walk)


def test_days_have_the_hours_that_their_zone_gives_them() -> None:
    spring = Grid.over(utc(2019, 3, 9, 12), utc(2019, 3, 11, 12), STEPS["1day"], "America/New_York")
    assert np.diff(spring.edges).tolist() == [24 * HOUR, 23 * HOUR, 24 * HOUR]
    hours = Grid.over(utc(2019, 11, 3, 4), utc(2019, 11, 4, 5), STEPS["1h"], "America/New_York")
    assert [label for label in hours.labels() if " 01:00" in label] == [
        "2019-11-03 01:00:00-04:00",
        "2019-11-03 01:00:00-05:00",
    ]


def test_a_day_without_a_midnight_is_labelled_by_its_first_instant() -> None:
    grid = Grid.over(utc(2018, 11, 4, 12), utc(2018, 11, 4, 13), STEPS["1day"], "America/Sao_Paulo")
    assert grid.labels() == ["2018-11-04 01:00:00-02:00"]


@pytest.mark.parametrize("zone", ZONES)
def test_the_table_of_offsets_agrees_with_the_zone(zone: str) -> None:
    start, end = micros(utc(2005, 1, 1)), micros(utc(2025, 1, 1))
    table = offsets(start, end, zone)
    starts = np.array([since for since, _ in table])
    for instant in range(start, end, 7 * HOUR + 13 * SECOND):
        told = table[np.searchsorted(starts, instant, "right") - 1][1]
        shift = moment(instant).astimezone(ZoneInfo(zone)).utcoffset()
        assert shift == timedelta(microseconds=told)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1h", "1h"),
        ("hour", "1h"),
        ("6 hours", "6h"),
        ("1d", "1day"),
        ("15 minutes", "15min"),
        ("Week", "1week"),
    ],
)
def test_a_step_is_read_as_people_write_it(text: str, name: str) -> None:
    assert Step.read(text).name == name


@pytest.mark.parametrize("text", ["", "2h", "1s", "fortnight", "-1h", "1h; DROP TABLE posts"])
def test_a_step_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(UnknownStep):
        Step.read(text)


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=20_000)))
def test_the_step_that_suits_a_span_is_the_finest_that_fits(span: timedelta) -> None:
    step = Step.suiting(span, most=400)
    finer = [other for other in STEPS.values() if other.seconds < step.seconds]
    assert all(span.total_seconds() > 400 * other.seconds for other in finer)


def test_windows_and_zones_that_there_are_not_are_refused() -> None:
    with pytest.raises(EmptyWindow):
        Grid.over(utc(2020, 1, 2), utc(2020, 1, 2), STEPS["1h"], "UTC")
    for since, until in ((utc(1, 1, 1), utc(2020, 1, 1)), (utc(2020, 1, 1), utc(9999, 12, 31))):
        for step in STEPS.values():
            with pytest.raises(WindowTooWide):
                Grid.over(since, until, step, "Asia/Tehran")
    for zone in ("Asia/Bagdad", "", "../etc/passwd", "Asia"):
        with pytest.raises(UnknownZone):
            Grid.over(utc(2020, 1, 1), utc(2020, 1, 2), STEPS["1h"], zone)
    with pytest.raises(ValueError, match="no time zone"):
        Grid.over(datetime(2020, 1, 1), utc(2020, 1, 2), STEPS["1h"], "UTC")  # noqa: DTZ001 - the point of it
