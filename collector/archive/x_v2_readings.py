"""What X's objects say of posts and authors: objects of `x_v2_objects` in, readings out. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from html import unescape
from typing import Final, NamedTuple

from collector.archive.x_v2_objects import Entities, Link, Medium, Metrics, Place
from collector.archive.x_v2_objects import Post as XPost
from collector.archive.x_v2_objects import User as XUser
from collector.errors import Unreadable
from collector.extract import x as extract
from storage.instant import EPOCH, Instant, to_text
from storage.post import Author, Counts, Media, Mention, Post

PLATFORM: Final = "x"
RESOLUTION: Final = 1
"""Seconds to which X tells a post's time."""

X_BEGAN: Final = "2006"
FAR_AHEAD: Final = "2100"
"""A time outside of these years is an error, and would stretch what an archive says it covers."""

_TIME: Final = "2021-06-26T12:00:00.000Z"
_ID_EPOCH: Final = EPOCH + timedelta(milliseconds=1_288_834_974_657)
_POST_LINK: Final = re.compile(
    r"https?://(?:[a-z]+\.)?(?:twitter|x)\.com/(?:i/web|\w+)/status(?:es)?/(\d+)", re.IGNORECASE
)
_CUT_END: Final = re.compile(r"… https://t\.co/\w+\s*\Z")
_PICTURE: Final = ("pic.twitter.com/", "pic.x.com/")


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
    if len(moment) == len(_TIME) and (moment[7], moment[10], moment[19], moment[23]) == ("-", "T", ".", "Z"):
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
    if not (post.id.isascii() and post.id.isdigit()):
        raise Unreadable(f"id is {post.id[:40]!r}, not a number")
    history = post.history
    created_at, edited_at = _times(post, history)
    to = _targets(post)
    words = _words(post, history, to)
    geo, place = post.geo, _place(post, around)
    at = None if geo is None or geo.coordinates is None else geo.coordinates.coordinates
    return Post(
        platform=PLATFORM,
        platform_id=history[0],
        server=PLATFORM,
        author=post.author_id,
        created_at=created_at,
        time_resolution=RESOLUTION,
        url=f"https://x.com/i/status/{history[0]}",
        observed_at=observed_at,
        edited_at=edited_at,
        version=None if len(history) == 1 else history.index(post.id) + 1,
        version_id=None if len(history) == 1 else post.id,
        ids=tuple([(PLATFORM, one) for one in history]),
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


def _times(post: XPost, history: Sequence[str]) -> tuple[Instant, Instant | None]:
    """Tell when a post was posted, and when this version of it was written if it is not the first.

    X gives a later version its own created_at. The first version's stands in its id (milliseconds since X's
    epoch, above 22 other bits), so that all versions tell one time of posting.
    """
    said = instant_of(post.created_at)
    first = history[0]
    if first == post.id:
        return said, None
    if not (first.isascii() and first.isdigit()):
        raise Unreadable(f"edit history begins with {first[:40]!r}, not a number")
    posted = _ID_EPOCH + timedelta(milliseconds=int(first) >> 22)
    return to_text(posted.replace(microsecond=0)), said


class _Targets(NamedTuple):
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


class _Words(NamedTuple):
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
        () if not entities.urls else _links(entities.urls, {*history, to.quote or ""}),
        () if not entities.mentions else _mentions(entities),
    )


def _is_beginning(post: XPost) -> bool:
    """Tell whether the text is only a long post's beginning: it ends in "…" and a link to the post itself."""
    if post.text is None or post.entities is None or "… https://" not in post.text or not _CUT_END.search(post.text):
        return False
    whole = f"/i/web/status/{post.id}"
    return any((link.expanded_url or "").endswith(whole) for link in post.entities.urls or ())


def _links(urls: Iterable[Link], own: set[str]) -> tuple[str, ...]:
    """Give where the links of a text lead, but for those that X itself adds.

    Left out are a post's own pictures (they are its media), the link to the post that it quotes (that is its
    quote_of) and to itself: who shares what links is measured on what authors chose to link.
    """
    found: dict[str, None] = {}
    for link in urls:
        if link.media_key or (link.display_url or "").startswith(_PICTURE):
            continue
        expanded = link.expanded_url or link.url
        if expanded is None or ((to := _POST_LINK.match(expanded)) and to[1] in own):
            continue
        found[link.unwound_url or expanded] = None
    return tuple(found)


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
    return any(link.media_key or (link.display_url or "").startswith(_PICTURE) for link in urls)


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
