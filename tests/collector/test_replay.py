"""An archive served as if live: what it shows when, and how it misbehaves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import RateLimited, Unavailable
from collector.replay import Conditions, Replay, delay
from collector.source import Page, Query, Window
from storage.instant import to_text
from storage.post import Item, Post

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALL = Window(SINCE - 99 * HOUR, SINCE + 99 * HOUR)
TAG = Query(("a",))


def post(number: int, minute: float = 0, *, tags: tuple[str, ...] = ("A",), of: str | None = None) -> Post:
    return Post(
        platform="x",
        platform_id=f"{number:04}",
        server="x",
        author=None,
        created_at=to_text(SINCE + minute * MINUTE),
        time_resolution=60,
        url="",
        hashtags=tags,
        is_repost=of is not None,
        repost_of=of,
    )


def items(*posts: Post) -> list[Item]:
    return [Item(payload=b"{}", post=one) for one in posts]


def shown(pages: list[Page]) -> list[str]:
    return [item.post.platform_id for page in pages for item in page.items if item.post is not None]


def ask(replay: Replay, query: Query = TAG, window: Window = ALL, cursor: str | None = None) -> list[Page]:
    return list(replay.pages(query, window, cursor))


def served(posts: list[Post], at: float, **conditions: object) -> Replay:
    of = Conditions(**{"late_share": 0.0} | conditions)  # type: ignore[arg-type]
    return Replay(items(*posts), lambda: SINCE + at * MINUTE, of)


def test_a_post_is_shown_from_its_time_until_it_leaves_the_reach() -> None:
    posts = [post(1, 0), post(2, 10)]
    for at, visible in ((-1, []), (0, ["0001"]), (10, ["0002", "0001"]), (60, ["0002"]), (70, [])):
        assert shown(ask(served(posts, at, reach=HOUR))) == visible, at


@given(st.integers(0, 99), st.integers(0, 10_000))
def test_a_late_post_turns_up_by_a_draw_that_depends_on_seed_and_id_alone(seed: int, number: int) -> None:
    of = Conditions(seed=seed, late_share=0.5, settling=HOUR)
    waits = delay(post(number), of)
    assert timedelta(0) <= waits <= HOUR
    assert waits == delay(post(number, 77, tags=("other",)), of)
    if waits:
        replay = Replay(items(post(number)), lambda: SINCE + waits - timedelta(microseconds=1), of)
        assert shown(ask(replay)) == []


def test_as_many_posts_are_late_as_was_said() -> None:
    of = Conditions(late_share=0.2, settling=HOUR)
    delays = [delay(post(number), of) for number in range(2_000)]
    late = [one for one in delays if one]
    assert 320 < len(late) < 480
    assert 25 * MINUTE < sum(late, timedelta()) / len(late) < 35 * MINUTE


@pytest.mark.parametrize("page_size", [1, 3, 10, 100])
def test_a_unit_fuller_than_a_page_does_not_loop(page_size: int) -> None:
    posts = [post(number, number // 50) for number in range(120)]
    pages = ask(served(posts, 60, page_size=page_size))
    assert shown(pages) == [f"{number:04}" for number in reversed(range(120))]
    assert [page.exhausted for page in pages] == [False] * (len(pages) - 1) + [True]
    assert len({page.cursor for page in pages}) == len(pages)


def test_a_cursor_goes_on_whatever_turned_up_above_it() -> None:
    posts = [post(number) for number in range(10)]
    [first, *_] = ask(served(posts[::2], 60, page_size=2))
    assert shown(ask(served(posts, 60), cursor=first.cursor)) == [f"000{n}" for n in reversed(range(6))]


def test_posts_are_matched_by_their_own_tags_or_those_of_the_post_they_repost() -> None:
    target = post(1, tags=("A",))
    repost = Item(payload=b"{}", post=post(2, tags=(), of="0001"), referred=(target,))
    quote = Item(payload=b"{}", post=post(3, tags=("b",)), referred=(target,))
    replay = Replay([repost, quote], lambda: SINCE + HOUR, Conditions(late_share=0.0))
    assert shown(ask(replay)) == ["0002"]
    assert shown(ask(replay, Query(("b",)))) == ["0003"]
    assert shown(ask(replay, Query(("a", "b")))) == ["0003", "0002"]


def test_during_an_outage_it_is_unavailable() -> None:
    outage = (SINCE, SINCE + HOUR)
    with pytest.raises(Unavailable):
        ask(served([post(1)], 59, outages=(outage,)))
    assert shown(ask(served([post(1)], 60, outages=(outage,)))) == ["0001"]


def test_it_wants_a_pause_after_some_pages() -> None:
    now = SINCE + HOUR
    of = Conditions(late_share=0.0, page_size=1, rate_limit_every=2, rate_limit_for=15 * MINUTE)
    replay = Replay(items(post(1), post(2), post(3)), lambda: now, of)
    pages = replay.pages(TAG, ALL, None)
    got = [next(pages), next(pages)]
    with pytest.raises(RateLimited) as limit:
        next(pages)
    assert limit.value.until == now + 15 * MINUTE
    now = limit.value.until
    assert shown(got + ask(replay, cursor=got[-1].cursor)) == ["0003", "0002", "0001"]


def test_a_page_given_again_leads_on_and_completes_nothing() -> None:
    posts = [post(number, number) for number in range(40)]
    pages = ask(served(posts, 60, page_size=4, repeat_share=0.5, seed=3))
    again = [(one, other) for one, other in pairwise(pages) if one.items == other.items]
    assert again
    assert all(other.completes is None and one.cursor == other.cursor for one, other in again)
    fresh = [one for one, other in pairwise([Page((), None), *pages]) if one.items != other.items]
    assert set(shown(pages)) == {f"{number:04}" for number in range(40)}
    assert len(fresh) >= 10


def test_its_clock_may_be_behind_ours() -> None:
    replay = served([post(1, 0), post(2, 55)], 60, behind=10 * MINUTE)
    [page] = ask(replay)
    assert (shown([page]), page.server_now) == (["0001"], SINCE + 50 * MINUTE)


def test_its_log_says_what_was_asked_and_answered_when() -> None:
    replay = served([post(1), post(2)], 60, page_size=1)
    ask(replay)
    assert [(line.at, line.said, line.posts) for line in replay.log] == [
        (SINCE + HOUR, "page", ("0002",)),
        (SINCE + HOUR, "page", ("0001",)),
        (SINCE + HOUR, "page", ()),
    ]


def test_of_several_readings_of_a_post_the_last_is_served() -> None:
    first, last = post(1, tags=("b",)), post(1, tags=("a",))
    assert shown(ask(served([first, last], 60))) == ["0001"]
    with pytest.raises(ValueError, match="without posts"):
        Replay([], lambda: SINCE)


def test_an_archive_is_served_whatever_its_form(shared: Path) -> None:
    when = datetime(2015, 12, 4, tzinfo=UTC)
    of = Conditions(reach=timedelta(days=30))
    replay = Replay.of_archive(shared / "ira/kochfarms_2015.csv", lambda: when, of)
    window = Window(when - timedelta(days=30), when)
    assert len(shown(ask(replay, Query(("kochfarms",)), window))) == 4_112
    assert replay.traits.unit == MINUTE
