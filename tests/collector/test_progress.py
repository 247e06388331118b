"""What a page adds to what is known."""

from datetime import UTC, datetime, timedelta

from collector.progress import Progress, begun, step
from collector.source import Page, Traits, Window
from storage import coverage
from storage.coverage import State, Stretch
from storage.post import Item, Post

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SEARCH = Traits("x", "x-search", reach=60 * MINUTE, settling=5 * MINUTE, unit=MINUTE)


def at(minute: float) -> datetime:
    return SINCE + minute * MINUTE


def window(start: float, end: float) -> Window:
    return Window(at(start), at(end))


def stretch(start: float, end: float, state: State = State.COMPLETE, reason: str = "") -> Stretch:
    return Stretch(at(start), at(end), state, reason)


def item(name: str) -> Item:
    post = Post(
        platform="x",
        platform_id=name,
        server="x",
        author=None,
        created_at="2026-11-01T00:00:00.000000Z",
        time_resolution=60,
        url="",
    )
    return Item(payload=b"{}", post=post)


UNREADABLE = Item(payload=b"{", post=None, error="not JSON")


def test_what_has_settled_is_complete_and_the_rest_is_settling() -> None:
    page = Page((item("1"),), window(10, 40), cursor="on")
    taken = step(Progress(window(0, 40)), page, SEARCH, at(40))
    assert taken.stretches == (stretch(10, 35), stretch(35, 40, State.PARTIAL, coverage.SETTLING))
    assert taken.progress.rest == window(0, 10)


def test_now_is_the_earlier_of_our_clock_and_the_servers() -> None:
    page = Page((), window(10, 40), exhausted=True, server_now=at(30))
    taken = step(Progress(window(10, 40)), page, SEARCH, at(40))
    assert taken.stretches == (stretch(10, 25), stretch(25, 30, State.PARTIAL, coverage.SETTLING))


def test_all_of_a_window_is_judged_by_the_time_of_its_first_page() -> None:
    """The top of a unit may have been read long before its bottom, when posts could still turn up in it."""
    first = step(Progress(window(0, 40)), Page((item("1"),), None, cursor="on"), SEARCH, at(40))
    second = step(first.progress, Page((), window(0, 40), exhausted=True), SEARCH, at(55))
    assert second.stretches == (stretch(0, 35), stretch(35, 40, State.PARTIAL, coverage.SETTLING))


def test_what_left_the_reach_before_its_page_came_is_not_known() -> None:
    page = Page((), window(0, 40), exhausted=True, server_now=at(75))
    taken = step(Progress(window(0, 40), first_now=at(59)), page, SEARCH, at(75))
    assert taken.stretches == (stretch(16, 40),)


def test_an_item_that_cannot_be_read_soils_its_page_and_the_unit_it_shares_with_the_next() -> None:
    first = step(Progress(window(0, 30)), Page((UNREADABLE,), window(20, 30), cursor="a"), SEARCH, at(60))
    second = step(first.progress, Page((item("1"),), window(10, 20), cursor="b"), SEARCH, at(60))
    third = step(second.progress, Page((item("2"),), window(0, 10), exhausted=True), SEARCH, at(60))
    assert first.stretches == (stretch(20, 30, State.PARTIAL, coverage.UNPARSED),)
    assert second.stretches == (stretch(10, 20, State.PARTIAL, coverage.UNPARSED),)
    assert third.stretches == (stretch(1, 10),)
    assert first.progress.place() is None, "after a restart the next page would not be known as soiled"
    assert second.progress.place() is not None


def test_a_repeated_page_completes_nothing_and_the_third_ends_the_reading() -> None:
    progress = Progress(window(0, 30))
    page = Page((item("1"), item("2")), window(20, 30), cursor="same")
    known = []
    for _ in range(4):
        assert progress.rest is not None
        taken = step(progress, page, SEARCH, at(60))
        progress = taken.progress
        known.append(taken.stretches)
    assert known == [(stretch(20, 30),), (), (), (stretch(0, 20, State.PARTIAL, coverage.REPEATED),)]
    assert progress.rest is None


def test_a_repeated_page_completes_nothing_whatever_its_source_says() -> None:
    first = step(Progress(window(0, 30)), Page((item("1"),), window(20, 30), cursor="on"), SEARCH, at(60))
    again = step(first.progress, Page((item("1"),), window(0, 20), exhausted=True), SEARCH, at(60))
    assert again.stretches == (stretch(0, 20, State.PARTIAL, coverage.CAPPED),)


def test_an_empty_page_with_a_cursor_completes_nothing() -> None:
    taken = step(Progress(window(0, 30)), Page((), None, cursor="on"), SEARCH, at(60))
    assert (taken.stretches, taken.progress.rest) == ((), window(0, 30))


def test_an_end_without_the_word_exhausted_leaves_the_rest_capped() -> None:
    taken = step(Progress(window(0, 30)), Page((item("1"),), window(20, 30)), SEARCH, at(60))
    assert taken.stretches == (stretch(20, 30), stretch(0, 20, State.PARTIAL, coverage.CAPPED))
    last = step(Progress(window(0, 30)), Page((item("1"),), None, cursor="on"), SEARCH, at(60), is_last=True)
    assert last.stretches == (stretch(0, 30, State.PARTIAL, coverage.CAPPED),)
    assert last.progress.rest is None


def test_a_place_is_gone_on_from_only_where_just_its_rest_is_left() -> None:
    taken = step(Progress(window(0, 30)), Page((item("1"),), window(20, 30), cursor="a b"), SEARCH, at(60))
    place = taken.progress.place()
    assert place is not None
    other = place.replace("00:00:00.000000Z 2026", "00:01:00.000000Z 2026")
    resumed = begun(window(0, 20), [other, place])
    assert (resumed.cursor, resumed.first_now) == ("a b", at(60))
    assert begun(window(0, 21), [place]) == Progress(window(0, 21))
