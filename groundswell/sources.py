"""From config.yaml to the sources that it names: each with its clock, its pace and what it is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from collector.clock import Clock, FastClock, MachineClock
from collector.plan import Wanted
from collector.replay import Conditions, Replay
from collector.source import Source
from groundswell.config import Config
from groundswell.config.model import ReplaySection
from storage.campaign import Campaign
from storage.tag import asked

MACHINE = MachineClock()


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A source as `run` keeps it.

    Attributes:
        name: as the config names it.
        clock: the time that the source is asked by.
        every: how long from one pass to the next, in the machine's time.
    """

    name: str
    source: Source
    clock: Clock
    every: timedelta


def sources_of(config: Config) -> Iterator[Scheduled]:
    """Make the sources that the config names; raises ArchiveError for a replay of what is no archive."""
    for name, section in config.sources.replays.items():
        clock = FastClock(section.starts_at, section.speed)
        replay = Replay.of_archive(Path(section.archive), clock.now, _conditions(name, section))
        yield Scheduled(name, replay, clock, config.schedule.collect / section.speed)


def wanted_of(campaign: Campaign) -> Wanted:
    """Say what a campaign wants of any source."""
    return Wanted(tuple(sorted({asked(tag) for tag in campaign.tags})), campaign.starts_at, campaign.ends_at)


def _conditions(name: str, section: ReplaySection) -> Conditions:
    return Conditions(
        name=f"replay:{name}",
        reach=section.reach,
        settling=section.settling,
        late_share=section.late_share,
        outages=tuple((outage.starts_at, outage.ends_at) for outage in section.outages),
        page_size=section.page_size,
        repeat_share=section.repeat_share,
        rate_limit_every=section.rate_limit_every,
        rate_limit_for=section.rate_limit_for,
        seed=section.seed,
    )
