"""X's search over the stand-in: posts stored a second, beside the speed of the stand-in itself.

The stand-in is a process of its own, so that each has a core. The floor asks it for the very same pages over one
connection and throws them away. No answer is held against X's document, and nobody waits for X's limits: the clock
of the collector moves only when it waits.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
import requests

from benchmarks.spent import ROOT, run
from collector.asking import Patience
from collector.clock import Stop, never
from collector.collect import Job, collect
from collector.plan import Wanted
from collector.sharing import written
from collector.x.prices import SOURCES, Prices
from collector.x.search import Search, moment_of
from collector.x.settings import Settings
from collector.x.wording import Extras, asked_with
from storage.spending import Limit
from storage.store import Store
from tests.platforms.x.building import Campaign, made
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN

POSTS: Final = 100_000
NOW: Final = datetime(2026, 11, 20, tzinfo=UTC)
SINCE: Final = NOW - timedelta(days=6)
TAG: Final = "letitrot"
_RATHER_MANY: Final = 1_000_000
_ENDLESS: Final = {"GET /2/tweets/search/all": _RATHER_MANY}


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured: posts stored, seconds by the clock of each run, and the collector's greatest memory in MB."""

    posts: int
    collected: tuple[float, ...]
    bare: tuple[float, ...]
    megabytes: float

    @property
    def a_second(self) -> float:
        """Count the posts stored a second, by the median."""
        return self.posts / statistics.median(self.collected)

    @property
    def bare_a_second(self) -> float:
        """Count the posts that the stand-in gives a second, by the median."""
        return self.posts / statistics.median(self.bare)


def measure(runs: int = 3) -> Figures:
    """Measure the collector and the stand-in in turns."""
    collected, bare, peak, posts = [], [], 0.0, 0
    with _serving() as url:
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as name:
                got, megabytes = _child("collect", url, Path(name))
                collected.append(got["seconds"])
                posts, peak = int(got["posts"]), max(peak, megabytes)
                bare.append(_child("bare", url, Path(name))[0]["seconds"])
    return Figures(posts, tuple(collected), tuple(bare), peak)


@contextmanager
def _serving() -> Iterator[str]:
    """Run the stand-in in a process of its own; gives its address."""
    command = [sys.executable, "-m", "benchmarks.x_search_bench", "serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.communicate()


def _child(what: str, url: str, folder: Path) -> tuple[dict[str, float], float]:
    spent = run([sys.executable, "-m", "benchmarks.x_search_bench", what, url], folder)
    if spent.code != 0:
        raise RuntimeError(spent.said)
    return json.loads(spent.said.splitlines()[-1]), spent.megabytes


class _Clock:
    """A clock that only waits move."""

    speed = 1.0

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        """Tell the moment."""
        return self.moment

    def wait(self, seconds: float, stop: Stop) -> bool:
        """Let time pass at once."""
        self.moment += timedelta(seconds=seconds)
        return stop.is_set()


def _serve() -> None:
    campaign = Campaign(posts=POSTS, starts_at=SINCE, ends_at=NOW - timedelta(hours=1), tags={TAG: 1}, reposts=0.0)
    with serving(
        made(campaign), now=lambda: NOW, validated=0.0, limits=_ENDLESS, cap=_RATHER_MANY, all_spacing=timedelta(0)
    ) as x:
        print(x.url, flush=True)
        sys.stdin.read()


def _collect(url: str) -> None:
    clock, limit = _Clock(), Limit(SOURCES, NOW.replace(day=1), thousandths=10**8)
    source = Search(Settings(TOKEN, url, archive="all"), Extras(), Prices(), now=clock.now)
    with Store.open("sqlite:///groundswell.db") as store:
        began = time.perf_counter()
        job = Job(source, Wanted((TAG,), SINCE, NOW), limits=(limit,), patience=Patience(pages=POSTS))
        outcome = collect(store, job, clock, never())
        seconds = time.perf_counter() - began
    if outcome.failure is not None:
        raise outcome.failure
    print(json.dumps({"seconds": seconds, "posts": outcome.posts_new}))


def _bare(url: str) -> None:
    """Ask for the same pages with the collector's own words, and keep nothing."""
    asked = {
        **asked_with("tweet", Extras()),
        "query": written([TAG]),
        "max_results": "500",
        "start_time": moment_of(SINCE),
        "end_time": moment_of(NOW - timedelta(minutes=1)),
    }
    began = time.perf_counter()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        token: str | None = ""
        while token is not None:
            params = {**asked, "next_token": token} if token else asked
            page = session.get(f"{url}/2/tweets/search/all", params=params, timeout=60)
            token = orjson.loads(page.content)["meta"].get("next_token")
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    {"serve": _serve, "collect": _collect, "bare": _bare}[sys.argv[1]](*sys.argv[2:])
