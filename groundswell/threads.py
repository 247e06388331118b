"""Jobs in threads that cannot keep the program alive: a read that hangs does not hold up its end."""

import sys
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from queue import SimpleQueue
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.schedulers.background import BackgroundScheduler


class DaemonThreads(BaseExecutor):  # type: ignore[misc]  # APScheduler comes without types
    """An executor of APScheduler that runs each job in a daemon thread of its own, the same one every time.

    APScheduler's own pool joins its threads when the interpreter ends: one that is blocked in a read would hold
    the program for as long as the read lasts. And it gives a job now to this thread, now to that one: matplotlib
    opens all fonts anew for every thread that draws, and keeps them open, and the memory that a job has let go is
    kept for its thread.
    """

    def __init__(self) -> None:
        """Start without threads."""
        super().__init__()
        self._waiting: dict[str, SimpleQueue[tuple[Any, Sequence[datetime]]]] = {}
        self._runs: Counter[str] = Counter()
        self._changed = threading.Condition()

    def _do_submit_job(self, job: Any, run_times: Sequence[datetime]) -> None:
        with self._changed:
            self._runs[job.id] += 1
        if job.id not in self._waiting:
            self._waiting[job.id] = SimpleQueue()
            threading.Thread(target=self._work, args=(job.id,), name=job.id, daemon=True).start()
        self._waiting[job.id].put((job, run_times))

    def _work(self, name: str) -> None:
        while True:
            self._run(*self._waiting[name].get())
            with self._changed:
                self._runs[name] -= 1
                self._changed.notify_all()

    def _run(self, job: Any, run_times: Sequence[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException:  # noqa: BLE001  # the outermost edge of a job: the scheduler is told, and goes on
            self._run_job_error(job.id, *sys.exc_info()[1:])
        else:
            self._run_job_success(job.id, events)

    def running(self, *, besides: str) -> tuple[str, ...]:
        """Name the jobs that are running, one left out."""
        with self._changed:
            return tuple(sorted(name for name, runs in self._runs.items() if runs and name != besides))

    def join(self, seconds: float) -> tuple[str, ...]:
        """Wait for the running jobs, at most so long; names those that have not ended."""
        with self._changed:
            self._changed.wait_for(lambda: not any(self._runs.values()), seconds)
            return tuple(sorted(name for name, runs in self._runs.items() if runs))


def shut_down(scheduler: BackgroundScheduler) -> None:
    """Stop a scheduler without waiting for the jobs that run.

    APScheduler's `shutdown` may come between the start of a job that runs once and its removal, which then fails
    for a scheduler that has stopped, with a traceback in the log. Paused first, no job is started any more, and
    taking all of them away waits for the one that is just being started.
    """
    scheduler.pause()
    scheduler.remove_all_jobs()
    scheduler.shutdown(wait=False)
