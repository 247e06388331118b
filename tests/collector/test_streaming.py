"""Listening, without a platform: when it connects again, what a ledger says then, when it ends and who is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, TypeAlias

import pytest

from collector.clock import Stop, never
from collector.errors import (
    CreditsSpent,
    LimitReached,
    NotPermitted,
    QuestionRefused,
    RateLimited,
    SourceError,
    TokenRefused,
    Unavailable,
)
from collector.outcome import Outcome
from collector.source import Traits
from collector.streaming.listen import NOT_LISTENED, StreamJob, stream
from collector.streaming.source import Came, Disturbed
from storage import coverage
from storage.coverage import Key, Ledger, State
from storage.errors import LeaseLost
from storage.instant import to_text
from storage.lease import Lease
from storage.post import Item, Kind, Post
from storage.spending import Cost, Limit, Read, Spent
from storage.store import Store
from tests.blank import SQLITE, Database, blank_store
from tests.collector.streamed import MONTH, NOW

SECOND = timedelta(seconds=1)
TAGS = ("a", "b")
PRICE = 5
Step: TypeAlias = "float | Sequence[str] | SourceError | Callable[[], object]"
"""Seconds that pass until a sign of life, the ids of posts, an end, or what happens."""


class Clock:
    """A clock that only waits and steps move."""

    speed = 1.0

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.moment += timedelta(seconds=seconds)
        self.waits.append(seconds)
        return stop.is_set()

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Told:
    """A source that does what it is told: one list of steps for each connection; then it is told to end."""

    clock: Clock
    plays: list[list[Step]]
    ahead: timedelta = timedelta(0)
    followed: list[tuple[str, ...]] = field(default_factory=list)
    is_over: bool = False
    closed: int = 0

    traits = Traits(
        platform="x", name="x-stream", kinds=("posts", "reposts"), settling=timedelta(seconds=30), costs=True
    )

    def worst_of(self, number: int) -> Sequence[Cost]:
        return (Cost("post", number, PRICE),)

    def follow(self, tags: Sequence[str]) -> None:
        self.followed.append(tuple(tags))
        if self.plays and len(self.plays[0]) == 1 and isinstance(self.plays[0][0], QuestionRefused):
            raise self.plays[0][0]

    def connect(self) -> "Line":
        return Line(self, self.plays.pop(0) if self.plays else [])


@dataclass
class Line:
    """A connection of such a source."""

    source: Told
    steps: list[Step]
    is_open: bool = False
    is_closed: bool = False
    waiting: int = 0

    def read(self, seconds: float) -> Sequence[Came]:
        clock, at = self.source.clock, self.source.clock.now() + self.source.ahead
        if self.is_closed:
            return ()
        if not self.steps and not self.source.plays:
            self.source.is_over = True
        if not self.steps:
            clock.pass_(1)
            return ()
        if not self.is_open and not isinstance(self.steps[0], SourceError):
            self.is_open = True
            return (Came(at),)
        step = self.steps.pop(0)
        match step:
            case SourceError():
                raise step
            case int() | float():
                clock.pass_(step)
                return (Came(clock.now() + self.source.ahead),)
            case list() | tuple():
                return tuple(came(one, at) for one in step)
        step()
        return ()

    def close(self) -> None:
        self.source.closed += 1
        self.is_closed = True


def came(key: str, at: datetime) -> Came:
    read = Read("post", PRICE, {key})
    if key == "unread":
        return Came(at, (Item(payload=b"{", post=None, error="?"),), posts=1)
    if key.startswith("others"):
        return Came(at, posts=1, reads=(read,))
    made = Post(
        platform="x",
        platform_id=key,
        server="x",
        author=None,
        created_at=to_text(at - SECOND),
        time_resolution=1,
        url=f"https://x.com/i/status/{key}",
    )
    return Came(at, (Item(payload=b'{"data":{"id":"%s"}}' % key.encode(), post=made),), posts=1, reads=(read,))


def listen(store: Store, *plays: list[Step], clock: Clock | None = None, **job: Any) -> Outcome:
    outcome, _ = listened(store, *plays, clock=clock, **job)
    return outcome


def listened(store: Store, *plays: list[Step], clock: Clock | None = None, **job: Any) -> tuple[Outcome, Told]:
    source = Told(clock or Clock(), [list(play) for play in plays], job.pop("ahead", timedelta(0)))
    job = {"until": lambda: source.is_over, "tags": TAGS, "stop": never()} | job
    stop = job.pop("stop")
    return stream(store, StreamJob(source, **job), source.clock, stop), source


def rows(store: Store, kind: Kind = "posts", tag: str = "a") -> list[tuple[float, float, State, str]]:
    """Give a ledger in seconds from the beginning."""
    return [
        ((one.starts_at - NOW).total_seconds(), (one.ends_at - NOW).total_seconds(), one.state, one.reason)
        for one in ledger(store, kind, tag)
    ]


def ledger(store: Store, kind: Kind, tag: str) -> Ledger:
    return store.coverage(Key("x", "x-stream", "", tag, kind))


def spent(store: Store) -> Spent:
    return store.till.spent(["x-stream"], MONTH)


BROKEN = Unavailable("the line broke", may_have_cost=True)
ENDED = Unavailable("it ended")
REFUSED = TokenRefused("HTTP 401")


def test_it_is_complete_from_the_next_second_on_to_the_last_sign_of_life_less_what_settles(database: Database) -> None:
    with blank_store(database) as store:
        outcome = listen(store, [20.0, ["1", "2"], 20.0, 20.5])
        assert (outcome.posts_new, outcome.requests, outcome.failure) == (2, 1, None)
        for tag in TAGS:
            assert rows(store, "posts", tag) == rows(store, "reposts", tag) == [(1, 30, State.COMPLETE, "")]
        assert {(one.tag, one.kind) for one in outcome.filled} == {
            (tag, kind) for tag in TAGS for kind in ("posts", "reposts")
        }


def test_the_time_is_the_source_s() -> None:
    with blank_store(SQLITE) as store:
        listen(store, [60.0], ahead=timedelta(hours=1))
        assert rows(store) == [(3_601, 3_630, State.COMPLETE, "")]


def test_a_gap_is_failed_for_posts_and_lost_for_reposts_with_what_happened(database: Database) -> None:
    with blank_store(database) as store:
        outcome = listen(store, [60.0, BROKEN], [60.0])
        gap = (30, 61)
        assert rows(store) == [
            (1, 30, State.COMPLETE, ""),
            (*gap, State.FAILED, "the line broke"),
            (61, 90, State.COMPLETE, ""),
        ]
        assert rows(store, "reposts")[1] == (*gap, State.LOST, "the line broke")
        assert {(one.tag, one.kind) for one in outcome.lost} == {("a", "reposts"), ("b", "reposts")}
        assert outcome.failure is None


def test_a_connection_too_short_to_complete_anything_leaves_one_gap() -> None:
    with blank_store(SQLITE) as store:
        listen(store, [60.0, BROKEN], [5.0, BROKEN], [5.0, BROKEN], [60.0])
        assert [row[2] for row in rows(store)] == [State.COMPLETE, State.FAILED, State.COMPLETE]


def test_a_later_start_names_what_was_missed_and_a_first_one_nothing() -> None:
    with blank_store(SQLITE) as store:
        listen(store, [60.0], tags=("a",))
        listen(store, [60.0], clock=Clock(NOW + timedelta(hours=1)))
        assert rows(store)[1] == (30, 3_601, State.FAILED, NOT_LISTENED)
        assert rows(store, tag="b") == [(3_601, 3_630, State.COMPLETE, "")]


def test_what_cannot_be_read_soils_the_time_that_it_may_be_of_and_no_more() -> None:
    with blank_store(SQLITE) as store:
        outcome = listen(store, [60.0, ["unread"], 60.0, 60.0])
        assert outcome.unparsed == 1
        assert rows(store) == [
            (1, 30, State.COMPLETE, ""),
            (30, 61, State.PARTIAL, coverage.UNPARSED),
            (61, 150, State.COMPLETE, ""),
        ]


def test_signs_of_life_are_written_down_every_ten_seconds_at_most() -> None:
    saves = []
    with blank_store(SQLITE) as store:
        save = store.save
        store.save = lambda batch: (saves.append(batch), save(batch))[1]  # type: ignore[method-assign, func-returns-value]
        listen(store, [1.0] * 130)
    # One at the opening, one for each ten of a hundred seconds, one at the end.
    assert 10 <= len(saves) <= 12


def test_posts_come_together_into_a_batch_for_a_second() -> None:
    told: list[int] = []
    with blank_store(SQLITE) as store:
        outcome = listen(store, [["1"], ["2"], 0.4, ["3"], 0.7, ["4"], 0.1], saved=lambda: told.append(1))
        assert (outcome.posts_new, outcome.pages, len(told)) == (4, 2, 2)


def test_a_post_that_comes_twice_is_stored_once_and_paid_once() -> None:
    with blank_store(SQLITE) as store:
        outcome = listen(store, [["1", "1"], 2.0, ["1"], ENDED], [["1"], ENDED], [REFUSED])
        assert (outcome.posts_new, spent(store).posts) == (1, 1)


def test_what_only_others_asked_for_is_paid_and_not_stored() -> None:
    with blank_store(SQLITE) as store:
        outcome = listen(store, [["1", "others_2"], ENDED], [REFUSED])
        assert (outcome.posts_new, outcome.unparsed) == (1, 0)
        assert (spent(store).posts, spent(store).open) == (2, 0)


@pytest.mark.parametrize(
    ("errors", "waits"),
    [
        ([BROKEN] * 3, [0.25, 0.5, 0.75]),
        ([BROKEN] * 70, [min(0.25 * n, 16.0) for n in range(1, 71)]),
        ([Disturbed("HTTP 503")] * 8, [5, 10, 20, 40, 80, 160, 320, 320]),
        ([RateLimited(MONTH)] * 5, [60, 120, 240, 480, 900]),
        ([RateLimited(NOW + timedelta(seconds=77))], [77]),
        ([Disturbed("HTTP 503"), BROKEN, Disturbed("HTTP 503")], [5, 0.25, 10]),
    ],
)
def test_it_waits_as_x_wants_it_before_it_connects_again(errors: list[SourceError], waits: list[float]) -> None:
    clock = Clock()
    with blank_store(SQLITE) as store:
        outcome = listen(store, *([error] for error in errors), [1.0], clock=clock)
    assert sum(clock.waits) == pytest.approx(sum(waits))
    assert outcome.waited == timedelta(seconds=sum(waits))
    assert max(clock.waits) <= 5


def test_after_a_good_connection_the_waits_begin_anew() -> None:
    clock = Clock()
    with blank_store(SQLITE) as store:
        listen(store, [BROKEN], [BROKEN], [61.0, BROKEN], [1.0, BROKEN], [1.0], clock=clock)
    assert clock.waits == [0.25, 0.5, 0.25, 0.5]


@pytest.mark.parametrize("error", [TokenRefused("HTTP 401"), CreditsSpent("HTTP 402"), NotPermitted("HTTP 403")])
def test_what_takes_a_person_ends_the_job_and_costs_nothing(error: SourceError) -> None:
    with blank_store(SQLITE) as store:
        outcome = listen(store, [error], [1.0])
        assert outcome.failure is error
        assert spent(store).thousandths == 0


def test_a_rule_that_is_not_taken_ends_the_job_before_anything_is_put_aside() -> None:
    with blank_store(SQLITE) as store:
        outcome = listen(store, [QuestionRefused("no such rule")])
        assert isinstance(outcome.failure, QuestionRefused)
        assert spent(store).by_unit == {}


@pytest.mark.parametrize("play", [[1.0] * 50, [RateLimited(NOW + timedelta(hours=1))]])
def test_it_ends_when_it_is_told_that_it_is_not_wanted_so_also_while_it_waits(play: list[Step]) -> None:
    clock = Clock()
    with blank_store(SQLITE) as store:
        _, source = listened(store, play, [1.0], clock=clock, until=lambda: clock.moment > NOW + 20 * SECOND)
    assert clock.moment < NOW + 40 * SECOND
    assert source.closed


def test_what_had_come_is_saved_when_it_is_told_to_stop() -> None:
    stop = Event()
    with blank_store(SQLITE) as store:
        outcome = listen(store, [["1"], stop.set, ["2"]], stop=stop)
        assert (outcome.posts_new, outcome.is_stopped) == (1, True)


def test_the_lease_is_renewed_all_the_while_and_its_loss_ends_the_job() -> None:
    lease = Lease.of_this_process("x-stream", "")
    other = Lease("x-stream", "", "elsewhere", 1, "")
    clock = Clock()
    with blank_store(SQLITE, clock=clock.now) as store:
        assert store.take_lease(lease)
        outcome = listen(store, [*[10.0] * 3, *[lambda: clock.pass_(29)] * 20], clock=clock, lease=lease)
        assert outcome.failure is None
        assert not store.take_lease(other)
        store.release_lease(lease)
        assert store.take_lease(other)
        with pytest.raises(LeaseLost):
            listen(store, [1.0], clock=clock, lease=lease)


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    with blank_store(SQLITE) as store:
        assert listen(store, [BROKEN], tags=()) == Outcome()


def test_a_sure_end_leaves_nothing_open_and_one_that_is_not_sure_what_may_be_on_its_way() -> None:
    with blank_store(SQLITE) as store:
        listen(store, [["1"], ENDED], [REFUSED])
        assert (spent(store).posts, spent(store).open) == (1, 0)
    with blank_store(SQLITE) as store:
        listen(store, [["1"], BROKEN], [REFUSED])
        assert (spent(store).posts, spent(store).open) == (1 + 20, 20 * PRICE)


def test_what_came_and_could_not_be_read_leaves_its_block_open() -> None:
    with blank_store(SQLITE) as store:
        listen(store, [["1", "unread"], ENDED], [REFUSED])
        assert (spent(store).posts, spent(store).open) == (20, 20 * PRICE)


def test_a_block_is_settled_when_it_is_used_up_and_another_is_open_before() -> None:
    opens: list[int] = []
    with blank_store(SQLITE) as store:
        play: list[Step] = []
        for number in range(100):
            play += [[str(number)], 1.5, lambda: opens.append(spent(store).open)]
        listen(store, [*play, ENDED], [REFUSED])
        assert (spent(store).posts, spent(store).open) == (100, 0)
    assert set(opens) == {2 * 20 * PRICE, 20 * PRICE}


def test_the_budget_ends_it_before_what_is_on_its_way_would_not_be_covered() -> None:
    limit = Limit(("x-stream",), MONTH, posts=100)
    play: list[Step] = []
    for number in range(200):
        play += [[str(number)], 1.5]
    with blank_store(SQLITE) as store:
        outcome = listen(store, play, [1.0], limits=lambda: [limit])
        assert isinstance(outcome.failure, LimitReached)
        # With the first post of the fifth block there is no room for a sixth; the fifth covers what is on its way.
        assert (outcome.posts_new, spent(store).posts, spent(store).open) == (81, 100, 20 * PRICE)


def test_another_day_is_paid_as_another_day() -> None:
    evening = datetime(2026, 11, 30, 23, 59, 30, tzinfo=UTC)
    clock = Clock(evening)
    with blank_store(SQLITE) as store:
        listen(store, [["1"], 60.0, ["1", "2"], 10.0, ENDED], [REFUSED], clock=clock)
        december = store.till.spent(["x-stream"], datetime(2026, 12, 1, tzinfo=UTC))
        assert (december.posts, december.open) == (2, 0)
        assert spent(store).posts == 3


def test_near_midnight_nothing_is_taken_for_free_on_either_day() -> None:
    clock = Clock(datetime(2026, 11, 30, 23, 59, 57, tzinfo=UTC))
    with blank_store(SQLITE) as store:
        listen(store, [["1"], 4.0, ["1"], 9.0, ["1"], ENDED], [REFUSED], clock=clock)
        # On the second day it came twice, and in one block: each block pays once.
        assert spent(store).posts == 2
        listen(store, [["1"], ENDED], [REFUSED], clock=clock)
        assert spent(store).posts == 3
