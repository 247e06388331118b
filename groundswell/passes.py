"""The jobs themselves: one pass over a source, the inbox, and the charts after either."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from collector.archive.errors import ArchiveError
from collector.archive.importing import Options
from collector.clock import Stop
from collector.collect import Job, collect
from collector.counting import CountJob, count
from collector.errors import BillDisagrees, RateLimited, Stopped, Uncounted
from collector.inbox import Received, receive
from collector.outcome import Outcome
from collector.plan import Entry
from collector.source import CountsPosts, TellsUse
from groundswell.audit import check_bill
from groundswell.budgets import limits_of
from groundswell.config import Config, to_campaigns, to_events, to_tables
from groundswell.journal import LOG
from groundswell.opening import lake_folder
from groundswell.passed import Passed, answered_by
from groundswell.problems import Problem, note
from groundswell.reach import must_wait, sample_of
from groundswell.sources import Made, wanted_of
from groundswell.terminal import one_line
from groundswell.times import write_span
from groundswell.words import lines_of
from storage.campaign import Campaign
from storage.lease import Lease
from storage.store import Store

if TYPE_CHECKING:
    from groundswell.charts.scene import Scene
    from groundswell.charts.wanted import Wanted

INBOX: Final = "inbox"
_RENEWED_EVERY: Final = 30.0
"""Seconds between two renewals of the inbox's lease."""
_LONG_PAUSE: Final = timedelta(seconds=30)
"""Of shorter ones nobody wonders what goes on."""


@dataclass(frozen=True, slots=True)
class Passes:
    """What the jobs of one `run` share."""

    store: Store
    stop: Stop
    _left: set[str] = field(default_factory=set)
    """The names of what is left to another process at the moment."""

    def collect(self, made: Made, config: Config) -> Passed:
        """Make one pass over a source for every campaign."""
        traits = made.source.traits
        claim = Lease.of_this_process(traits.name, traits.server)
        if not self._take(made.name, claim):
            return Passed()
        passed = Passed()
        try:
            for campaign in to_campaigns(config):
                outcome = self._pass(made, campaign, config, claim)
                has_moved = self._tell(made.name, campaign.slug, outcome)
                passed = passed.plus(Passed(has_moved, outcome.failure, answered_by(outcome)))
                if self.stop.is_set():
                    break
        finally:
            self.store.release_lease(claim)
        return passed

    def _pass(self, made: Made, campaign: Campaign, config: Config, claim: Lease) -> Outcome:
        traits, clock = made.source.traits, made.clock
        limits = limits_of(config, campaign.slug, clock.now()) if traits.costs else ()
        wanted = wanted_of(campaign)
        if traits.has_numbers_only:
            source = cast("CountsPosts", made.source)
            return count(self.store, CountJob(source, wanted, campaign.slug, claim, limits), clock, self.stop)
        if traits.tells_use and config.sources.x is not None:
            try:
                check_bill(self.store, config.sources.x, limits[-1], clock.now(), cast("TellsUse", made.source).used)
            except BillDisagrees as error:
                return Outcome(failure=error)
        if must_wait(self.store, config, traits):
            return Outcome(failure=Uncounted("X was not asked yet how many posts there are"))
        sample = sample_of(self.store, config, campaign.slug, traits, clock.now())
        pausing = partial(_say_pause, made)
        job = Job(made.source, wanted, campaign.slug, claim, limits, sample=sample, pausing=pausing)
        return collect(self.store, job, clock, self.stop)

    def receive(self, config: Config) -> bool:
        """Import the new files of the inbox; tells whether there were any."""
        inbox, claim = config.sources.inbox, Lease.of_this_process(INBOX, "")
        if inbox is None or not self._take(INBOX, claim):
            return False
        moved = False
        try:
            progress = self._renewing(claim)
            options = Options(tables=tuple(to_tables(config.tables).values()))
            new = receive(
                Path(inbox.folder), self.store, now=_now, explain=_explain, progress=progress, options=options
            )
            for received in new:
                self._tell_received(received)
                moved = moved or bool(received.imported)
                if self.stop.is_set():
                    break
        finally:
            self.store.release_lease(claim)
        return moved

    # These import what is heavy: a run is up and collecting long before it draws.

    def draw_first(self, campaign: Campaign, config: Config, seen: "Callable[[Scene], None]") -> None:
        """Refresh the lake and draw a campaign's first chart if its numbers changed; `seen` gets what was counted."""
        from groundswell.charts.draw import draw_one
        from groundswell.charts.makers import FIRST

        drawn = draw_one(
            self.store,
            lake_folder(config),
            _wanted(campaign, config),
            FIRST,
            _now(),
            always=False,
            progress=self.unless_stopped,
            seen=seen,
        )
        if drawn is not None and drawn.is_new:
            LOG.info("%s: chart drawn: %s", campaign.slug, drawn.files.png)

    def draw_all(self, campaign: Campaign, config: Config) -> None:
        """Refresh the lake and draw the charts of a campaign whose numbers changed; then its report, if it is due."""
        from groundswell.charts.draw import draw_all, report
        from groundswell.charts.stamp import is_due

        wanted, folder, unless_stopped = _wanted(campaign, config), lake_folder(config), self.unless_stopped
        drawn = draw_all(self.store, folder, wanted, _now(), progress=unless_stopped) or []
        new = [one.name for one in drawn if one.is_new]
        if new:
            LOG.info("%s: charts drawn in %s: %s", campaign.slug, config.output.folder, ", ".join(new))
        for language in config.output.languages if drawn else ():
            said = replace(wanted, language=language)
            if is_due(said, drawn):
                report(self.store, folder, said, _now(), progress=unless_stopped)

    def list_charts(self, config: Config) -> None:
        """Write the page that lists campaigns, how they stand, their charts and reports."""
        from groundswell.charts.index import write_index

        write_index(self.store, config, _now())

    def unless_stopped(self, _done: int, _whole: int) -> None:
        """Take note of the progress of long work; raises Stopped once the sign to stop was given."""
        if self.stop.is_set():
            raise Stopped

    def _take(self, name: str, claim: Lease) -> bool:
        """Take a lease; that another process has it is said once."""
        if self.store.take_lease(claim):
            self._left.discard(name)
            return True
        if name not in self._left:
            LOG.info("%s: another process collects from it; it is left to that one", name)
            self._left.add(name)
        return False

    def _renewing(self, claim: Lease) -> Callable[[int, int], None]:
        """Make the progress of an import, which may last: it holds the lease and heeds the sign to stop."""
        renewed_at = time.monotonic()

        def progress(done: int, whole: int) -> None:
            nonlocal renewed_at
            self.unless_stopped(done, whole)
            if time.monotonic() - renewed_at > _RENEWED_EVERY:
                self.store.take_lease(claim)
                renewed_at = time.monotonic()

        return progress

    def _tell(self, source: str, campaign: str, outcome: Outcome) -> bool:
        """Write what a pass brought, if it did anything; tells whether the store moved."""
        if not outcome.requests and not outcome.lost and outcome.failure is None:
            return False
        LOG.info("%s: %s: %s", source, campaign, _brought(outcome))
        if outcome.failure is not None:
            what = one_line(" ".join(lines_of(outcome.failure)))
            LOG.warning("%s: %s: %s", source, campaign, what)
            note(self.store, Problem(_now(), source, what))
        return True

    def _tell_received(self, received: Received) -> None:
        """Write what became of a file of the inbox."""
        name = received.path.name
        for imported in received.imported:
            LOG.info(
                "inbox: %s imported: %s posts, %s of them new, %s lines not readable, %s in campaigns",
                name,
                f"{imported.read:,}",
                f"{imported.new:,}",
                f"{imported.unparsed:,}",
                f"{sum(imported.members.values()):,}",
            )
        if received.state == "set aside" or (received.imported and received.why):
            what = f"{name} was set aside" if received.state == "set aside" else f"of {name} not all was imported"
            what = f"{what}: {one_line(received.why)}"
            LOG.warning("inbox: %s", what)
            note(self.store, Problem(_now(), INBOX, what))
        elif received.error is not None:
            what = one_line(" ".join(lines_of(received.error)) or f"{name}: {received.why}")
            LOG.warning("inbox: %s waits: %s", name, what)
            note(self.store, Problem(_now(), INBOX, what))


def _wanted(campaign: Campaign, config: Config) -> "Wanted":
    from groundswell.charts.wanted import Wanted

    events = to_events(config, campaign.slug)
    return Wanted(campaign, Path(config.output.folder), every=config.output.bin, events=events)


def _say_pause(made: Made, limit: RateLimited) -> None:
    if limit.until - made.clock.now() > _LONG_PAUSE:
        LOG.info("%s: waits until %s UTC: %s", made.name, f"{limit.until.astimezone(UTC):%H:%M:%S}", limit)


def _brought(outcome: Outcome) -> str:
    """Say what a pass brought."""
    asked = "1 request" if outcome.requests == 1 else f"{outcome.requests:,} requests"
    if outcome.bins:
        return f"the number of posts in {outcome.bins:,} stretches; {asked}"
    return (
        f"{outcome.posts_seen:,} posts, {outcome.posts_new:,} new, {outcome.posts_late:,} late; "
        f"filled {length_of(outcome.filled)}, lost {length_of(outcome.lost)}; {asked}"
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _explain(error: ArchiveError) -> str:
    return " ".join(lines_of(error))


def length_of(entries: Iterable[Entry]) -> str:
    """Say how long the stretches of some entries are together, for the tag and kind that has the most."""
    sums: dict[tuple[str, str], timedelta] = {}
    for entry in entries:
        key = (entry.tag, entry.kind)
        sums[key] = sums.get(key, timedelta()) + (entry.stretch.ends_at - entry.stretch.starts_at)
    return write_span(max(sums.values(), default=timedelta()))
