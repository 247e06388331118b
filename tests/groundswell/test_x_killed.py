"""`groundswell run` over the stand-in for X, twice at once and killed again and again: counts, a sample, deletions.

What the stand-in charges is its own reckoning; what counts as spent here is never less, and the limit never passed.
"""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from collector.clock import FastClock
from tests.blank import Database
from tests.collector.test_x_over_standin import TAGS, times_shown
from tests.groundswell.live import LivePlace, placed
from tests.groundswell.processes import stopped, until
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import tag_key, tags_in

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

FAST: Final = """
import time
from datetime import datetime, timedelta
from collector.clock import FastClock
from groundswell import sources, upkeep

since = datetime.fromisoformat("{now}") + timedelta(seconds=(time.time() - {at}) * {speed})
CLOCK = FastClock(since, {speed})
sources._COUNTED_FIRST = timedelta(seconds=1)
sources.MachineClock = upkeep.MachineClock = lambda: CLOCK
from groundswell.__main__ import main
main()
"""
"""The program, for whose sources time passes faster: what settles in two minutes is waited for."""
SPEED: Final = 15.0

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
    {more}
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


def write(place: LivePlace, x: StandIn, dollars: float, *, more: str = "", until: datetime = UNTIL) -> None:
    tags = ", ".join(f'"#{tag}"' for tag in TAGS)
    edges = {"since": SINCE.isoformat(), "until": until.isoformat()}
    place.write(CONFIG.format(tags=tags, url=x.url, dollars=dollars, store=place.url, more=more, **edges))


@contextmanager
def collecting(place: LivePlace, script: str = HASTY) -> Iterator["subprocess.Popen[str]"]:
    with place.started("run", script=script, X_BEARER_TOKEN=TOKEN) as process:
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


@pytest.mark.proof
def test_a_stream_that_is_killed_leaves_no_gap_in_posts_and_names_the_gaps_in_reposts(
    database: Database, tmp_path: Path
) -> None:
    draw, began, said = random.Random(4), datetime.now(UTC).replace(microsecond=0), ""  # noqa: S311  # no secret
    clock, ends_at = FastClock(began, SPEED), began + timedelta(minutes=6)
    script = FAST.format(now=began.isoformat(), at=time.time(), speed=SPEED)
    campaign = replace(MADE, posts=900, starts_at=began, ends_at=ends_at, reposts=0.3, edited=0.0, deleted=0.0)
    served = serving(made(campaign), now=clock.now, keep_alive_clock="simulated", job_takes=timedelta(0))
    with served as x, placed(database, tmp_path) as place, ExitStack() as stack:
        write(place, x, 200.0, more="stream: true\n    sample: false", until=ends_at)
        left = [stack.enter_context(collecting(place, script)) for _ in range(2)]
        for _ in range(3):
            until(lambda: x.streams.current is not None, *left)
            wait_until(clock, clock.now() + draw.uniform(20, 60) * timedelta(seconds=1))
            dead = left.pop(draw.randrange(2))
            dead.send_signal(signal.SIGKILL)
            said += dead.communicate()[1]
            check_money(place, x, 200.0)
            left.append(stack.enter_context(collecting(place, script)))
        wait_until(clock, ends_at + timedelta(minutes=3))
        until(lambda: is_whole(place, ends_at), *left)
        said += "".join(stopped(process)[2] for process in left)
        check_money(place, x, 200.0)
        stored = {key for (key,) in place.ask("SELECT platform_id FROM posts JOIN found ON post_id = posts.id")}
        there = [post for post in x.index.world.posts if not tags_in(post).isdisjoint(map(tag_key, TAGS))]
        assert {str(post.id) for post in there if not post.is_repost and post.created_at >= SINCE} <= stored
        whole = complete_of(place, "reposts")
        missed = [post for post in there if post.is_repost and str(post.id) not in stored]
        assert [post for post in missed if any(first <= post.created_at < last for first, last in whole)] == []
        assert any(post.is_repost and str(post.id) in stored for post in there)
        assert place.ask(TWICE) == []
    for word in ("locked", "deadlock", "Traceback", "bug in Groundswell", TOKEN):
        assert word not in said + place.log()


def wait_until(clock: FastClock, moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds() / SPEED))


def is_whole(place: LivePlace, ends_at: datetime) -> bool:
    rows = complete_of(place, "posts")
    return len(rows) == 1 and rows[0][0] <= SINCE and rows[0][1] >= ends_at


def complete_of(place: LivePlace, kind: str) -> list[tuple[datetime, datetime]]:
    """List the stretches of which search or stream has given all of a kind, for each tag; neighbours are one."""
    sql = "SELECT tag, starts_at, ends_at FROM coverage WHERE kind = ? AND state = 'complete' ORDER BY starts_at"
    by_tag: dict[str, list[tuple[datetime, datetime]]] = {tag: [] for tag in TAGS}
    for tag, *edges in place.ask(sql, kind):
        first, last = map(datetime.fromisoformat, edges)
        rows = by_tag[tag]
        if rows and first <= rows[-1][1]:
            rows[-1] = (rows[-1][0], max(last, rows[-1][1]))
        else:
            rows.append((first, last))
    [told, *others] = by_tag.values()
    return told if all(other == told for other in others) else []
