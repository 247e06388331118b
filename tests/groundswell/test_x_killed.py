"""`groundswell run` over the stand-in for X, twice at once and killed again and again: counts, a sample, deletions.

What the stand-in charges is its own reckoning; what counts as spent here is never less, and the limit never passed.
"""

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.blank import Database
from tests.collector.test_x_over_standin import TAGS, times_shown
from tests.groundswell.live import LivePlace, placed
from tests.groundswell.processes import stopped, until
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn

HASTY: Final = """
from dataclasses import replace
from datetime import timedelta
from collector.clock import MachineClock
from groundswell import jobs, sources

class Hasty(MachineClock):
    def wait(self, seconds, stop):
        return stop.wait(seconds / 100)

sources._COUNTED_FIRST = timedelta(seconds=1)
jobs.make = lambda config, name: replace(sources.make(config, name), clock=Hasty())
from groundswell.__main__ import main
main()
"""
"""The program, which waits a hundredth as long between two attempts, and for X's counts a second."""

CONFIG: Final = """\
campaigns:
  rot:
    title: Let it rot
    tags: [{tags}]
    from: {since}
    until: {until}
sources:
  x:
    url: {url}
    every: 1s
    budget: {{dollars: {dollars}}}
    counts: {{every: 3s}}
    deletions: {{every: 5s}}
store:
  url: {store}
"""
NOW: Final = datetime.now(UTC).replace(microsecond=0)
SINCE, UNTIL = NOW - timedelta(hours=14), NOW - timedelta(hours=6)
MADE: Final = Campaign(
    posts=4_000, starts_at=SINCE, ends_at=UNTIL, tags=dict.fromkeys(TAGS, 1), reposts=0.1, gone_authors=0.0, late=0.0
)
KILLS: Final = 8
SPENT: Final = "SELECT COALESCE(SUM(thousandths), 0) FROM spend WHERE state IN ('reserved', 'settled')"
TWICE: Final = "SELECT platform_id FROM posts GROUP BY platform, platform_id HAVING COUNT(*) > 1"
FOUND: Final = "SELECT platform_id FROM posts JOIN found ON post_id = posts.id WHERE NOT is_repost"
WHOLE, LEFT = ("complete", ""), ("partial", "budget")
COVERED: Final = (
    "SELECT tag, starts_at, ends_at, state, reason FROM coverage WHERE source = 'x-search' AND kind = 'posts'"
)


def write(place: LivePlace, x: StandIn, dollars: float) -> None:
    tags = ", ".join(f'"#{tag}"' for tag in TAGS)
    place.write(
        CONFIG.format(
            tags=tags, since=SINCE.isoformat(), until=UNTIL.isoformat(), url=x.url, dollars=dollars, store=place.url
        )
    )


@contextmanager
def collecting(place: LivePlace) -> Iterator["subprocess.Popen[str]"]:
    with place.started("run", script=HASTY, X_BEARER_TOKEN=TOKEN) as process:
        yield process


def check_money(place: LivePlace, x: StandIn, dollars: float) -> None:
    """X may charge for more at any moment: its bill is read first."""
    billed = x.bill.mills
    assert place.number(SPENT) >= billed
    assert billed <= dollars * 1_000


def check_posts(place: LivePlace, x: StandIn) -> None:
    """Hold what is stored against what X shows: all of what is complete, and nothing that it never showed.

    Collecting goes on meanwhile: what is said to be complete is read before what is there.
    """
    complete = [
        (datetime.fromisoformat(first), datetime.fromisoformat(last))
        for _, first, last, state, _ in place.ask(COVERED)
        if state == "complete"
    ]
    stored, there = {key for (key,) in place.ask(FOUND)}, times_shown(x.index.world, datetime.now(UTC))
    must = {key for key, at in there.items() if any(first <= at < last for first, last in complete)}
    assert must - stored == set(), "posts that X shows are missing where all is said to be there"
    gone = {key for (key,) in place.ask("SELECT platform_id FROM deletions")}
    assert stored - set(there) <= gone | deleted(x), "posts are there that X never showed"
    assert place.ask(TWICE) == []


def deleted(x: StandIn) -> set[str]:
    world = x.index.world
    return {str(post.versions[0] if post.versions else post.id) for post in world.posts if post.deleted_at is not None}


def has_settled(place: LivePlace, states: Collection[tuple[str, str]] = (WHOLE, LEFT)) -> bool:
    """Tell whether nothing is left to be asked for: of each tag all is complete, or was left for the budget."""
    ends: Counter[str] = Counter()
    for tag, first, last, state, reason in place.ask(COVERED):
        length = datetime.fromisoformat(last) - datetime.fromisoformat(first)
        ends[tag] += round(length.total_seconds()) if (state, reason) in states else 0
    return len(ends) == len(TAGS) and set(ends.values()) == {round((UNTIL - SINCE).total_seconds())}


@pytest.mark.proof
def test_whatever_is_killed_no_post_is_lost_or_twice_and_no_cent_over_the_limit(
    database: Database, tmp_path: Path
) -> None:
    draw, dollars = random.Random(3), 32.0  # noqa: S311  # no secret
    said = ""
    with serving(made(MADE), job_takes=timedelta(0)) as x, placed(database, tmp_path) as place, ExitStack() as stack:
        write(place, x, dollars)
        left = [stack.enter_context(collecting(place)) for _ in range(2)]
        for _ in range(KILLS):
            with_it = len(x.requests) + draw.randrange(1, 25)
            until(lambda: len(x.requests) >= with_it or has_settled(place), *left)  # noqa: B023
            dead = left.pop(draw.randrange(2))
            dead.send_signal(signal.SIGKILL)
            said += dead.communicate()[1]
            check_money(place, x, dollars)
            left.append(stack.enter_context(collecting(place)))
        until(lambda: has_settled(place), *left)
        check_posts(place, x)
        assert not has_settled(place, [WHOLE]), "the budget was to be too small"
        # Half of the posts that are here are deleted, and the budget is raised: all that is left comes.
        now = datetime.now(UTC).replace(microsecond=0)
        stored = sorted({key for (key,) in place.ask(FOUND)})[::2]
        chosen = [x.index.posts[int(key)] for key in stored if not x.index.posts[int(key)].versions]
        x.put(*(replace(post, deleted_at=now) for post in chosen))
        dollars = 200.0
        write(place, x, dollars)
        until(lambda: has_settled(place, [WHOLE]), *left)
        keys = {str(post.id) for post in chosen}
        until(lambda: keys <= {key for (key,) in place.ask("SELECT platform_id FROM deletions")}, *left)
        check_posts(place, x)
        said += "".join(stopped(process)[2] for process in left)
        check_money(place, x, dollars)
    for word in ("locked", "deadlock", "Traceback", "bug in Groundswell", TOKEN):
        assert word not in said + place.log()
