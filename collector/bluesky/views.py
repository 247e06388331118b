"""What a post as Bluesky shows it says of itself, of what it answers and quotes, and of their authors. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from collector.bluesky.address import REPOST, own_address
from collector.bluesky.objects import (
    Embed,
    Embedded,
    FeedReply,
    FeedViewPost,
    PostView,
    Profile,
    Reason,
    Ref,
    RepostRecord,
    Shown,
)
from collector.bluesky.record import PLATFORM, Told, post_of, repost_of
from collector.bluesky.times import instant_of
from collector.errors import Unreadable
from storage.instant import Instant
from storage.post import Author, Counts, Post

INVALID_HANDLE = "handle.invalid"
"""Stands for a handle that no longer leads to its account."""


class Reading(NamedTuple):
    """A post, and what else its payload tells of."""

    post: Post
    referred: tuple[Post, ...]
    authors: tuple[Author, ...]


def of_view(view: PostView, observed_at: Instant | None) -> Reading:
    """Read a post that is shown; raises Unreadable where it is not whole."""
    post = _post(view, observed_at)
    return _reading(post, _quotes(view.embed), _profiles(view), observed_at)


def of_feed(view: FeedViewPost, observed_at: Instant | None) -> Reading:
    """Read a post in a feed: where somebody's repost brought it there, the repost.

    A repost without an address of its own (older replies tell none) would be counted again under its true one:
    then its target is what the feed returned, and who reposted it stays in the payload.
    """
    target = _post(view.post, observed_at)
    repost = _repost(view.reason, target, observed_at)
    around: list[PostView | Embedded] = [*_quotes(view.post.embed), *_answered(view.reply)]
    profiles = [*_profiles(view.post), *_others(view)]
    if repost is None:
        return _reading(target, around, profiles, observed_at)
    return _reading(repost, [view.post, *around], profiles, observed_at)


def _reading(
    post: Post, around: Iterable[PostView | Embedded], profiles: Iterable[Profile], observed_at: Instant | None
) -> Reading:
    """Join a post with the posts around it, each once; those that are not whole are left to the payload."""
    referred: dict[str, Post] = {}
    told = {profile.did: profile for profile in profiles}
    for one in around:
        try:
            reading = _post(one, observed_at)
        except Unreadable:
            continue
        referred.setdefault(reading.platform_id, reading)
        told.setdefault(cast("Profile", one.author).did, cast("Profile", one.author))
    referred.pop(post.platform_id, None)
    return Reading(
        post,
        tuple(referred[key] for key in sorted(referred)),
        tuple(_author(told[did], post, observed_at) for did in sorted(told)),
    )


def _post(view: PostView | Embedded, observed_at: Instant | None) -> Post:
    """Read a post that is shown, on its own or in an embed; raises Unreadable where it is not whole."""
    record, embed = (
        (view.record, view.embed) if isinstance(view, PostView) else (view.value, next(iter(view.embeds or ()), None))
    )
    if record is None or view.author is None:
        raise Unreadable("a post without its record or its author")
    told = Told(indexed_at=instant_of(view.indexed_at), observed_at=observed_at, counts=_counts(view), embed=embed)
    return post_of(own_address(view.uri, view.author.did), record, told)


def _repost(reason: Reason | None, target: Post, observed_at: Instant | None) -> Post | None:
    """Read the repost that brought a post into a feed; None where there is none, or none with an address."""
    if reason is None or reason.by is None or reason.uri is None:
        return None
    told = Told(indexed_at=instant_of(reason.indexed_at), observed_at=observed_at)
    at = own_address(reason.uri, reason.by.did, REPOST)
    return repost_of(at, RepostRecord(subject=Ref(uri=target.platform_id)), told)


def _counts(view: Shown) -> Counts | None:
    counts = Counts(likes=view.like_count, reposts=view.repost_count, replies=view.reply_count, quotes=view.quote_count)
    return None if counts == Counts() else counts


def _answered(reply: FeedReply | None) -> Iterator[PostView | Embedded]:
    """Walk through the posts that a reply answers, and those that they quote."""
    for view in () if reply is None else (reply.parent, reply.root):
        if view is not None:
            yield view
            yield from _quotes(view.embed)


def _quotes(embed: Embed | None) -> Iterator[Embedded]:
    """Walk through the posts that an embed shows, and those that they show in turn."""
    quoted = None if embed is None else embed.record
    if quoted is not None and quoted.record is not None:
        quoted = quoted.record
    if quoted is not None and quoted.value is not None:
        yield quoted
        for inner in quoted.embeds or ():
            yield from _quotes(inner)


def _profiles(view: PostView) -> Iterator[Profile]:
    if view.author is not None:
        yield view.author


def _others(view: FeedViewPost) -> Iterator[Profile]:
    """Walk through the accounts that a feed names beside the authors of its posts."""
    if view.reason is not None and view.reason.by is not None:
        yield view.reason.by
    if view.reply is not None and view.reply.grandparent_author is not None:
        yield view.reply.grandparent_author


def _author(profile: Profile, carrier: Post, observed_at: Instant | None) -> Author:
    return Author(
        platform=PLATFORM,
        platform_id=profile.did,
        server=PLATFORM,
        handle=None if profile.handle == INVALID_HANDLE else profile.handle or None,
        display_name=profile.display_name or None,
        created_at=instant_of(profile.created_at),
        observed_at=observed_at,
        carried_at=carrier.created_at,
    )
