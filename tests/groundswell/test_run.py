"""`groundswell run` as a process: its end, its neighbours, its return after a while, and what it says of itself."""

import json
import re
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundswell import heartbeat, problems
from groundswell.redrawing import BETWEEN_ALL, SHORTEST_REST, Redrawing
from storage.batch import Batch
from storage.instant import to_text
from storage.post import Deletion
from storage.store import Store
from tests.groundswell.processes import Place, stopped, until

BREXIT = "x/twarc2/brexit.jsonl"

HANGING = """
import socket, sys
from collector.clock import MachineClock
from collector.errors import Unavailable
from collector.source import Traits
from groundswell import jobs, sources
from groundswell.sources import Made

PORT = int(sys.argv.pop())

class Hanging:
    traits = Traits(platform="x", name="hanging")
    def pages(self, query, window, cursor):
        with socket.create_connection(("127.0.0.1", PORT)) as connection:
            connection.recv(1)
        raise Unavailable("it hung up")
        yield

def make(config, name):
    return Made(name, Hanging(), MachineClock(), config.sources.replays[name])

jobs.make = sources.make = make
from groundswell.__main__ import main
main()
"""
"""A run whose source connects to a port of this machine (the last word) and waits there for what never comes."""


def config_of(archive: Path, *, speed: int = 100, tags: tuple[str, ...] = ("Brexit",), **replay: Any) -> str:
    """Write a config.yaml (JSON is YAML) that follows a campaign through a replay and the inbox."""
    served = {"archive": str(archive), "starts_at": "2021-09-22T16:25:00", "speed": speed, **replay}
    campaign = {"title": "Brexit", "tags": [f"#{tag}" for tag in tags], "from": "2021-09-22T16:20"}
    config = {
        "campaigns": {"brexit": {**campaign, "until": "2021-09-22T16:40"}},
        "sources": {"replays": {"brexit": served}, "inbox": {"every": "1s"}},
        "schedule": {"collect": "1m"},
    }
    return json.dumps(config)


@contextmanager
def deaf_server() -> Iterator[tuple[int, threading.Event]]:
    """Listen on a port, accept, and never answer; gives the port and the sign that somebody connected."""
    came, connections = threading.Event(), []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            connections.append(server.accept()[0])
            came.set()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            with closing(socket.create_connection(server.getsockname())):
                thread.join()
            for connection in connections:
                connection.close()


def test_a_signal_ends_it_within_5_seconds_though_a_source_hangs(tmp_path: Path) -> None:
    one, other = Place(tmp_path / "one"), Place(tmp_path / "other")
    for place in (one, other):
        place.folder.mkdir()
        place.write(config_of(tmp_path / "none"))
    with (
        deaf_server() as (port, came),
        deaf_server() as (other_port, came_too),
        one.started("run", str(port), script=HANGING) as terminated,
        other.started("run", str(other_port), script=HANGING) as interrupted,
    ):
        until(lambda: came.is_set() and came_too.is_set(), terminated, interrupted)
        interrupted.send_signal(signal.SIGINT)
        ends = [stopped(terminated, signal.SIGTERM), (interrupted.wait(5), 0.0, interrupted.communicate()[1])]
    for place, (code, seconds, err) in zip((one, other), ends, strict=True):
        assert (code, seconds < 5) == (0, True), err
        assert "abandoned, as it did not end in time: source brexit" in err.splitlines()[-1]
        assert "Traceback" not in err
        assert place.is_closed()
        assert place.is_whole()


def test_ctrl_c_ends_a_single_pass_with_one_line_though_a_source_hangs(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(tmp_path / "none"))
    with deaf_server() as (port, came), place.started("collect", str(port), script=HANGING) as process:
        until(came.is_set, process)
        code, seconds, err = stopped(process, signal.SIGINT)
    assert (code, seconds < 5, err) == (130, True, "groundswell: interrupted\n")
    assert place.is_closed()
    assert place.ask("SELECT state, error FROM runs") == [("stopped", None)]
    assert place.ask("SELECT * FROM leases") == []


def test_it_ends_within_5_seconds_though_another_program_holds_the_store(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT))
    with place.started("run") as process:
        until(place.found, process)
        with closing(sqlite3.connect(place.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            code, seconds, err = stopped(process)
            other.execute("ROLLBACK")
    assert (code, seconds < 5) == (0, True), err
    assert place.is_whole()


def test_it_ends_at_once_while_it_opens_the_store(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT))
    slow = (
        "import time\nfrom storage.store import Store\n"
        "def wait(self, progress=None):\n    print('opened', flush=True); time.sleep(60)\n"
        "Store.rebuild_membership = wait\nfrom groundswell.__main__ import main\nmain()"
    )
    with place.started("run", script=slow) as process:
        assert process.stdout
        assert process.stdout.readline() == "opened\n"
        code, seconds, err = stopped(process)
    assert (code, seconds < 5, err) == (0, True, "")
    assert place.is_closed()


def test_two_at_once_and_an_import_meanwhile_get_along(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT, speed=300, late_share=0.2, settling="30s", page_size=5))
    with place.started("run") as one, place.started("run") as other:
        imported = place.do("import", str(shared / "x/twarc2/kpop.jsonl"), str(shared / BREXIT))
        complete = "SELECT COUNT(*) FROM coverage WHERE state = 'complete' AND ends_at >= '2021-09-22T16:40'"
        until(lambda: place.number(complete) == 2, one, other)
        ends = [stopped(process) for process in (one, other)]
    assert (imported.returncode, imported.stderr) == (0, "")
    assert [end[0] for end in ends] == [0, 0]
    said = "".join(end[2] for end in ends) + place.log()
    assert "locked" not in said
    assert "ERROR" not in said
    twice = "SELECT platform_id FROM posts GROUP BY platform, platform_id HAVING COUNT(*) > 1"
    assert place.ask(twice) == []
    members = place.number("SELECT COUNT(*) FROM campaign_posts")
    assert members == place.number("SELECT COUNT(DISTINCT post_id) FROM campaign_posts") == 100
    assert place.number("SELECT COUNT(*) FROM runs WHERE state = 'running'") == 0
    assert place.is_whole()


def test_the_second_leaves_to_the_first_what_that_one_holds(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT))
    with deaf_server() as (port, came), place.started("run", str(port), script=HANGING) as holder:
        until(came.is_set, holder)
        with deaf_server() as (other, _), place.started("run", str(other), script=HANGING) as second:
            said = "brexit: another process collects from it; it is left to that one"
            until(lambda: said in place.log(), second)
            until(lambda: place.number("SELECT COUNT(*) FROM meta WHERE key = 'heartbeat'"), second)
            code, _, err = stopped(second)
        assert code == 0
        assert err.count(said) == 1
        assert f"INFO process {holder.pid} runs on this store already" in err.splitlines()[0]
        assert place.status()["heartbeat"]["is_running"]


def test_what_was_missed_filled_and_lost_while_it_was_away_is_said_first(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(config_of(shared / BREXIT, reach="5m", settling="1s", late_share=0.0))
    assert place.do("collect").returncode == 0
    now = datetime.now(UTC)
    away = heartbeat.Heartbeat(now - timedelta(hours=5, minutes=2), now, "here", 1, False, now, "", {})
    with Store.open(f"sqlite:///{place.store}") as store:
        heartbeat.beat(store, away)
    # The source's clock went on meanwhile, and its reach with it.
    archive = config_of(shared / BREXIT, reach="5m", settling="1s", late_share=0.0)
    place.write(archive.replace("16:25:00", "16:36:30"))
    log = place.log()
    with place.started("run") as process:
        until(lambda: "brexit: brexit: " in place.log().removeprefix(log), process)
        _, _, err = stopped(process)
    first = err.splitlines()[0]
    assert re.search(rf"INFO away since {away.at:%Y-%m-%dT%H:%M:%S}\S* \(5 h 2 min, 302 passes missed\): ", first)
    said = next(line for line in err.splitlines() if "brexit: brexit: " in line)
    assert re.search(r"filled 4 min \d+ s, lost \d+ min", said)
    holes = place.status()["campaigns"][0]["coverage"][0]["holes"]
    assert "lost" in {hole["state"] for hole in holes}


def test_status_tells_how_a_running_collector_does(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    outage = {"from": "2021-09-22T16:28:00", "until": "2030-01-01"}
    place.write(config_of(shared / BREXIT, outages=[outage]))
    down = "HTTP 503 Service Unavailable. Wait: it is tried again, and what is missing is asked for later."
    with place.started("run") as process:
        until(lambda: down in place.log(), process)
        until(lambda: place.number("SELECT COUNT(*) FROM coverage WHERE state = 'failed'"), process)
        said = place.do("status")
        told = place.status()
        stopped(process)
    lines = said.stdout.splitlines()
    assert (said.returncode, said.stderr) == (0, "")
    assert lines[0] == "Brexit (brexit): #Brexit"
    assert any(re.match(r"  x, posts: [\d.]+% complete of 2021-09-22 16:20:00\+00:00 to ", line) for line in lines)
    assert any(line.endswith(": failed, HTTP 503 Service Unavailable") for line in lines)
    assert any(line.startswith(f"Collector: running, process {process.pid} on ") for line in lines)
    assert any(re.match(r"  next source brexit: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", line) for line in lines)
    assert any(re.match(r"  next inbox: ", line) for line in lines)
    assert any(re.match(r"  config.yaml as of .* UTC is in force\.", line) for line in lines)
    assert any(re.match(r"Run: .* replay:brexit failed, .*: HTTP 503 Service Unavailable", line) for line in lines)
    assert any(re.match(rf"Problem: .* UTC, brexit: {re.escape(down)}", line) for line in lines)
    assert told["heartbeat"]["is_running"]
    assert [one["what"] for one in told["problems"]] == [down]
    after = place.do("status").stdout
    assert re.search(r"^Collector: stopped .* ago; start it with `groundswell run`\.$", after, re.M)


def test_only_the_last_three_problems_are_kept_each_once(tmp_path: Path, store: str) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    with Store.open(store) as opened:
        for minute, what in enumerate("abcbd"):
            problems.note(opened, problems.Problem(at + timedelta(minutes=minute), "x", what))
        kept = problems.last(opened)
    assert [(one.what, one.at.minute) for one in kept] == [("c", 2), ("b", 3), ("d", 4)]


def test_one_source_failing_never_stops_another(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    config = json.loads(config_of(shared / BREXIT, speed=600))
    replays = config["sources"]["replays"]
    (tmp_path / "words.txt").write_text("no archive\n", encoding="utf-8")
    replays["vanished"] = {**replays["brexit"], "archive": "vanished.jsonl"}
    replays["words"] = {**replays["brexit"], "archive": "words.txt"}
    replays["broken"] = dict(replays["brexit"])
    place.write(json.dumps(config))
    broken = (
        "from groundswell import jobs, sources\n"
        "def make(config, name):\n"
        "    if name == 'broken': raise ZeroDivisionError('nobody foresaw it')\n"
        "    return sources.make(config, name)\n"
        "jobs.make = make\nfrom groundswell.__main__ import main\nmain()"
    )
    with place.started("run", script=broken) as process:
        until(lambda: place.number("SELECT COUNT(*) FROM campaign_posts") == 100, process)
        sign = "SELECT COUNT(*) FROM meta WHERE key = 'problems' AND value LIKE ? AND value LIKE ? AND value LIKE ?"
        until(lambda: place.number(sign, "%vanished%", "%words%", "%broken%"), process)
        place.drop("kpop.jsonl", (shared / "x/twarc2/kpop.jsonl").read_bytes())
        until(lambda: "inbox: kpop.jsonl imported" in place.log(), process)
        code, _, _ = stopped(process)
    assert code == 0
    said = {one["job"]: one["what"] for one in place.status()["problems"]}
    assert said["vanished"].endswith("vanished.jsonl: No such file or directory. Check the name.")
    assert "Name an archive of posts" in said["words"]
    assert said["broken"].startswith("ZeroDivisionError: nobody foresaw it. This is a bug in Groundswell")
    assert "Traceback" in place.log()


def test_what_was_left_undrawn_is_drawn_though_nothing_more_comes(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    config = json.loads(config_of(shared / BREXIT))
    del config["sources"]["replays"]
    config["campaigns"] = {"a": {"title": "A", "tags": ["#Brexit"]}, **config["campaigns"]}
    place.write(json.dumps(config))
    # The first of the two charts cannot be written.
    (tmp_path / "charts" / "a-volume.svg").mkdir(parents=True)
    assert place.do("import", str(shared / BREXIT)).returncode == 0
    soon = (
        "from datetime import timedelta\nfrom groundswell import jobs\njobs.LONGEST_REST = timedelta(seconds=1)\n"
        "from groundswell.__main__ import main\nmain()"
    )
    with place.started("run", script=soon) as process:
        until((tmp_path / "charts" / "brexit-volume.json").exists, process)
        until(lambda: place.number("SELECT COUNT(*) FROM meta WHERE key = 'problems'"), process)
        assert stopped(process)[0] == 0
    (problem,) = place.status()["problems"]
    assert problem["job"] == "chart of a"
    assert problem["what"].endswith(
        "Allow writing there, make room, or name another folder under `output` in config.yaml."
    )


@pytest.mark.proof
def test_a_report_that_shows_what_was_erased_is_taken_away_and_written_anew(tmp_path: Path, shared: Path) -> None:
    place, now = Place(tmp_path), datetime.now(UTC)
    config = json.loads(config_of(shared / BREXIT))
    del config["sources"]["replays"]
    place.write(json.dumps(config))
    assert place.do("import", str(shared / BREXIT)).returncode == 0
    with Store.open(f"sqlite:///{place.store}") as store:
        run_id = store.begin_run("archive", "", now)
        [(key,)] = place.ask("SELECT MIN(platform_id) FROM posts WHERE text IS NOT NULL")
        gone = Deletion(platform="x", platform_id=key, deleted_at=to_text(now))
        store.save(Batch(run_id, "archive", "", now, deletions=[gone]))
    page = tmp_path / "charts" / "brexit-report.html"
    page.parent.mkdir()
    page.write_text("what was erased", encoding="utf-8")
    with place.started("run") as process:
        until(lambda: page.exists() and "what was erased" not in page.read_text(encoding="utf-8"), process)
        assert stopped(process)[0] == 0
    assert place.number("SELECT COUNT(*) FROM meta WHERE key = 'scrub_pending'") == 0


class Drawings:
    """Charts that are drawn by nobody, and a clock that stands still."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        self.scheduled: list[datetime] = []
        self.drawn: list[str] = []
        self.asked_meanwhile = False
        self.redrawing = Redrawing(self.draw, lambda: self.drawn.append("all"), self.scheduled.append, lambda: self.now)

    def draw(self) -> None:
        self.drawn.append("first")
        if self.asked_meanwhile:
            self.redrawing.ask()


def test_charts_are_drawn_at_once_and_then_after_a_rest() -> None:
    charts = Drawings()
    charts.redrawing.ask()
    assert charts.scheduled == [charts.now]
    charts.redrawing.run()
    charts.redrawing.ask()
    assert (charts.drawn, charts.scheduled[1]) == (["first", "all"], charts.now + SHORTEST_REST)


def test_after_all_charts_only_the_first_is_drawn_for_a_while_and_then_all_though_nobody_asks() -> None:
    charts = Drawings()
    charts.redrawing.run()
    due = charts.now + BETWEEN_ALL
    charts.now += BETWEEN_ALL / 2
    charts.redrawing.ask()
    charts.redrawing.run()
    assert charts.scheduled == [charts.now, due]
    charts.now = due
    charts.redrawing.run()
    assert charts.drawn == ["first", "all", "first", "first", "all"]
    assert charts.scheduled == [due - BETWEEN_ALL / 2, due]


def test_what_is_asked_for_during_a_drawing_is_drawn_after_it() -> None:
    charts = Drawings()
    charts.asked_meanwhile = True
    charts.redrawing.run()
    assert charts.scheduled == [charts.now + SHORTEST_REST]
    charts.asked_meanwhile = False
    charts.redrawing.run()
    assert charts.scheduled[1:] == [charts.now + BETWEEN_ALL]
