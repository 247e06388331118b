"""The objects of X's API v1.1 as far as they are read. A field is None where the object says nothing.

Ids are read from their text (`id_str`), and from the number only where that is missing: a number may have been
through a program that rounds it. Fields that are not declared are passed over: `x_v1_passed_over` says why.
"""

from typing import Any

import msgspec

from collector.prepared import prepare


class Hashtag(msgspec.Struct, frozen=True, gc=False):
    """A hashtag in a text, without its '#'."""

    text: str


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A user named in a text."""

    screen_name: str | None = None
    id_str: str | None = None
    id: Any = None


class Unwound(msgspec.Struct, frozen=True, gc=False):
    """Where a link leads at last."""

    url: str | None = None


class Link(msgspec.Struct, frozen=True, gc=False):
    """A link in a text: as it stands there (t.co), and where it leads."""

    url: str | None = None
    expanded_url: str | None = None
    display_url: str | None = None
    unwound: Unwound | None = None

    @property
    def unwound_url(self) -> str | None:
        """Where that leads on to."""
        return None if self.unwound is None else self.unwound.url

    @property
    def media_key(self) -> None:
        """No picture: those stand apart here."""
        return


class Variant(msgspec.Struct, frozen=True, gc=False):
    """One encoding of a film."""

    url: str | None = None
    bitrate: int | None = None


class Film(msgspec.Struct, frozen=True, gc=False):
    """What there is of a film."""

    variants: list[Variant] | None = None


class Medium(msgspec.Struct, frozen=True, gc=False):
    """A picture or film."""

    type: str | None = None
    media_url_https: str | None = None
    media_url: str | None = None
    video_info: Film | None = None


class Entities(msgspec.Struct, frozen=True, gc=False):
    """What X found in a text."""

    hashtags: list[Hashtag] | None = None
    user_mentions: list[Mention] | None = None
    urls: list[Link] | None = None
    media: list[Medium] | None = None


class ExtendedEntities(msgspec.Struct, frozen=True, gc=False):
    """All pictures, or the film, of which `Entities` have the first."""

    media: list[Medium] | None = None


class User(msgspec.Struct, frozen=True, gc=False):
    """A user; no more than the id where the asker trimmed users."""

    id_str: str | None = None
    id: Any = None
    screen_name: str | None = None
    name: str | None = None
    location: str | None = None
    created_at: str | None = None
    followers_count: int | None = None
    friends_count: int | None = None
    statuses_count: int | None = None


class ExtendedTweet(msgspec.Struct, frozen=True, gc=False):
    """The whole text of a streamed tweet whose `text` is cut."""

    full_text: str
    entities: Entities | None = None
    extended_entities: ExtendedEntities | None = None


class Point(msgspec.Struct, frozen=True, gc=False):
    """A place on earth: longitude, latitude in `coordinates`, latitude, longitude in `geo`."""

    coordinates: tuple[float, float] | None = None


class Place(msgspec.Struct, frozen=True, gc=False):
    """A place that X has a name for."""

    full_name: str | None = None
    country: str | None = None


class EditHistory(msgspec.Struct, frozen=True, gc=False):
    """The ids of all versions of a tweet, the first first."""

    edit_tweet_ids: list[str] | None = None


class EditControl(msgspec.Struct, frozen=True, gc=False):
    """The same, as the free API tells it."""

    initial: EditHistory | None = None


class Tweet(msgspec.Struct, frozen=True, gc=False):
    """A post."""

    id_str: str | None = None
    id: Any = None
    created_at: str | None = None
    text: str | None = None
    full_text: str | None = None
    truncated: bool | None = None
    extended_tweet: ExtendedTweet | None = None
    lang: str | None = None
    user: User | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_status_id: Any = None
    in_reply_to_user_id_str: str | None = None
    in_reply_to_user_id: Any = None
    in_reply_to_screen_name: str | None = None
    is_quote_status: bool | None = None
    quoted_status_id_str: str | None = None
    quoted_status_id: Any = None
    quoted_status: "Tweet | None" = None
    retweeted_status: "Tweet | None" = None
    edit_history: EditHistory | None = None
    ext_edit_control: EditControl | None = None
    entities: Entities | None = None
    extended_entities: ExtendedEntities | None = None
    coordinates: Point | None = None
    geo: Point | None = None
    place: Place | None = None
    favorite_count: int | None = None
    retweet_count: int | None = None
    reply_count: int | None = None
    quote_count: int | None = None


class Gone(msgspec.Struct, frozen=True, gc=False):
    """The tweet that a deletion is of."""

    id_str: str | None = None
    id: Any = None


class Delete(msgspec.Struct, frozen=True, gc=False):
    """The stream's word that a tweet was deleted."""

    status: Gone
    timestamp_ms: str | int | None = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """What a stream says, or a search answers, that is no tweet itself."""

    delete: Delete | None = None
    statuses: list[Tweet] | None = None


prepare(Tweet, Delete)
