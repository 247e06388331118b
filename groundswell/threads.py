"""Jobs in threads that cannot keep the program alive: a read that hangs does not hold up its end."""

import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job


class DaemonThreads(BaseExecutor):  # type: ignore[misc]  # APScheduler comes without types
    """An executor of APScheduler that runs each job in a daemon thread of its own.

    APScheduler's own pool joins its threads when the interpreter ends: one that is blocked in a read would hold
    the program for as long as the read lasts.
    """

    def __init__(self) -> None:
        """Start without threads."""
        super().__init__()
        self._threads: set[threading.Thread] = set()

    def _do_submit_job(self, job: Any, run_times: Sequence[datetime]) -> None:
        thread = threading.Thread(target=self._run, args=(job, run_times), name=job.id, daemon=True)
        self._threads = {one for one in self._threads if one.is_alive()} | {thread}
        thread.start()

    def _run(self, job: Any, run_times: Sequence[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException:  # noqa: BLE001  # the outermost edge of a job: the scheduler is told, and goes on
            self._run_job_error(job.id, *sys.exc_info()[1:])
        else:
            self._run_job_success(job.id, events)

    def running(self, *, besides: str) -> tuple[str, ...]:
        """Name the jobs that are running, one left out."""
        return tuple(sorted(one.name for one in self._threads if one.is_alive() and one.name != besides))

    def join(self, seconds: float) -> tuple[str, ...]:
        """Wait for the running jobs, at most so long; names those that have not ended."""
        deadline = time.monotonic() + seconds
        threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return tuple(sorted(thread.name for thread in threads if thread.is_alive()))
