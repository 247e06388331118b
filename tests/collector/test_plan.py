"""What is asked next, held against looking at each minute by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.plan import LEFT, Entry, Known, Wanted, Why, asked_again, gone, plan
from collector.source import Traits, Window
from storage import coverage
from storage.coverage import Ledger, State, Stretch
from storage.post import Kind

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPAN = 90
KINDS: tuple[Kind, ...] = ("posts", "reposts")
WHYS = {
    State.PARTIAL: [
        coverage.SETTLING,
        coverage.CAPPED,
        coverage.BUDGET,
        coverage.UNPARSED,
        coverage.REPEATED,
        coverage.UNSETTLED,
    ],
    State.LOST: [LEFT],
}


def at(minute: float) -> datetime:
    return SINCE + minute * MINUTE


def window(start: float, end: float) -> Window:
    return Window(at(start), at(end))


def stretch(start: float, end: float, state: State = State.COMPLETE, reason: str = "") -> Stretch:
    return Stretch(at(start), at(end), state, reason)


SEARCH = Traits("x", "x-search", reach=60 * MINUTE, settling=5 * MINUTE, unit=MINUTE)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    start = draw(st.integers(0, SPAN - 1))
    state = draw(st.sampled_from([state for state in State if state is not State.NOT_TRIED]))
    reason = draw(st.sampled_from(WHYS.get(state, ["", "503"])))
    return stretch(start, draw(st.integers(start + 1, SPAN)), state, reason)


NOTHING: Ledger = ()
ledgers = st.lists(stretches(), max_size=8).map(lambda news: reduce(coverage.write, news, NOTHING))
traits = st.builds(
    Traits,
    platform=st.just("x"),
    name=st.just("x-search"),
    kinds=st.sampled_from([KINDS, KINDS[:1]]),
    reach=st.sampled_from([None, 20 * MINUTE, 60 * MINUTE]),
    settling=st.sampled_from([0, 5, 20]).map(lambda minutes: minutes * MINUTE),
    unit=st.sampled_from([MINUTE, timedelta(seconds=1)]),
    lag=st.sampled_from([0, 2]).map(lambda minutes: minutes * MINUTE),
    tags_at_once=st.integers(1, 3),
)
wants = st.builds(
    Wanted,
    tags=st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")]),
    starts_at=st.integers(0, 40).map(at),
    ends_at=st.one_of(st.none(), st.integers(41, SPAN + 20).map(at)),
)
knowns = st.fixed_dictionaries({(tag, kind): st.builds(Known, ledgers) for tag in "abc" for kind in KINDS})
nows = st.integers(30, SPAN).map(at)


@settings(deadline=None)
@given(wants, traits, knowns, nows)
def test_just_what_may_be_asked_is_asked_once(
    wanted: Wanted, of: Traits, known: dict[tuple[str, Kind], Known], now: datetime
) -> None:
    tasks = plan(wanted, of, known, now)
    newest = of.newest(now)
    start, end = max(wanted.starts_at or SINCE, of.horizon(now)), min(wanted.ends_at or newest, newest)
    for tag in wanted.tags:
        for minute in range(SPAN):
            asking = [
                task
                for task in tasks
                if tag in task.query.tags and task.window.starts_at <= at(minute) < task.window.ends_at
            ]
            tiles = [coverage.tiled(known[tag, kind].all, at(minute), at(minute + 1))[0] for kind in of.kinds]
            open_ = start <= at(minute) < end and any(asked_again(tile) for tile in tiles)
            assert len(asking) == open_, (tag, minute)


@settings(deadline=None)
@given(wants, traits, knowns, nows)
def test_windows_lie_within_campaign_reach_and_now_and_come_in_order(
    wanted: Wanted, of: Traits, known: dict[tuple[str, Kind], Known], now: datetime
) -> None:
    tasks = plan(wanted, of, known, now)
    assert [task.why for task in tasks] == sorted(task.why for task in tasks)
    for task in tasks:
        assert 1 <= len(task.query.tags) <= of.tags_at_once
        assert max(wanted.starts_at or SINCE, of.horizon(now)) <= task.window.starts_at
        assert task.window.ends_at <= min(wanted.ends_at or now, now - of.lag)


@settings(deadline=None)
@given(wants, traits, knowns, nows)
def test_what_is_lost_was_not_had_is_out_of_reach_and_is_not_asked_for(
    wanted: Wanted, of: Traits, known: dict[tuple[str, Kind], Known], now: datetime
) -> None:
    for entry in gone(wanted, of, known, now):
        own = known[entry.tag, entry.kind].own
        assert own[0].starts_at <= entry.stretch.starts_at
        assert entry.stretch.ends_at <= of.horizon(now)
        assert not asked_again(entry.stretch)
        before = coverage.tiled(own, entry.stretch.starts_at, entry.stretch.ends_at)
        assert all(tile.state.rank <= entry.stretch.state.rank for tile in before)


def plan_windows(ledger: Ledger, now: float, of: Traits = SEARCH) -> list[tuple[Why, Window]]:
    known = {("a", kind): Known(ledger) for kind in of.kinds}
    return [(task.why, task.window) for task in plan(Wanted(("a",), at(0)), of, known, at(now))]


def test_new_posts_are_asked_for_together_with_what_is_still_settling() -> None:
    ledger = (stretch(0, 25), stretch(25, 30, State.PARTIAL, coverage.SETTLING))
    assert plan_windows(ledger, 40) == [(Why.NEW, window(25, 40))]


def test_a_query_is_no_longer_than_the_source_takes() -> None:
    of = replace(SEARCH, longest_query=9)
    tasks = plan(Wanted(("aa", "b", "cc", "d"), at(0)), of, {}, at(30))
    assert [task.query.tags for task in tasks] == [("aa", "b"), ("cc", "d")]


def test_what_is_about_to_leave_the_reach_comes_first_and_the_cheapest_hole_last() -> None:
    ledger = (stretch(12, 20), stretch(28, 40), stretch(44, 65))
    assert plan_windows(ledger, 70) == [
        (Why.LEAVING, window(11, 12)),
        (Why.NEW, window(65, 70)),
        (Why.HOLE, window(40, 44)),
        (Why.HOLE, window(20, 28)),
    ]


def test_a_capped_stretch_is_asked_for_in_halves() -> None:
    ledger = (stretch(0, 20), stretch(20, 30, State.PARTIAL, coverage.CAPPED), stretch(30, 40))
    assert plan_windows(ledger, 40) == [(Why.HOLE, window(20, 25)), (Why.HOLE, window(25, 30))]
    one_unit = (stretch(0, 20), stretch(20, 21, State.PARTIAL, coverage.CAPPED), stretch(21, 40))
    assert plan_windows(one_unit, 40) == [(Why.HOLE, window(20, 21))]


def test_tags_that_miss_the_same_are_asked_together_and_others_apart() -> None:
    known = {("a", "posts"): Known((stretch(0, 20),)), ("b", "posts"): Known((stretch(0, 20),))}
    tasks = plan(Wanted(("b", "c", "a"), at(0)), SEARCH, known, at(30))  # type: ignore[arg-type]
    assert [(task.query.tags, task.window) for task in tasks] == [
        (("c",), window(0, 30)),
        (("a", "b"), window(20, 30)),
    ]


def test_what_another_source_of_the_platform_has_complete_is_not_asked_for() -> None:
    known = {("a", "posts"): Known(own=(stretch(0, 10, State.FAILED),), elsewhere=(stretch(0, 20),))}
    tasks = plan(Wanted(("a",), at(0)), SEARCH, known, at(30))  # type: ignore[arg-type]
    assert [task.window for task in tasks] == [window(20, 30)]


def test_what_an_archive_gave_is_asked_for_unchecked_as_it_is() -> None:
    assert plan_windows((stretch(0, 20, State.GIVEN),), 20) == [(Why.NEW, window(0, 20))]


def test_a_daily_rereading_covers_all_that_has_settled_since_the_last() -> None:
    server = Traits("mastodon", "mastodon", settling=20 * MINUTE, reread_every=20 * MINUTE, unit=MINUTE)
    ledger = (stretch(0, 10), stretch(10, 30, State.PARTIAL, coverage.SETTLING))
    assert plan_windows(ledger, 45, server) == [(Why.NEW, window(30, 45))]
    ledger = (stretch(0, 10), stretch(10, 50, State.PARTIAL, coverage.SETTLING))
    assert plan_windows(ledger, 50, server) == [(Why.HOLE, window(10, 30))]
    assert plan_windows(ledger, 60, server) == [(Why.NEW, window(50, 60)), (Why.HOLE, window(10, 40))]


def test_nothing_is_asked_of_a_campaign_that_has_not_begun_or_is_had() -> None:
    assert plan(Wanted(("a",), at(50)), SEARCH, {}, at(40)) == ()
    done = {("a", "posts"): Known((stretch(0, 30),))}
    assert plan(Wanted(("a",), at(0), at(30)), SEARCH, done, at(40)) == ()  # type: ignore[arg-type]


def test_what_left_the_reach_is_lost_only_since_it_was_first_asked_for() -> None:
    ledger = (
        stretch(5, 10),
        stretch(10, 15, State.FAILED, "503"),
        stretch(20, 25, State.PARTIAL, coverage.SETTLING),
        stretch(25, 30, State.PARTIAL, coverage.CAPPED),
    )
    known = {("a", "posts"): Known(ledger)}
    lost = gone(Wanted(("a",), at(0)), SEARCH, known, at(99))  # type: ignore[arg-type]
    assert lost == (
        Entry("a", "posts", stretch(10, 15, State.LOST, f"{LEFT} (503)")),
        Entry("a", "posts", stretch(15, 20, State.LOST, LEFT)),
        Entry("a", "posts", stretch(20, 25, State.PARTIAL, coverage.UNSETTLED)),
        Entry("a", "posts", stretch(30, 40, State.LOST, LEFT)),
    )
