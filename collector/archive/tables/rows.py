"""A row of a table to a reading of a post and its author, by a mapping. Pure, but for what a table's ids were like."""

from collections.abc import Mapping
from hashlib import sha256
from html import unescape
from typing import Final, NamedTuple

import orjson

from collector.archive.tables.cells import Ids, degrees, flag, listed, listed_links, whole_number
from collector.archive.tables.known import KnownColumns
from collector.archive.tables.mapping import ANYTHING, TableMapping
from collector.archive.tables.platforms import RULES, Named, address_of_made
from collector.archive.tables.times import Times, is_day
from collector.errors import Unreadable
from collector.x import rules
from storage.instant import Instant
from storage.post import Author, Counts, Media, Mention, Post
from storage.post import Item as Told

_COUNTS: Final = frozenset(Counts.__struct_fields__)
_CUT: Final = "…"
_A_DAY: Final = 86_400


class _Link(NamedTuple):
    """A link of which only is told where it leads."""

    expanded_url: str
    url: str | None = None
    unwound_url: str | None = None
    display_url: str | None = None
    media_key: str | None = None


class _When(NamedTuple):
    created_at: Instant
    claimed_at: Instant | None
    observed_at: Instant | None


class _Row(NamedTuple):
    """A row: its cells by column, and those that are read by field."""

    all: Mapping[str, str]
    cells: Mapping[str, str]

    def cell(self, field: str) -> str:
        return self.cells.get(field, "")


class RowReader:
    """Reads the rows of one table, in their order."""

    def __init__(self, mapping: TableMapping) -> None:
        """Begin a table."""
        self._mapping = mapping
        self._fields = tuple(mapping.columns.items())
        self._required = mapping.required
        self._rules = RULES[mapping.platform]
        self._times = Times(mapping.times, mapping.time_zone)
        self._ids = Ids(mapping.platform)
        self._known = KnownColumns(mapping.name, {*mapping.read, *mapping.passed_over})

    def __call__(self, values: Mapping[str, str]) -> Told:
        """Read a row of texts by column.

        Raises Unreadable, naming the column, where a column that is needed is absent, the id, the time or the text
        is empty, or a cell is not what its column holds.
        """
        if missing := self._required - values.keys():
            raise Unreadable(f"no column {', '.join(sorted(missing))}")
        payload = _payload(values)
        row = _Row(values, {field: values[column] for field, column in self._fields if column in values})
        post = self._post(row)
        return Told(
            payload=payload,
            post=post,
            authors=self._authors(row, post),
            unknown=self._known.unknown(values) if self._mapping.is_closed else (),
        )

    def _post(self, row: _Row) -> Post:
        named, text = self._named(row), self._text(row)
        when = self._when(row, named)
        repost_of, quote_of, reply_to = (self._id(row, field) for field in ("repost_of", "quote_of", "reply_to"))
        reply_to_author = self._id(row, "reply_to_author")
        is_repost = repost_of is not None or self._is(row, "is_repost") or self._begins_as_repost(text)
        latitude, longitude = self._coordinates(row)
        return Post(
            platform=self._mapping.platform,
            platform_id=named.platform_id,
            server=named.server,
            author=self._author_id(row),
            created_at=when.created_at,
            time_resolution=self._mapping.resolution,
            url=named.url,
            claimed_at=when.claimed_at,
            observed_at=when.observed_at,
            ids=named.ids,
            text=text,
            text_cut=self._is(row, "text_cut") or self._breaks_off(text, is_repost=is_repost),
            lang=_lang(row.cell("lang")),
            hashtags=self._hashtags(row, text),
            links=self._links(row, text, {named.platform_id, quote_of or ""}),
            mentions=self._mentions(row, text),
            media=self._media(row),
            is_repost=is_repost,
            is_reply=reply_to is not None or reply_to_author is not None or self._is(row, "is_reply"),
            is_quote=quote_of is not None or self._is(row, "is_quote"),
            repost_of=repost_of,
            reply_to=reply_to,
            reply_to_author=reply_to_author,
            quote_of=quote_of,
            conversation=self._id(row, "conversation"),
            latitude=latitude,
            longitude=longitude,
            place=row.cell("place") or None,
            country=row.cell("country") or None,
            counts=self._counts(row),
        )

    def _named(self, row: _Row) -> Named:
        mapping, url = self._mapping, row.cell("url")
        if mapping.id_from:
            made_of = "\x1f".join([row.all[column] for column in mapping.id_from])
            made = "made:" + sha256(made_of.encode()).hexdigest()[:32]
            return Named(made, mapping.platform, address_of_made(mapping.platform, row.cell("author_handle"), url))
        post_id = self._id(row, "id")
        if post_id is None:
            raise Unreadable(f"no {mapping.columns['id']}")
        return self._rules.name(post_id, url)

    def _when(self, row: _Row, named: Named) -> _When:
        column = self._mapping.columns["created_at"]
        if self._mapping.resolution < _A_DAY and is_day(row.cell("created_at")):
            raise Unreadable(f"{column} is {row.cell('created_at')}, a day: then the table's resolution is a day")
        said = self._times.read(row.cell("created_at"), column, named.time)
        if said is None:
            raise Unreadable(f"no {column}")
        observed_at = self._time(row, "observed_at")
        claimed_at = said if self._rules.trusts_clients else None
        return _When(self._rules.posted_at(said, named, observed_at), claimed_at, observed_at)

    def _text(self, row: _Row) -> str:
        text = row.cell("text")
        if not text.strip():
            raise Unreadable(f"no {self._mapping.columns['text']}")
        return unescape(text) if self._mapping.is_html and "&" in text else text

    def _begins_as_repost(self, text: str) -> bool:
        return bool(self._mapping.reposts_begin) and text.startswith(self._mapping.reposts_begin)

    def _breaks_off(self, text: str, *, is_repost: bool) -> bool:
        """Tell whether a text is a part of one: of a reposted one ("…" ends it), or of a long one by X's API v1.1."""
        if is_repost and text.rstrip().endswith(_CUT):
            return True
        return self._mapping.breaks_off and rules.ends_with_a_link(text.rstrip().removesuffix(_CUT))

    def _hashtags(self, row: _Row, text: str) -> tuple[str, ...]:
        if "hashtags" not in row.cells:
            return self._rules.hashtags(text)
        written = [tag.lstrip("#＃") for tag in listed(row.cells["hashtags"], self._mapping.separator)]
        return tuple(dict.fromkeys([tag for tag in written if tag]))

    def _links(self, row: _Row, text: str, own: set[str]) -> tuple[str, ...]:
        """Give where links lead, but for those that X adds: to the post's own pictures, itself and what it quotes."""
        if "links" not in row.cells:
            return self._rules.links(text)
        leading = listed_links(row.cells["links"], self._mapping.separator)
        if self._mapping.platform != "x":
            return tuple(dict.fromkeys(leading))
        return rules.links_of([_Link(link) for link in leading], own)

    def _mentions(self, row: _Row, text: str) -> tuple[Mention, ...]:
        if "mentions" not in row.cells:
            handles = self._rules.mentions(text)
        else:
            named = listed(row.cells["mentions"], self._mapping.separator)
            handles = tuple(dict.fromkeys([handle.lstrip("@＠") for handle in named]))
        return tuple([Mention(handle) for handle in handles if handle])

    def _media(self, row: _Row) -> tuple[Media, ...] | None:
        """Give the pictures and films that a row names; None where it names none, for there may be others."""
        if "pictures" not in row.cells and "films" not in row.cells:
            return None
        found = [
            Media(kind, link)
            for field, kind in (("pictures", "photo"), ("films", "video"))
            for link in listed_links(row.cell(field), self._mapping.separator)
        ]
        return tuple(dict.fromkeys(found)) or None

    def _counts(self, row: _Row) -> Counts | None:
        if _COUNTS.isdisjoint(row.cells):
            return None
        numbers = [self._number(row, field) for field in Counts.__struct_fields__]
        return None if set(numbers) == {None} else Counts(*numbers)

    def _coordinates(self, row: _Row) -> tuple[float | None, float | None]:
        """Read where a post was written; 0, 0 is what databases keep of nowhere."""
        columns = self._mapping.columns
        if both := row.cell("longitude_latitude").strip():
            longitude, _, latitude = both.partition(",")
            names = (columns["longitude_latitude"],) * 2
        else:
            latitude, longitude = row.cell("latitude"), row.cell("longitude")
            names = columns.get("latitude", ""), columns.get("longitude", "")
        found = degrees(latitude, names[0], 90), degrees(longitude, names[1], 180)
        return (None, None) if None in found or found == (0, 0) else found

    def _author_id(self, row: _Row) -> str | None:
        """Name the author: by id, else by handle, which is theirs alone whatever its case, but not for ever."""
        if (author := self._id(row, "author_id")) is not None:
            return author
        handle = _handle(row)
        return "handle:" + handle.lower() if handle else None

    def _authors(self, row: _Row, post: Post) -> tuple[Author, ...]:
        if post.author is None:
            return ()
        author = Author(
            platform=post.platform,
            platform_id=post.author,
            server=post.server,
            handle=_handle(row) or None,
            display_name=row.cell("author_name") or None,
            location=row.cell("author_location") or None,
            created_at=self._time(row, "author_created_at"),
            followers=self._number(row, "author_followers"),
            following=self._number(row, "author_following"),
            posts=self._number(row, "author_posts"),
            observed_at=post.observed_at,
            carried_at=post.created_at,
        )
        return (author,)

    def _id(self, row: _Row, field: str) -> str | None:
        cell = row.cell(field)
        return self._ids.read(cell, self._mapping.columns[field]) if cell else None

    def _time(self, row: _Row, field: str) -> Instant | None:
        cell = row.cell(field)
        return self._times.read(cell, self._mapping.columns[field]) if cell else None

    def _number(self, row: _Row, field: str) -> int | None:
        cell = row.cell(field)
        return whole_number(cell, self._mapping.columns[field]) if cell else None

    def _is(self, row: _Row, field: str) -> bool:
        cell = row.cell(field)
        if not cell:
            return False
        values = self._mapping.values.get(field)
        if values is None:
            return flag(cell, self._mapping.columns[field])
        return cell.strip() in values or (ANYTHING in values and bool(cell.strip()))


def _handle(row: _Row) -> str:
    return row.cell("author_handle").strip().lstrip("@＠")


def _lang(cell: str) -> str | None:
    """Read a language code, of several the first; "nan" is one (Min Nan)."""
    first = cell.partition(",")[0].strip()
    return None if first in ("", "None", "NULL", "N/A") else first


def _payload(values: Mapping[str, str]) -> bytes:
    try:
        return orjson.dumps({"data": values}, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Unreadable("not UTF-8") from error
