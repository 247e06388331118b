"""The objects of X's API v2 as far as they are read, under their old names (tweet) and their new ones (post).

One class serves an object wherever it stands: on its own, in a page's `includes`, or where twarc has written
it into the post that refers to it (flattened). So a mention is a user of whom often only the name is told, a
reference a post of which often only the id is told. A field is None where the object says nothing. Fields
that are not declared are passed over: `passed_over` says why.
"""

from typing import Annotated, TypeAlias

import msgspec

from collector.prepared import prepare

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Hashtag(msgspec.Struct, frozen=True, gc=False):
    """A hashtag in a text, without its '#'."""

    tag: str


class Link(msgspec.Struct, frozen=True, gc=False):
    """A link in a text: as it stands there (t.co), where it leads, and where that leads on to."""

    url: str | None = None
    expanded_url: str | None = None
    unwound_url: str | None = None
    display_url: str | None = None
    media_key: str | None = None


class UserMetrics(msgspec.Struct, frozen=True, gc=False):
    """The public counters of a user."""

    followers_count: Count | None = None
    following_count: Count | None = None
    tweet_count: Count | None = None
    post_count: Count | None = None


class User(msgspec.Struct, frozen=True, gc=False):
    """A user, or the mention of one."""

    id: str | None = None
    username: str | None = None
    name: str | None = None
    location: str | None = None
    created_at: str | None = None
    public_metrics: UserMetrics | None = None


class Entities(msgspec.Struct, frozen=True, gc=False):
    """What X found in a text."""

    hashtags: list[Hashtag] | None = None
    mentions: list[User] | None = None
    urls: list[Link] | None = None


class Note(msgspec.Struct, frozen=True, gc=False):
    """The whole text of a long post."""

    text: str
    entities: Entities | None = None


class Variant(msgspec.Struct, frozen=True, gc=False):
    """One encoding of a film."""

    url: str | None = None
    bit_rate: int | None = None


class Medium(msgspec.Struct, frozen=True, gc=False):
    """A picture or film."""

    media_key: str | None = None
    type: str | None = None
    url: str | None = None
    preview_image_url: str | None = None
    variants: list[Variant] | None = None


class Attachments(msgspec.Struct, frozen=True, gc=False):
    """What is attached to a post: by key, and flattened also whole."""

    media_keys: list[str] | None = None
    poll_ids: list[str] | None = None
    media_source_tweet_id: list[str] | None = None
    media: list[Medium] | None = None


class Point(msgspec.Struct, frozen=True, gc=False):
    """A place on earth: longitude, latitude."""

    coordinates: tuple[float, float]


class Place(msgspec.Struct, frozen=True, gc=False):
    """A place that X has a name for."""

    id: str | None = None
    full_name: str | None = None
    country: str | None = None


class Geo(msgspec.Struct, frozen=True, gc=False):
    """Where a post says it is from; flattened, the place's own fields stand here too."""

    place_id: str | None = None
    coordinates: Point | None = None
    full_name: str | None = None
    country: str | None = None


class Metrics(msgspec.Struct, frozen=True, gc=False):
    """The public counters of a post."""

    like_count: Count | None = None
    retweet_count: Count | None = None
    repost_count: Count | None = None
    reply_count: Count | None = None
    quote_count: Count | None = None
    impression_count: Count | None = None


class Post(msgspec.Struct, frozen=True, gc=False):
    """A post, or the reference to one; `type` says how a reference refers."""

    id: str
    type: str | None = None
    created_at: str | None = None
    text: str | None = None
    note_tweet: Note | None = None
    note_post: Note | None = None
    lang: str | None = None
    author_id: str | None = None
    author: User | None = None
    in_reply_to_user_id: str | None = None
    in_reply_to_user: User | None = None
    conversation_id: str | None = None
    edit_history_tweet_ids: list[str] | None = None
    edit_history_post_ids: list[str] | None = None
    referenced_tweets: "list[Post] | None" = None
    referenced_posts: "list[Post] | None" = None
    entities: Entities | None = None
    attachments: Attachments | None = None
    geo: Geo | None = None
    public_metrics: Metrics | None = None

    @property
    def references(self) -> "list[Post]":
        """The posts that this one reposts, quotes or answers."""
        return self.referenced_tweets or self.referenced_posts or []

    @property
    def history(self) -> list[str]:
        """The ids of all versions of this post, the first first, its own among them."""
        known = self.edit_history_tweet_ids or self.edit_history_post_ids or [self.id]
        return known if self.id in known else [*known, self.id]

    @property
    def note(self) -> Note | None:
        """The whole text, where `text` is only its beginning."""
        return self.note_tweet or self.note_post


class Poll(msgspec.Struct, frozen=True, gc=False):
    """A poll."""

    id: str | None = None


class Includes(msgspec.Struct, frozen=True, gc=False):
    """What a page's posts refer to."""

    users: list[User] | None = None
    tweets: list[Post] | None = None
    posts: list[Post] | None = None
    media: list[Medium] | None = None
    places: list[Place] | None = None
    polls: list[Poll] | None = None


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What twarc notes of its question."""

    retrieved_at: str | None = None


class Page(msgspec.Struct, frozen=True, gc=False):
    """An answer of the platform, as twarc2 writes it."""

    data: list[Post] | Post | None = None
    includes: Includes | None = None
    asked: Asked | None = msgspec.field(name="__twarc", default=None)


prepare(Page, Post)
