"""From config.yaml to the sources that it names: each with its clock, its pace and what it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from collector.archive.errors import NotPosts
from collector.clock import Clock, FastClock, MachineClock
from collector.mastodon.settings import Settings
from collector.plan import Wanted
from collector.replay import Conditions, Replay
from collector.source import Source
from groundswell.config import Config
from groundswell.config.model import MastodonSection, ReplaySection
from groundswell.secrets import Discreet, Secrets, token_of
from storage.campaign import Campaign
from storage.tag import asked

_MASTODON: Final = "mastodon:"
"""What the names of Mastodon's servers begin with, as sources; no replay has a colon in its name."""


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
    sources, every = config.sources, config.schedule.collect
    paces = {name: every / section.speed for name, section in sources.replays.items()}
    if (mastodon := sources.mastodon) is not None:
        paces |= {_MASTODON + server: mastodon.every or every for server in mastodon.servers}
    return paces


def make(config: Config, name: str) -> Made:
    """Make a source; raises ArchiveError or OSError for a replay of what is no archive."""
    section = config.sources.mastodon
    if section is not None and name.startswith(_MASTODON):
        return _mastodon(name, section)
    return _replay(name, config.sources.replays[name])


def is_still(made: Made, config: Config) -> bool:
    """Tell whether a source is as the config has it."""
    return made.section == _section(config, made.name)


def _section(config: Config, name: str) -> object:
    return config.sources.mastodon if name.startswith(_MASTODON) else config.sources.replays.get(name)


def _replay(name: str, section: ReplaySection) -> Made:
    clock, archive = FastClock(section.starts_at, section.speed), Path(section.archive)
    try:
        replay = Replay.of_archive(archive, clock.now, _conditions(name, section))
    except ValueError as error:
        raise NotPosts(archive.name) from error
    return Made(name, Discreet(replay, Secrets.of()), clock, section)


def _mastodon(name: str, section: MastodonSection) -> Made:
    # The network's client takes a quarter of a second to import: who has no such source does not wait for it.
    from collector.mastodon.live import MastodonSource

    clock = MachineClock()
    source = MastodonSource(_settings(section, name.removeprefix(_MASTODON)), now=clock.now)
    return Made(name, Discreet(source, Secrets.of()), clock, section)


def _settings(section: MastodonSection, server: str) -> Settings:
    return Settings(server, section.contact, token_of(server))


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
