"""`groundswell run`: the sources on their schedule until somebody stops it, whatever goes wrong with one of them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

from collector.errors import Stopped
from collector.x.prices import STREAM
from groundswell.alerts.watch import ALERTS, Watch
from groundswell.charts.erasure import take_away
from groundswell.config import Config, to_campaigns, to_servers
from groundswell.heartbeat import EVERY
from groundswell.in_force import InForce
from groundswell.journal import LOG
from groundswell.options import Settings
from groundswell.passed import Passed
from groundswell.passes import Passes
from groundswell.problems import tell
from groundswell.pulse import Pulse
from groundswell.redrawing import LONGEST_REST, Redrawing
from groundswell.sources import Made, first_rest, is_still, make, paces_of
from groundswell.threads import DaemonThreads, shut_down
from groundswell.upkeep import Upkeep, upkeep_of
from storage.campaign import Campaign
from storage.deletion import SCRUB_PENDING
from storage.scrub import scrub_if_pending
from storage.store import Store

LAST_WORDS: Final = 2.0
"""Seconds that running jobs are given to end."""
LATER: Final = timedelta(seconds=5)
"""After the start the sources are asked before anything is said of them."""
LOOKS: Final = 1.0
"""Seconds between two looks at the sign to stop: Windows hears no Ctrl-C during a longer wait."""
FASTEST: Final = timedelta(milliseconds=200)

INBOX: Final = "inbox"
CHARTS: Final = "charts"
HEARTBEAT: Final = "heartbeat"
SOURCE: Final = "source "
CONFIG: Final = "config.yaml"
MEMBERSHIP: Final = "membership"


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing() -> None:
    return None


class Runner:
    """The scheduled collector over one open store.

    Every job reads config.yaml again first: a change that is valid is put in force, one that is not is refused
    while the old one goes on.
    """

    def __init__(
        self, settings: Settings, config: Config, store: Store, stop: threading.Event, *, draws_all: bool = True
    ) -> None:
        """Make ready; nothing runs yet. `stop` ends it. Without `draws_all` only first charts are drawn."""
        self._in_force = InForce(settings, config, _now)
        self._configuring = threading.Lock()
        self._must_rebuild = False
        self._store = store
        self._stop = stop
        self._passes = Passes(store, stop)
        self._made: dict[str, Made] = {}
        self._threads = DaemonThreads()
        self._scheduler = BackgroundScheduler(
            executors={"default": self._threads},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._watch = Watch(store, settings.store_url(config), tried=self._tried, clock=_now, stop=stop)
        self._pulse = Pulse(store, self._in_force, self._due, _now)
        self._redrawing = Redrawing(
            self._draw_first, self._draw_all if draws_all else _nothing, self._schedule_charts, _now
        )
        self._upkeep = Upkeep(store, stop, lambda config: config is not self._in_force.config, self._redrawing.ask)

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

    def _begin(self) -> None:
        self._pulse.say_hello()
        self._store.abandon_runs(_now())
        self._arrange()
        self._scheduler.start()
        self._pulse.beat()
        self._add(HEARTBEAT, EVERY, partial(self._guarded, HEARTBEAT, self._pulse.beat), first=_now() + EVERY)
        self._schedule_alerts(_now() + LATER)
        # What came just before the last end may not have been drawn.
        self._schedule_charts(_now() + LONGEST_REST)

    def _end(self) -> bool:
        """Give the jobs their time to end, and say goodbye; tells whether all have ended."""
        LOG.info("stopping")
        if self._scheduler.running:
            shut_down(self._scheduler)
        left = self._threads.join(LAST_WORDS)
        is_told = self._pulse.say_goodbye()
        if left:
            LOG.warning("stopped; abandoned, as it did not end in time: %s", ", ".join(left))
        else:
            LOG.info("stopped")
        return not left and is_told

    def _arrange(self) -> None:
        """Bring the jobs in line with the config in force; a new one runs at once, then at its pace."""
        config = self._in_force.config
        paces = {SOURCE + name: (pace, self._collect_job(name)) for name, pace in paces_of(config).items()}
        paces |= {SOURCE + name: (pace, self._upkeep_job(name)) for name, pace in upkeep_of(config).items()}
        if config.sources.inbox is not None:
            paces[INBOX] = (config.sources.inbox.every, self._inbox_job)
        for job in self._scheduler.get_jobs():
            if job.id not in {*paces, ALERTS, CHARTS, HEARTBEAT, MEMBERSHIP}:
                job.remove()
        for name, (pace, work) in paces.items():
            self._add(name, pace, work, first=_now() + first_rest(name.removeprefix(SOURCE)))
        campaigns = ", ".join(config.campaigns)
        LOG.info("watching %s through %s", campaigns, ", ".join(paces) or "no source at all")

    def _add(self, name: str, every: timedelta, work: Callable[[], None], *, first: datetime) -> None:
        seconds = max(every, FASTEST).total_seconds()
        self._scheduler.add_job(
            work, "interval", seconds=seconds, id=name, name=name, next_run_time=first, replace_existing=True
        )

    def _schedule_charts(self, at: datetime) -> None:
        if not self._stop.is_set():
            self._once(CHARTS, self._redrawing.run, at)

    def _schedule_alerts(self, at: datetime) -> None:
        """Have alerts looked for at a moment, and from then on as often as a sign of life is left."""
        work = partial(self._guarded, ALERTS, lambda: self._watch.run(self._in_force.config))
        if not self._stop.is_set():
            self._add(ALERTS, EVERY, work, first=at)

    def _due(self) -> dict[str, datetime]:
        return {job.id: job.next_run_time for job in self._scheduler.get_jobs() if job.id not in (ALERTS, HEARTBEAT)}

    def _once(self, name: str, work: Callable[[], None], at: datetime) -> None:
        """Have a job run once; while it runs already, not again."""
        self._scheduler.add_job(work, "date", run_date=at, id=name, name=name, replace_existing=True)

    def _collect_job(self, name: str) -> Callable[[], None]:
        return partial(self._guarded, name, lambda: self._collect(name))

    def _collect(self, name: str) -> bool:
        """Make one pass over a source, as the config has it now."""
        config = self._in_force.config
        return name in paces_of(config) and self._watch.troubles.noted(name, lambda: self._pass(name, config)).moved

    def _pass(self, name: str, config: Config) -> Passed:
        made = self._made.get(name)
        if made is None or not is_still(made, config):
            made = self._made[name] = make(config, name)
        return self._passes.collect(made, config)

    def _upkeep_job(self, name: str) -> Callable[[], None]:
        def ask() -> Passed:
            return self._upkeep.run(name, self._in_force.config)

        return partial(self._guarded, name, lambda: self._watch.troubles.noted(name, ask).moved)

    def _inbox_job(self) -> None:
        self._guarded(INBOX, lambda: self._passes.receive(self._in_force.config))

    def _rebuild_job(self) -> None:
        """Bring membership in line with the rules; the sources and the charts go on meanwhile."""

        def work() -> bool:
            self._must_rebuild, is_done = False, False
            try:
                count = self._store.rebuild_membership(self._passes.unless_stopped)
                is_done = True
            finally:
                self._must_rebuild = self._must_rebuild or not is_done
            return count > 0

        self._guarded(MEMBERSHIP, work)

    def _draw_first(self) -> None:
        """Draw each campaign's first chart; one that cannot be drawn does not keep the others from it."""
        for campaign in to_campaigns(self._in_force.config):
            self._guarded(f"chart of {campaign.slug}", partial(self._draw_first_of, campaign))
        self._list_charts()
        self._schedule_alerts(_now())

    def _draw_first_of(self, campaign: Campaign) -> None:
        moments = (_now(), *(made.clock.now() for made in tuple(self._made.values())))
        config = self._in_force.config
        self._passes.draw_first(campaign, config, lambda scene: self._watch.see(campaign, scene, moments))

    def _draw_all(self) -> None:
        for campaign in to_campaigns(self._in_force.config):
            draw_all = partial(self._passes.draw_all, campaign, self._in_force.config)
            self._guarded(f"charts of {campaign.slug}", draw_all)
        self._list_charts()

    def _list_charts(self) -> None:
        self._guarded("list of charts", partial(self._passes.list_charts, self._in_force.config))

    def _guarded(self, name: str, work: Callable[[], bool | None]) -> None:
        """Do one job; whatever goes wrong in it is logged and left behind, and no other job is touched."""
        if self._stop.is_set():
            return
        self._tried(CONFIG, self._mind_time_and_config)
        if self._tried(name, work) and not self._stop.is_set():
            self._redrawing.ask()
        if not set(self._threads.running(besides=threading.current_thread().name)) - {SOURCE + STREAM}:
            self._tried(name, self._scrub)

    def _scrub(self) -> None:
        """Write anew what held what was erased; drawn anew is what may show it."""
        is_pending = self._store.get_note(SCRUB_PENDING) is not None
        if scrub_if_pending(self._store) and is_pending:
            config = self._in_force.config
            take_away(Path(config.output.folder), config.campaigns)
            self._redrawing.ask()

    def _tried(self, name: str, work: Callable[[], bool | None]) -> bool | None:
        """Do a piece of work; None where it did not come to its end: the next pass tries again."""
        try:
            return work()
        except Stopped:
            return None
        except Exception as error:  # noqa: BLE001  # the outermost edge of a job
            tell(self._store, name, error, _now())
            return None

    def _mind_time_and_config(self) -> None:
        """Notice that the machine slept; look at config.yaml, and put in force what changed in it."""
        with self._configuring:
            self._pulse.notice_sleep()
            refused = self._in_force.refused
            config = self._in_force.changed()
            if config is not None:
                self._put_in_force(config)
            self._in_force.note(self._store)
            if refused != self._in_force.refused or self._pulse.is_stale:
                self._pulse.beat()
            if self._must_rebuild:
                self._once(MEMBERSHIP, self._rebuild_job, _now())

    def _put_in_force(self, config: Config) -> None:
        changed = self._store.set_campaigns(to_campaigns(config), _now())
        self._store.set_servers(to_servers(config), _now())
        before = self._in_force.put(config)
        self._must_rebuild = True
        self._redrawing.ask()  # of events, bins and languages too
        LOG.info("config.yaml changed and is in force; rules changed: %s", ", ".join(changed) or "none")
        if (before.sources, before.schedule) != (config.sources, config.schedule):
            self._arrange()
        if before.store != config.store:
            LOG.warning("the store's section changed: that takes a restart")
        self._pulse.beat()
