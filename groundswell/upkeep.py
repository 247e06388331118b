"""What X is asked besides for new posts: which are gone, how those that are known have fared, and its stream."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from collector.clock import Clock, MachineClock, Stop
from collector.errors import BillDisagrees, SourceError, TokenRefused
from collector.outcome import Outcome
from collector.x.compliance.complied import Complied
from collector.x.compliance.rounds import NAME as COMPLIANCE
from collector.x.prices import LOOKUP, REPOSTS, STREAM
from collector.x.wording import ALONE
from groundswell.audit import check_bill
from groundswell.budgets import limits_of
from groundswell.config import Config, to_campaigns
from groundswell.config.x import XSection
from groundswell.journal import LOG
from groundswell.lookups import DiscreetReads, make_lookup
from groundswell.passed import Passed, answered_by
from groundswell.problems import Problem, note
from groundswell.secrets import Discreet, Secrets
from groundswell.sources import extras_of, prices_of, x_settings
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.lease import Lease
from storage.store import Store
from storage.tag import asked

if TYPE_CHECKING:
    from collector.x.compliance.jobs import Compliance

DELETIONS: Final = "x-deletions"
AGAIN: Final = "x-again"
_LOOKS: Final = timedelta(minutes=1)
"""How often it is seen to whether a step is due; one that is not asks nobody."""


def upkeep_of(config: Config) -> Mapping[str, timedelta]:
    """Name what is to be done besides collecting new posts, each with how long it is from one time to the next."""
    x = config.sources.x
    if x is None:
        return {}
    paces = {DELETIONS: min(_LOOKS, x.deletions.every)}
    if x.again.after or x.again.most_shared:
        paces[AGAIN] = x.again.every
    if x.stream and _streamed(config):
        paces[STREAM] = _LOOKS
    return paces


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The jobs of one `run` besides its passes.

    Attributes:
        is_old: tells of a config whether another one is in force by now.
        saved: is called after what came through the stream was saved.
    """

    store: Store
    stop: Stop
    is_old: Callable[[Config], bool] = lambda _config: False
    saved: Callable[[], None] = lambda: None
    _compliance: "dict[XSection, Compliance]" = field(default_factory=dict)
    """Kept from step to step: it knows how often X was asked."""

    def run(self, name: str, config: Config) -> Passed:
        """Do one of the jobs once. Without a key none is done: the search says so."""
        section = config.sources.x
        if section is None or name not in upkeep_of(config):
            return Passed()
        work = {DELETIONS: self._comply, AGAIN: self._again, STREAM: self._listen}[name]
        try:
            x_settings(section)
        except TokenRefused:
            return Passed()
        return work(section, config)

    def _comply(self, section: XSection, _config: Config) -> Passed:
        # tweepy takes as long to import as the rest of the program.
        from collector.x.compliance.comply import DeletionsJob, comply

        clock = MachineClock()
        with self._leased(COMPLIANCE) as lease:
            if lease is None:
                return Passed()
            job = DeletionsJob(self._asked_of(section, clock), section.deletions.every, lease)
            complied = comply(self.store, job, clock, self.stop)
        self._tell_complied(complied)
        failure = complied.failure if complied.state == "failed" else None
        return Passed(complied.saved > 0, failure, complied.state == "done")

    def _asked_of(self, section: XSection, clock: Clock) -> "Compliance":
        """Give who is asked of deletions: the same as before, unless config.yaml has changed."""
        from collector.x.compliance.jobs import Compliance

        if section not in self._compliance:
            for one in self._compliance.values():
                one.close()
            self._compliance.clear()
            self._compliance[section] = Compliance(x_settings(section), now=clock.now)
        return self._compliance[section]

    def _again(self, section: XSection, config: Config) -> Passed:
        """Read the posts again that are due, then the reposts of those that are shared most."""
        passed = Passed()
        for campaign in to_campaigns(config):
            for work in (self._reread, self._reposts):
                if not self.stop.is_set():
                    passed = passed.plus(work(section, config, campaign.slug))
        return passed

    def _reread(self, section: XSection, config: Config, campaign: str) -> Passed:
        from collector.again import AgainJob, again

        clock = MachineClock()
        limits = limits_of(config, campaign, clock.now())
        with closing(make_lookup(section, clock.now, extras=ALONE)) as lookup, self._leased(LOOKUP) as lease:
            if lease is None or self._is_refused(section, config, campaign):
                return Passed()
            reads = DiscreetReads(lookup, Secrets.of())
            outcome = again(self.store, AgainJob(reads, section.again.after, campaign, lease, limits), clock, self.stop)
        return self._tell(AGAIN, campaign, outcome, "read again")

    def _reposts(self, section: XSection, config: Config, campaign: str) -> Passed:
        from collector.x.reposting import RepostsJob, read_most_shared_reposts
        from collector.x.reposts import Reposts

        clock = MachineClock()
        limits = limits_of(config, campaign, clock.now())
        asked_of = Reposts(x_settings(section), extras_of(section), prices_of(section), now=clock.now)
        with closing(asked_of), self._leased(REPOSTS) as lease:
            if lease is None or self._is_refused(section, config, campaign):
                return Passed()
            source = Discreet(asked_of, Secrets.of())
            job = RepostsJob(source, section.again.most_shared, campaign, lease, limits)
            outcome = read_most_shared_reposts(self.store, job, clock, self.stop)
        return self._tell(REPOSTS, campaign, outcome, "reposts")

    def _listen(self, section: XSection, config: Config) -> Passed:
        """Listen to the stream until something ends it: the sign to stop, another config, or what needs a person."""
        from collector.streaming.listen import StreamJob, stream
        from collector.x.stream.source import Stream

        clock = MachineClock()
        source = Stream(x_settings(section), extras_of(section), prices_of(section), now=clock.now)
        with closing(source), self._leased(STREAM) as lease:
            if lease is None or self._is_refused(section, config, ""):
                return Passed()
            job = StreamJob(
                source,
                _streamed(config),
                limits=lambda: limits_of(config, "", clock.now()),
                lease=lease,
                until=lambda: self.is_old(config),
                saved=self.saved,
            )
            return self._tell(STREAM, "", stream(self.store, job, clock, self.stop), "posts")

    def _is_refused(self, section: XSection, config: Config, campaign: str) -> bool:
        """Tell whether nothing is to be bought, as X's own bill is higher than ours."""
        # tweepy takes as long to import as the rest of the program.
        from collector.x.client import Client
        from collector.x.usage import used

        now = datetime.now(UTC)
        with closing(Client(x_settings(section), MachineClock().now)) as client:
            try:
                check_bill(self.store, section, limits_of(config, campaign, now)[-1], now, lambda: used(client))
            except BillDisagrees:
                return True  # The search says so at each of its passes.
        return False

    @contextmanager
    def _leased(self, name: str) -> Iterator[Lease | None]:
        """Hold a lease for a while; None where another process has it."""
        claim = Lease.of_this_process(name, "")
        if not self.store.take_lease(claim):
            yield None
            return
        try:
            yield claim
        finally:
            self.store.release_lease(claim)

    def _tell(self, name: str, campaign: str, outcome: Outcome, what: str) -> Passed:
        """Write what came of a job, if it did anything."""
        if not outcome.requests and outcome.failure is None:
            return Passed()
        whose = f"{name}: {campaign}" if campaign else name
        LOG.info("%s: %s %s, %s new; %s requests", whose, f"{outcome.posts_seen:,}", what, *_numbers(outcome))
        if outcome.failure is not None:
            self._warn(whose, name, outcome.failure)
        return Passed(outcome.requests > 0, outcome.failure, answered_by(outcome))

    def _tell_complied(self, complied: Complied) -> None:
        if complied.state == "done":
            LOG.info("%s: X was asked of %s posts: %s are gone", DELETIONS, f"{complied.asked:,}", f"{complied.gone:,}")
        if complied.state == "failed" and complied.failure is not None:
            self._warn(DELETIONS, DELETIONS, complied.failure)
        elif complied.error is not None and complied.state == "done":
            LOG.warning("%s: %s", DELETIONS, one_line(complied.error))

    def _warn(self, whose: str, name: str, failure: SourceError) -> None:
        what = one_line(Secrets.of().blot(" ".join(lines_of(failure))))
        LOG.warning("%s: %s", whose, what)
        note(self.store, Problem(datetime.now(UTC), name, what))


def _numbers(outcome: Outcome) -> tuple[str, str]:
    return f"{outcome.posts_new:,}", f"{outcome.requests:,}"


def _streamed(config: Config) -> tuple[str, ...]:
    """List the tags that the stream is asked for: one bill is for all, so no campaign with a budget is."""
    campaigns = (one for one in to_campaigns(config) if config.campaigns[one.slug].budget is None)
    return tuple(sorted({asked(tag) for campaign in campaigns for tag in campaign.tags}))
