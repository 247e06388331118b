"""The signs of life of a collector: who is alive, who leaves them, and what is said after a sleep."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from groundswell import heartbeat
from groundswell.heartbeat import SILENCE, Heartbeat, is_alive, last_beat
from groundswell.in_force import InForce
from groundswell.journal import keep_journal
from groundswell.options import Settings
from groundswell.pulse import FRESH, Pulse
from storage.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class Watch:
    """A clock that is set by hand."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def opened(store: str) -> Iterator[Store]:
    """An empty store."""
    with Store.open(store) as one:
        yield one


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The program's log."""
    file = tmp_path / "a.log"
    keep_journal(file, to_stderr=False)
    yield file
    keep_journal(None, to_stderr=False)


def pulse_of(store: Store, folder: Path, watch: Watch) -> Pulse:
    """Make the pulse of this process, by a config with an inbox that is looked into each minute."""
    file = folder / "config.yaml"
    file.write_text("campaigns: {c: {title: C, tags: ['#c']}}\nsources: {inbox: {every: 1m}}\n", encoding="utf-8")
    settings = Settings(file, None)
    in_force = InForce(settings, settings.config(), watch.now)
    return Pulse(store, in_force, lambda: {"inbox": watch.now() + timedelta(minutes=1)}, watch.now)


def sign(at: datetime, pid: int, host: str = "", *, is_running: bool = True) -> Heartbeat:
    """Make a sign of life of some process."""
    return Heartbeat(at, at, host or socket.gethostname(), pid, is_running, at, "", {})


def dead() -> int:
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_who_is_alive() -> None:
    assert is_alive(sign(NOW, os.getpid()), NOW + SILENCE)
    assert not is_alive(sign(NOW, os.getpid()), NOW + SILENCE + SECOND)
    assert not is_alive(sign(NOW, os.getpid(), is_running=False), NOW)
    assert not is_alive(sign(NOW, dead()), NOW)
    assert is_alive(sign(NOW, dead(), "elsewhere"), NOW + SILENCE), "of another host only the time can tell"
    assert not is_alive(sign(NOW, dead(), "elsewhere"), NOW + SILENCE + SECOND)


def test_another_living_process_keeps_its_signs(opened: Store, tmp_path: Path) -> None:
    watch = Watch()
    pulse = pulse_of(opened, tmp_path, watch)
    other = sign(NOW, 1, "elsewhere")
    heartbeat.beat(opened, other)
    pulse.beat()
    assert last_beat(opened) == other
    assert pulse.say_goodbye()
    assert last_beat(opened) == other
    watch.moment += SILENCE + SECOND
    pulse.beat()
    ours = last_beat(opened)
    assert ours is not None
    assert (ours.pid, ours.is_running, list(ours.due)) == (os.getpid(), True, ["inbox"])
    assert pulse.say_goodbye()
    assert last_beat(opened) == msgspec.structs.replace(ours, is_running=False, due={})


def test_what_a_sign_says_is_fresh_only_for_a_while(opened: Store, tmp_path: Path) -> None:
    watch = Watch()
    pulse = pulse_of(opened, tmp_path, watch)
    pulse.beat()
    watch.moment += FRESH
    assert not pulse.is_stale
    watch.moment += SECOND
    assert pulse.is_stale


def test_a_sleep_is_said_once(opened: Store, tmp_path: Path, log: Path) -> None:
    watch = Watch()
    pulse = pulse_of(opened, tmp_path, watch)
    pulse.beat()
    for away in (timedelta(minutes=1), timedelta(hours=8), SECOND):
        watch.moment += away
        pulse.notice_sleep()
    (said,) = log.read_text(encoding="utf-8").splitlines()
    assert "INFO away since 2026-11-01T00:00:00+00:00 (8 h 1 min, 481 passes missed): " in said


def test_the_first_word_depends_on_who_was_there_before(opened: Store, tmp_path: Path, log: Path) -> None:
    watch = Watch()
    pulse = pulse_of(opened, tmp_path, watch)
    pulse.say_hello()
    heartbeat.beat(opened, sign(NOW - timedelta(hours=1), dead()))
    pulse.say_hello()
    heartbeat.beat(opened, sign(NOW, os.getpid()))  # our number, used again after a restart
    pulse.say_hello()
    heartbeat.beat(opened, sign(NOW, 1, "elsewhere"))
    pulse.say_hello()
    said = [line.partition(" INFO ")[2] for line in log.read_text(encoding="utf-8").splitlines()]
    assert [" ".join(line.split()[:2]) for line in said] == ["first run", "away since", "away since", "process 1"]
