"""Which column of a table holds what of a post: a value, written as data. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

PLATFORMS: Final = ("x", "bluesky", "mastodon")
"""The platforms whose rules of ids, addresses and hashtags are known."""

FLAGS: Final = ("is_repost", "is_reply", "is_quote", "text_cut")
"""What a post is or is not."""

FIELDS: Final = (
    *("id", "url", "created_at", "observed_at", "text", "lang"),
    *("author_id", "author_handle", "author_name", "author_location", "author_created_at"),
    *("author_followers", "author_following", "author_posts"),
    *("hashtags", "links", "mentions", "pictures", "films"),
    *FLAGS,
    *("repost_of", "reply_to", "reply_to_author", "quote_of", "conversation"),
    *("latitude", "longitude", "longitude_latitude", "place", "country"),
    *("likes", "reposts", "replies", "quotes", "views"),
)
"""What a column may hold; the words of config.yaml."""

ANYTHING: Final = "*"
"""Of the values by which a flag is set: whatever is not empty."""

_NONE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
_NOTHING_PASSED_OVER: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """How the rows of a table are read as posts.

    Attributes:
        name: the table's, as messages name it.
        platform: whose posts these are, one of PLATFORMS.
        columns: the column of each of FIELDS that the table has.
        needed: a table with these columns is read so; others that are named may be absent. Empty: all are needed.
        id_from: the columns of which an id is made where the table has none; then `columns` names no id.
        times: 'iso', 'seconds', 'milliseconds', 'x' (Fri Dec 07 10:42:13 +0000 2018), or a pattern of strptime.
        time_zone: of times that do not tell their offset, an IANA name.
        resolution: the seconds to which created_at is told.
        separator: what stands between the tags, links and names of one cell; a JSON list is read in any case.
        is_html: the text is escaped as HTML is (&amp;), and is to be read as what it shows.
        values: the values by which one of FLAGS is set, where they are not yes and no, true and false, 1 and 0.
        reposts_begin: a text that begins so is a repost; empty where texts do not tell.
        breaks_off: a text that ends in "…" and a short link is a part of one, as X's API v1.1 gave it.
        passed_over: why a column is not read.
        is_closed: columns of which nothing is said are unknown, as a tool may have brought something new. A table
            of which a person says what is read has no unknown ones.
        sheet: the sheet of a spreadsheet; empty for the first that has the columns.
    """

    name: str
    platform: str
    columns: Mapping[str, str]
    needed: frozenset[str] = frozenset()
    id_from: tuple[str, ...] = ()
    times: str = "iso"
    time_zone: str = "UTC"
    resolution: int = 1
    separator: str = ","
    is_html: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NONE)
    reposts_begin: str = ""
    breaks_off: bool = False
    passed_over: Mapping[str, str] = field(default_factory=lambda: _NOTHING_PASSED_OVER)
    is_closed: bool = False
    sheet: str = ""

    @property
    def required(self) -> frozenset[str]:
        """Name the columns by which a table is known to be read so."""
        return self.needed or frozenset([*self.columns.values(), *self.id_from])

    @property
    def read(self) -> frozenset[str]:
        """Name the columns that are read."""
        return frozenset([*self.columns.values(), *self.id_from])
