"""What the objects of X's API v1.1 say of posts and authors: objects of `x_v1_objects` in, readings out. Pure.

A post reads here as it does through API v2, as far as both tell of it. What v1.1 does not tell is the conversation.
"""

from collections.abc import Sequence
from datetime import datetime
from html import unescape
from typing import Any, Final, NamedTuple

from collector.archive.x_v1_objects import Entities, Place, Tweet, User
from collector.archive.x_v1_objects import Medium as XMedium
from collector.archive.x_v1_objects import Mention as XMention
from collector.errors import Unreadable
from collector.extract import x as extract
from collector.x.rules import (
    FAR_AHEAD,
    PLATFORM,
    RESOLUTION,
    X_BEGAN,
    address,
    checked_id,
    links_of,
    posted_and_edited,
)
from storage.instant import Instant
from storage.post import Author, Counts, Media, Mention, Post

_TIME: Final = "Fri Dec 07 10:42:13 +0000 2018"
_PARTS: Final = len(_TIME.split())
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST: Final = 2**63 - 1


def instant_of(moment: str | None) -> Instant:
    """Read a time as X writes it, Fri Dec 07 10:42:13 +0000 2018; raises Unreadable for any other form."""
    if moment is None:
        raise Unreadable("no created_at")
    parts = moment.split(" ")
    if len(moment) == len(_TIME) and len(parts) == _PARTS and parts[1] in _MONTHS and parts[4] == "+0000":
        instant = f"{parts[5]}-{_MONTHS.index(parts[1]) + 1:02}-{parts[2]}T{parts[3]}"
        try:
            datetime.fromisoformat(instant)
        except ValueError:
            pass
        else:
            if X_BEGAN <= instant < FAR_AHEAD:
                return instant + ".000000Z"
    raise Unreadable(f"created_at is {moment[:40]!r}, not a time like {_TIME}")


def id_of(text: str | None, number: Any) -> str | None:
    """Give an id as text: as it is written, else the whole number that stands for it; None where neither is told."""
    if text:
        return text
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else None


def post_of(tweet: Tweet, observed_at: Instant | None) -> Post:
    """Read a tweet; raises Unreadable where it has no time or no id."""
    name = checked_id(id_of(tweet.id_str, tweet.id) or "")
    history, said = _history(tweet, name), instant_of(tweet.created_at)
    created_at, edited_at = posted_and_edited(name, history, said)
    to, user, place = _targets(tweet), tweet.user, tweet.place or _NOWHERE
    words, at = _words(tweet, {*history, to.quote or ""}), _coordinates(tweet)
    return Post(
        platform=PLATFORM,
        platform_id=history[0],
        server=PLATFORM,
        author=None if user is None else id_of(user.id_str, user.id),
        created_at=created_at,
        time_resolution=RESOLUTION,
        url=address(history[0]),
        observed_at=observed_at,
        edited_at=edited_at,
        version=None if len(history) == 1 else history.index(name) + 1,
        version_id=None if len(history) == 1 else name,
        ids=tuple([(PLATFORM, one) for one in history]),
        text=words.text,
        text_cut=words.cut,
        lang=tweet.lang,
        hashtags=words.hashtags,
        links=words.links,
        mentions=words.mentions,
        media=_media(tweet, cut=words.cut),
        is_repost=tweet.retweeted_status is not None,
        is_reply=not (to.reply is to.reply_author is tweet.in_reply_to_screen_name is None),
        is_quote=to.is_quote,
        repost_of=to.repost,
        reply_to=to.reply,
        reply_to_author=to.reply_author,
        quote_of=to.quote,
        latitude=at and at[0],
        longitude=at and at[1],
        place=place.full_name,
        country=place.country,
        counts=_counts(tweet),
    )


def author_of(user: User, observed_at: Instant | None) -> Author | None:
    """Read a user; None where there is but the id of one. Who carried it is for the caller to add."""
    name = id_of(user.id_str, user.id)
    if name is None or user.name is None:
        return None
    try:
        created_at = instant_of(user.created_at)
    except Unreadable:
        created_at = None
    return Author(
        platform=PLATFORM,
        platform_id=name,
        server=PLATFORM,
        handle=user.screen_name,
        display_name=user.name or None,
        location=user.location or None,
        created_at=created_at,
        followers=_count(user.followers_count),
        following=_count(user.friends_count),
        posts=_count(user.statuses_count),
        observed_at=observed_at,
    )


def _history(tweet: Tweet, name: str) -> Sequence[str]:
    """Give the ids of all versions of a tweet, the first first, its own among them."""
    told = tweet.edit_history or (tweet.ext_edit_control and tweet.ext_edit_control.initial)
    known = (told and told.edit_tweet_ids) or [name]
    return known if name in known else [*known, name]


class _Targets(NamedTuple):
    repost: str | None
    is_quote: bool
    quote: str | None
    reply: str | None
    reply_author: str | None


def _targets(tweet: Tweet) -> _Targets:
    """Name what a tweet refers to. A repost repeats its target's quote as if it were its own: it is the target's."""
    reply = id_of(tweet.in_reply_to_status_id_str, tweet.in_reply_to_status_id)
    reply_author = id_of(tweet.in_reply_to_user_id_str, tweet.in_reply_to_user_id)
    if (target := tweet.retweeted_status) is not None:
        return _Targets(id_of(target.id_str, target.id), False, None, reply, reply_author)
    quote = id_of(tweet.quoted_status_id_str, tweet.quoted_status_id)
    if quote is None and tweet.quoted_status is not None:
        quote = id_of(tweet.quoted_status.id_str, tweet.quoted_status.id)
    return _Targets(None, quote is not None or bool(tweet.is_quote_status), quote, reply, reply_author)


class _Words(NamedTuple):
    text: str | None
    cut: bool
    hashtags: tuple[str, ...]
    links: tuple[str, ...]
    mentions: tuple[Mention, ...]


def _words(tweet: Tweet, own: set[str]) -> _Words:
    """Read the text and what hangs on it: of the whole text where there is one. See `links_of` for `own`."""
    text, entities = _text(tweet)
    if text is not None and "&" in text:
        text = unescape(text)
    cut = tweet.retweeted_status is not None or (
        bool(tweet.truncated) and tweet.extended_tweet is None and tweet.full_text is None
    )
    if entities is None:
        written = text or ""
        named = tuple(Mention(handle) for handle in extract.mentions(written))
        return _Words(text, cut, extract.hashtags(written), extract.links(written), named)
    tags = entities.hashtags or ()
    return _Words(
        text,
        cut,
        tuple(dict.fromkeys([tag.text for tag in tags if tag.text])),
        links_of(entities.urls or (), own),
        _mentions(entities.user_mentions or ()),
    )


def _text(tweet: Tweet) -> tuple[str | None, Entities | None]:
    if tweet.extended_tweet is not None:
        return tweet.extended_tweet.full_text, tweet.extended_tweet.entities
    return tweet.text if tweet.full_text is None else tweet.full_text, tweet.entities


def _mentions(named: Sequence[XMention]) -> tuple[Mention, ...]:
    users = [(user.screen_name, id_of(user.id_str, user.id)) for user in named if user.screen_name]
    return tuple({handle: Mention(handle, name) for handle, name in users}.values())


def _media(tweet: Tweet, *, cut: bool) -> tuple[Media, ...] | None:
    """Give a tweet's media; None where it does not tell whether there are any, being cut before a picture's link.

    Where the extended entities are missing, the plain ones have them: before these came, in 2014, a post had but
    one picture.
    """
    holder = tweet.extended_tweet or tweet
    entities = holder.entities
    media = (holder.extended_entities and holder.extended_entities.media) or (entities and entities.media)
    if not media:
        return None if cut or entities is None else ()
    told = [(medium.type, _address(medium)) for medium in media]
    found = [Media(kind, seen_at) for kind, seen_at in told if kind and seen_at]
    return tuple(found) if len(found) == len(media) else None


def _address(medium: XMedium) -> str | None:
    """Choose where a medium can be seen: the best film, or the picture."""
    variants = (medium.video_info and medium.video_info.variants) or ()
    films = [(one.bitrate or 0, one.url) for one in variants if one.url]
    return max(films)[1] if films else medium.media_url_https or medium.media_url


def _coordinates(tweet: Tweet) -> tuple[float, float] | None:
    """Give latitude, longitude: `coordinates` has them the other way round than `geo`, which is older."""
    if tweet.coordinates is not None and (at := tweet.coordinates.coordinates) is not None:
        return at[1], at[0]
    return None if tweet.geo is None else tweet.geo.coordinates


_NOWHERE: Final = Place()


def _counts(tweet: Tweet) -> Counts | None:
    counts = Counts(
        likes=_count(tweet.favorite_count),
        reposts=_count(tweet.retweet_count),
        replies=_count(tweet.reply_count),
        quotes=_count(tweet.quote_count),
    )
    return None if counts == _NO_COUNTS else counts


_NO_COUNTS: Final = Counts()


def _count(number: int | None) -> int | None:
    """Give a count; None for one that is out of reason, which must not cost the post."""
    return number if number is not None and 0 <= number <= _MOST else None
