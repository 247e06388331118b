"""What the stand-in holds: authors and posts as values, and how an id tells its time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

EPOCH_MS = 1_288_834_974_657
LOW_BITS = 22
NOTHING: Mapping[str, Any] = MappingProxyType({})

Relation = Literal["retweeted", "quoted", "replied_to"]


def nothing() -> Mapping[str, Any]:
    """Give the empty mapping: one for all."""
    return NOTHING


def snowflake(at: datetime, number: int = 0) -> int:
    """Make an id as X does: milliseconds since its epoch, and 22 bits of something."""
    return (milliseconds(at) - EPOCH_MS << LOW_BITS) + number % (1 << LOW_BITS)


def time_of(post_id: int) -> datetime:
    """Read the second that an id was made in."""
    return datetime.fromtimestamp(((post_id >> LOW_BITS) + EPOCH_MS) // 1_000, UTC)


def milliseconds(at: datetime) -> int:
    """Count the milliseconds since 1970, without a float's rounding."""
    return int(at.replace(microsecond=0).timestamp()) * 1_000 + at.microsecond // 1_000


def told_apart(post_id: int, at: datetime) -> datetime | None:
    """Give the time of a post whose id does not tell it; None: the id does."""
    return None if time_of(post_id) == at.replace(microsecond=0) else at


def written(at: datetime) -> str:
    """Write a time as X does: to the second, with three zeros."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    # A page has a thousand of them, and isoformat takes ten times as long.
    return f"{at.year:04}-{at.month:02}-{at.day:02}T{at.hour:02}:{at.minute:02}:{at.second:02}.000Z"


@dataclass(frozen=True, slots=True)
class Author:
    """A user.

    Attributes:
        protected_at, suspended_at, deleted_at: None: never.
        extra: what an archive tells of it beyond these, in the names of 2.166.
    """

    id: int
    username: str
    name: str
    created_at: datetime
    description: str = ""
    location: str = ""
    followers: int = 0
    following: int = 0
    posts: int = 0
    listed: int = 0
    protected_at: datetime | None = None
    suspended_at: datetime | None = None
    deleted_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=nothing)

    @property
    def is_steady(self) -> bool:
        """Say whether nothing ever becomes of the account."""
        return self.protected_at is None and self.suspended_at is None and self.deleted_at is None

    def fate(self, now: datetime) -> Literal["", "deleted", "suspended", "protected"]:
        """Name what has become of the account."""
        if _is_past(self.deleted_at, now):
            return "deleted"
        if _is_past(self.suspended_at, now):
            return "suspended"
        return "protected" if _is_past(self.protected_at, now) else ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """How a post fares: its final numbers, and how fast they come.

    Attributes:
        reposts: None: as many as the world has.
        half_after_s: half of the final numbers are there after so many seconds; 0: all at once.
    """

    likes: int = 0
    reposts: int | None = 0
    replies: int = 0
    quotes: int = 0
    bookmarks: int = 0
    views: int = 0
    half_after_s: float = 0

    def share(self, age_s: float) -> float:
        """Tell how much of the final numbers is there at an age."""
        return 1.0 if self.half_after_s == 0 else max(0.0, age_s) / (max(0.0, age_s) + self.half_after_s)


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or film of a post; extra in the names of 2.166."""

    key: str
    type: Literal["photo", "video", "animated_gif"] = "photo"
    url: str = ""
    width: int = 1_200
    height: int = 800
    alt_text: str = ""
    extra: Mapping[str, Any] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a post refers to."""

    type: Relation
    id: int


NO_METRICS = Metrics()


@dataclass(frozen=True, slots=True)
class Post:
    """A post, or one version of it.

    Attributes:
        entities: as X sends them; start and end count code points of `text`.
        conversation: None: its own.
        shown_at: when search and counts have it; None: at once.
        posted_at: of a post with an id from before November 2010, which tells no time.
        versions: the ids of all versions of an edited post, oldest first; empty: never edited.
        extra: other fields, in the names of 2.166.
    """

    id: int
    author_id: int
    text: str
    lang: str = "en"
    entities: Mapping[str, Any] = field(default_factory=nothing)
    references: tuple[Reference, ...] = ()
    reply_to_user: int | None = None
    conversation: int | None = None
    media: tuple[Media, ...] = ()
    metrics: Metrics = NO_METRICS
    shown_at: datetime | None = None
    deleted_at: datetime | None = None
    versions: tuple[int, ...] = ()
    posted_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=nothing)

    @property
    def created_at(self) -> datetime:
        """Tell when it was posted, to the second."""
        return self.posted_at or time_of(self.id)

    @property
    def conversation_id(self) -> int:
        """Tell the post that its conversation started with."""
        return self.conversation or self.id

    @property
    def is_repost(self) -> bool:
        """Say whether it only passes another on."""
        return self.refers_to("retweeted") is not None

    def refers_to(self, relation: Relation) -> int | None:
        """Find the post that it stands in a relation to."""
        return next((one.id for one in self.references if one.type == relation), None)


@dataclass(frozen=True)
class World:
    """All that there is, ever: the clock decides how much of it is there.

    Attributes:
        places, polls: by id, as X sends them.
    """

    posts: tuple[Post, ...] = ()
    authors: tuple[Author, ...] = ()
    places: Mapping[str, Mapping[str, Any]] = field(default_factory=nothing)
    polls: Mapping[str, Mapping[str, Any]] = field(default_factory=nothing)


def tag_key(tag: str) -> str:
    """Fold a hashtag as X compares it: without regard to case, and in nothing else."""
    return tag.lstrip("#＃").casefold()


def tags_in(post: Post) -> frozenset[str]:
    """Fold the hashtags of a post's entities, those of its long text among them."""
    found = {tag_key(one["tag"]) for one in post.entities.get("hashtags", ())}
    if "note_tweet" in post.extra:
        found |= {tag_key(one["tag"]) for one in post.extra["note_tweet"].get("entities", {}).get("hashtags", ())}
    return frozenset(found)


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
