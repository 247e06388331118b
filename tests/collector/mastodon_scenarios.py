"""Scenarios: two servers that posts reach sooner or later, a collector that passes by, and what goes wrong."""

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import requests

from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.mastodon.live import MastodonSource
from collector.mastodon.settings import Settings
from collector.outcome import Outcome
from collector.plan import Wanted
from tests.collector.mastodon_oracle import Pass
from tests.collector.scenarios import Killed, MortalStore
from tests.platforms.mastodon import Behaviour, Made, MockMastodon

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TAGS = ("خلوها_تخيس", "خليها_تخيس")
LENGTH = 48
CONTACT = "tests@groundswell.example"
ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("reset", "breaks off", "again", "malformed", "503", "429", "429 iso", "429 epoch")


class SteppedClock:
    """Our clock: it goes on a little at each look at it, and may be off by `step` from the servers' time."""

    speed = 1.0

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.step = timedelta(0)

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=5)
        return self.moment + self.step

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


@dataclass(frozen=True)
class Event:
    """Something that reaches a server: a post, its edit, or its deletion."""

    at: datetime
    server: int
    what: Literal["post", "edit", "delete"]
    made: Made
    words: str = ""


@dataclass(frozen=True)
class Visit:
    """A time at which the collector passes by one server, and what goes wrong then.

    Attributes:
        state: of the server, all through the pass.
        faults: of its timelines' next answers.
        killed: saves before the process is killed, and whether after one; it starts anew then.
        step: by how much our clock is off.
        is_anew: the process was started anew since.
        sigkill: another process passes by, and is killed so many seconds after it began.
    """

    at: datetime
    server: int
    state: Literal["up", "down", "closed"] = "up"
    faults: tuple[str, ...] = ()
    killed: tuple[int, bool] | None = None
    step: timedelta = timedelta(0)
    is_anew: bool = False
    sigkill: float | None = None


@dataclass(frozen=True)
class Scenario:
    """All that is drawn of one run."""

    events: Sequence[Event]
    visits: Sequence[Visit]
    page_size: int
    has_links: bool
    starts_at: datetime = SINCE
    ends_at: datetime = SINCE + LENGTH * HOUR


@dataclass
class Played:
    """What a run came to, for each server."""

    passes: dict[int, list[Pass]] = field(default_factory=lambda: {0: [], 1: []})
    outcomes: list[Outcome | None] = field(default_factory=list)


def drawn(seed: int) -> Scenario:
    """Draw a scenario."""
    draw = random.Random(seed)  # noqa: S311  a scenario is no secret
    events = sorted(_events(draw), key=lambda event: (event.at, event.what != "post"))
    return Scenario(
        events, sorted(_visits(draw), key=lambda visit: visit.at), draw.choice([3, 7, 40]), draw.random() < 0.7
    )


def with_kills(scenario: Scenario, seed: int, kills: int) -> Scenario:
    """Have other processes pass by, small page after small page, of which none lives to the end."""
    draw = random.Random(seed)  # noqa: S311  a scenario is no secret
    early = [
        number for number, visit in enumerate(scenario.visits) if visit.at < scenario.ends_at and visit.state == "up"
    ]
    visits = list(scenario.visits)
    for number in draw.sample(early, min(kills, len(early))):
        visits[number] = replace(visits[number], faults=(), killed=None, sigkill=draw.uniform(0, 0.4))
    return replace(scenario, visits=visits, page_size=2)


def _events(draw: random.Random) -> Iterator[Event]:
    burst = draw.uniform(0, LENGTH) * HOUR
    for number in range(draw.randint(25, 60)):
        in_burst = draw.random() < 0.4
        after = burst + timedelta(seconds=draw.expovariate(1 / 900)) if in_burst else draw.uniform(0, LENGTH) * HOUR
        at = SINCE + timedelta(milliseconds=int(after / timedelta(milliseconds=1)))
        tags = draw.choice([TAGS[:1], TAGS[1:], TAGS[1:], TAGS, ("caturday",)])
        made = Made(f"https://home.example/{number}", at, tags, f"words {number}", domain="home.example")
        edited_at = at + draw.uniform(0, 20) * HOUR if draw.random() < 0.15 else None
        deleted_at = at + draw.uniform(0, 20) * HOUR if draw.random() < 0.1 else None
        for server in (0, 1):
            if draw.random() < 0.1:
                continue
            late = draw.uniform(0, 23.5) * HOUR if draw.random() < 0.2 else timedelta(seconds=draw.uniform(0, 60))
            arrives = at + late
            if deleted_at is not None and deleted_at <= arrives:
                continue
            yield Event(arrives, server, "post", made)
            if edited_at is not None:
                yield Event(max(edited_at, arrives), server, "edit", made, f"other words {number}")
            if deleted_at is not None:
                yield Event(deleted_at, server, "delete", made)


def _visits(draw: random.Random) -> Iterator[Visit]:
    """Draw when the collector passes by; at the end twice without anything wrong, but for a server that is gone."""
    end = LENGTH + 50
    steps = _steps(draw)
    gone = draw.choice([None, None, (draw.randrange(2), draw.uniform(5, LENGTH), draw.choice(["down", "closed"]))])
    for server in (0, 1):
        at = draw.uniform(0.2, 6)
        outage = draw.uniform(0, LENGTH), draw.uniform(1, 20), draw.choice(["down", "closed"])
        while at < end + 30:
            # Of a server that does not come back it is told exactly what could be had: nothing else goes wrong there.
            is_calm = at > end or (gone is not None and server == gone[0])
            state = outage[2] if outage[0] <= at < outage[0] + outage[1] else "up"
            if gone is not None and server == gone[0] and at >= gone[1]:
                state = gone[2]
            yield Visit(
                SINCE + at * HOUR,
                server,
                state,
                faults=() if is_calm else tuple(_faults(draw)),
                killed=(draw.randrange(4), draw.random() < 0.5) if draw.random() < 0.12 and not is_calm else None,
                step=timedelta(0) if is_calm else steps(at),
                is_anew=draw.random() < 0.15,
            )
            at += draw.uniform(24.5, 28) if at > end else draw.choice([3, 7, 13]) + draw.uniform(0, 1)


def _steps(draw: random.Random) -> "Steps":
    begins = draw.uniform(0, LENGTH)
    return Steps(begins, begins + draw.uniform(3, 20), draw.choice([-HOUR, HOUR, timedelta(0)]))


@dataclass(frozen=True)
class Steps:
    """A clock that is stepped at one time and set right at another."""

    begins: float
    ends: float
    step: timedelta

    def __call__(self, at: float) -> timedelta:
        return self.step if self.begins <= at < self.ends else timedelta(0)


def _faults(draw: random.Random) -> Iterator[str]:
    if draw.random() < 0.5:
        for _ in range(draw.randint(1, 5)):
            yield draw.choice(FAULTS) if draw.random() < 0.6 else ""


class World:
    """The servers in the time of a scenario."""

    def __init__(self, scenario: Scenario, servers: Sequence[MockMastodon], clock: SteppedClock) -> None:
        self._left = list(scenario.events)
        self.servers = servers
        self._clock = clock
        self.made = [event.made for event in scenario.events]
        self.held: list[dict[str, Made]] = [{} for _ in servers]
        self.ever: list[set[str]] = [set() for _ in servers]
        self.deleted: set[str] = set()
        self.edited: dict[str, str] = {}
        for server in servers:
            server.reset()
            server.behaviour = Behaviour(
                now=lambda: clock.moment,
                before=self.go_on,
                page_size=scenario.page_size,
                has_links=scenario.has_links,
            )

    def go_on(self) -> None:
        """Let happen what has happened by now."""
        while self._left and self._left[0].at <= self._clock.moment:
            event = self._left.pop(0)
            server, uri = self.servers[event.server], event.made.uri
            if event.what == "post":
                server.add(event.made)
                self.held[event.server][uri] = event.made
                self.ever[event.server].add(uri)
            elif event.what == "edit":
                server.edit(event.made, event.words, event.at)
                self.edited[uri] = event.words
            else:
                server.remove(event.made)
                self.held[event.server].pop(uri, None)
                self.deleted.add(uri)


def play(scenario: Scenario, servers: Sequence[MockMastodon], url: str) -> tuple[Played, World]:
    """Let the collector pass by at each of its times."""
    clock = SteppedClock(SINCE)
    world = World(scenario, servers, clock)
    played = Played()
    store = MortalStore.open(url, keep_raw=False)
    sources = [made_source(server, clock) for server in servers]
    for visit in scenario.visits:
        clock.moment, clock.step = max(clock.moment, visit.at), visit.step
        world.go_on()
        server = servers[visit.server]
        if visit.is_anew:
            sources[visit.server] = made_source(server, clock)
        put_wrong(server, visit, clock)
        store.saves_left, store.is_killed_after = visit.killed or (None, False)
        first = clock.moment + min(visit.step, timedelta(0))
        outcome: Outcome | None = None
        try:
            if visit.sigkill is None:
                outcome = collect(store, job_of(sources[visit.server]), clock, never())
            else:
                pass_and_be_killed(url, server.url, clock, visit.sigkill)
        except Killed:
            store.close()
            store = MortalStore.open(url, keep_raw=False)
            sources = [made_source(one, clock) for one in servers]
        played.outcomes.append(outcome)
        played.passes[visit.server].append(
            Pass(first, clock.moment + min(visit.step, timedelta(0)), clock.moment + visit.step, how(visit, outcome))
        )
    store.close()
    return played, world


def job_of(source: MastodonSource) -> Job:
    """Ask a source for all of the campaign."""
    wanted = Wanted(TAGS, SINCE, SINCE + LENGTH * HOUR)
    return Job(source, wanted, patience=Patience(attempts=2, first_pause=30))


def pass_and_be_killed(store_url: str, server_url: str, clock: SteppedClock, seconds: float) -> None:
    """Have another process make a pass, and kill it that long after it began."""
    told = [store_url, server_url, clock.moment.isoformat(), str(clock.step.total_seconds())]
    command = [sys.executable, "-c", f"from {__name__} import pass_by; pass_by()", *told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
    clock.moment += timedelta(seconds=10)


def pass_by() -> None:
    """Make the pass of a process that is to be killed."""
    store_url, server_url, moment, step = sys.argv[1:]
    clock = SteppedClock(datetime.fromisoformat(moment))
    clock.step = timedelta(seconds=float(step))
    with MortalStore.open(store_url, keep_raw=False) as store:
        source = MastodonSource(Settings(server_url, CONTACT), now=clock.now)
        print("begun", flush=True)
        collect(store, job_of(source), clock, never())


def made_source(server: MockMastodon, clock: SteppedClock) -> MastodonSource:
    """Start a collector anew, which knows nothing of the server."""
    settings = Settings(server.url, CONTACT, connect_timeout=5, read_timeout=5)
    return MastodonSource(settings, now=clock.now, session=requests.Session())


def put_wrong(server: MockMastodon, visit: Visit, clock: SteppedClock) -> None:
    """Have a server misbehave as a visit wants it."""
    behaviour = server.behaviour
    server.app.state.fault_store.clear()
    behaviour.faults.clear()
    behaviour.local = behaviour.remote = "disabled" if visit.state == "closed" else "public"
    if visit.state == "down":
        server.fault({"type": "status", "status": 503}, path="/api/*")
    behaviour.faults.extend(visit.faults)


def how(visit: Visit, outcome: Outcome | None) -> Literal["whole", "in vain", "in part"]:
    """Tell how a pass went: from what was done to it, and whether it says itself that something failed."""
    if outcome is None:
        return "in part"
    if visit.state != "up":
        return "in vain"
    return "whole" if outcome.failure is None else "in part"
