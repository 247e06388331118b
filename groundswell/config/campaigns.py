"""From the config's sections to what the store watches."""

from typing import TYPE_CHECKING

from collector.mastodon.settings import Settings
from groundswell.config.model import CampaignSection, Config
from storage.campaign import Campaign, Exclusion

if TYPE_CHECKING:
    from analysis.charts.about import Event


def to_campaigns(config: Config) -> tuple[Campaign, ...]:
    """Give the campaigns of a config, in the file's order."""
    return tuple(_campaign(slug, section) for slug, section in config.campaigns.items())


def to_events(config: Config, slug: str) -> tuple["Event", ...]:
    """Give what happened in the time of a campaign, in the order of time."""
    from analysis.charts.about import Event  # a run is up long before it draws

    events = config.campaigns[slug].events
    return tuple(sorted((Event(one.at, one.label) for one in events), key=lambda one: (one.at, one.label)))


def to_servers(config: Config) -> tuple[tuple[str, str], ...]:
    """Give the (platform, server) of platforms of many servers: what is complete must be so at each."""
    section = config.sources.mastodon
    return (
        () if section is None else tuple(("mastodon", Settings(one, section.contact).host) for one in section.servers)
    )


def _campaign(slug: str, section: CampaignSection) -> Campaign:
    return Campaign(
        slug=slug,
        title=section.title,
        time_zone=section.time_zone,
        tags=section.tags,
        starts_at=section.starts_at,
        ends_at=section.ends_at,
        exclude=Exclusion(
            tags=section.exclude.tags,
            authors=section.exclude.authors,
            languages=section.exclude.languages,
        ),
    )
