"""`groundswell run`: the sources on their schedule until somebody stops it, whatever goes wrong with one of them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

from collector.errors import Stopped
from groundswell import heartbeat
from groundswell.config import Config, to_campaigns
from groundswell.in_force import InForce
from groundswell.journal import LOG
from groundswell.options import Settings
from groundswell.passes import Passes
from groundswell.problems import Problem, note
from groundswell.redrawing import LONGEST_REST, Redrawing
from groundswell.sources import Made, is_still, make, paces_of
from groundswell.terminal import one_line
from groundswell.threads import DaemonThreads
from groundswell.times import write_span
from groundswell.words import lines_of
from storage.campaign import Campaign
from storage.errors import StorageError
from storage.scrub import scrub_if_pending
from storage.store import Store

LAST_WORDS: Final = 3.0
"""Seconds that running jobs are given to end."""
FAREWELL: Final = 1.0
"""Seconds that the last sign of life is given: another program may hold the store."""
LOOKS: Final = 1.0
"""Seconds between two looks at the sign to stop: Windows hears no Ctrl-C during a longer wait."""
FASTEST: Final = timedelta(milliseconds=200)

INBOX: Final = "inbox"
CHARTS: Final = "charts"
HEARTBEAT: Final = "heartbeat"


def _now() -> datetime:
    return datetime.now(UTC)


class Runner:
    """The scheduled collector over one open store.

    Every job reads config.yaml again first: a change that is valid is put in force, one that is not is refused
    while the old one goes on.
    """

    def __init__(self, settings: Settings, config: Config, store: Store, stop: threading.Event) -> None:
        """Make ready; nothing runs yet. `stop` ends it."""
        self._in_force = InForce(settings, config, _now)
        self._configuring = threading.Lock()
        self._must_rebuild = False
        self._store = store
        self._stop = stop
        self._started_at = _now()
        self._beaten_at = _now()
        self._passes = Passes(store, stop)
        self._made: dict[str, Made] = {}
        self._threads = DaemonThreads()
        self._scheduler = BackgroundScheduler(
            executors={"default": self._threads},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._redrawing = Redrawing(self._draw, self._schedule_charts, _now)

    def run(self) -> bool:
        """Run until stopped; tells whether all jobs had ended by then."""
        try:
            self._begin()
            while not self._stop.wait(LOOKS):
                pass
        finally:
            self._stop.set()
            has_ended = self._end()
        return has_ended

    def time_of(self, source: str) -> datetime | None:
        """Tell what time it is for a source; None where it was not asked yet."""
        made = self._made.get(source)
        return None if made is None else made.clock.now()

    def _begin(self) -> None:
        before = heartbeat.last_beat(self._store)
        if before is not None and heartbeat.is_alive(before, _now()):
            LOG.info("process %s runs on this store already: each takes what the other leaves", before.pid)
        else:
            self._say_what_was_missed(None if before is None else before.at)
        self._store.abandon_runs(_now())
        self._arrange()
        self._scheduler.start()
        self._beat()
        self._add(HEARTBEAT, heartbeat.EVERY, self._heartbeat_job, first=_now() + heartbeat.EVERY)
        # What came just before the last end may not have been drawn.
        self._schedule_charts(_now() + LONGEST_REST)

    def _end(self) -> bool:
        """Give the jobs their time to end, and say goodbye; tells whether all have ended."""
        LOG.info("stopping")
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        left = self._threads.join(LAST_WORDS)
        farewell = threading.Thread(target=self._say_farewell, name=HEARTBEAT, daemon=True)
        farewell.start()
        farewell.join(FAREWELL)
        if left:
            LOG.warning("stopped; abandoned, as it did not end in time: %s", ", ".join(left))
        else:
            LOG.info("stopped")
        return not left and not farewell.is_alive()

    def _arrange(self) -> None:
        """Bring the jobs in line with the config in force; a new one runs at once, then at its pace."""
        config = self._in_force.config
        paces = {f"source {name}": (pace, self._collect_job(name)) for name, pace in paces_of(config).items()}
        if config.sources.inbox is not None:
            paces[INBOX] = (config.sources.inbox.every, self._inbox_job)
        for job in self._scheduler.get_jobs():
            if job.id not in {*paces, CHARTS, HEARTBEAT}:
                job.remove()
        for name, (pace, work) in paces.items():
            self._add(name, pace, work, first=_now())
        campaigns = ", ".join(config.campaigns)
        LOG.info("watching %s through %s", campaigns, ", ".join(paces) or "no source at all")

    def _add(self, name: str, every: timedelta, work: Callable[[], None], *, first: datetime) -> None:
        seconds = max(every, FASTEST).total_seconds()
        self._scheduler.add_job(
            work, "interval", seconds=seconds, id=name, name=name, next_run_time=first, replace_existing=True
        )

    def _schedule_charts(self, at: datetime) -> None:
        if not self._stop.is_set():
            job = self._redrawing.run
            self._scheduler.add_job(job, "date", run_date=at, id=CHARTS, name=CHARTS, replace_existing=True)

    def _collect_job(self, name: str) -> Callable[[], None]:
        def work() -> None:
            self._guarded(name, lambda: self._collect(name))

        return work

    def _collect(self, name: str) -> bool:
        """Make one pass over a source, as the config has it now."""
        config = self._in_force.config
        if name not in paces_of(config):
            return False
        made = self._made.get(name)
        if made is None or not is_still(made, config):
            made = self._made[name] = make(config, name)
        return self._passes.collect(made, config)

    def _inbox_job(self) -> None:
        self._guarded(INBOX, lambda: self._passes.receive(self._in_force.config))

    def _draw(self) -> None:
        """Draw the charts of each campaign; one that cannot be drawn does not keep the others from it."""
        for campaign in to_campaigns(self._in_force.config):
            self._guarded(f"chart of {campaign.slug}", partial(self._draw_one, campaign))

    def _draw_one(self, campaign: Campaign) -> None:
        self._passes.draw(campaign, self._in_force.config)

    def _heartbeat_job(self) -> None:
        """Leave a sign of life; a long time since the last one means that the machine slept."""
        if _now() - self._beaten_at > heartbeat.SILENCE:
            self._say_what_was_missed(self._beaten_at)
        self._guarded(HEARTBEAT, self._beat)

    def _guarded(self, name: str, work: Callable[[], bool | None]) -> None:
        """Do one job; whatever goes wrong in it is logged and left behind, and no other job is touched."""
        if self._stop.is_set():
            return
        try:
            self._mind_config()
            if work() and not self._stop.is_set():
                self._redrawing.ask()
            scrub_if_pending(self._store)
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001  # the outermost edge of a job: the next pass tries again
            self._tell(name, error)

    def _tell(self, name: str, error: Exception) -> None:
        """Say what went wrong in a job, in the log and in the store."""
        what = one_line(" ".join(lines_of(error)))
        if what:
            LOG.error("%s: %s", name, what)
        else:
            LOG.exception("%s: this is a bug in Groundswell", name)
            fact = f"{type(error).__name__}: {error}".rstrip(".")
            what = one_line(f"{fact}. This is a bug in Groundswell: please send its traceback, which is in the log.")
        try:
            note(self._store, Problem(_now(), name, what))
        except StorageError as worse:
            LOG.error("%s: %s", name, one_line(" ".join(lines_of(worse))))

    def _mind_config(self) -> None:
        """Look at config.yaml, and put in force what changed in it."""
        with self._configuring:
            refused = self._in_force.refused
            config = self._in_force.changed()
            if config is not None:
                self._put_in_force(config)
            elif refused != self._in_force.refused:
                self._beat()
            self._in_force.note(self._store)
            if self._must_rebuild:
                self._store.rebuild_membership(self._passes.unless_stopped)
                self._must_rebuild = False
                self._redrawing.ask()

    def _put_in_force(self, config: Config) -> None:
        changed = self._store.set_campaigns(to_campaigns(config), _now())
        before = self._in_force.put(config)
        self._must_rebuild = True
        LOG.info("config.yaml changed and is in force; rules changed: %s", ", ".join(changed) or "none")
        if (before.sources, before.schedule) != (config.sources, config.schedule):
            self._arrange()
        if before.store != config.store:
            LOG.warning("the store's section changed: that takes a restart")
        self._beat()

    def _say_what_was_missed(self, since: datetime | None) -> None:
        if since is None:
            LOG.info("first run on this store: what the sources still have is fetched now")
            return
        config, away = self._in_force.config, _now() - since
        inbox = config.sources.inbox
        every = config.schedule.collect if inbox is None or paces_of(config) else inbox.every
        LOG.info(
            "away since %s (%s, %s passes missed): what the sources still have is fetched now; what was filled and"
            " lost stands in the next lines",
            since.isoformat(timespec="seconds"),
            write_span(away, "less than a second"),
            f"{int(away / every):,}",
        )

    def _beat(self) -> None:
        """Leave a sign of life, unless another process that runs on the store does."""
        self._beaten_at = _now()
        other = heartbeat.last_beat(self._store)
        if other is not None and not heartbeat.is_ours(other) and heartbeat.is_alive(other, _now()):
            return
        due = {job.id: job.next_run_time for job in self._scheduler.get_jobs() if job.id != HEARTBEAT}
        heartbeat.beat(self._store, self._sign(due))

    def _say_farewell(self) -> None:
        """Leave the sign that this process was stopped, unless the last one is of another process."""
        try:
            last = heartbeat.last_beat(self._store)
            if last is None or heartbeat.is_ours(last):
                heartbeat.beat(self._store, heartbeat.last_word(self._sign({})))
        except StorageError as error:
            LOG.warning("%s", one_line(" ".join(lines_of(error))))

    def _sign(self, due: dict[str, datetime]) -> heartbeat.Heartbeat:
        config = (self._in_force.since, self._in_force.refused)
        return heartbeat.of_this_process(_now(), self._started_at, config, due)
