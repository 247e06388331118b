"""What a config.yaml may say: one model a section, all frozen, none with keys it does not know."""

from datetime import datetime

from pydantic import Field, ValidationInfo, field_validator

from groundswell.config.channels import AlertsSection
from groundswell.config.section import Section, unless_written
from groundswell.config.tables import TableSection
from groundswell.config.values import (
    Author,
    Bin,
    Contact,
    Language,
    Length,
    Moment,
    Place,
    Server,
    Share,
    Slug,
    StoreUrl,
    Tag,
    Text,
    Zone,
    refuse,
)
from groundswell.config.x import BudgetSection, XSection
from storage.tag import asked, fold


def _after_from(ends_at: datetime | None, info: ValidationInfo) -> datetime | None:
    starts_at = info.data.get("starts_at")
    if starts_at and ends_at and ends_at <= starts_at:
        raise refuse("it is not after `from`", "`until` is the first moment that no longer counts")
    return ends_at


class ExcludeSection(Section):
    """What keeps a post out of a campaign that its tags would let in."""

    tags: tuple[Tag, ...] = ()
    authors: tuple[Author, ...] = ()
    languages: tuple[Text, ...] = ()


class EventSection(Section):
    """Something that happened, which charts show; without a zone of its own its time is in the campaign's."""

    time_zone: Zone = "UTC"
    at: Moment
    label: Text


class CampaignSection(Section):
    """A family of tags; `starts_at` and `ends_at` are aware, the second no longer in it; `budget` is X's a month."""

    title: Text
    tags: tuple[Tag, ...]
    time_zone: Zone = "UTC"
    starts_at: Moment | None = Field(default=None, alias="from")
    ends_at: Moment | None = Field(default=None, alias="until")
    exclude: ExcludeSection = unless_written({})
    events: tuple[EventSection, ...] = ()
    budget: BudgetSection | None = None

    @field_validator("tags")
    @classmethod
    def _each_once(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if not tags:
            raise refuse("there is no tag", 'write one an item: - "#tag"')
        first: dict[str, int] = {}
        again = [
            (
                place,
                f"platforms take `#{tag}` and item {first[asked(tag)] + 1} for one tag",
                "keep one of them",
            )
            for place, tag in enumerate(tags)
            if first.setdefault(asked(tag), place) != place
        ]
        if again:
            raise refuse("a tag stands twice", "keep one of the two", again)
        return tags

    @field_validator("ends_at")
    @classmethod
    def _ends_later(cls, ends_at: datetime | None, info: ValidationInfo) -> datetime | None:
        return _after_from(ends_at, info)

    @field_validator("events", mode="before")
    @classmethod
    def _in_its_zone(cls, events: object, info: ValidationInfo) -> object:
        if not isinstance(events, list | tuple):
            return events
        zone = {"time_zone": info.data.get("time_zone", "UTC")}
        return tuple({**zone, **event} if isinstance(event, dict) else event for event in events)

    @field_validator("exclude")
    @classmethod
    def _excludes_no_own_tag(cls, exclude: ExcludeSection, info: ValidationInfo) -> ExcludeSection:
        own = {fold(tag) for tag in info.data.get("tags", ())}
        for tag in exclude.tags:
            if fold(tag) in own:
                raise refuse(f"`#{tag}` is a tag of this campaign", "take it out here or there")
        return exclude


class InboxSection(Section):
    """A folder whose new files are imported, each once."""

    folder: Place = unless_written("inbox")
    every: Length = unless_written("1m")


class MastodonSection(Section):
    """The servers whose hashtag timelines are read; an `every` of None is the schedule's."""

    contact: Contact
    servers: tuple[Server, ...]
    every: Length | None = None

    @field_validator("servers")
    @classmethod
    def _each_once(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        if not servers:
            raise refuse("there is no server", "write one an item: - mastodon.social")
        again = [
            (place, f"`{server}` stands there already", "keep one of them")
            for place, server in enumerate(servers)
            if server in servers[:place]
        ]
        if again:
            raise refuse("a server stands twice", "keep one of the two", again)
        return servers


class OutageSection(Section):
    """A time in which a replay does not answer."""

    starts_at: Moment = Field(alias="from")
    ends_at: Moment = Field(alias="until")

    @field_validator("ends_at")
    @classmethod
    def _ends_later(cls, ends_at: datetime, info: ValidationInfo) -> datetime | None:
        return _after_from(ends_at, info)


class ReplaySection(Section):
    """An archive served by a clock, as if live: see collector.replay. Times without an offset are UTC."""

    archive: Place
    starts_at: Moment
    speed: float = Field(default=1.0, gt=0)
    reach: Length = unless_written("7d")
    settling: Length = unless_written("2m")
    late_share: Share = 0.05
    outages: tuple[OutageSection, ...] = ()
    page_size: int = Field(default=100, ge=1, le=100_000)
    repeat_share: Share = 0.0
    rate_limit_every: int | None = Field(default=None, ge=1)
    rate_limit_for: Length = unless_written("15m")
    seed: int = 0


class SourcesSection(Section):
    """Where posts come from; a source that is not named is not asked."""

    inbox: InboxSection | None = None
    mastodon: MastodonSection | None = None
    x: XSection | None = None
    replays: dict[Slug, ReplaySection] = unless_written({})


class ScheduleSection(Section):
    """How often the sources are asked."""

    collect: Length = unless_written("15m")


class StoreSection(Section):
    """Where posts are kept; `url` is absolute."""

    url: StoreUrl = unless_written("sqlite:///groundswell.db")
    keep_raw: bool = True


class OutputSection(Section):
    """Where charts and reports go; a `bin` of None leaves the length of bins to each chart."""

    folder: Place = unless_written("charts")
    bin: Bin | None = None
    languages: tuple[Language, ...] = ("en",)


class LakeSection(Section):
    """Where the Parquet copy for analysis lies."""

    folder: Place = unless_written("lake")


class Config(Section):
    """A whole config.yaml."""

    campaigns: dict[Slug, CampaignSection]
    sources: SourcesSection = unless_written({})
    schedule: ScheduleSection = unless_written({})
    store: StoreSection = unless_written({})
    output: OutputSection = unless_written({})
    lake: LakeSection = unless_written({})
    alerts: AlertsSection = unless_written({})
    tables: dict[Slug, TableSection] = unless_written({})

    @field_validator("campaigns")
    @classmethod
    def _told_apart(cls, campaigns: dict[str, CampaignSection]) -> dict[str, CampaignSection]:
        if not campaigns:
            raise refuse("there is no campaign", "add one, as in what `groundswell init` writes")
        seen: dict[str, str] = {}
        for slug in campaigns:
            first = seen.setdefault(slug.casefold(), slug)
            if first != slug:
                raise refuse(f"`{first}` and `{slug}` differ by case only", "their charts' files would be one")
        return campaigns
