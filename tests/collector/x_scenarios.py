"""Scenarios: a stand-in for X, a collector or two that pass by now and then, what goes wrong, and what it costs."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.x.prices import Prices
from collector.x.settings import Archive, Names
from collector.x.wording import Extras
from tests.collector.x_oracle import REACH, Wish
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.faults import Fault
from tests.platforms.x.world import Post, World, tag_key, tags_in

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
TAGS = ("letitrot", "خلوها_تخيس", "خليها_تخيس")

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
