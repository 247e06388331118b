"""`groundswell run`: the sources on their schedule until somebody stops it, whatever goes wrong with one of them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

from groundswell import heartbeat
from groundswell.config import Config, ConfigError, to_campaigns
from groundswell.journal import LOG
from groundswell.options import Settings
from groundswell.passes import Passes, write_span
from groundswell.problems import Problem, note
from groundswell.sources import Scheduled, sources_of
from groundswell.terminal import one_line
from groundswell.threads import DaemonThreads
from groundswell.words import lines_of
from storage.scrub import scrub_if_pending
from storage.store import Store

LAST_WORDS: Final = 3.5
"""Seconds that running jobs are given to end."""

INBOX: Final = "inbox"
CHARTS: Final = "charts"
DRAW_EVERY: Final = timedelta(minutes=1)
"""Charts are not drawn more often than that, however fast the posts come."""
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


class Runner:
    """The scheduled collector over one open store.

    Every job reads config.yaml again first: a change that is valid is put in force, one that is not is refused
    while the old one goes on.
    """

    def __init__(self, settings: Settings, config: Config, store: Store, stop: threading.Event) -> None:
        """Make ready; nothing runs yet. `stop` ends it."""
        self._settings = settings
        self._config = config
        self._config_text = settings.file.read_bytes()
        self._config_state = (_now(), "")
        self._configuring = threading.Lock()
        self._store = store
        self._stop = stop
        self._started_at = _now()
        self._passes = Passes(store, stop)
        self._moved = threading.Event()
        self._drawn_at = NEVER
        self._threads = DaemonThreads()
        self._scheduler = BackgroundScheduler(
            executors={"default": self._threads},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._sources = {one.name: one for one in sources_of(config)}

    def run(self) -> bool:
        """Run until stopped; tells whether all jobs had ended by then."""
        self._say_what_was_missed()
        self._store.abandon_runs(_now())
        self._schedule()
        self._scheduler.start()
        self._beat()
        while not self._stop.wait(heartbeat.EVERY.total_seconds()):
            self._look_up()
        LOG.info("stopping")
        self._scheduler.shutdown(wait=False)
        ended = self._threads.join(LAST_WORDS)
        self._beat(is_running=False)
        LOG.info("stopped" if ended else "stopped; a source did not answer in time and was abandoned")
        return ended

    def _look_up(self) -> None:
        """Leave a sign of life; a long time since the last one means that the machine slept."""
        before = heartbeat.last_beat(self._store)
        if before is not None and _now() - before.at > 4 * heartbeat.EVERY:
            self._say_what_was_missed()
        self._beat()

    def _say_what_was_missed(self) -> None:
        before = heartbeat.last_beat(self._store)
        if before is None:
            LOG.info("first run on this store: what the sources still have is fetched now")
            return
        away = _now() - before.at
        missed = int(away / self._config.schedule.collect)
        LOG.info(
            "away since %s (%s, %s passes missed): what the sources still have is fetched now; what was filled and"
            " lost stands in the next lines",
            before.at.isoformat(timespec="seconds"),
            write_span(away),
            missed,
        )

    def _schedule(self) -> None:
        """Make the jobs anew from the config in force; each runs at once, then at its pace."""
        self._scheduler.remove_all_jobs()
        for scheduled in self._sources.values():
            self._add(f"source {scheduled.name}", scheduled.every, self._collect_job(scheduled))
        if self._config.sources.inbox is not None:
            self._add(INBOX, self._config.sources.inbox.every, self._inbox_job)
        LOG.info("watching %s", ", ".join(self._names()))

    def _names(self) -> list[str]:
        jobs = [*self._sources, *([INBOX] if self._config.sources.inbox is not None else [])]
        campaigns = [campaign.slug for campaign in to_campaigns(self._config)]
        return [f"{', '.join(campaigns)} through {', '.join(jobs) or 'no source at all'}"]

    def _add(self, name: str, every: timedelta, work: Callable[[], None]) -> None:
        seconds = max(every.total_seconds(), 0.05)
        self._scheduler.add_job(work, "interval", seconds=seconds, id=name, name=name, next_run_time=_now())

    def _collect_job(self, scheduled: Scheduled) -> Callable[[], None]:
        def work() -> None:
            self._guarded(scheduled.name, lambda: self._passes.collect(scheduled, self._config))

        return work

    def _inbox_job(self) -> None:
        self._guarded(INBOX, lambda: self._passes.receive(self._config))

    def _ask_for_charts(self) -> None:
        """Have the charts drawn, by one thread at a time; the sources need not wait for it."""
        self._moved.set()
        at = max(_now(), self._drawn_at + DRAW_EVERY)
        self._scheduler.add_job(self._charts_job, "date", run_date=at, id=CHARTS, name=CHARTS, replace_existing=True)

    def _charts_job(self) -> None:
        def work() -> bool:
            while self._moved.is_set() and not self._stop.is_set():
                self._moved.clear()
                self._drawn_at = _now()
                self._passes.draw(self._config)
            return False

        self._guarded(CHARTS, work)

    def _guarded(self, name: str, work: Callable[[], bool]) -> None:
        """Do one job; whatever goes wrong in it is logged and left behind, and no other job is touched."""
        if self._stop.is_set():
            return
        try:
            self._read_config_again()
            if work() and not self._stop.is_set():
                self._ask_for_charts()
            scrub_if_pending(self._store)
        except Exception as error:  # the outermost edge of a job: the next pass tries again
            lines = lines_of(error)
            if lines:
                LOG.error("%s: %s", name, " ".join(one_line(line) for line in lines))
            else:
                LOG.exception("%s: this is a bug in Groundswell", name)
            what = " ".join(lines) or f"{type(error).__name__}: {error}"
            note(self._store, Problem(_now(), name, one_line(what)))

    def _read_config_again(self) -> None:
        with self._configuring:
            try:
                text = self._settings.file.read_bytes()
                if text == self._config_text:
                    return
                config = self._settings.config()
            except (ConfigError, OSError) as error:
                self._refuse(" ".join(lines_of(error)))
                return
            self._config_text = text
            self._put_in_force(config)

    def _refuse(self, why: str) -> None:
        if self._config_state[1] != why:
            LOG.error("config.yaml changed and is refused, the old one goes on: %s", one_line(why))
        self._config_state = (self._config_state[0], why)

    def _put_in_force(self, config: Config) -> None:
        before, self._config = self._config, config
        self._config_state = (_now(), "")
        changed = self._store.set_campaigns(to_campaigns(config), _now())
        LOG.info("config.yaml changed and is in force; rules changed: %s", ", ".join(changed) or "none")
        self._store.rebuild_membership()
        if (before.sources, before.schedule) != (config.sources, config.schedule):
            self._sources = {one.name: one for one in sources_of(config)}
            self._schedule()
        if before.store != config.store:
            LOG.warning("the store's section changed: that takes a restart")

    def _beat(self, *, is_running: bool = True) -> None:
        due = {job.id: job.next_run_time for job in self._scheduler.get_jobs()} if is_running else {}
        sign = heartbeat.of_this_process(_now(), self._started_at, self._config_state, due)
        heartbeat.beat(self._store, sign if is_running else heartbeat.last_word(sign))
