"""Posts of X's API v1.1: streamed, searched (pages of `statuses`) and of timelines, one a value. Pure.

A stream also says that posts were deleted: those are told as deletions. What else it says is passed over by name.
A payload is {"data": tweet}; the tweet has what it refers to within itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, TypeAlias

import msgspec
from msgspec.structs import replace

from collector.archive.x_v1_objects import Delete, Message, Tweet
from collector.archive.x_v1_passed_over import PASSED_OVER
from collector.archive.x_v1_readings import author_of, id_of, post_of
from collector.errors import Unreadable
from collector.fields import Known
from collector.json_text import canonical
from collector.x.rules import PLATFORM, checked_id, time_in
from storage.instant import EPOCH, Instant, to_text
from storage.post import Author, Deletion, Item, Post

Json: TypeAlias = Mapping[str, Any]

KNOWN: Final = (Known(Message, PASSED_OVER),)
"""The fields of all that a stream says, and of the tweets in it."""

_TWEETS: Final = Known(Tweet, PASSED_OVER)
_MESSAGES: Final = frozenset(PASSED_OVER["Message"]) | {"delete", "statuses"}


def holds(answer: Any) -> bool:
    """Tell whether a JSON value is a post of this API, a page of them, or what a stream says beside posts."""
    if not isinstance(answer, dict):
        return False
    if isinstance(answer.get("delete"), dict) or isinstance(answer.get("limit"), dict):
        return True
    row = answer.get("data", answer)
    rows = answer.get("statuses", [row])
    return isinstance(rows, list) and bool(rows) and _is_tweet(rows[0])


def _is_tweet(row: Any) -> bool:
    if not isinstance(row, dict):
        return False
    has_id = isinstance(row.get("id_str"), str) or type(row.get("id")) is int
    return has_id and "created_at" in row and "user" in row and ("text" in row or "full_text" in row)


def items(answer: Any, observed_at: Instant | None = None) -> Iterator[Item | Deletion]:
    """Read one value, or one stored payload, as the posts that it returned and the deletions that it tells of.

    A post that cannot be read is an item with its error, and its neighbours are read all the same.

    Args:
        observed_at: when X said so: nothing in a value tells.

    Raises:
        Unreadable: it is neither a post nor anything that a stream says.
    """
    if not isinstance(answer, dict):
        raise Unreadable("neither a post nor a message of a stream")
    tweet = answer.get("data", answer)
    if isinstance(tweet, dict) and ("id_str" in tweet or "id" in tweet):
        return iter([_item(tweet, observed_at)])
    if isinstance(statuses := answer.get("statuses"), list):
        return (_item(one, observed_at) for one in statuses)
    if "delete" in answer:
        return iter([_deletion(answer["delete"])])
    if not _MESSAGES.isdisjoint(answer):
        return iter(())
    raise Unreadable("neither a post nor a message of a stream")


def _item(data: Any, observed_at: Instant | None) -> Item:
    payload = canonical({"data": data})
    try:
        tweet = msgspec.convert(data, Tweet)
        post = post_of(tweet, observed_at)
    except (msgspec.ValidationError, Unreadable) as error:
        return Item(payload=payload, post=None, error=str(error))
    within = list(_within(tweet))
    return Item(
        payload=payload,
        post=post,
        referred=tuple(_posts(within, observed_at)),
        authors=tuple(_authors([tweet, *within], observed_at, post.edited_at or post.created_at)),
        unknown=_TWEETS.unknown(data),
    )


def _within(tweet: Tweet) -> Iterator[Tweet]:
    """Walk through the tweets that are written into one."""
    for one in (tweet.retweeted_status, tweet.quoted_status):
        if one is not None:
            yield one
            yield from _within(one)


def _posts(tweets: Iterable[Tweet], observed_at: Instant | None) -> Iterator[Post]:
    """Read the posts that another refers to, each once, but for those of which the payload has too little."""
    found: dict[str, Post] = {}
    for tweet in tweets:
        try:
            post = post_of(tweet, observed_at)
        except Unreadable:
            continue
        found.setdefault(post.version_id or post.platform_id, post)
    yield from (found[key] for key in sorted(found))


def _authors(tweets: Iterable[Tweet], observed_at: Instant | None, carried_at: Instant) -> Iterator[Author]:
    """Read the users of tweets, each once."""
    found: dict[str, Author] = {}
    for tweet in tweets:
        author = None if tweet.user is None else author_of(tweet.user, observed_at)
        if author is not None:
            found.setdefault(author.platform_id, author)
    yield from (replace(found[key], carried_at=carried_at) for key in sorted(found))


def _deletion(said: Any) -> Deletion:
    """Read a stream's word of a deletion; before 2014 it did not say when.

    Then the time of the post itself stands for it: whoever saw the post later has seen it alive, and what was seen
    at an unknown time goes.
    """
    try:
        delete = msgspec.convert(said, Delete)
        name = checked_id(id_of(delete.status.id_str, delete.status.id) or "")
        told = delete.timestamp_ms
        deleted_at = time_in(name) if told is None else to_text(EPOCH + timedelta(milliseconds=int(told)))
    except (msgspec.ValidationError, Unreadable, ValueError, OverflowError) as error:
        raise Unreadable(f"delete: {error}") from error
    return Deletion(platform=PLATFORM, platform_id=name, deleted_at=deleted_at, reason="deleted")
