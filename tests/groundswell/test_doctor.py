"""What the doctor finds: each trouble made for real, and not a word of it where all is well."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundswell import heartbeat
from groundswell.cli import run
from groundswell.doctor import clock, disk, integrity, keys, lake, letters, payloads, schedule, x, zones
from groundswell.doctor.examination import examine
from groundswell.doctor.finding import Finding, Subject
from groundswell.heartbeat import Heartbeat
from groundswell.options import Settings
from storage.batch import Batch
from storage.instant import to_text
from storage.lake import refresh
from storage.lease import Lease
from storage.post import Deletion, Item
from storage.store import Store
from tests.groundswell.processes import Place
from tests.made import item
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN, Access
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import World

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIG = "campaigns:\n  c:\n    title: C\n    tags: ['#c']\n    time_zone: {zone}\n"
X = "sources:\n  x: {{budget: {{dollars: 20}}, url: '{url}'{more}}}\n"
SERVER = "sources:\n  mastodon: {contact: me@example.org, servers: [mastodon.social]}\n"


@pytest.fixture
def place(tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder with a config.yaml and an empty store."""
    monkeypatch.chdir(tmp_path)
    assert store
    made = Place(tmp_path)
    made.write(CONFIG.format(zone="Asia/Tehran"))
    return made


@pytest.fixture
def subject(place: Place) -> Any:
    """The collection in it."""
    settings = Settings(place.folder / "config.yaml", None)
    config = settings.config()
    with Store.open(config.store.url) as store:
        yield Subject(config, store, config.store.url, NOW, {})


def states(findings: Any) -> dict[str, str]:
    """Tell how each check is; of one that says several things the worst."""
    worst: dict[str, str] = {}
    order = ["ok", "unknown", "warning", "failed"]
    for one in findings:
        worst[one.check] = max(worst.get(one.check, "ok"), one.state, key=order.index)
    return worst


def only(findings: Any, state: str) -> Finding:
    """Find the one finding that is so."""
    (found,) = [one for one in findings if one.state == state]
    assert isinstance(found, Finding)
    return found


def record(store: Store, source: str, at: datetime, state: Any = "done", error: str | None = None) -> int:
    """Note a run of a source."""
    run_id = store.begin_run(source, "", at)
    store.finish_run(run_id, at, state, error)
    return run_id


def test_all_is_well_in_a_new_collection(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split()[1].rstrip(":") for line in out.splitlines()][:3] == ["config", "store", "keys"]
    assert {line.split()[0] for line in out.splitlines() if "collector:" not in line} == {"ok", "unknown"} - (
        set() if "unknown  clock" in out else {"unknown"}
    )
    assert "warning  collector: it never ran on this store. Start it with `groundswell run`" in out
    assert run(["doctor", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {*told[0]} == {"check", "state", "what", "cure"}
    assert len(told) == len(out.splitlines())


def test_nothing_is_written_or_made(place: Place) -> None:
    before = {one.name: one.read_bytes() for one in place.folder.iterdir()}
    assert run(["doctor"]) == 0
    assert {one.name: one.read_bytes() for one in place.folder.iterdir()} == before
    place.store.unlink()
    assert run(["doctor"]) == 0
    assert sorted(one.name for one in place.folder.iterdir()) == ["config.yaml"]


def test_a_config_that_is_refused_and_a_store_of_a_later_version(place: Place) -> None:
    settings = Settings(place.folder / "config.yaml", None)
    place.write(CONFIG.format(zone="Asia/Bagdad"))
    found = list(examine(settings, NOW, {}))
    assert "Do you mean Asia/Baghdad?" in only(found, "failed").what
    assert states(found)["keys"] == states(found)["lake"] == "unknown"
    assert states(found)["integrity"] == "ok", "the store is found by the file all the same"
    place.write(CONFIG.format(zone="UTC"))
    with closing(sqlite3.connect(place.store)) as future:
        future.execute("UPDATE alembic_version SET version_num = '9999'")
        future.commit()
    found = list(examine(settings, NOW, {}))
    assert "is at revision 9999" in only(found, "failed").what
    assert states(found)["integrity"] == "unknown"


@pytest.mark.parametrize("value", ["", '"abcdef"', " abcdef", "abc\ndef"])
def test_a_key_that_was_not_meant_so_is_named_and_not_shown(subject: Subject, value: str) -> None:
    environment = {"MASTODON_TOKEN_MASTODON_SOCIAL": value, "X_BEARER_TOKEN": "goodone", "HOME": " "}
    found = list(keys.look(replace(subject, environment=environment)))
    assert "MASTODON_TOKEN_MASTODON_SOCIAL is set, but" in only(found, "warning").what
    assert "X_BEARER_TOKEN" in only(found, "ok").what
    assert "goodone" not in str(found)
    assert "abcdef" not in str(found)


def test_servers_that_are_asked_without_a_key_are_named(place: Place, subject: Subject) -> None:
    place.write(CONFIG.format(zone="UTC") + SERVER)
    subject = replace(subject, config=Settings(place.folder / "config.yaml", None).config())
    assert "asked without one: mastodon.social" in only(keys.look(subject), "ok").what
    subject = replace(subject, environment={"MASTODON_TOKEN_MASTODON_SOCIAL": "abcdef"})
    assert "no source lacks one" in only(keys.look(subject), "ok").what


@pytest.fixture
def asked() -> Iterator[StandIn]:
    """A stand-in for X."""
    with serving(World()) as standin:
        yield standin
        assert standin.bill.mills == 0, "the doctor costs nothing"


def of_x(place: Place, subject: Subject, url: str, more: str = "", token: str | None = TOKEN) -> dict[str, Finding]:
    """Look at X: what its config.yaml says, and the key in the environment."""
    place.write(CONFIG.format(zone="UTC") + X.format(url=url, more=more))
    config = Settings(place.folder / "config.yaml", None).config()
    environment = {} if token is None else {"X_BEARER_TOKEN": token}
    found = list(x.look(replace(subject, config=config, environment=environment)))
    assert TOKEN not in str(found)
    assert len({one.check for one in found}) == len(found)
    return {one.check: one for one in found}


@pytest.mark.parametrize(("names", "as_text"), [("2.166", False), ("2.166", True), ("2.167", False)])
@pytest.mark.parametrize("access", [Access.ALL, Access.RECENT])
def test_a_key_that_x_takes(
    place: Place, subject: Subject, asked: StandIn, names: str, as_text: bool, access: Access
) -> None:
    asked.change(names=names, usage_as_text=as_text, tokens={TOKEN: access}, cap=12_345)
    found = of_x(place, subject, asked.url)
    assert states(found.values()) == {"X key": "ok", "X posts": "ok", "X month": "ok"}
    assert "0 of the 12,345 posts that X gives in a month are read" in found["X posts"].what
    assert [one.path for one in asked.requests] == ["/2/usage/tweets"]


def test_without_x_nobody_is_asked(subject: Subject) -> None:
    assert list(x.look(subject)) == []


@pytest.mark.parametrize(
    ("token", "what"),
    [(None, "X_BEARER_TOKEN is not set"), (" ", "X_BEARER_TOKEN is not set"), ("a b", "characters that no token has")],
)
def test_a_key_that_is_none_is_told_before_x_is_asked(
    place: Place, subject: Subject, asked: StandIn, token: str | None, what: str
) -> None:
    found = of_x(place, subject, asked.url, token=token)
    assert states(found.values()) == {"X key": "failed"}
    assert what in found["X key"].what
    assert "into the environment" in found["X key"].cure
    assert asked.requests == []


@pytest.mark.parametrize(
    ("access", "what", "cure"),
    [
        (Access.EXPIRED, "X does not take the key", "new from the platform's developer portal"),
        (Access.NOT_ENROLLED, "lets its app ask for nothing", "the app is in a project"),
    ],
)
def test_a_key_that_x_does_not_take(
    place: Place, subject: Subject, asked: StandIn, access: Access, what: str, cure: str
) -> None:
    asked.change(tokens={TOKEN: access})
    found = of_x(place, subject, asked.url)
    assert states(found.values()) == {"X key": "failed"}
    assert what in found["X key"].what
    assert cure in found["X key"].cure


@pytest.mark.parametrize(
    ("fault", "state", "what", "cure"),
    [
        (Fault("status", status=402), "failed", "what was paid to X in advance: HTTP 402", "Buy credits"),
        (Fault("status", status=429, problem="usage-capped"), "failed", "in a month are used up", "next month"),
        (Fault("status", status=429), "unknown", "X wants a pause until 20", "Wait until then"),
        (Fault("status", status=503), "warning", "X was not reached: HTTP 503", "Wait: it is tried again"),
        (Fault("close"), "warning", "the connection failed or broke off", "Wait: it is tried again"),
        (Fault("html"), "warning", "a page that is not JSON", "Wait: it is tried again"),
        (Fault("status", status=404), "unknown", "X did not say whether it takes the key: HTTP 404", "`url` under"),
    ],
)
def test_why_x_does_not_tell_each_in_its_own_words(
    place: Place, subject: Subject, asked: StandIn, fault: Fault, state: str, what: str, cure: str
) -> None:
    asked.faults.add(fault)
    found = of_x(place, subject, asked.url)
    assert states(found.values()) == {"X key": state}
    assert what in found["X key"].what
    assert cure in found["X key"].cure


def test_where_nobody_answers_the_key_is_not_judged(place: Place, subject: Subject) -> None:
    found = of_x(place, subject, "http://127.0.0.1:9")
    assert states(found.values()) == {"X key": "warning"}
    assert "the key is not checked, as X was not reached: 127.0.0.1:9" in found["X key"].what


def test_a_month_whose_posts_are_used_up(place: Place, subject: Subject, asked: StandIn) -> None:
    asked.change(cap=0)
    found = of_x(place, subject, asked.url)
    assert (found["X key"].state, found["X posts"].state) == ("ok", "failed")
    assert "Wait for the platform's next month" in found["X posts"].cure


@pytest.mark.parametrize(
    ("says", "begins_on", "state"),
    [
        (7, 7, "ok"),
        (7, 1, "warning"),
        (6, 1, "ok"),  # in six days it is the first of December
        (5, 31, "ok"),  # and in five the last of November, which has no 31st
        (31, 30, "warning"),
    ],
)
def test_x_s_month_is_held_against_the_budget_s(
    place: Place, subject: Subject, asked: StandIn, says: int, begins_on: int, state: str
) -> None:
    asked.change(cap_reset_day=says)
    found = of_x(place, subject, asked.url, f", month_begins_on: {begins_on}")["X month"]
    assert found.state == state
    assert str(says) in found.what
    assert ("`month_begins_on` under sources.x" in found.cure) == (state == "warning")


def test_what_x_does_not_tell_is_unknown(
    place: Place, subject: Subject, asked: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x, "ASKED", {"usage.fields": "project_id"})
    found = of_x(place, subject, asked.url)
    assert states(found.values()) == {"X key": "ok", "X posts": "unknown", "X month": "unknown"}


def test_the_full_archive_is_not_asked_for_as_that_may_cost(place: Place, subject: Subject, asked: StandIn) -> None:
    asked.change(tokens={TOKEN: Access.RECENT})
    found = of_x(place, subject, asked.url, ", archive: all")
    assert found["X archive"].state == "unknown"
    assert "is not checked, as asking that may cost" in found["X archive"].what
    assert len(asked.requests) == 1


def test_the_command_tells_of_x_and_never_the_key(
    place: Place, asked: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(CONFIG.format(zone="UTC") + X.format(url=asked.url, more=""))
    monkeypatch.delenv("X_BEARER_TOKEN", raising=False)
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "X lacks the one that it needs" in told
    assert "failed   X key: X_BEARER_TOKEN is not set. Put the app's bearer token" in told
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "no source lacks one that it needs" in told
    assert "ok       X key: X takes the key" in told
    assert TOKEN not in told


def test_time_zones_load(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Asia/Baghdad, Asia/Tehran load" in only(zones.look(subject), "ok").what
    monkeypatch.setattr("zoneinfo.ZoneInfo", _no_zone)
    assert "Asia/Baghdad: it cannot be loaded" in only(zones.look(subject), "failed").what


def _no_zone(name: str) -> Any:
    raise ValueError(f"no data for {name}")


def test_letters_that_no_font_has_are_named(place: Place, subject: Subject) -> None:
    assert states(letters.look(subject)) == {"fonts": "ok"}
    place.write("campaigns:\n  c:\n    title: 'Die \U000118a0 Welle'\n    tags: ['#موجة', '#c']\n")
    config = Settings(place.folder / "config.yaml", None).config()
    assert "[U+118A0]" in only(letters.look(replace(subject, config=config)), "warning").what


def test_a_clock_that_went_back(subject: Subject) -> None:
    assert subject.store is not None
    assert states(clock.look(subject)) == {"clock": "unknown"}
    record(subject.store, "x-search", NOW - HOUR)
    record(subject.store, "replay:demo", NOW + 400 * DAY)
    assert states(clock.look(subject)) == {"clock": "ok"}
    assert states(clock.look(replace(subject, now=NOW - 2 * HOUR))) == {"clock": "failed"}


def test_the_days_that_are_left(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten posts in two days, and nothing else in the store: half of its length a day."""
    assert subject.store is not None
    assert "less than a day was collected" in only(disk.look(subject), "ok").what
    for days, source in ((2, "x-search"), (3, "archive"), (1, "replay:demo")):
        run_id = subject.store.begin_run(source, "", NOW - days * DAY)
        items = [item(100 * days + number) for number in range(10)]
        subject.store.save(Batch(run_id, source, "", NOW, items=items))
    with closing(sqlite3.connect(Path(subject.url.removeprefix("sqlite:///")))) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    length = Path(subject.url.removeprefix("sqlite:///")).stat().st_size
    monkeypatch.setattr("shutil.disk_usage", lambda _path: _Usage(free=int(length / 30 * 10 / 2) * 10**4))
    assert "enough for 10,000 days at " in only(disk.look(subject), "ok").what
    monkeypatch.setattr("groundswell.doctor.disk.LEAST", 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: _Usage(free=int(length / 30 * 10 / 2) * 8))
    assert "enough for 8 days at " in only(disk.look(subject), "warning").what
    monkeypatch.setattr("shutil.disk_usage", lambda _path: _Usage(free=length - 1))
    assert "a scrub after a deletion needs" in only(disk.look(subject), "warning").what
    monkeypatch.setattr("groundswell.doctor.disk.LEAST", 2 * length)
    assert states(disk.look(subject)) == {"disk": "failed"}


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_what_is_wrong_in_the_database(subject: Subject, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert subject.store is not None
    assert states(integrity.look(subject)) == {"integrity": "ok", "scrub": "ok"}
    with closing(sqlite3.connect(place.store)) as other:
        other.execute("CREATE TABLE recipes (title TEXT)")
    assert "recipes" in only(integrity.look(subject), "warning").what
    run_id = subject.store.begin_run("archive", "", NOW)
    gone = Deletion(platform="x", platform_id="1", deleted_at=to_text(NOW))
    subject.store.save(Batch(run_id, "archive", "", NOW, items=[item(1)], deletions=[gone]))
    pending = datetime.now(UTC)
    for age, state in ((HOUR, "ok"), (2 * DAY, "warning")):
        assert states(integrity.look(replace(subject, now=pending + age)))["scrub"] == state
    monkeypatch.setattr("groundswell.doctor.integrity.LONG_WAL", 10)
    assert any("wait in groundswell.db-wal" in one.what for one in integrity.look(subject))


def dead() -> int:
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def sign(pid: int, at: datetime, *, is_running: bool = True) -> Heartbeat:
    """Make a sign of life."""
    return Heartbeat(at, at, socket.gethostname(), pid, is_running, at, "", {})


def test_a_collector_that_runs_was_stopped_or_died(subject: Subject) -> None:
    assert subject.store is not None
    assert states(schedule.look(subject)) == {"collector": "warning", "sources": "ok", "leases": "ok"}
    for beat, state in (
        (sign(os.getpid(), NOW), "ok"),
        (sign(os.getpid(), NOW, is_running=False), "warning"),
        (sign(dead(), NOW), "failed"),
        (sign(os.getpid(), NOW - HOUR), "failed"),
    ):
        heartbeat.beat(subject.store, beat)
        assert states(schedule.look(subject))["collector"] == state


def test_sources_that_failed_or_are_late(place: Place, subject: Subject) -> None:
    assert subject.store is not None
    heartbeat.beat(subject.store, sign(os.getpid(), NOW))
    place.write(CONFIG.format(zone="UTC") + SERVER)
    subject = replace(subject, config=Settings(place.folder / "config.yaml", None).config())
    assert subject.store is not None
    record(subject.store, "archive", NOW, "failed", "broken file")
    record(subject.store, "x-search", NOW - HOUR, "failed", "no answer")
    assert "no answer" in only(schedule.look(subject), "warning").what
    record(subject.store, "x-search", NOW)
    assert states(schedule.look(subject))["sources"] == "ok"
    late = replace(subject, now=NOW + 3 * HOUR)
    heartbeat.beat(subject.store, sign(os.getpid(), late.now))
    assert "was 3 h ago, one is due each 15 min" in only(schedule.look(late), "warning").what
    heartbeat.beat(subject.store, sign(os.getpid(), late.now, is_running=False))
    assert states(schedule.look(late))["sources"] == "ok", "where nothing runs nothing is late"


def test_leases_of_the_dead(subject: Subject) -> None:
    assert subject.store is not None
    mine = Lease.of_this_process("x-search", "")
    at = datetime.now(UTC)
    subject.store.take_lease(mine)
    assert "1 held by processes that live" in str(list(schedule.look(replace(subject, now=at))))
    subject.store.take_lease(replace(mine, source="other", pid=dead()))
    assert states(schedule.look(replace(subject, now=at)))["leases"] == "warning"


def test_a_lake_in_step_behind_of_another_store_or_damaged(subject: Subject) -> None:
    assert subject.store is not None
    assert subject.config is not None
    folder = Path(subject.config.lake.folder)
    assert "there is none" in only(lake.look(subject), "ok").what
    run_id = subject.store.begin_run("archive", "", NOW)
    subject.store.save(Batch(run_id, "archive", "", NOW, items=[item(1)]))
    refresh(subject.store.engine, folder, now=NOW)
    assert "in step with the store" in only(lake.look(subject), "ok").what
    subject.store.save(Batch(run_id, "archive", "", NOW, items=[item(2)]))
    assert "1 saves behind the store" in only(lake.look(subject), "ok").what
    subject.store.set_note("store_id", "another")
    assert "of another store" in only(lake.look(subject), "ok").what
    file = next(folder.rglob("*.parquet"))
    whole = file.read_bytes()
    file.write_bytes(b"\xab" * len(whole))
    assert "delete the lake's folder" in only(lake.look(subject), "warning").cure
    file.write_bytes(whole[:-1])
    assert "none is needed" in only(lake.look(subject), "warning").cure
    file.unlink()
    assert "none is needed" in only(lake.look(subject), "warning").cure


def test_what_nobody_knows_and_what_could_not_be_read(subject: Subject) -> None:
    assert subject.store is not None
    assert states(payloads.look(subject)) == {"unknown fields": "ok", "unreadable items": "ok"}
    for days in (40, 2, 1):
        run_id = subject.store.begin_run("x-search", "", NOW - days * DAY)
        item_of = item(days)
        odd = Item(payload=item_of.payload, post=item_of.post, unknown=(f"Post.colour{days // 30}", "Post.new"))
        torn = Item(payload=b"{" * days, post=None, error="torn")
        subject.store.save(Batch(run_id, "x-search", "", NOW, items=[odd, torn]))
    fields, items = payloads.look(subject)
    assert (fields.state, items.state) == ("warning", "warning")
    assert fields.what.startswith("Post.colour0 (2 items in 2 runs), Post.new (2 items in 2 runs): a platform may")
    assert "colour1" not in fields.what, "of runs long ago nothing is told"
    assert items.what.startswith("3 could not be read; they are kept")


def test_what_a_store_says_cannot_steer_the_terminal(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(f"sqlite:///{place.store}") as store:
        record(store, "x-search", datetime.now(UTC), "failed", "evil \x1b[2J\n\u202e line")
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "evil [2J" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
