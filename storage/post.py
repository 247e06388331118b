"""Posts and authors as one payload tells of them: the nouns that every room shares.

A `Post` here is a *reading*: what one payload says of one post. Readings of the same post are merged by
`storage.merge`. A field is None where the payload does not say; a set is None where it does not say and ()
where it says that there are none. Times are instants (`storage.instant`), ids are text as the platform has them.

They are made by the hundred thousand and refer to nothing that refers back, so the cyclic collector need not know them.
"""

from typing import Literal, TypeAlias

import msgspec

from storage.instant import Instant

Kind: TypeAlias = Literal["posts", "reposts"]


class Mention(msgspec.Struct, frozen=True, order=True, gc=False):
    """An account named in a post's text."""

    handle: str
    platform_id: str | None = None


class Media(msgspec.Struct, frozen=True, order=True, gc=False):
    """A picture, film or sound attached to a post."""

    kind: str
    url: str


class Counts(msgspec.Struct, frozen=True, gc=False):
    """The public counters of a post at one moment; None where the platform does not tell."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    views: int | None = None


class Author(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reading of an account.

    `server` is the server that said so (the platform's own name where it is one server, such as 'x').
    `carried_at` is the created_at of the item that carried the reading: of two readings observed at one
    moment, or at none, the later carrier's wins.
    """

    platform: str
    platform_id: str
    server: str
    handle: str | None = None
    display_name: str | None = None
    location: str | None = None
    created_at: Instant | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    observed_at: Instant | None = None
    carried_at: Instant | None = None


class Post(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reading of a post.

    `author` is the author's platform id. `server` is as for Author. `ids` are the (server, local id) pairs by
    which the post is known. `version` is its place in the platform's order of edits (None: not known to be
    edited) and `version_id` that version's own id. `repost_of`, `quote_of`, `reply_to` and `conversation` are
    platform ids of posts that may be unknown; `time_resolution` is the seconds to which created_at is good.
    Hashtags are as written, without their '#'.
    """

    platform: str
    platform_id: str
    server: str
    author: str | None
    created_at: Instant
    time_resolution: int
    url: str
    claimed_at: Instant | None = None
    observed_at: Instant | None = None
    edited_at: Instant | None = None
    version: int | None = None
    version_id: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    text_cut: bool = False
    lang: str | None = None
    hashtags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    media: tuple[Media, ...] | None = None
    is_repost: bool = False
    is_reply: bool = False
    is_quote: bool = False
    repost_of: str | None = None
    reply_to: str | None = None
    reply_to_author: str | None = None
    quote_of: str | None = None
    conversation: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    place: str | None = None
    country: str | None = None
    counts: Counts | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One returned item of a source: its post, all that its payload also tells of, and the payload itself.

    `payload` is canonical JSON (sorted keys, UTF-8) of {"data": ..., "includes": ...}, or the very bytes received
    where they could not be parsed; then `post` is None and `error` says what was wrong. `referred` are readings of
    other posts that the payload contains: stored, but not found. `unknown` names fields of the payload that are
    neither read nor knowingly passed over, each once, such as 'Post.colour'.
    """

    payload: bytes
    post: Post | None
    referred: tuple[Post, ...] = ()
    authors: tuple[Author, ...] = ()
    error: str | None = None
    unknown: tuple[str, ...] = ()


class Deletion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The platform's word that a post is gone, or an account with all of its posts: `of` says which.

    `platform_id` is the post's (any of its ids) or the author's.
    """

    platform: str
    platform_id: str
    deleted_at: Instant
    reason: str = ""
    of: Literal["post", "author"] = "post"
