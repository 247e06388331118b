"""Posts of X's API v2 as twarc-csv writes them: a flattened post a row, its fields in columns named by their way.

A row is made a post of the API again and read as one, so that a table and the JSON that it was made of tell the same.
What a row has lost: the ids of those who are mentioned, and where links led on to. Of a repost it has, unless the
tool was told otherwise, the reposted post's text, entities, media and counters: they are whole, but the counters are
not the repost's, and are left out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar

import msgspec
import orjson
from msgspec.structs import replace

from collector.archive.tables.cells import Ids, listed, whole_number
from collector.archive.tables.known import KnownColumns
from collector.errors import Unreadable
from collector.x.objects import (
    Attachments,
    Entities,
    Geo,
    Hashtag,
    Link,
    Medium,
    Metrics,
    Point,
    UserMetrics,
)
from collector.x.objects import Post as XPost
from collector.x.objects import User as XUser
from collector.x.readings import Surroundings, author_of, post_of
from collector.x.rules import links_of
from storage.instant import Instant, to_text
from storage.post import Author, Item

T = TypeVar("T")

NAME: Final = "twarc"
COLUMNS: Final = frozenset({"id", "created_at", "text", "author_id", "referenced_tweets.retweeted.id"})
"""A table with these columns is of this form; the tool can be told to leave out others."""

_REFERENCES: Final = {
    "replied_to": "referenced_tweets.replied_to.id",
    "retweeted": "referenced_tweets.retweeted.id",
    "quoted": "referenced_tweets.quoted.id",
}
_METRICS: Final = ("like_count", "retweet_count", "reply_count", "quote_count", "impression_count")
_OF_USER: Final = ("followers_count", "following_count", "tweet_count")
_ENTITIES: Final = ("hashtags", "mentions", "urls", "cashtags", "annotations")
_PICTURE: Final = "pic."
_REPOST: Final = "RT @"

READ: Final = frozenset(
    [
        *("id", "conversation_id", "author_id", "in_reply_to_user_id", "created_at", "text", "lang"),
        *_REFERENCES.values(),
        *(f"public_metrics.{name}" for name in _METRICS),
        *("edit_history_tweet_ids", "__twarc.retrieved_at", "attachments.media", "attachments.media_keys"),
        *(f"entities.{name}" for name in _ENTITIES),
        *("author.id", "author.created_at", "author.username", "author.name", "author.location"),
        *(f"author.public_metrics.{name}" for name in _OF_USER),
        *("geo.coordinates.coordinates", "geo.country", "geo.full_name", "geo.place_id"),
    ]
)
"""The columns that are read where they are there; of entities that are no measure's, only whether there are any."""

_PLACE: Final = "the place's name says as much"
_POLL: Final = "polls are another kind of thing"
_PROFILE: Final = "a profile text is no post; it stays in the payload"
_WITHHELD: Final = "where X hides it"
_EDITS: Final = "what may still be done, not what was"
_NOT_ASKED: Final = "no measure asks for it"

PASSED_OVER: Final[Mapping[str, str]] = {
    "in_reply_to_username": "a handle; the id stands in in_reply_to_user_id",
    "retweeted_user_id": "the reposted post says it",
    "retweeted_username": "the reposted post says it",
    "quoted_user_id": "the quoted post says it",
    "quoted_username": "the quoted post says it",
    "source": "the app that was used; no measure asks for it",
    "public_metrics.bookmark_count": _NOT_ASKED,
    "reply_settings": "who may answer; no measure asks for it",
    "edit_controls.edits_remaining": _EDITS,
    "edit_controls.editable_until": _EDITS,
    "edit_controls.is_edit_eligible": _EDITS,
    "possibly_sensitive": "X's own mark; no measure asks for it",
    "withheld.scope": _WITHHELD,
    "withheld.copyright": _WITHHELD,
    "withheld.country_codes": _WITHHELD,
    "context_annotations": "X's guess at the topic",
    "attachments.poll.duration_minutes": _POLL,
    "attachments.poll.end_datetime": _POLL,
    "attachments.poll.id": _POLL,
    "attachments.poll.options": _POLL,
    "attachments.poll.voting_status": _POLL,
    "attachments.poll_ids": _POLL,
    "author.description": _PROFILE,
    "author.entities.description.cashtags": _PROFILE,
    "author.entities.description.hashtags": _PROFILE,
    "author.entities.description.mentions": _PROFILE,
    "author.entities.description.urls": _PROFILE,
    "author.entities.url.urls": "what stands in the profile",
    "author.url": "what stands in the profile",
    "author.pinned_tweet_id": "a post that is not here",
    "author.profile_image_url": "a picture of a person",
    "author.protected": "a protected account's posts do not come",
    "author.public_metrics.listed_count": _NOT_ASKED,
    "author.verified": "its meaning changed with the years",
    "author.verified_type": "its meaning changed with the years",
    "author.withheld.scope": _WITHHELD,
    "author.withheld.copyright": _WITHHELD,
    "author.withheld.country_codes": _WITHHELD,
    "geo.coordinates.type": "always a point",
    "geo.country_code": _PLACE,
    "geo.geo.bbox": _PLACE,
    "geo.geo.type": _PLACE,
    "geo.id": _PLACE,
    "geo.name": _PLACE,
    "geo.place_type": _PLACE,
    "matching_rules": "which stream rule let it through",
    "__twarc.url": "what was asked",
    "__twarc.version": "the version of the tool",
}
"""Why a column is not read."""

_KNOWN: Final = KnownColumns(NAME, READ | PASSED_OVER.keys())
_NO_SURROUNDINGS: Final = Surroundings({}, {})


class Reader:
    """Reads the rows of one table, in their order."""

    def __init__(self) -> None:
        """Begin a table."""
        self._ids = Ids("x")

    def __call__(self, values: Mapping[str, str]) -> Item:
        """Read a row of texts by column; raises Unreadable where a column is missing or odd."""
        if missing := COLUMNS - values.keys():
            raise Unreadable(f"no column {', '.join(sorted(missing))}")
        payload = _payload(values)
        row = _Row(values, self._ids)
        observed_at = _retrieved_at(row)
        is_merged = bool(row[_REFERENCES["retweeted"]]) and not row["text"].startswith(_REPOST)
        post = post_of(_post(row, is_merged=is_merged), _NO_SURROUNDINGS, observed_at)
        if is_merged:
            post = replace(post, text_cut=False)
        author = _author(row, observed_at, post.edited_at or post.created_at)
        return Item(
            payload=payload,
            post=post,
            authors=() if author is None else (author,),
            unknown=_KNOWN.unknown(values),
        )


class _Row:
    """A row's cells, empty where the table has no such column."""

    def __init__(self, values: Mapping[str, str], ids: Ids) -> None:
        self._values = values
        self._ids = ids

    def __getitem__(self, column: str) -> str:
        return self._values.get(column, "")

    def id(self, column: str) -> str | None:
        cell = self[column]
        return self._ids.read(cell, column) if cell else None

    def number(self, column: str) -> int | None:
        cell = self[column]
        return whole_number(cell, column) if cell else None

    def words(self, column: str) -> str:
        """Give a text; its line ends were written as a backslash and an n."""
        return self[column].replace("\\n", "\n")

    def objects(self, column: str, kind: type[T]) -> list[T] | None:
        """Read a list of objects; None for an empty cell."""
        cell = self[column]
        if not cell:
            return None
        try:
            return msgspec.convert(orjson.loads(cell), list[kind])  # type: ignore[valid-type]
        except (orjson.JSONDecodeError, msgspec.ValidationError) as error:
            raise Unreadable(f"{column} is {cell[:40]!r}, not what the tool writes") from error


def _post(row: _Row, *, is_merged: bool) -> XPost:
    post_id = row.id("id")
    if post_id is None:
        raise Unreadable("no id")
    if not row["text"].strip():
        raise Unreadable("no text")
    targets = [(kind, row.id(column)) for kind, column in _REFERENCES.items()]
    return XPost(
        id=post_id,
        created_at=row["created_at"] or None,
        text=row.words("text"),
        lang=row["lang"] or None,
        author_id=row.id("author_id"),
        in_reply_to_user_id=row.id("in_reply_to_user_id"),
        conversation_id=row.id("conversation_id"),
        edit_history_tweet_ids=row.objects("edit_history_tweet_ids", str),
        referenced_tweets=[XPost(id=target, type=kind) for kind, target in targets if target is not None],
        entities=_entities(row, {target for kind, target in targets if kind == "retweeted" and target}),
        attachments=_attachments(row),
        geo=_geo(row),
        public_metrics=None if is_merged else _metrics(row),
    )


def _entities(row: _Row, reposted: set[str]) -> Entities | None:
    """Read what X found in a text; None where it found nothing, or was not asked."""
    if not any(row[f"entities.{kind}"] for kind in _ENTITIES):
        return None
    links = [_link(link) for link in listed(row["entities.urls"], ",")]
    return Entities(
        hashtags=[Hashtag(tag.removeprefix("#")) for tag in listed(row["entities.hashtags"], ",")],
        mentions=[XUser(username=name.removeprefix("@")) for name in listed(row["entities.mentions"], ",")],
        urls=_without_own_pictures(links, reposted) if reposted else links,
    )


def _link(written: str) -> Link:
    """Make a link of what is told of it: of one to a picture only what is shown."""
    return Link(display_url=written) if written.startswith(_PICTURE) else Link(expanded_url=written)


def _without_own_pictures(links: Iterable[Link], reposted: set[str]) -> list[Link]:
    """Leave out the links to the pictures of the reposted post, whose text it is."""
    return [Link(expanded_url=link) for link in links_of(links, reposted)]


def _attachments(row: _Row) -> Attachments | None:
    keys = row.objects("attachments.media_keys", str)
    return None if keys is None else Attachments(media_keys=keys, media=row.objects("attachments.media", Medium))


def _geo(row: _Row) -> Geo | None:
    place_id, at = row["geo.place_id"], row.objects("geo.coordinates.coordinates", float)
    if not place_id and at is None:
        return None
    if at is not None and len(at) != len(("longitude", "latitude")):
        raise Unreadable("geo.coordinates.coordinates is no longitude and latitude")
    return Geo(
        place_id=place_id or None,
        coordinates=None if at is None else Point((at[0], at[1])),
        full_name=row["geo.full_name"] or None,
        country=row["geo.country"] or None,
    )


def _metrics(row: _Row) -> Metrics | None:
    numbers = {name: row.number(f"public_metrics.{name}") for name in _METRICS}
    return None if set(numbers.values()) == {None} else Metrics(**numbers)


def _author(row: _Row, observed_at: Instant | None, carried_at: Instant) -> Author | None:
    author_id = row.id("author.id")
    if author_id is None:
        return None
    numbers = {name: row.number(f"author.public_metrics.{name}") for name in _OF_USER}
    user = XUser(
        id=author_id,
        username=row["author.username"] or None,
        name=row.words("author.name"),
        location=row.words("author.location"),
        created_at=row["author.created_at"] or None,
        public_metrics=UserMetrics(**numbers),
    )
    author = author_of(user, observed_at)
    return None if author is None else replace(author, carried_at=carried_at)


def _retrieved_at(row: _Row) -> Instant | None:
    try:
        return to_text(datetime.fromisoformat(row["__twarc.retrieved_at"]))
    except ValueError:
        return None


def _payload(values: Mapping[str, str]) -> bytes:
    try:
        return orjson.dumps({"data": values}, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Unreadable("not UTF-8") from error
