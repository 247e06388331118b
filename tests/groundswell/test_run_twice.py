"""Two `groundswell run` on one store: what one does the other leaves alone, and takes over when that one is killed."""

import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from storage.query import open_reader
from tests.blank import Database
from tests.groundswell.live import LivePlace, asked_again, config_of, days_ago, placed, posts_between
from tests.groundswell.processes import stopped, until
from tests.platforms.mastodon import MockMastodon, ids_of, running

TWICE = "SELECT platform_id FROM posts GROUP BY platform, platform_id HAVING COUNT(*) > 1"
COUNTS = "SELECT (SELECT COUNT(*) FROM posts), (SELECT COUNT(*) FROM found), (SELECT COUNT(*) FROM campaign_posts)"
SINCE, UNTIL = days_ago(4), days_ago(2)
MADE = posts_between(SINCE, UNTIL, 40)


class Gate:
    """A server's gate: after so many requests for timelines it stays shut until it is opened."""

    def __init__(self, server: MockMastodon, after: int) -> None:
        self._server = server
        self._after = after
        self.reached, self._opened = threading.Event(), threading.Event()
        server.behaviour.before = self._pass

    def open(self) -> None:
        """Let all requests through."""
        self._opened.set()

    def _pass(self) -> None:
        if len(self._server.log) >= self._after:
            self.reached.set()
            self._opened.wait(60)


@contextmanager
def read_all_the_while(place: LivePlace) -> Iterator[list[tuple[int, ...]]]:
    """Read the store in a loop, as `query` does; gives the counts that were read so far."""
    done = threading.Event()
    seen: list[tuple[int, ...]] = []

    def read() -> None:
        while not done.is_set():
            with open_reader(place.url) as reader:
                for _ in range(5):
                    assert list(reader.rows(TWICE)[1]) == []
                    seen.extend(reader.rows(COUNTS)[1])
                    done.wait(0.03)

    with ThreadPoolExecutor(1) as threads:
        reader = threads.submit(read)
        try:
            yield seen
        finally:
            done.set()
        reader.result()


def killed(process: "subprocess.Popen[str]") -> str:
    """Kill a process; returns what it said on stderr."""
    process.send_signal(signal.SIGKILL)
    return process.communicate()[1]


def check_end(place: LivePlace, servers: Sequence[MockMastodon], said: str) -> None:
    """Hold what is stored in the end against what the servers hold, and look for a lock in what was said."""
    for server in servers:
        assert place.found_on(server) == ids_of(MADE)
    assert place.ask(COUNTS) == [(len(MADE), len(MADE) * len(servers), len(MADE))]
    assert place.ask(TWICE) == []
    for word in ("locked", "held by another", "deadlock", "ERROR", "Traceback"):
        assert word not in said


def test_two_at_once_ask_for_each_page_once_and_when_one_is_killed_the_other_takes_over(
    database: Database, tmp_path: Path
) -> None:
    with running() as [server], placed(database, tmp_path) as place:
        gate = Gate(server, after=2)
        server.behaviour.page_size = 10
        server.add(*MADE)
        place.write(config_of(place.url, [server.url], SINCE, UNTIL))
        with place.started("run") as one, place.started("run") as other, read_all_the_while(place) as seen:
            until(gate.reached.is_set, one, other)
            until(lambda: f"{server.url}: another process collects from it" in place.log(), one, other)
            [(holder,)] = place.ask("SELECT pid FROM leases WHERE server = ?", server.host)
            dead, left = (one, other) if one.pid == holder else (other, one)
            said = killed(dead)
            gate.open()
            until(lambda: place.is_complete(server, SINCE, UNTIL), left)
            code, seconds, more = stopped(left)
        assert (code, seconds < 5) == (0, True)
        check_end(place, [server], said + more + place.log())
        assert seen == sorted(seen)
        assert len(set(seen)) > 1, "the reader saw nothing of it"
        assert asked_again(server.log) == [server.log[2]], "only what was on its way when its process was killed"
        ends = "SELECT state, error FROM runs ORDER BY id"
        assert place.ask(ends) == [("stopped", "the process ended without a word"), ("done", None)]


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2))
def test_two_at_once_of_which_the_one_that_collects_is_killed_again_and_again(
    database: Database, tmp_path: Path, seed: int
) -> None:
    draw, kills = random.Random(seed), 6  # noqa: S311  # no secret
    said = ""
    with running(3) as servers, placed(database, tmp_path) as place, ExitStack() as stack:
        for server in servers:
            server.behaviour.page_size = 2
            server.behaviour.before = lambda: time.sleep(0.1)
            server.add(*MADE)
        place.write(config_of(place.url, [server.url for server in servers], SINCE, UNTIL))
        seen = stack.enter_context(read_all_the_while(place))
        both = [stack.enter_context(place.started("run")) for _ in range(2)]
        for number in range(kills):
            until(lambda least=8 * (number + 1): sum(len(one.log) for one in servers) >= least, *both)
            time.sleep(draw.uniform(0, 0.3))
            holders = {row[0] for row in place.ask("SELECT pid FROM leases")}
            both.sort(key=lambda process: process.pid in holders)
            said += killed(both.pop())
            both.append(stack.enter_context(place.started("run")))
        until(lambda: all(place.is_complete(server, SINCE, UNTIL) for server in servers), *both)
        ends = [stopped(process) for process in both]
        assert [code for code, _, _ in ends] == [0, 0]
        check_end(place, servers, "".join([said, place.log(), *(end[2] for end in ends)]))
        assert seen == sorted(seen)
        assert len(set(seen)) > 10, "the reader saw little of it"
        again = [asked_again(server.log) for server in servers]
        assert all(len(one) <= kills for one in again)
        assert any(again), "no kill came in between"
        assert place.number("SELECT COUNT(*) FROM runs WHERE state = 'running'") == 0
        assert place.number("SELECT COUNT(*) FROM runs WHERE error = 'the process ended without a word'") > 0
