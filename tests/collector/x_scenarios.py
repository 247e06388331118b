"""Scenarios: a stand-in for X, a collector or two that pass by now and then, what goes wrong, and what it costs."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
import requests
from sqlalchemy import event

from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.errors import LimitReached
from collector.outcome import Outcome
from collector.plan import Wanted
from collector.x.client import Client
from collector.x.prices import SOURCES, Prices
from collector.x.search import Search
from collector.x.session import Session
from collector.x.settings import Archive, Names, Settings
from collector.x.wording import Extras
from storage.batch import Batch, Saved
from storage.errors import LeaseLost
from storage.lease import Lease
from storage.spending import Limit, Order, Reservation
from storage.store import Store
from storage.till import Till
from tests.collector.scenarios import Killed, StopAtLook
from tests.collector.x_oracle import REACH, Heard, Page, Pass, Wish
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.faults import Fault
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import Post, World, tag_key, tags_in

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
TAGS = ("letitrot", "خلوها_تخيس", "خليها_تخيس")
WAITS = 0.4
"""Seconds after which an answer is given up: of the machine."""
TRAVEL = timedelta(milliseconds=300)
USURPED = timedelta(minutes=3)

FAULTS: Mapping[str, Fault] = {
    "503": Fault("status", status=503),
    "429": Fault("status", status=429),
    "429 without headers": Fault("status", status=429, has_headers=False),
    "month's cap": Fault("status", status=429, problem="usage-capped"),
    "402": Fault("status", status=402),
    "401": Fault("status", status=401),
    "html": Fault("html"),
    "503 html": Fault("html", status=503),
    "redirect": Fault("redirect"),
    "hang": Fault("hang"),
    "half": Fault("half"),
    "broken": Fault("broken"),
    "close": Fault("close"),
    "close after work": Fault("close", works=True),
}
"""What the stand-in does; "token", "repeat" and "spoil" are done here."""
OFTEN = ("503", "429", "429 without headers", "token", "repeat", "spoil", "broken", "html", "close", "close after work")
SELDOM = ("hang", "half", "503 html", "redirect", "402", "401", "month's cap")


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


@dataclass(frozen=True)
class Visit:
    """A time at which a collector passes by, and what goes wrong then.

    Attributes:
        faults: of its n-th request.
        killed: the process is, at the n-th moment at which it may be.
        stopped: looks at the sign until it is given.
        usurped: the request during which the other collector takes the lease.
    """

    at: datetime
    collector: int = 0
    faults: Mapping[int, str] = field(default_factory=dict)
    killed: int | None = None
    stopped: int | None = None
    usurped: int | None = None
    is_anew: bool = False


@dataclass(frozen=True)
class Scenario:
    """All that is drawn of one run.

    Attributes:
        storm: so many posts stand in one second.
        tags: those asked for, from which visit on.
        steps: how far the clock of each collector is off.
        pages: how many pages are read of a window in one pass.
        budgets: the month's thousandths and posts, from which visit on.
        window: how many requests X takes in a quarter of an hour.
    """

    campaign: Campaign
    storm: int
    starts_at: datetime | None
    ends_at: datetime | None
    visits: Sequence[Visit]
    tags: Mapping[int, tuple[str, ...]]
    steps: tuple[timedelta, timedelta]
    names: Names
    archive: Archive
    page_size: int
    pages: int
    extras: Extras
    budgets: Mapping[int, tuple[int | None, int | None]]
    bills_includes: bool
    once_a_day: bool
    window: int
    has_headers: bool

    @property
    def wish(self) -> Wish:
        """Tell the oracle what is wanted."""
        return Wish(self.starts_at, self.ends_at, REACH if self.archive == "recent" else None)

    @property
    def prices(self) -> Prices:
        """Tell the collector what the stand-in charges for."""
        beside = self.bills_includes
        return Prices(charges_users=beside, charges_referenced=beside, free_again=self.once_a_day)


def drawn(seed: int) -> Scenario:
    """Draw a scenario; every fourth is calm but for its budget, and pays to the thousandth."""
    draw = random.Random(seed)  # noqa: S311  a scenario is no secret
    days = draw.choice([2, 4, 9, 14])
    since = SINCE + timedelta(days=draw.choice([0, 0, 27]))
    campaign = Campaign(
        seed=seed,
        posts=draw.randint(100, 220),
        starts_at=since,
        ends_at=since + timedelta(days=days),
        tags=dict.fromkeys(TAGS, 1),
        late=draw.choice([0.01, 0.1]),
        deleted=draw.choice([0.02, 0.15]),
        edited=draw.choice([0.01, 0.3]),
        gone_authors=draw.choice([0.01, 0.2]),
        bursts=draw.randint(0, 3),
        reply_quotes=draw.choice([0.01, 0.5]),
        outside=draw.choice([0.5, 1.0]),
    )
    archive: Archive = draw.choice(["recent", "recent", "all"])
    visits = tuple(_visits(draw, campaign, is_calm=seed % 4 == 0))
    return Scenario(
        campaign=campaign,
        storm=draw.choice([0, 0, 12, 35]),
        starts_at=draw.choice([since, since + 20 * HOUR, since - 50 * HOUR, None]),
        ends_at=draw.choice([None, campaign.ends_at, since + days * 15 * HOUR]),
        visits=visits,
        tags=draw.choice([{0: TAGS}, {0: TAGS[:2], draw.randrange(1, len(visits)): TAGS}]),
        steps=(draw.choice([0, -14, 14]) * SECOND, draw.choice([0, -3, 3]) * SECOND),
        names=draw.choice(["tweet", "post"]),
        archive=archive,
        page_size=draw.choice([10, 20, 30]),
        pages=draw.choice([1_000, 1_000, 4]),
        extras=draw.choice([Extras(), Extras(authors=False), Extras(referenced=False), Extras(True, True, True)]),
        budgets=_budgets(draw, len(visits)),
        bills_includes=draw.random() < 0.6,
        once_a_day=draw.random() < 0.6,
        window=draw.choice([450, 450, 5]),
        has_headers=draw.random() < 0.7,
    )


def _visits(draw: random.Random, campaign: Campaign, *, is_calm: bool) -> Iterator[Visit]:
    """Draw when the collectors pass by; the last two are not disturbed."""
    since, until = campaign.starts_at, campaign.ends_at
    pace = (until - since) / draw.randint(5, 10)
    gap = draw.choice([0, 0, draw.uniform(2, 10)]) * timedelta(days=1)
    at = since + draw.uniform(0, 1.5) * pace
    gap_at = since + draw.uniform(0, 1) * (until - since)
    collectors = draw.choice([1, 1, 2])
    while at < until:
        yield Visit(at, draw.randrange(collectors)) if is_calm else _disturbed(draw, at, collectors)
        # Some come while what the one before has read is still settling.
        onward = draw.uniform(0.4, 1.6) * pace if draw.random() < 0.85 else draw.uniform(0, 300) * SECOND
        at += onward + (gap if at < gap_at <= at + onward else timedelta(0))
    for later in (0.4, 1.1):
        yield Visit(max(at, until) + later * 24 * HOUR, draw.randrange(collectors))


def _disturbed(draw: random.Random, at: datetime, collectors: int) -> Visit:
    is_usurped = collectors > 1 and draw.random() < 0.15
    return Visit(
        at,
        draw.randrange(collectors),
        faults=dict(_faults(draw)),
        killed=draw.randrange(40) if draw.random() < 0.3 else None,
        stopped=draw.randrange(1, 6) if draw.random() < 0.06 else None,
        usurped=draw.randrange(4) if is_usurped else None,
        is_anew=draw.random() < 0.2,
    )


def _faults(draw: random.Random) -> Iterator[tuple[int, str]]:
    """Draw what goes wrong in a pass: here and there, or from some request on."""
    if draw.random() < 0.2:
        first, kind = draw.randrange(4), draw.choice([*OFTEN[:3], "broken", "close after work", "html"])
        yield from ((number, kind) for number in range(first, first + draw.randint(2, 12)))
    elif draw.random() < 0.8:
        for _ in range(draw.randint(1, 3)):
            kinds = SELDOM if draw.random() < 0.12 else OFTEN
            yield draw.randrange(4), draw.choice(kinds)


def _budgets(draw: random.Random, visits: int) -> Mapping[int, tuple[int | None, int | None]]:
    """Draw what a month may cost: mostly anything; tiny, small, or in posts; and raised at some visit."""
    if draw.random() < 0.5:
        return {0: (None, None)}
    small = draw.choice([(0, None), (90, None), (draw.randrange(300, 3_000), None), (None, draw.randrange(40, 400))])
    both = (draw.randrange(500, 4_000), draw.randrange(100, 800))
    first: tuple[int | None, int | None] = draw.choice([small, small, both])
    if draw.random() < 0.5:
        return {0: first}
    return {0: first, draw.randrange(1, visits): draw.choice([(None, None), (20_000, None)])}


class Life:
    """A process's life: it ends at the n-th of the moments at which it may."""

    def __init__(self) -> None:
        self.left: int | None = None

    def passes(self, *_: object) -> None:
        """Come to a moment at which the process may be killed."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Killed


@dataclass(frozen=True)
class MortalTill(Till):
    """A till whose process is killed when something was just put aside, or taken back."""

    life: Life

    def reserve(self, order: Order) -> Reservation:
        reservation = super().reserve(order)
        self.life.passes()
        return reservation

    def release(self, reservation: Reservation) -> None:
        super().release(reservation)
        self.life.passes()


class MortalStore(Store):
    """A store whose process is killed before or after anything is written."""

    life = Life()
    pages = 0

    def lives(self, life: Life) -> None:
        """Take a process's life for its own."""
        self.life = life
        event.listen(self.engine, "commit", life.passes)

    @property
    def till(self) -> Till:
        return MortalTill(self.engine, self.life)

    def save(self, batch: Batch) -> Saved:
        self.life.passes()
        saved = super().save(batch)
        self.pages += batch.pages
        self.life.passes()
        return saved


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


def world_of(scenario: Scenario) -> World:
    """Make the world, with a storm in it: many posts of one second."""
    world = made(scenario.campaign)
    own = [post for post in world.posts if not post.is_repost and not post.versions and is_of_it(post)]
    if not scenario.storm or not own:
        return world
    eye = replace(own[len(own) // 2], shown_at=None, deleted_at=None)
    storm = (replace(eye, id=eye.id + (number << 8)) for number in range(1, scenario.storm))
    return replace(world, posts=(*world.posts, *storm))


def is_of_it(post: Post) -> bool:
    """Say whether a post is of the campaign."""
    return not tags_in(post).isdisjoint({tag_key(tag) for tag in TAGS})


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Tell the stand-in how to be."""
    return {
        "names": "2.166" if scenario.names == "tweet" else "2.167",
        "bills_includes": scenario.bills_includes,
        "charges_once_a_day": scenario.once_a_day,
        "has_rate_headers": scenario.has_headers,
        "limits": {f"GET /2/tweets/search/{scenario.archive}": scenario.window},
        "validated": 0.05,
    }
