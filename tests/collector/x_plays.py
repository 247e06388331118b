"""A scenario of X played: the collectors pass by, things go wrong, and what X heard and charged is noted."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
import requests

from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.errors import LimitReached
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.x.client import Client
from collector.x.prices import SOURCES
from collector.x.search import Search
from collector.x.session import Session
from collector.x.settings import Settings
from storage.errors import LeaseLost
from storage.lease import Lease
from storage.spending import Limit
from tests.collector.scenarios import Killed, StopAtLook
from tests.collector.x_mortal import Life, MortalStore
from tests.collector.x_oracle import Heard, Page, Pass
from tests.collector.x_scenarios import FAULTS, SECOND, Scenario, Visit
from tests.platforms.x.faults import Fault
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import World

WAITS = 0.4
"""Seconds after which an answer is given up: of the machine."""
TRAVEL = timedelta(milliseconds=300)
USURPED = timedelta(minutes=3)


class SkewedClock:
    """X's clock, and ours that is off from it by `step`; only waits and requests move it."""

    speed = 1.0

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.step = timedelta(0)

    def now(self) -> datetime:
        return self.moment + self.step

    def wait(self, seconds: float, stop: Stop) -> bool:
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


class Wire(Session):
    """The way to the stand-in: all that goes over it is noted, and some of it is spoilt."""

    def __init__(self, settings: Settings, play: "Play") -> None:
        super().__init__(settings)
        self._play = play

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        asked = dict(kwargs["params"])
        kwargs["params"] = self._play.before(asked)
        try:
            shown = super().request(method, url, *args, **kwargs)
        except requests.RequestException:
            self._play.after(asked, None)
            raise
        self._play.after(asked, self.heard)
        return shown


class Play:
    """A scenario as it goes.

    Attributes:
        log: what went over the wire; `passes`: what came of each visit.
        billed: what X has charged in each month, by unit.
        astray: thousandths that X has charged in another month than we had asked in, for our clock is off.
        is_usurped: another process has taken the lease during this pass.
        lost: how many answers did not come whole, or too late to be saved.
        seen: what was the case, and how often.
    """

    def __init__(self, scenario: Scenario, world: World, x: StandIn, clock: SkewedClock, url: str) -> None:
        self.scenario, self.x, self.clock, self.url = scenario, x, clock, url
        self.times = {str(post.id): post.created_at for post in world.posts}
        self.log: list[Heard] = []
        self.passes: list[Pass] = []
        self.billed: dict[datetime, Counter[str]] = {}
        self.astray = self.lost = 0
        self.seen: Counter[str] = Counter(scenarios=1)
        self.life = Life()
        self.store = self._opened()
        self.searches = [self._search(), self._search()]
        self.visit = Visit(clock.moment)
        self._requests = 0
        self._repeated: tuple[str, ...] = ()
        self._asked_at = clock.now()
        self._lives = [0, 0]

    def _opened(self) -> MortalStore:
        store = MortalStore.open(self.url, clock=self.clock.now)
        store.lives(self.life)
        return store

    def _search(self) -> Search:
        of = self.scenario
        settings = Settings(
            TOKEN, self.x.url, names=of.names, archive=of.archive, page_size=of.page_size, read_timeout=WAITS
        )
        client = Client(settings, self.clock.now, Wire(settings, self))
        return Search(settings, of.extras, of.prices, now=self.clock.now, client=client)

    def close(self) -> None:
        """Let all go."""
        self.store.close()
        for search in self.searches:
            search.close()

    def limit(self, number: int) -> Limit:
        """Tell what may be spent in the month of a visit."""
        money, posts = self.scenario.budgets[max(first for first in self.scenario.budgets if first <= number)]
        return Limit(SOURCES, month_of(self.clock.now()), posts, money)

    def go(self, number: int) -> None:
        """Let a collector pass by."""
        visit = self.visit = self.scenario.visits[number]
        self.clock.moment = max(self.clock.moment + SECOND, visit.at)
        self.clock.step = self.scenario.steps[visit.collector]
        self.x.faults.clear()
        self.is_usurped = False
        self._requests, self.store.pages, self._repeated = 0, 0, ()
        if visit.is_anew:
            self.searches[visit.collector].close()
            self.searches[visit.collector] = self._search()
        began, first = min(self.clock.now(), self.clock.moment), len(self.log)
        self.bound = self.limit(number)
        tags = self.scenario.tags[max(one for one in self.scenario.tags if one <= number)]
        outcome = self._collected(visit, tags) if self.store.take_lease(self.lease(visit.collector)) else None
        self.life.left = None
        how = _how(outcome)
        assert how == "broken off" or not self.is_usurped, "it went on without its lease"
        self.seen[how] += 1
        ended = max(self.clock.now(), self.clock.moment)
        limited = (self.bound.posts, self.bound.thousandths) != (None, None)
        self.passes.append(Pass(frozenset(tags), began, ended, how, self.log[first:], limited))

    def lease(self, collector: int) -> Lease:
        """Make the claim of a collector: a process that was killed has another one than before."""
        return Lease("x-search", "", ("alpha", "beta")[collector], 1 + self._lives[collector], "made up")

    def _collected(self, visit: Visit, tags: tuple[str, ...]) -> Outcome | None:
        """Make a pass; None where it did not come to its end."""
        of, first = self.scenario, len(self.log)
        wanted = Wanted(tags, of.starts_at, of.ends_at)
        patience = Patience(attempts=2, first_pause=20, pages=of.pages)
        lease = self.lease(visit.collector)
        job = Job(self.searches[visit.collector], wanted, None, lease, (self.bound,), patience)
        self.life.left = visit.killed
        try:
            stop = never() if visit.stopped is None else StopAtLook(visit.stopped)
            return collect(self.store, job, self.clock, stop)
        except (Killed, LeaseLost) as end:
            self.seen[type(end).__name__] += 1
            self.lost += 1
            self._forget_what_was_not_saved(first)
            if isinstance(end, Killed):
                self._begin_anew(visit.collector)
            return None

    def _forget_what_was_not_saved(self, first: int) -> None:
        """Mark the pages of a pass that came too late to be saved."""
        places = [number for number in range(first, len(self.log)) if self.log[number].page is not None]
        for number in places[self.store.pages :]:
            self.log[number] = replace(self.log[number], is_kept=False)

    def _begin_anew(self, collector: int) -> None:
        """Start a process where one was killed."""
        self.life.left = None
        self._lives[collector] += 1
        self.store.close()
        self.store = self._opened()
        self.store.abandon_runs(self.clock.now())
        self.searches[collector].close()
        self.searches[collector] = self._search()

    def before(self, params: Mapping[str, str]) -> dict[str, str]:
        """Send a question on its way; returns how it comes to X."""
        fault = self.visit.faults.get(self._requests, "")
        self._asked_at = self.clock.now()
        self.clock.moment += TRAVEL
        if self.visit.usurped == self._requests:
            self.clock.moment += USURPED
            self.is_usurped = self.store.take_lease(self.lease(1 - self.visit.collector))
            self.seen["usurped"] += self.is_usurped
        self._requests += 1
        self._arm(fault, params)
        self.seen[fault] += bool(fault)
        self.life.passes()
        return {**params, "next_token": "gone"} if fault == "token" and "next_token" in params else dict(params)

    def _arm(self, fault: str, params: Mapping[str, str]) -> None:
        """Have the stand-in do what is to go wrong; what it gives again is of the same question."""
        question = (params["query"], params["start_time"], params["end_time"])
        if self._repeated == question and not fault and "next_token" in params:
            return
        self.x.faults.clear()
        self._repeated = ()
        if fault == "repeat":
            self._repeated = question
            self.x.faults.add(Fault("repeat", count=2 + self._requests % 5))
        elif fault in FAULTS:
            self.x.faults.add(FAULTS[fault])

    def after(self, params: Mapping[str, str], response: requests.Response | None) -> None:
        """Note what came of a question, and what it has cost."""
        at = self.clock.moment
        self.clock.moment += TRAVEL
        page = None
        if response is not None and response.status_code == 200:
            if self.visit.faults.get(self._requests - 1) == "spoil" and not self._repeated:
                spoil(response)
            page = page_of(response.content, self.times)
        self.lost += page is None and (response is None or response.status_code == 200)
        self.log.append(heard_of(params, at, self.clock.now(), page))
        self._charge(at)
        self.life.passes()

    def _charge(self, at: datetime) -> None:
        """Note what X has charged since, and that no limit was gone over."""
        before: Counter[str] = sum(self.billed.values(), Counter())
        units = Counter(self.x.bill.units)
        fresh = units - before
        month = month_of(at)
        self.billed.setdefault(month, Counter()).update(fresh)
        if month != month_of(self._asked_at):
            self.astray += mills(fresh)
        in_month, limit = self.billed[month], self.bound
        if month == limit.since and not self.astray:
            assert limit.thousandths is None or mills(in_month) <= limit.thousandths, "the limit was gone over"
            assert limit.posts is None or in_month["post"] <= limit.posts, "the limit of posts was gone over"


def month_of(moment: datetime) -> datetime:
    """Find when a moment's month began."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def mills(units: Mapping[str, int]) -> int:
    """Reckon what units cost."""
    return 5 * units.get("post", 0) + 10 * units.get("user", 0)


def heard_of(params: Mapping[str, str], at: datetime, ours: datetime, page: Page | None) -> Heard:
    """Read a question."""
    tags = frozenset(tag.removeprefix("#") for tag in params["query"].split(" OR "))
    start, end = (datetime.fromisoformat(params[name]) for name in ("start_time", "end_time"))
    return Heard(tags, start, end, params.get("next_token"), at, ours, page)


def page_of(body: bytes, times: Mapping[str, datetime]) -> Page | None:
    """Read an answer; None for one that is no page."""
    with suppress(orjson.JSONDecodeError):
        said = orjson.loads(body)
        rows = said.get("data", [])
        unread = {one["id"]: orjson.dumps(one) for one in rows if not isinstance(one["text"], str)}
        posts = {one["id"]: times[one["id"]] for one in rows if one["id"] not in unread}
        return Page(posts, said["meta"].get("next_token"), unread)
    return None


def spoil(response: requests.Response) -> None:
    """Make one post of an answer unreadable."""
    with suppress(orjson.JSONDecodeError, IndexError, KeyError):
        said = orjson.loads(response.content)
        said["data"][len(response.content) % len(said["data"])]["text"] = 7
        response._content = orjson.dumps(said)


def _how(outcome: Outcome | None) -> Literal["well", "budget", "failed", "broken off"]:
    if outcome is None or outcome.is_stopped:
        return "broken off"
    if outcome.failure is None:
        return "well"
    return "budget" if isinstance(outcome.failure, LimitReached) else "failed"
