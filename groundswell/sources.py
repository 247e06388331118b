"""From config.yaml to the sources that it names: each with its clock, its pace and what it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from collector.archive.errors import NotPosts
from collector.clock import Clock, FastClock
from collector.plan import Wanted
from collector.replay import Conditions, Replay
from collector.source import Source
from groundswell.config import Config
from groundswell.config.model import ReplaySection
from groundswell.secrets import Discreet, Secrets
from storage.campaign import Campaign
from storage.tag import asked


@dataclass(frozen=True, slots=True)
class Made:
    """A source that is ready to be asked.

    Attributes:
        name: as the config names it.
        clock: the time that the source is asked by.
        section: what the config says of it; where that changes the source is made anew.
    """

    name: str
    source: Source
    clock: Clock
    section: object


def paces_of(config: Config) -> Mapping[str, timedelta]:
    """Name the sources, each with how long it is from one pass to the next in the machine's time."""
    return {name: config.schedule.collect / section.speed for name, section in config.sources.replays.items()}


def make(config: Config, name: str) -> Made:
    """Make a source; raises ArchiveError or OSError for a replay of what is no archive."""
    section = config.sources.replays[name]
    clock, archive = FastClock(section.starts_at, section.speed), Path(section.archive)
    try:
        replay = Replay.of_archive(archive, clock.now, _conditions(name, section))
    except ValueError as error:
        raise NotPosts(archive.name) from error
    return Made(name, Discreet(replay, Secrets.of()), clock, section)


def is_still(made: Made, config: Config) -> bool:
    """Tell whether a source is as the config has it."""
    return config.sources.replays.get(made.name) == made.section


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
