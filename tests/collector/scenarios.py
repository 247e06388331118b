"""Scenarios: an archive served as if live, a collector that passes by now and then, and what goes wrong."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import CLOCKS_AGREE, Job, collect
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.replay import Conditions, Replay
from storage.batch import Batch, Saved
from storage.instant import from_text, to_text
from storage.post import Item, Post
from storage.store import Store
from storage.tag import asked
from tests.collector.oracle import Pass, Posted, World

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class SimulatedClock:
    """A clock that stands still but for waits, and goes on a little at each look at it."""

    speed = 1.0

    def __init__(self, moment: datetime, tick: timedelta) -> None:
        self.moment = moment
        self._tick = tick

    def now(self) -> datetime:
        self.moment += self._tick
        return self.moment

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


class Killed(BaseException):
    """The collector's process is gone."""


class MortalStore(Store):
    """A store whose process is killed at the n-th save: before it, or when it is just done."""

    saves_left: int | None = None
    is_killed_after: bool = False

    def save(self, batch: Batch) -> Saved:
        if self.saves_left is None:
            return super().save(batch)
        self.saves_left -= 1
        if self.saves_left < 0 and not self.is_killed_after:
            raise Killed
        saved = super().save(batch)
        if self.saves_left < 0:
            raise Killed
        return saved


class StopAtLook:
    """A sign to stop that is given at the n-th look at it."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


@dataclass(frozen=True)
class Scenario:
    """All that is drawn of one run. Times are the source's.

    Attributes:
        passes: when the collector passes by.
        killed: pass -> (saves before it is killed, whether it is killed after a save); then it starts anew.
        stopped: pass -> looks at the sign until it is given.
        tags: the tags asked for, from which pass on.
    """

    items: Sequence[Item]
    starts_at: datetime
    ends_at: datetime
    beat: timedelta
    passes: Sequence[datetime]
    conditions: Conditions
    tags: dict[int, tuple[str, ...]]
    killed: dict[int, tuple[int, bool]] = field(default_factory=dict)
    stopped: dict[int, int] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """Tell the oracle what it has to know."""
        of = self.conditions
        unit = max(item.post.time_resolution for item in self.items if item.post is not None)
        return World(
            self.starts_at,
            self.ends_at,
            of.reach,
            of.settling,
            timedelta(seconds=unit),
            of.late_share,
            of.seed,
            of.outages,
            of.behind,
        )

    @property
    def posted(self) -> list[Posted]:
        """Tell the oracle what there is to be had."""
        return [_posted(item) for item in self.items if item.post is not None]


def _posted(item: Item) -> Posted:
    assert item.post is not None
    told = [item.post, *(other for other in item.referred if other.platform_id == item.post.repost_of)]
    tags = frozenset(asked(tag) for post in told for tag in post.hashtags)
    return Posted(item.post.platform_id, from_text(item.post.created_at), tags)


@dataclass(frozen=True)
class Played:
    """What a run came to: its passes, their outcomes (None: killed), and the source's log."""

    passes: list[Pass]
    outcomes: list[Outcome | None]
    replay: Replay


def play(scenario: Scenario, url: str) -> Played:
    """Let the collector pass by at each of its times; a killed one opens the store anew."""
    behind = scenario.conditions.behind
    clock = SimulatedClock(scenario.passes[0] + behind, scenario.beat / 36_000)
    patience = Patience(attempts=2, first_pause=scenario.beat.total_seconds() / 3_600)
    replay = Replay(scenario.items, clock.now, scenario.conditions)
    passes: list[Pass] = []
    outcomes: list[Outcome | None] = []
    tags: tuple[str, ...] = ()
    store = MortalStore.open(url, keep_raw=False)
    for number, at in enumerate(scenario.passes):
        clock.moment = max(clock.moment, at + behind)
        tags = scenario.tags.get(number, tags)
        wanted = Wanted(tags, scenario.starts_at, scenario.ends_at)
        looks = scenario.stopped.get(number)
        store.saves_left, store.is_killed_after = scenario.killed.get(number, (None, False))
        first = clock.moment - behind
        try:
            outcomes.append(
                collect(
                    store,
                    Job(replay, wanted, patience=patience),
                    clock,
                    never() if looks is None else StopAtLook(looks),
                )
            )
        except Killed:
            outcomes.append(None)
            store.close()
            store = MortalStore.open(url, keep_raw=False)
        ended = outcomes[-1]
        pages = [answer.posts for answer in replay.log if answer.at >= first]
        passes.append(
            Pass(
                first,
                clock.moment - behind,
                frozenset(tags),
                given=frozenset(chain.from_iterable(pages)),
                kept=frozenset(chain.from_iterable(pages[:-1] if ended is None else pages)),
                is_broken_off=ended is None or ended.is_stopped,
            )
        )
    store.close()
    return Played(passes, outcomes, replay)


@dataclass(frozen=True)
class Setting:
    """The archive of a scenario and its pace.

    Attributes:
        tags: the one asked for all the time, and the one that may be added in the middle.
        beat: the collector passes by every one to five beats.
        beats: how long the archive is.
    """

    items: Sequence[Item]
    since: datetime
    tags: tuple[str, str]
    beat: timedelta
    beats: float
    page_sizes: Sequence[int]


def made(seed: int) -> Setting:
    """Make a quiet campaign with one burst, of two tags and some others, a fifth of it reposts."""
    draw = random.Random(seed)  # noqa: S311  a scenario is no secret
    beats = draw.uniform(12, 24)
    unit = draw.choice([1, 60])
    length = int(beats * 3_600)
    burst = draw.randrange(length)
    posts: list[Post] = []
    for number in range(draw.randint(30, 70)):
        second = burst + int(draw.expovariate(1 / 600)) if draw.random() < 0.4 else draw.randrange(length)
        at = SINCE + timedelta(seconds=second // unit * unit)
        is_repost = bool(posts) and draw.random() < 0.2
        posts.append(_made_post(draw, number, at, unit, draw.choice(posts) if is_repost else None))
    known = {post.platform_id: post for post in posts}
    items = [
        Item(
            payload=post.platform_id.encode(),
            post=post,
            referred=() if post.repost_of is None else (known[post.repost_of],),
        )
        for post in posts
    ]
    return Setting(items, SINCE, ("alpha", "beta"), HOUR, beats, (1, 3, 10))


def _made_post(draw: random.Random, number: int, at: datetime, unit: int, target: Post | None) -> Post:
    tags: tuple[str, ...] = draw.choice([("Alpha",), ("alpha", "beta"), ("Beta",), ("gamma",), ()])
    return Post(
        platform="x",
        platform_id=f"{draw.randrange(10**6):06}{number}",
        server="x",
        author=str(number % 7),
        created_at=to_text(at),
        time_resolution=unit,
        url=f"https://x.com/i/status/{number}",
        text=" ".join(["post", *(f"#{tag}" for tag in tags)]),
        hashtags=() if target else tags,
        is_repost=target is not None,
        repost_of=None if target is None else target.platform_id,
    )


def drawn(seed: int, setting: Setting) -> Scenario:
    """Draw a scenario: each has some of what can go wrong, and every fourth has it all."""
    draw = random.Random(seed)  # noqa: S311  a scenario is no secret
    is_worst = seed % 4 == 0

    def some(value: Any, otherwise: Any) -> Any:
        return value if is_worst or draw.random() < 0.5 else otherwise

    beat, since = setting.beat, setting.since
    passes = list(_pass_times(draw, setting))
    numbers = range(len(passes))
    killed = {n: (draw.randrange(4), draw.random() < 0.5) for n in numbers[:-1] if draw.random() < 0.12}
    stopped = {n: draw.randrange(1, 5) for n in numbers[:-1] if draw.random() < 0.08}
    one, other = setting.tags
    later = {0: (one,), draw.randrange(1, len(passes)): (one, other)}
    return Scenario(
        items=setting.items,
        starts_at=since + draw.choice([0, 5, -24]) * beat,
        ends_at=since + draw.choice([int(setting.beats), int(setting.beats) + 50, 10]) * beat,
        beat=beat,
        passes=passes,
        conditions=_conditions(draw, setting, passes, some),
        tags=some(later, {0: (one, other)}),
        killed=some(killed, {}),
        stopped=some(stopped, {}),
    )


def _pass_times(draw: random.Random, setting: Setting) -> Iterator[datetime]:
    at = draw.uniform(0, 6)
    while at < setting.beats:
        yield setting.since + at * setting.beat
        at += draw.choice([1, 1, 2, 4]) + draw.uniform(0, 0.5)


def _conditions(
    draw: random.Random,
    setting: Setting,
    passes: Sequence[datetime],
    some: Callable[[Any, Any], Any],
) -> Conditions:
    """Draw how the archive is served."""
    beat = setting.beat
    reach = draw.choice([6, 10, 18, 30]) * beat
    return Conditions(
        reach=reach,
        settling=draw.choice([0, 1 / 30, 1 / 6, 1.5]) * beat,
        late_share=some(draw.choice([0.05, 0.5]), 0.0),
        outages=some(tuple(_outages(draw, passes, reach, beat)), ()),
        page_size=draw.choice(setting.page_sizes),
        repeat_share=some(0.3, 0.0),
        rate_limit_every=some(draw.choice([2, 5, 11]), None),
        rate_limit_for=beat / 20,
        behind=some(draw.choice([max(beat / 20, 2 * CLOCKS_AGREE), beat * 2 / 3]), timedelta(0)),
        seed=draw.randrange(10**6),
    )


def _outages(
    draw: random.Random, passes: Sequence[datetime], reach: timedelta, beat: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Draw two outages: one may be longer than the reach, one may begin in the middle of a pass."""
    for length in (draw.uniform(1, 4) * beat, draw.choice([3 * beat, reach + draw.uniform(1, 6) * beat])):
        since = draw.choice(list(passes)) + draw.choice([-beat, -beat, -beat, beat / 15_000])
        yield since, since + length
