"""The objects of Bluesky's API and records as far as they are read.

One class serves an object wherever it stands: an embed in a record (pictures by their hash) and in a view (by their
address), a post that is shown, blocked or not found. Names are camelCase in JSON. A field is None where the object
says nothing. Fields that are not declared are passed over; `passed_over` says why.
"""

from typing import Annotated, Any, TypeAlias

import msgspec

from collector.prepared import prepare

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Ref(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A reference to a record."""

    uri: str | None = None


class Feature(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a stretch of text is: a tag, a link or a mention, by which of them is told."""

    tag: str | None = None
    uri: str | None = None
    did: str | None = None


class ByteSlice(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A stretch of text, in bytes of UTF-8."""

    byte_start: int
    byte_end: int


class Facet(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A stretch of text and what it is."""

    index: ByteSlice | None = None
    features: list[Feature] | None = None


class BlobLink(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The hash of a file; Python's SDK leaves out the '$'."""

    link: str | None = msgspec.field(default=None, name="$link")
    bare_link: str | None = msgspec.field(default=None, name="link")


class Blob(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A file that belongs to a record; the oldest have their hash as `cid`."""

    ref: BlobLink | str | None = None
    cid: str | None = None

    @property
    def hash(self) -> str | None:
        """The hash by which the file is addressed."""
        if isinstance(self.ref, BlobLink):
            return self.ref.link or self.ref.bare_link
        return self.ref or self.cid


class Image(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A picture: in a record its file, in a view its address."""

    image: Blob | None = None
    fullsize: str | None = None


class External(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A link shown as a card."""

    uri: str | None = None


class Embed(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What is attached to a post, in a record or in a view; `media` beside a `record` is an embed of its own."""

    images: list[Image] | None = None
    items: list[Image] | None = None
    video: Blob | None = None
    playlist: str | None = None
    external: External | None = None
    media: "Embed | None" = None
    record: "Embedded | None" = None


class ReplyRef(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a record answers."""

    root: Ref | None = None
    parent: Ref | None = None


class Record(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A post as its author's repository holds it."""

    kind: str | None = msgspec.field(default=None, name="$type")
    text: str | None = None
    created_at: str | None = None
    langs: list[str] | None = None
    tags: list[str] | None = None
    facets: list[Facet] | None = None
    reply: ReplyRef | None = None
    embed: Embed | None = None


class RepostRecord(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A repost as its author's repository holds it."""

    subject: Ref
    created_at: str | None = None


class Profile(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An account as it is shown beside a post."""

    did: str
    handle: str | None = None
    display_name: str | None = None
    created_at: str | None = None


class Shown(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The public counters of a post that is shown, and when it was indexed."""

    indexed_at: str | None = None
    like_count: Count | None = None
    repost_count: Count | None = None
    reply_count: Count | None = None
    quote_count: Count | None = None


class Embedded(Shown, frozen=True, gc=False, rename="camel"):
    """A record in an embed: referred to, shown (`value`), blocked, gone, or one step deeper (`record`)."""

    uri: str | None = None
    author: Profile | None = None
    value: Record | None = None
    embeds: list[Embed] | None = None
    record: "Embedded | None" = None


class PostView(Shown, frozen=True, gc=False, rename="camel"):
    """A post as it is shown; one that is blocked or not found has no record."""

    uri: str | None = None
    author: Profile | None = None
    record: Record | None = None
    embed: Embed | None = None


class FeedReply(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a post in a feed answers."""

    root: PostView | None = None
    parent: PostView | None = None
    grandparent_author: Profile | None = None


class Reason(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Why a post stands in a feed: somebody reposted it, or it is pinned. `uri` is the repost's."""

    by: Profile | None = None
    uri: str | None = None
    indexed_at: str | None = None


class FeedViewPost(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A post in a feed."""

    post: PostView
    reply: FeedReply | None = None
    reason: Reason | None = None


class Commit(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A change of one record of a repository."""

    rev: str | None = None
    operation: str | None = None
    collection: str | None = None
    rkey: str | None = None
    record: Any = None


class Account(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The state of an account; `status` says why it is not active."""

    active: bool | None = None
    status: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A change that a stream tells; its time in microseconds since 1970 or as text."""

    did: str
    kind: str
    time_us: int | None = msgspec.field(default=None, name="time_us")
    time: str | None = None
    commit: Commit | None = None
    account: Account | None = None


prepare(FeedViewPost, PostView, Event, Record, RepostRecord)
