"""The jobs themselves: one pass over a source, the inbox, and the charts after either."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.archive.errors import ArchiveError
from collector.clock import Stop
from collector.collect import Job, collect
from collector.errors import Stopped
from collector.inbox import receive
from collector.outcome import Outcome
from collector.plan import Entry
from groundswell.charts import Wanted as WantedChart
from groundswell.charts import draw_volume
from groundswell.config import Config, to_campaigns
from groundswell.journal import LOG
from groundswell.opening import lake_folder
from groundswell.sources import Scheduled, wanted_of
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.lease import Lease
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Passes:
    """What the jobs of one `run` share."""

    store: Store
    stop: Stop

    def collect(self, scheduled: Scheduled, config: Config) -> bool:
        """Make one pass over a source for every campaign; tells whether anything came or was lost."""
        traits = scheduled.source.traits
        claim = Lease.of_this_process(traits.name, traits.server)
        if not self.store.take_lease(claim):
            LOG.info("%s: another process collects from it; this pass is left to that one", scheduled.name)
            return False
        moved = False
        try:
            for campaign in to_campaigns(config):
                job = Job(scheduled.source, wanted_of(campaign), campaign.slug, claim)
                outcome = collect(self.store, job, scheduled.clock, self.stop)
                moved = _log_outcome(scheduled.name, campaign.slug, outcome) or moved
        finally:
            self.store.release_lease(claim)
        return moved

    def receive(self, config: Config) -> bool:
        """Import the new files of the inbox; tells whether there were any."""
        inbox = config.sources.inbox
        if inbox is None:
            return False
        moved = False
        for received in receive(
            Path(inbox.folder), self.store, now=_now, explain=_explain, progress=self._unless_stopped
        ):
            if received.state == "imported" and (imported := received.imported) is not None:
                moved = True
                LOG.info(
                    "inbox: %s imported: %s posts, %s of them new, %s lines not readable, %s in campaigns",
                    received.path.name,
                    f"{imported.read:,}",
                    f"{imported.new:,}",
                    f"{imported.unparsed:,}",
                    f"{sum(imported.members.values()):,}",
                )
            elif received.state == "set aside":
                LOG.warning("inbox: %s set aside: %s", received.path.name, one_line(received.why))
            if self.stop.is_set():
                break
        return moved

    def _unless_stopped(self, _done: int, _whole: int) -> None:
        if self.stop.is_set():
            raise Stopped

    def draw(self, config: Config) -> None:
        """Refresh the lake and draw the charts whose numbers changed."""
        for campaign in to_campaigns(config):
            wanted = WantedChart(campaign, Path(config.output.folder), every=config.output.bin)
            drawn = draw_volume(self.store, lake_folder(config), wanted, _now(), always=False)
            if drawn is not None and drawn.is_new:
                LOG.info("%s: chart drawn: %s", campaign.slug, drawn.files.png)


def _now() -> datetime:
    return datetime.now(UTC)


def _explain(error: ArchiveError) -> str:
    return " ".join(lines_of(error))


def _log_outcome(source: str, campaign: str, outcome: Outcome) -> bool:
    """Write what a pass brought, if it did anything; tells whether the store moved."""
    if not outcome.requests and not outcome.lost and outcome.error is None:
        return False
    LOG.info(
        "%s: %s: %s posts, %s new, %s late; filled %s, lost %s; %s requests",
        source,
        campaign,
        f"{outcome.posts_seen:,}",
        f"{outcome.posts_new:,}",
        f"{outcome.posts_late:,}",
        length_of(outcome.filled),
        length_of(outcome.lost),
        outcome.requests,
    )
    if outcome.error is not None:
        LOG.warning("%s: %s: %s", source, campaign, one_line(outcome.error))
    return True


def length_of(entries: Iterable[Entry]) -> str:
    """Say how long the stretches of some entries are together, for the tag and kind that has the most."""
    sums: dict[tuple[str, str], timedelta] = {}
    for entry in entries:
        key = (entry.tag, entry.kind)
        sums[key] = sums.get(key, timedelta()) + (entry.stretch.ends_at - entry.stretch.starts_at)
    return write_span(max(sums.values(), default=timedelta()))


def write_span(length: timedelta) -> str:
    """Write a length for people: '3 d 4 h', '2 h 5 min', '40 s', 'nothing'."""
    seconds = int(length.total_seconds())
    if seconds <= 0:
        return "nothing"
    units: Sequence[tuple[str, int]] = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, size in units:
        if seconds >= size and len(parts) < 2:  # noqa: PLR2004  # two units say enough
            parts.append(f"{seconds // size} {name}")
        seconds %= size
    return " ".join(parts)
