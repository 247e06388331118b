"""How readings of one post or author become one row: the only place that knows the rule.

Fields merge in *groups*. Of the readings that have a value for a group, the one of greatest rank gives it whole.
A rank is a `Standing` (what the platform and the clock say of the reading) and, between equals, SHA-256 of the
value. The time of posting needs none: the finest told is taken, and of equally fine ones the earliest. A platform that
clamps a claimed time does it by when it saw the post, and who saw it first was nearest to the truth.

A deletion is a mask laid over the result, never a reading: what it empties keeps its standing, so that a lesser
reading cannot fill it again. So the result is a function of the *set* of readings and deletions: order, repetition and
batching do not matter.

Of what was erased not even a hash is kept: anybody who guesses a handle or a short text could prove the guess by it.
So between equals goes first, by hash, what a deletion leaves of the value: where that differs no more is needed, and
where it is the same nothing else is left.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
import orjson

from storage.instant import Instant
from storage.post import Author, Counts, Mention, Post

UNKNOWN: Final = ""
"""Stands for a moment that a reading does not tell; it sorts before every instant."""

SINGLE_POST_FIELDS: Final = (
    "author",
    "claimed_at",
    "url",
    "repost_of",
    "reply_to",
    "reply_to_author",
    "quote_of",
    "conversation",
    "latitude",
    "longitude",
    "place",
    "country",
)
AUTHOR_FIELDS: Final = (
    "handle",
    "display_name",
    "location",
    "created_at",
    "followers",
    "following",
    "posts",
)
ERASED_FIELDS: Final = ("media", "latitude", "longitude", "place", "country")
"""What a deletion empties, besides the words."""

FOREVER: Final = "9999-12-31T23:59:59.999999Z"
"""Reached by what is erased on request: no reading is younger, however late it comes."""
ON_REQUEST: Final = "forgotten on request"
"""The reason of a deletion that somebody asked us for; no later reading lifts it, unlike the platforms' own."""


class Standing(NamedTuple):
    """The part of a rank that does not depend on the value; compared field by field, in this order.

    `version` is the platform's own (-1: none), `whole` 1 for a whole text and 0 for a cut one; `observed_at` and
    `carried_at` are instants or UNKNOWN.
    """

    version: int
    whole: int
    observed_at: Instant
    carried_at: Instant


class Words(msgspec.Struct, frozen=True):
    """The value of the group *text*: the text and all that hangs on it. Its sets are sorted."""

    text: str | None
    text_cut: bool
    lang: str | None
    edited_at: Instant | None
    hashtags: tuple[str, ...]
    links: tuple[str, ...]
    mentions: tuple[Mention, ...]


class When(NamedTuple):
    """The group *time*: of two, the lesser is the finer or, where both are as fine, the earlier."""

    time_resolution: int
    created_at: Instant


class Claim(NamedTuple):
    """A group's value and its standing; `erased` where a deletion has emptied the value."""

    standing: Standing
    value: Any
    erased: bool = False


Claims: TypeAlias = dict[str, Claim]


class Version(NamedTuple):
    """One version of an edited post's text."""

    observed_at: Instant | None
    text: str | None


class MergedPost(msgspec.Struct):
    """All that is known of one post: the winners of its groups, and what is kept besides them."""

    when: When
    claims: Claims
    is_repost: bool
    is_reply: bool
    is_quote: bool
    observed_at: Instant | None
    ids: frozenset[tuple[str, str]]
    versions: dict[str, Version]
    counts: dict[tuple[str, Instant | None], Counts]
    deleted_at: Instant | None = None


class Profile(NamedTuple):
    """An author's counters at one moment, as one server said them."""

    handle: str | None
    followers: int | None
    following: int | None
    posts: int | None


class MergedAuthor(msgspec.Struct):
    """All that is known of one author."""

    claims: Claims
    observed_at: Instant | None
    history: dict[tuple[str, Instant | None], Profile]
    deleted_at: Instant | None = None


class Gone(NamedTuple):
    """A deletion as it lies over what is known: what was seen no later than `reach` is erased. `at` is its time."""

    reach: Instant
    at: Instant


class Losses(NamedTuple):
    """The latest deletions that concern one post: its own, its author's, and that of the post which it passes on."""

    own: Gone | None
    author: Gone | None = None
    target: Gone | None = None

    def of_words(self) -> Gone | None:
        """Choose the one that reaches farthest: the words of a repost are those of its target."""
        return latest(self)


NOTHING_LOST: Final = Losses(None)


def digest(value: Any) -> str:
    """Hash a group's value: the last resort between equal standings. SHA-256 over canonical JSON."""
    return sha256(orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS)).hexdigest()


def stronger(one: Claim, other: Claim) -> Claim:
    """Choose the claim of greater rank."""
    if one.standing != other.standing:
        return one if one.standing > other.standing else other
    if one.value == other.value:
        return one
    return max(one, other, key=_last_resort)


def _last_resort(claim: Claim) -> tuple[str, str]:
    """Rank claims of equal standing: such have been seen at one moment, so that a deletion empties both or neither."""
    return digest(_emptied(claim.value)), "" if claim.erased else digest(claim.value)


def of_post(post: Post) -> MergedPost:
    """Take one reading of a post as all that is known of it."""
    version = -1 if post.version is None else post.version
    seen = post.observed_at or UNKNOWN
    plain = Standing(version, 0, seen, UNKNOWN)
    claims: Claims = {}
    if post.text is not None:
        claims["text"] = Claim(Standing(version, int(not post.text_cut), seen, UNKNOWN), words_of(post))
    if says_media(post):
        claims["media"] = Claim(plain, tuple(sorted(set(post.media or ()))))
    for field in SINGLE_POST_FIELDS:
        value = getattr(post, field)
        if value is not None:
            claims[field] = Claim(plain, value)
    return MergedPost(
        When(post.time_resolution, post.created_at),
        claims,
        post.is_repost,
        post.is_reply,
        post.is_quote,
        post.observed_at,
        frozenset(post.ids),
        {} if post.version_id is None else {post.version_id: Version(post.observed_at, post.text)},
        {} if post.counts is None else {(post.server, post.observed_at): post.counts},
    )


def words_of(post: Post) -> Words:
    """Gather the group *text* of a reading."""
    return Words(
        post.text,
        post.text_cut,
        post.lang,
        post.edited_at,
        tuple(sorted(set(post.hashtags))),
        tuple(sorted(set(post.links))),
        distinct_mentions(post.mentions),
    )


def distinct_mentions(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Keep one mention a handle: the greatest account id that is told for it."""
    if len(mentions) <= 1:
        return tuple(mentions)
    by_handle: dict[str, str | None] = {}
    for mention in mentions:
        by_handle[mention.handle] = _greater(by_handle.get(mention.handle), mention.platform_id)
    return tuple(Mention(handle, by_handle[handle]) for handle in sorted(by_handle))


def says_media(post: Post) -> bool:
    """Tell whether a reading has a value for *media*: no media is one only where versions can be told apart."""
    return bool(post.media) or (post.media is not None and post.version is not None)


def merge_posts(one: MergedPost, other: MergedPost) -> MergedPost:
    """Join what two sets of readings say of a post, before any deletion."""
    return MergedPost(
        min(one.when, other.when),
        _merge_claims(one.claims, other.claims),
        one.is_repost or other.is_repost,
        one.is_reply or other.is_reply,
        one.is_quote or other.is_quote,
        _greater(one.observed_at, other.observed_at),
        one.ids | other.ids,
        _merge_kept(one.versions, other.versions, _later_version),
        _merge_kept(one.counts, other.counts, greater_counts),
    )


def of_author(author: Author) -> MergedAuthor:
    """Take one reading of an author as all that is known of them."""
    standing = Standing(-1, 0, author.observed_at or UNKNOWN, author.carried_at or UNKNOWN)
    claims = {field: Claim(standing, value) for field in AUTHOR_FIELDS if (value := getattr(author, field)) is not None}
    profile = Profile(author.handle, author.followers, author.following, author.posts)
    told = any(value is not None for value in profile)
    return MergedAuthor(claims, author.observed_at, {(author.server, author.observed_at): profile} if told else {})


def merge_authors(one: MergedAuthor, other: MergedAuthor) -> MergedAuthor:
    """Join what two sets of readings say of an author."""
    return MergedAuthor(
        _merge_claims(one.claims, other.claims),
        _greater(one.observed_at, other.observed_at),
        _merge_kept(one.history, other.history, greater_profile),
    )


def gone(deleted_at: Instant, reason: str) -> Gone:
    """Take a recorded deletion as it lies over what is known."""
    return Gone(FOREVER if reason == ON_REQUEST else deleted_at, deleted_at)


def latest(deletions: Iterable[Gone | None]) -> Gone | None:
    """Choose the deletion that reaches farthest; None where there is none."""
    return max((one for one in deletions if one is not None), default=None)


def mask(post: MergedPost, losses: Losses) -> MergedPost:
    """Lay the latest known deletions over a merged post.

    What a deletion empties is emptied unless its reading is younger; the hashtags, the language and the time of the
    edit stay, since volume and membership stand on them. The address goes with an account: it may name the handle.
    """
    words = losses.of_words()
    if words is None:
        return post
    claims = dict(post.claims)
    _erase(claims, ("text", *ERASED_FIELDS), words)
    _erase(claims, ("url",), losses.author)
    own = latest((losses.own, losses.author))
    return msgspec.structs.replace(
        post,
        claims=claims,
        versions={name: one for name, one in post.versions.items() if _survives(one.observed_at, words)},
        deleted_at=None if own is None or _survives(post.observed_at, own) else own.at,
    )


def mask_author(author: MergedAuthor, deletion: Gone | None) -> MergedAuthor:
    """Lay the latest known deletion of an account over its merged author: of the profile nothing but the id stays."""
    if deletion is None:
        return author
    claims = dict(author.claims)
    _erase(claims, AUTHOR_FIELDS, deletion)
    return msgspec.structs.replace(
        author,
        claims=claims,
        history={at: profile for at, profile in author.history.items() if _survives(at[1], deletion)},
        deleted_at=None if _survives(author.observed_at, deletion) else deletion.at,
    )


def body_survives(observed_at: Instant | None, deletions: Iterable[Gone | None]) -> bool:
    """Tell whether a payload's body may stay, given the deletions of every post and account that it tells of."""
    return all(deletion is None or _survives(observed_at, deletion) for deletion in deletions)


def _survives(observed_at: Instant | None, deletion: Gone) -> bool:
    return bool(observed_at) and observed_at > deletion.reach  # type: ignore[operator]  # bool() ruled None out


def _erase(claims: Claims, fields: Iterable[str], deletion: Gone | None) -> None:
    """Empty those of some groups that a deletion reaches."""
    if deletion is None:
        return
    for field in fields:
        claim = claims.get(field)
        if claim is not None and not _survives(claim.standing.observed_at, deletion):
            claims[field] = Claim(claim.standing, _emptied(claim.value), erased=True)


def _emptied(value: Any) -> Any:
    """Leave of a group's value what a deletion leaves of it."""
    if isinstance(value, Words):
        return msgspec.structs.replace(value, text=None, links=(), mentions=())
    return None


def _merge_claims(one: Claims, other: Claims) -> Claims:
    merged = dict(one)
    for field, claim in other.items():
        merged[field] = stronger(merged[field], claim) if field in merged else claim
    return merged


def _merge_kept(one: Mapping[Any, Any], other: Mapping[Any, Any], choose: Callable[[Any, Any], Any]) -> Any:
    merged = dict(one)
    for key, value in other.items():
        merged[key] = choose(merged[key], value) if key in merged else value
    return merged


def _greater(one: Any, other: Any) -> Any:
    """Choose the greater of two values, None being least."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _later_version(one: Version, other: Version) -> Version:
    return max(one, other, key=lambda version: (version.observed_at or UNKNOWN, version.text or ""))


def greater_counts(one: Counts, other: Counts) -> Counts:
    """Choose the greater of each counter, as one server told them of one moment."""
    if one == other:
        return one
    return Counts(
        _greater(one.likes, other.likes),
        _greater(one.reposts, other.reposts),
        _greater(one.replies, other.replies),
        _greater(one.quotes, other.quotes),
        _greater(one.views, other.views),
    )


def greater_profile(one: Sequence[Any], other: Sequence[Any]) -> Profile:
    """Choose the greater of each counter, as one server told them of one moment."""
    return Profile(*(_greater(mine, theirs) for mine, theirs in zip(one, other, strict=True)))
