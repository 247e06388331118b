"""What X's objects say of posts and authors: objects of `objects` in, readings out. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Final, NamedTuple

import msgspec

from collector.errors import Unreadable
from collector.extract import x as extract
from collector.x.objects import Entities, Medium, Metrics, Place
from collector.x.objects import Post as XPost
from collector.x.objects import User as XUser
from collector.x.rules import (
    FAR_AHEAD,
    PLATFORM,
    RESOLUTION,
    X_BEGAN,
    address,
    checked_id,
    ends_with_a_link,
    is_picture,
    links_of,
    posted_and_edited,
)
from storage.instant import Instant
from storage.post import Author, Counts, Media, Mention, Post

_TIME: Final = "2021-06-26T12:00:00.000Z"
_LENGTH: Final = len(_TIME)


class Surroundings(NamedTuple):
    """What a post may refer to by key."""

    media: Mapping[str, Medium]
    places: Mapping[str, Place]


def instant_of(moment: str | None) -> Instant:
    """Read a time as X writes it, 2021-06-26T12:00:00.000Z; raises Unreadable for any other form.

    It is sliced, and parsed only to see that it is a time: writing it anew would cost four times as much.
    """
    if moment is None:
        raise Unreadable("no created_at")
    # Other forms of ISO 8601 that are as long (a week date, an offset) have other characters in these places.
    if len(moment) == _LENGTH and moment[7] == "-" and moment[10] == "T" and moment[19] == "." and moment[23] == "Z":
        try:
            datetime.fromisoformat(moment[:-1])
        except ValueError:
            pass
        else:
            if X_BEGAN <= moment < FAR_AHEAD:
                return moment[:-1] + "000Z"
    raise Unreadable(f"created_at is {moment[:40]!r}, not a time like {_TIME}")


def post_of(post: XPost, around: Surroundings, observed_at: Instant | None) -> Post:
    """Read a post; raises Unreadable where it has no time, or an id that is no number."""
    history, said = post.history, instant_of(post.created_at)
    created_at, edited_at = posted_and_edited(checked_id(post.id), history, said)
    to = _targets(post)
    words = _words(post, history, to)
    geo, place = post.geo, _place(post, around)
    at = None if geo is None or geo.coordinates is None else geo.coordinates.coordinates
    is_sole = len(history) == 1
    return Post(
        platform=PLATFORM,
        platform_id=history[0],
        server=PLATFORM,
        author=post.author_id,
        created_at=created_at,
        time_resolution=RESOLUTION,
        url=address(history[0]),
        observed_at=observed_at,
        edited_at=edited_at,
        version=None if is_sole else history.index(post.id) + 1,
        version_id=None if is_sole else post.id,
        ids=((PLATFORM, post.id),) if is_sole else tuple([(PLATFORM, one) for one in history]),
        text=words.text,
        text_cut=words.cut,
        lang=post.lang,
        hashtags=words.hashtags,
        links=words.links,
        mentions=words.mentions,
        media=_media(post, around, repost=to.repost is not None),
        is_repost=to.repost is not None,
        is_reply=to.reply is not None or post.in_reply_to_user_id is not None,
        is_quote=to.quote is not None,
        repost_of=to.repost,
        reply_to=to.reply,
        reply_to_author=post.in_reply_to_user_id,
        quote_of=to.quote,
        conversation=post.conversation_id,
        latitude=None if at is None else at[1],
        longitude=None if at is None else at[0],
        place=place.full_name,
        country=place.country,
        counts=None if post.public_metrics is None else _counts(post.public_metrics),
    )


def author_of(user: XUser, observed_at: Instant | None) -> Author | None:
    """Read a user; None where there is but the mention of one. Who carried it is for the caller to add."""
    if user.id is None or user.name is None:
        return None
    metrics = user.public_metrics
    try:
        created_at = instant_of(user.created_at)
    except Unreadable:
        created_at = None
    return Author(
        platform=PLATFORM,
        platform_id=user.id,
        server=PLATFORM,
        handle=user.username,
        display_name=user.name or None,
        location=user.location or None,
        created_at=created_at,
        followers=None if metrics is None else metrics.followers_count,
        following=None if metrics is None else metrics.following_count,
        posts=None if metrics is None else _first(metrics.tweet_count, metrics.post_count),
        observed_at=observed_at,
    )


class _Targets(msgspec.Struct, frozen=True, gc=False):
    repost: str | None
    quote: str | None
    reply: str | None


def _targets(post: XPost) -> _Targets:
    if not post.references:
        return _NO_TARGETS
    repost = quote = reply = None
    for one in reversed(post.references):
        if one.type in ("retweeted", "reposted"):
            repost = one.id
        elif one.type == "quoted":
            quote = one.id
        elif one.type == "replied_to":
            reply = one.id
    return _Targets(repost, quote, reply)


_NO_TARGETS: Final = _Targets(None, None, None)


class _Words(msgspec.Struct, frozen=True, gc=False):
    text: str | None
    cut: bool
    hashtags: tuple[str, ...]
    links: tuple[str, ...]
    mentions: tuple[Mention, ...]


def _words(post: XPost, history: Sequence[str], to: _Targets) -> _Words:
    """Read the text and what hangs on it: of the note where the post has one, else of the post."""
    note = post.note
    text, entities = (post.text, post.entities) if note is None else (note.text, note.entities)
    if text is not None and "&" in text:
        text = unescape(text)
    cut = to.repost is not None or (note is None and _is_beginning(post))
    if entities is None:
        written = text or ""
        named = tuple(Mention(handle) for handle in extract.mentions(written))
        return _Words(text, cut, extract.hashtags(written), extract.links(written), named)
    tags = entities.hashtags
    return _Words(
        text,
        cut,
        () if not tags else tuple(dict.fromkeys([tag.tag for tag in tags if tag.tag])),
        () if not entities.urls else links_of(entities.urls, {*history, to.quote or ""}),
        () if not entities.mentions else _mentions(entities),
    )


def _is_beginning(post: XPost) -> bool:
    """Tell whether the text is only a long post's beginning: it ends in "…" and a link to the post itself."""
    if post.text is None or post.entities is None or not ends_with_a_link(post.text):
        return False
    whole = f"/i/web/status/{post.id}"
    return any((link.expanded_url or "").endswith(whole) for link in post.entities.urls or ())


def _mentions(entities: Entities) -> tuple[Mention, ...]:
    users = entities.mentions or ()
    return tuple({user.username: Mention(user.username, user.id) for user in users if user.username}.values())


def _media(post: XPost, around: Surroundings, *, repost: bool) -> tuple[Media, ...] | None:
    """Give a post's media; None where the payload lacks one, or does not tell whether there are any.

    Without attachments a post has none if nothing in it leads to a picture: an edit may have taken it out.
    But attachments may also not have been asked for, and a repost's text may be cut before a picture's link.
    """
    if post.attachments is None or not post.attachments.media_keys:
        return None if repost or _may_show_pictures(post) else ()
    here = {medium.media_key: medium for medium in post.attachments.media or ()}
    found = []
    for key in post.attachments.media_keys:
        medium = here.get(key) or around.media.get(key)
        if medium is None or medium.type is None or (address := _address(medium)) is None:
            return None
        found.append(Media(medium.type, address))
    return tuple(found)


def _may_show_pictures(post: XPost) -> bool:
    urls = post.entities.urls if post.entities else None
    if urls is None:
        return "https://t.co/" in (post.text or "")
    return any(link.media_key or is_picture(link) for link in urls)


def _address(medium: Medium) -> str | None:
    """Choose where a medium can be seen: the picture, the best film, or the film's still."""
    films = [(one.bit_rate or 0, one.url) for one in medium.variants or () if one.url]
    return medium.url or (max(films)[1] if films else medium.preview_image_url)


def _place(post: XPost, around: Surroundings) -> Place:
    geo = post.geo
    if geo is None:
        return _NOWHERE
    known = around.places.get(geo.place_id or "")
    return known or Place(full_name=geo.full_name, country=geo.country)


_NOWHERE: Final = Place()


def _counts(metrics: Metrics) -> Counts:
    return Counts(
        likes=metrics.like_count,
        reposts=_first(metrics.retweet_count, metrics.repost_count),
        replies=metrics.reply_count,
        quotes=metrics.quote_count,
        views=metrics.impression_count,
    )


def _first(old_name: int | None, new_name: int | None) -> int | None:
    return new_name if old_name is None else old_name
