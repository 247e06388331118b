"""Tables of posts in a config.yaml: which column holds what; and from there to forms that archives are read by."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from pydantic import AfterValidator, ValidationInfo, field_validator

from groundswell.config.section import Section, unless_written
from groundswell.config.values import Length, Text, Zone, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.archive import TableForm

PLATFORMS: Final = ("x", "bluesky", "mastodon")
TIMES: Final = ("iso", "seconds", "milliseconds", "x")
"""Both are collector.archive.tables' own; here too, so that reading a config needs none of it (held by a test)."""

_SAMPLE: Final = datetime(2017, 8, 27, 23, 5, 34)  # noqa: DTZ001  # only its digits are looked at
_HOURS: Final = ("%H", "%I", "%T", "%X", "%c")


def _platform(value: str) -> str:
    if value not in PLATFORMS:
        raise refuse(f"no platform is called `{value}`", f"write one of {', '.join(PLATFORMS)}")
    return value


def _times(value: str) -> str:
    """Read a form of times; a pattern has to give back what is written by it."""
    if value in TIMES:
        return value
    cure = f'write one of {", ".join(TIMES)}, or a pattern such as "%d/%m/%Y %H:%M"'
    if "%" not in value:
        raise refuse(f"`{value}` is no form of times", cure)
    if "%Z" in value:
        raise refuse("a zone's name is read by nobody", "write the rest of the pattern, and the zone as `time_zone`")
    try:
        again = datetime.strptime(_SAMPLE.strftime(value), value.replace("%z", ""))  # noqa: DTZ007  # see _SAMPLE
    except ValueError:
        raise refuse(f"`{value}` is no pattern of times", cure) from None
    if again.date() != _SAMPLE.date() or (any(hour in value for hour in _HOURS) and again.hour != _SAMPLE.hour):
        raise refuse(f"`{value}` does not tell day, month, year and hour", "write all of them; %I goes with %p")
    return value


def _separator(value: str) -> str:
    if not value:
        raise refuse("it is empty", 'write what stands between two tags of one cell: ";"')
    return value.strip() or value


Platform: TypeAlias = Annotated[str, AfterValidator(_platform)]
Separator: TypeAlias = Annotated[str, AfterValidator(_separator)]
TimeForm: TypeAlias = Annotated[str, AfterValidator(_times)]
Column: TypeAlias = Text | None


class ColumnsSection(Section):
    """The column of each thing that a table tells."""

    id: Column = None
    url: Column = None
    created_at: Text
    observed_at: Column = None
    text: Text
    lang: Column = None
    author_id: Column = None
    author_handle: Column = None
    author_name: Column = None
    author_location: Column = None
    author_created_at: Column = None
    author_followers: Column = None
    author_following: Column = None
    author_posts: Column = None
    hashtags: Column = None
    links: Column = None
    mentions: Column = None
    pictures: Column = None
    films: Column = None
    is_repost: Column = None
    is_reply: Column = None
    is_quote: Column = None
    text_cut: Column = None
    repost_of: Column = None
    reply_to: Column = None
    reply_to_author: Column = None
    quote_of: Column = None
    conversation: Column = None
    latitude: Column = None
    longitude: Column = None
    longitude_latitude: Column = None
    place: Column = None
    country: Column = None
    likes: Column = None
    reposts: Column = None
    replies: Column = None
    quotes: Column = None
    views: Column = None

    def named(self) -> "Mapping[str, str]":
        """Give the columns that are named, by what they hold."""
        return {field: column for field in type(self).model_fields if (column := getattr(self, field)) is not None}


class ValuesSection(Section):
    """The values by which a post is something, where they are not yes and no."""

    is_repost: tuple[Text, ...] = ()
    is_reply: tuple[Text, ...] = ()
    is_quote: tuple[Text, ...] = ()
    text_cut: tuple[Text, ...] = ()

    def named(self) -> "Mapping[str, tuple[str, ...]]":
        """Give those that are written."""
        return {field: values for field in type(self).model_fields if (values := getattr(self, field))}


class TableSection(Section):
    """A table of posts: CSV, TSV or a spreadsheet; see collector.archive.tables.TableMapping."""

    platform: Platform
    columns: ColumnsSection
    id_from: tuple[Text, ...] = ()
    times: TimeForm = "iso"
    time_zone: Zone = "UTC"
    resolution: Length = unless_written("1s")
    separator: Separator = ","
    html: bool = False
    values: ValuesSection = unless_written({})
    reposts_begin: Text | None = None
    sheet: Text | None = None

    @field_validator("resolution")
    @classmethod
    def _whole_seconds(cls, resolution: timedelta) -> timedelta:
        if resolution % timedelta(seconds=1):
            raise refuse("it is no whole number of seconds", "write 1s, 1m or 1d")
        return resolution

    @field_validator("id_from")
    @classmethod
    def _one_way_to_an_id(cls, id_from: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        columns = info.data.get("columns")
        if columns is None:
            return id_from
        if id_from and columns.id is not None:
            raise refuse("the table has an id of its own, under `columns`", "keep one of the two")
        if not id_from and columns.id is None:
            cure = "name the column of the id under `columns`; where there is none, list here what tells posts apart"
            raise refuse("nothing tells the id of a post", cure)
        return id_from


def to_tables(tables: "Mapping[str, TableSection]") -> "dict[str, TableForm]":
    """Give the forms of the tables of a config, by name, in the file's order."""
    if not tables:
        return {}
    from collector.archive.forms import by_mapping
    from collector.archive.tables import TableMapping

    return {
        name: by_mapping(
            TableMapping(
                name=name,
                platform=section.platform,
                columns=section.columns.named(),
                id_from=section.id_from,
                times=section.times,
                time_zone=section.time_zone,
                resolution=section.resolution // timedelta(seconds=1),
                separator=section.separator,
                is_html=section.html,
                values=section.values.named(),
                reposts_begin=section.reposts_begin or "",
                sheet=section.sheet or "",
            )
        )
        for name, section in tables.items()
    }
