"""The threads of the scheduler's jobs: each job has its own, which lasts, and none holds up the end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from groundswell.threads import DaemonThreads, shut_down

PACE, PATIENCE = 0.02, 20.0


@contextmanager
def scheduled() -> Iterator[tuple[BackgroundScheduler, DaemonThreads]]:
    """Run a scheduler over threads of ours."""
    threads = DaemonThreads()
    scheduler = BackgroundScheduler(executors={"default": threads}, timezone=UTC)
    scheduler.start()
    try:
        yield scheduler, threads
    finally:
        scheduler.shutdown(wait=False)


def test_a_job_has_the_same_thread_every_time_and_another_than_other_jobs() -> None:
    seen: dict[str, list[int]] = {"one": [], "other": []}
    enough = threading.Event()

    def note(name: str) -> None:
        seen[name].append(threading.get_ident())
        time.sleep(PACE)
        if all(len(idents) > 5 for idents in seen.values()):
            enough.set()
        raise RuntimeError("a run that fails does not end its thread")

    with scheduled() as (scheduler, _):
        for name in seen:
            scheduler.add_job(note, "interval", seconds=PACE, args=(name,), id=name, misfire_grace_time=None)
        assert enough.wait(PATIENCE)
    [one], [other] = (set(idents) for idents in seen.values())
    assert one != other


def test_what_runs_is_named_and_waited_for_as_long_as_it_may_take() -> None:
    is_there, may_end = threading.Event(), threading.Event()

    def hang() -> None:
        is_there.set()
        may_end.wait(PATIENCE)

    with scheduled() as (scheduler, threads):
        assert (threads.running(besides=""), threads.join(0)) == ((), ())
        scheduler.add_job(hang, id="hanging")
        assert is_there.wait(PATIENCE)
        assert threads.running(besides="") == ("hanging",)
        assert threads.running(besides="hanging") == ()
        assert threads.join(PACE) == ("hanging",)
        may_end.set()
        assert threads.join(PATIENCE) == ()
        assert threads.running(besides="") == ()


def test_a_stop_that_comes_just_as_a_job_is_started_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    is_starting, is_stopping = threading.Event(), threading.Event()

    class Slow(DaemonThreads):
        def _do_submit_job(self, *job: Any) -> None:
            super()._do_submit_job(*job)
            is_starting.set()
            is_stopping.wait(PATIENCE)
            time.sleep(10 * PACE)

    scheduler = BackgroundScheduler(executors={"default": Slow()}, timezone=UTC)
    scheduler.start()
    scheduler.add_job(time.time, id="once")
    assert is_starting.wait(PATIENCE)
    loop = scheduler._thread
    is_stopping.set()
    shut_down(scheduler)
    loop.join(PATIENCE)
    assert (loop.is_alive(), broken) == (False, [])
