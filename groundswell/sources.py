"""From config.yaml to the sources that it names: each with its clock, its pace and what it is asked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from collector.archive.errors import NotPosts
from collector.clock import Clock, FastClock, MachineClock
from collector.errors import TokenRefused
from collector.mastodon.settings import Settings
from collector.plan import Wanted
from collector.replay import Conditions, Replay
from collector.source import Source
from collector.x.prices import Prices
from collector.x.wording import Extras
from groundswell.config import Config
from groundswell.config.model import MastodonSection, ReplaySection
from groundswell.config.x import XSection, thousandths
from groundswell.secrets import Discreet, Secrets, token_of
from storage.campaign import Campaign
from storage.tag import asked

if TYPE_CHECKING:
    from collector.x.settings import Settings as XSettings

_MASTODON: Final = "mastodon:"
"""What the names of Mastodon's servers begin with, as sources; no replay has a colon in its name."""
_X: Final = "x"
_X_COUNTS: Final = "x-counts"
_XS: Final = (_X_COUNTS, _X)
_COUNTED_FIRST: Final = timedelta(seconds=10)
X_TOKEN: Final = "X_BEARER_TOKEN"  # noqa: S105  # the name, no secret


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
    if (x := sources.x) is not None:
        paces[_X_COUNTS] = x.counts.every
        paces |= {_X: x.every or every} if x.posts else {}
    return paces


def first_rest(name: str) -> timedelta:
    """Tell how long a source is left alone at first: X has its posts counted before any is bought."""
    return _COUNTED_FIRST if name == _X else timedelta(0)


def make(config: Config, name: str) -> Made:
    """Make a source; raises ArchiveError or OSError for a replay of what is no archive, TokenRefused without a key."""
    section = config.sources.mastodon
    if section is not None and name.startswith(_MASTODON):
        return _mastodon(name, section)
    if config.sources.x is not None and name in _XS:
        return _x(name, config.sources.x)
    return _replay(name, config.sources.replays[name])


def is_still(made: Made, config: Config) -> bool:
    """Tell whether a source is as the config has it."""
    return made.section == _section(config, made.name)


def _section(config: Config, name: str) -> object:
    if name in _XS and config.sources.x is not None:
        return config.sources.x
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


def _x(name: str, section: XSection) -> Made:
    # tweepy takes as long to import as the rest of the program.
    from collector.x.counts import Counts
    from collector.x.search import Search

    asked, prices = x_settings(section), prices_of(section)
    clock = MachineClock()
    if name == _X_COUNTS:
        source: Source = Counts(asked, prices, now=clock.now, granularity=section.counts.step)
    else:
        source = Search(asked, extras_of(section), prices, now=clock.now)
    return Made(name, Discreet(source, Secrets.of()), clock, section)


def x_settings(section: XSection, environment: Mapping[str, str] = os.environ) -> "XSettings":
    """Say how X is asked; raises TokenRefused where the environment has no key, or what cannot be one."""
    from collector.x.settings import Settings as XSettings

    token = environment.get(X_TOKEN, "").strip()
    if not token:
        raise TokenRefused(f"{X_TOKEN} is not set")
    try:
        return XSettings(token, section.url, section.archive, section.names)
    except ValueError as error:
        raise TokenRefused(f"{X_TOKEN}: {error}") from error


def extras_of(section: XSection) -> Extras:
    """Say what is to come with posts, by the config."""
    return Extras(section.bring.authors, section.bring.referenced, section.bring.referenced_authors)


def prices_of(section: XSection) -> Prices:
    """Say what X charges, by the config."""
    prices, charges = section.prices, section.charges
    return Prices(
        post=thousandths(prices.post),
        user=thousandths(prices.user),
        counts_recent=thousandths(prices.counts_recent),
        counts_all=thousandths(prices.counts_all),
        charges_users=charges.users,
        charges_referenced=charges.referenced,
        free_again=not charges.again_on_the_same_day,
    )


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
