"""`groundswell run` for thirty days over three servers: in the end it holds no more memory and files than on the third.

Held against each other are the third day and the thirtieth. By the third all is loaded, fonts for the charts included,
and every kind of job has run; what grows from then on grows for as long as the program runs.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from subprocess import PIPE

import pytest

from tests.blank import SQLITE
from tests.groundswell.live import TAGS, LivePlace, config_of, placed
from tests.groundswell.month import STARTS, Month
from tests.groundswell.processes import PATIENCE, Place, stopped, until
from tests.platforms.mastodon import Made, MockMastodon, ids_of, running

DAYS, A_DAY = 30, 40
ENDS = STARTS + timedelta(days=DAYS)
LOOKS = 0.1
"""Seconds between two looks at the process."""
CONNECTIONS = 5
"""How many the store keeps open at most; one is opened when more jobs than ever before are at work at once."""

FAST = """
import sys
from datetime import timedelta
from groundswell import jobs, redrawing, sources
from tests.groundswell.month import Month

sys.stderr = open("said.txt", "w", encoding="utf-8")
sources.MachineClock = lambda: Month({began})
jobs.paces_of = lambda config: dict.fromkeys(sources.paces_of(config), timedelta(seconds=0.4))
redrawing.BETWEEN_ALL = timedelta(seconds=20)
from groundswell.__main__ import main
main()
"""
"""The program in the month's time, which draws all charts several times.

What it says goes to a file, as a pipe that nobody reads is full after 500 lines.
"""


SHOWN = """
from groundswell import running

class Shown:
    def __init__(self, *_):
        pass
    def run(self):
        import pyarrow
        print(pyarrow.default_memory_pool().backend_name)
        return True

running.Runner = Shown
from groundswell.__main__ import main
main()
"""
"""A run that only says where Arrow has its memory from."""
HOLDS = """
import sys
print(flush=True)
sys.stdin.readline()
with open(sys.argv[1], "wb"):
    held = b"1" * 50_000_000
    print(flush=True)
    sys.stdin.readline()
"""
"""A process with memory of its own: the test's own may take what it needs from what it had freed before."""


@dataclass(frozen=True)
class Look:
    """What a process holds at a moment: resident memory in KB, and its open files by their names."""

    day: int
    memory: int
    files: Counter[str]


class Federation:
    """Servers that get posts as time passes: each at once where it was written, on the others up to six hours later."""

    def __init__(self, servers: Sequence[MockMastodon], clock: Month) -> None:
        self._clock = clock
        self.posts = [_post(number) for number in range(DAYS * A_DAY)]
        for home, server in enumerate(servers):
            coming = deque(sorted((_arrival(number, home), number) for number in range(len(self.posts))))
            # Ahead of us: by its own clock the minutes that an answer takes here would be a clock that is behind.
            server.behaviour.now = lambda: clock.now() + timedelta(hours=1)
            server.behaviour.before = lambda server=server, coming=coming: self._bring(server, coming)
            server.behaviour.page_size = 10

    def _bring(self, server: MockMastodon, coming: deque[tuple[float, int]]) -> None:
        day, due = self._clock.day(), []
        while coming and coming[0][0] <= day:
            due.append(self.posts[coming.popleft()[1]])
        if due:
            server.add(*due)


def _post(number: int) -> Made:
    tags, home = (TAGS[:1], TAGS[1:], TAGS)[number % 3], f"home{number % 3}.example"
    at, words = STARTS + timedelta(days=number / A_DAY), f"words {number} " + "and more " * (number % 20)
    return Made(f"https://{home}/p/{number}", at, tags, words, author=f"author{number % 37}", domain=home)


def _arrival(number: int, home: int) -> float:
    """Tell on which day a post comes to a server, as a number with a fraction."""
    return number / A_DAY + (0 if number % 3 == home else number * 37 % 24 / 96)


def look_at(process: int, day: float) -> Look:
    """Look at a process of this machine."""
    folder, files = Path(f"/proc/{process}"), Counter[str]()
    for file in (folder / "fd").iterdir():
        try:
            files[os.readlink(file).split(":[")[0]] += 1
        except FileNotFoundError:
            continue  # It was closed just now.
    [memory] = [line for line in (folder / "status").read_text().splitlines() if line.startswith("VmRSS:")]
    return Look(int(day) + 1, int(memory.split()[1]), files)


def memory_by_day(looks: Sequence[Look]) -> Mapping[int, float]:
    """Tell the median of each day's resident memory, in MB: a chart that is being drawn takes more for a second."""
    return {day: median(one.memory for one in looks if one.day == day) / 1024 for day in {one.day for one in looks}}


def at_rest(looks: Sequence[Look], days: range) -> Counter[str]:
    """Tell which files were open when the fewest of some days were: what no pass, no chart has open for its while."""
    return min((one.files for one in looks if one.day in days), key=Counter.total)


def _besides_store(place: LivePlace, files: Counter[str]) -> Mapping[str, int]:
    return {name: count for name, count in files.items() if not name.startswith(place.url.removeprefix("sqlite:///"))}


def watched(
    place: LivePlace, servers: Sequence[MockMastodon], clock: Month, process: "subprocess.Popen[str]"
) -> list[Look]:
    """Look at the program until it knows all of the month from each server."""
    looks: list[Look] = []
    while clock.day() < DAYS or not all(_is_known(place, server) for server in servers):
        assert process.poll() is None, process.communicate()[1]
        assert clock.day() < DAYS + 10, [place.coverage(server) for server in servers]
        looks.append(look_at(process.pid, clock.day()))
        time.sleep(LOOKS)
    return looks


def posts_drawn(place: LivePlace) -> int:
    """Tell how many posts the chart counts; its file is replaced whole."""
    manifest = json.loads((place.folder / "charts" / "rot-volume.json").read_text(encoding="utf-8"))
    return int(manifest["posts"])


def _is_known(place: LivePlace, server: MockMastodon) -> bool:
    """Tell whether all is complete from the month's first moment to its last."""
    ledger = [row for row in place.coverage(server) if row[1] == "complete"]
    first, last = (moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for moment in (STARTS, ENDS))
    return {tag for tag, *_, since, until in ledger if since == first and until >= last} == set(TAGS)


def test_memory_and_open_files_of_a_process_are_seen(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("this system does not show what a process holds")
    with subprocess.Popen((sys.executable, "-c", HOLDS, str(tmp_path / "held")), stdin=PIPE, stdout=PIPE) as process:
        looks = [_look_after_word(process) for _ in range(2)]
        process.communicate()
    before, after = looks
    assert after.memory - before.memory > 50_000_000 // 1_100
    assert after.files - before.files == {str(tmp_path / "held"): 1}
    assert at_rest([after, before], range(1, 2)) == before.files
    assert memory_by_day([before]) == {1: before.memory / 1024}


def _look_after_word(process: "subprocess.Popen[bytes]") -> Look:
    """Look at a process once it says that it is ready, and let it go on."""
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    look = look_at(process.pid, 0.5)
    process.stdin.write(b"\n")
    process.stdin.flush()
    return look


def test_arrow_gives_memory_that_is_free_back(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(f"sqlite:///{place.store}", ["http://127.0.0.1:9"]))
    with place.started("run", script=SHOWN) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "system\n", "")


@pytest.mark.proof
def test_on_the_thirtieth_day_it_holds_no_more_than_on_the_third(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("this system does not show what a process holds")
    with running(3) as servers, placed(SQLITE, tmp_path) as place:
        place.write(config_of(place.url, [server.url for server in servers], STARTS))
        began = time.monotonic()
        clock = Month(began)
        posts = Federation(servers, clock).posts
        with place.started("run", script=FAST.format(began=began)) as process:
            looks = watched(place, servers, clock, process)
            until(lambda: posts_drawn(place) == len(posts), process)
            code, seconds, _ = stopped(process)
        assert (code, seconds < 5) == (0, True), place.log()
        check_work(place, servers, posts)
    memory = memory_by_day(looks)
    assert max(memory[day] for day in range(3, DAYS + 1)) < 1.1 * memory[3], memory
    # All charts take as long as six of these days.
    third, last = (at_rest(looks, range(*days)) for days in ((3, 4), (DAYS - 9, DAYS + 1)))
    assert any(name.endswith(".ttf") for name in third), "no chart was drawn by the third day"
    assert _besides_store(place, last) == _besides_store(place, third)
    assert all(files <= CONNECTIONS for files in last.values()), last


def check_work(place: LivePlace, servers: Sequence[MockMastodon], posts: Sequence[Made]) -> None:
    """See that it worked all the while: all posts are there, charts were drawn, and nothing went wrong."""
    assert all(place.found_on(server) == ids_of(posts) for server in servers)
    assert place.number("SELECT COUNT(*) FROM posts") == len(posts)
    assert place.ask("SELECT DISTINCT state FROM runs WHERE state NOT IN ('done', 'stopped')") == []
    log = place.log()
    assert all(" INFO " in line for line in log.splitlines()), log
    assert min(log.count("chart drawn"), log.count("charts drawn")) > 2, log
