"""Posts of Bluesky's API: replies with posts, feeds and threads, and single posts of them, of any client. Pure.

Every post that a reply returns is an item: those of a search, those of a feed (a repost where the feed says that it
is one), and all of a thread. What a post answers or quotes is known from it, not found. Names of fields may be the
API's own or those of Python's SDK.
"""

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

import msgspec

from collector.bluesky.camel_case import camel_case, is_snake_case
from collector.bluesky.canonical import payload_of
from collector.bluesky.objects import FeedViewPost, PostView
from collector.bluesky.passed_over import PASSED_OVER
from collector.bluesky.views import Reading, of_feed, of_view
from collector.errors import Unreadable
from collector.fields import Known
from collector.json_text import parse
from storage.instant import Instant, to_text
from storage.post import Item

Json: TypeAlias = Mapping[str, Any]

_BESIDE_POSTS: Final = frozenset({"cursor", "hitsTotal", "hits_total", "uri", "cid", "requestCursor"})
_VIEW: Final = Known(PostView, PASSED_OVER)
_FEED_VIEW: Final = Known(FeedViewPost, PASSED_OVER)
KNOWN: Final = (_FEED_VIEW, _VIEW)
"""What becomes of the fields of a reply's posts."""


def holds(value: Any) -> bool:
    """Tell whether a JSON value is a post of Bluesky's API, a reply with posts, a list of these, or a stored payload.

    A reply may also stand in the record of an exchange, {"status": …, "body": …}, as text or as it is.
    """
    if isinstance(value, list):
        return any(_is_post(one) or _is_reply(one) for one in value)
    if not isinstance(value, dict):
        return False
    return _is_post(value) or _is_post(value.get("data")) or _is_reply(value) or _is_reply(_body(value))


def items(value: Any, observed_at: Instant | None = None) -> Iterator[Item]:
    """Read a JSON value that `holds` tells of, as the posts that it returned, in its order.

    A post that cannot be read is an item with its error, and its neighbours are read all the same.

    Args:
        value: as `json_text.parse` gives it.
        observed_at: when Bluesky said so, where the value does not tell itself.

    Raises:
        Unreadable: the value is nothing of the kind.
    """
    if not holds(value):
        raise Unreadable("no post of Bluesky's API, and no reply with posts")
    parts = value if isinstance(value, list) else [value]
    return (item for part in parts for item in _items(part, observed_at))


def _items(part: Any, observed_at: Instant | None) -> Iterator[Item]:
    if isinstance(part, dict) and not _is_post(part):
        if _is_post(part.get("data")):
            part = part["data"]
        elif _is_reply(body := _body(part)):
            part, observed_at = body, observed_at or _answered_at(part)
    returned = _returned(part) if _is_reply(part) else iter([part])
    return (_item(one, observed_at) for one in returned)


def _is_post(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    view = value.get("post", value)
    return isinstance(view, dict) and str(view.get("uri")).startswith("at://") and {"author", "record"} <= view.keys()


def _is_reply(value: Any) -> bool:
    """Tell whether a value is a reply that returns posts, if only none."""
    if not isinstance(value, dict):
        return False
    thread = value.get("thread")
    if isinstance(thread, dict):
        return _is_post(thread) or "replies" in thread
    posts = value.get("posts", value.get("feed", thread))
    if not isinstance(posts, list):
        return False
    if not posts:
        return value.keys() - _BESIDE_POSTS <= {"posts", "feed"}
    return any(_is_post(one) or _is_post(_in_list(one)) for one in posts)


def _returned(reply: Json) -> Iterator[Any]:
    """Walk through the posts of a reply."""
    thread = reply.get("thread")
    if isinstance(thread, dict):
        yield from _in_tree(thread)
    elif isinstance(thread, list):
        yield from (post for node in thread if (post := _in_list(node)) is not None)
    else:
        yield from reply["posts"] if "posts" in reply else reply["feed"]


def _in_list(node: Any) -> Any:
    """Take the post out of one place in a thread that is told as a list; None where it is hidden or gone."""
    value = node.get("value") if isinstance(node, dict) else None
    return value.get("post") if isinstance(value, dict) else None


def _in_tree(thread: Json) -> Iterator[Any]:
    """Walk through a thread that is told as a tree: from what is answered to the answers; not all nodes have posts.

    A conversation can be deeper than Python calls.
    """
    above: list[Any] = []
    node: Any = thread
    while isinstance(node := node.get("parent"), dict):
        above.append(node.get("post"))
    yield from (post for post in reversed(above) if post is not None)
    waiting: list[Any] = [thread]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("post") is not None:
                yield node["post"]
            replies = node.get("replies")
            waiting += reversed(replies if isinstance(replies, list) else [])


def _item(part: Any, observed_at: Instant | None) -> Item:
    """Make the item of one returned post."""
    data = camel_case(part) if is_snake_case(part) else part
    try:
        reading = _reading(data, observed_at)
    except (msgspec.ValidationError, Unreadable, RecursionError) as error:
        return Item(payload=payload_of(part), post=None, error=str(error))
    known = _FEED_VIEW if _is_in_feed(data) else _VIEW
    return Item(
        payload=payload_of(part),
        post=reading.post,
        referred=reading.referred,
        authors=reading.authors,
        unknown=known.unknown(data),
    )


def _reading(data: Any, observed_at: Instant | None) -> Reading:
    if _is_in_feed(data):
        return of_feed(msgspec.convert(data, FeedViewPost), observed_at)
    return of_view(msgspec.convert(data, PostView), observed_at)


def _is_in_feed(data: Any) -> bool:
    return isinstance(data, dict) and "post" in data


def _body(exchange: Json) -> Any:
    """Take the reply out of the record of an exchange; None where it is none."""
    body = exchange.get("body") if "status" in exchange else None
    try:
        return parse(body.encode()) if isinstance(body, str) else body
    except (Unreadable, UnicodeEncodeError):
        return None


def _answered_at(exchange: Json) -> Instant | None:
    """Read when the server says that it answered."""
    headers = exchange.get("headers")
    date = headers.get("Date", headers.get("date")) if isinstance(headers, dict) else None
    try:
        return to_text(parsedate_to_datetime(date)) if isinstance(date, str) else None
    except ValueError:
        return None
