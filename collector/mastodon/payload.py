"""Statuses as Mastodon's API gives them: each an item with its post, what it boosts or quotes, and their authors. Pure.

What is not meant for everyone is not kept, see `withheld`. A status does not say which server told it, and its ids
mean nothing without: the payload has the server beside the status.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec
import orjson

from collector.errors import Unreadable
from collector.fields import Known
from collector.mastodon.moments import order_key
from collector.mastodon.objects import Account, Status
from collector.mastodon.passed_over import PASSED_OVER
from collector.mastodon.readings import author_of, post_of
from collector.mastodon.withheld import is_open, is_remains, remains, why_withheld, without_withheld
from collector.mastodon.words import host_of
from storage.instant import Instant
from storage.post import Author, Item, Post

Json: TypeAlias = Mapping[str, Any]

KNOWN: Final = Known(Status, PASSED_OVER)

_ALWAYS: Final = frozenset({"id", "created_at", "account", "content"})
_USUALLY: Final = frozenset({"visibility", "spoiler_text", "reblogs_count", "favourites_count", "media_attachments"})
_LISTS: Final = ("statuses", "ancestors", "descendants")
_DEEPEST: Final = 8
"""How far posts are looked for in posts: a boost of a quote of a quote is 3."""


def item(status: Any, server: str, observed_at: Instant | None = None) -> Item:
    """Read a status, as JSON was parsed.

    Args:
        status: the object; one that is not meant for everyone gives an item without its words.
        server: the host that was asked, such as 'mastodon.social'; '' where that is not known.
        observed_at: when it answered.

    Raises:
        Unreadable: it is no status, or has no time or nothing to know it by.
    """
    if not isinstance(status, dict):
        raise Unreadable("not a status")
    if (why := why_withheld(status)) is not None:
        return Item(payload=_payload(remains(status), server), post=None, error=why)
    kept = without_withheld(status)
    payload = _payload(kept, server)
    told = _with_quotes_alike(kept)
    try:
        given = msgspec.convert(told, Status)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from error
    post = post_of(given, server, observed_at)
    referred, authors = _around(given, post, server, observed_at)
    return Item(payload=payload, post=post, referred=referred, authors=authors, unknown=KNOWN.unknown(told))


def item_or_error(status: Any, server: str, observed_at: Instant | None = None) -> Item:
    """Read a status; one that cannot be read is an item with its error. See `item`."""
    try:
        return item(status, server, observed_at)
    except Unreadable as error:
        return Item(payload=_payload(without_withheld(status), server), post=None, error=str(error))


def items(value: Any, observed_at: Instant | None = None) -> Iterator[Item]:
    """Read an archive's value: a status, an array, a search's or a thread's answer, or one stored payload.

    A status that cannot be read is an item with its error, and its neighbours are read all the same. An archive does
    not tell the server that was asked: it is the host of an account that is told without one, if there is one.

    Raises:
        Unreadable: the value is none of these, or stands too deep in itself to be written again.
    """
    told = _told(value)
    if told is None:
        raise Unreadable("neither a status nor an answer that has some")
    return (item_or_error(status, server, observed_at) for status, server in told)


def holds(value: Any) -> bool:
    """Tell whether a parsed JSON value is what `items` reads; keys are looked at, nothing is read."""
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        return _is_status(value["data"]) or is_remains(value["data"])
    statuses = _statuses(value)
    first = next((one for one in statuses or () if isinstance(one, dict)), None)
    return first is not None and _is_status(first)


def key_time(status: Any) -> datetime:
    """Give the time by which a server sorts a status, aware; see `moments`.

    Raises:
        Unreadable: it is no status, or neither its id nor itself tells a time.
    """
    if not isinstance(status, dict):
        raise Unreadable("not a status")
    try:
        return order_key(msgspec.convert({field: status.get(field) for field in ("id", "created_at")}, Status))
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from error


def server_of(status: Any) -> str:
    """Find the server that told a status: the host of an account in it that is told without its host; '' if none is."""
    for one in _accounts(status):
        name = one.get("acct")
        if isinstance(name, str) and name and "@" not in name and isinstance(one.get("url"), str):
            return host_of(one["url"])
    return ""


def _accounts(status: Any) -> Iterator[Json]:
    """Walk through the accounts in a status: its own, those mentioned, and those of what it boosts or quotes."""
    for _ in range(_DEEPEST):
        if not isinstance(status, dict):
            return
        mentions = status.get("mentions")
        for one in (status.get("account"), *(mentions if isinstance(mentions, list) else ())):
            if isinstance(one, dict):
                yield one
        quote = status.get("quote")
        status = status.get("reblog") or (quote.get("quoted_status", quote) if isinstance(quote, dict) else None)


def _told(value: Any) -> list[tuple[Any, str]] | None:
    """Give the statuses of a value, each with the server that told it; None where it is of no form that has some."""
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        status, includes = value["data"], value.get("includes")
        server = includes.get("server") if isinstance(includes, dict) else None
        return [(status, server if isinstance(server, str) else server_of(status))]
    statuses = _statuses(value)
    return None if statuses is None else [(status, server_of(status)) for status in statuses]


def _statuses(value: Any) -> list[Any] | None:
    """Give the statuses of a value; None where it is of no form that has some."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    if _is_status(value):
        return [value]
    parts = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
    return [status for part in parts for status in part] if parts else None


def _is_status(value: Json) -> bool:
    return value.keys() >= _ALWAYS and not _USUALLY.isdisjoint(value) and isinstance(value["account"], dict)


def _with_quotes_alike(status: Json) -> dict[str, Any]:
    """Write what a status quotes as Mastodon does: elsewhere the quoted status stands there itself, or among extras."""
    alike = dict(status)
    quote, extras = status.get("quote"), status.get("pleroma")
    if quote is None and isinstance(extras, dict):
        quote = extras.get("quote")
    if isinstance(quote, dict):
        quoted = quote if "id" in quote else quote.get("quoted_status")
        alike["quote"] = {"state": "accepted"} if "id" in quote else dict(quote)
        if isinstance(quoted, dict):
            alike["quote"]["quoted_status"] = _with_quotes_alike(quoted)
    elif "quote" in status:
        alike["quote"] = None
    if isinstance(status.get("reblog"), dict):
        alike["reblog"] = _with_quotes_alike(status["reblog"])
    return alike


def _around(
    given: Status, post: Post, server: str, observed_at: Instant | None
) -> tuple[tuple[Post, ...], tuple[Author, ...]]:
    """Read all that a status brings besides itself: posts, and accounts, each once, in the order of their ids."""
    carried_at = post.edited_at or post.created_at
    posts: dict[str, Post] = {}
    authors: dict[str, Author] = {}
    for one in _inside(given):
        for account in _accounts_of(one):
            author = author_of(account, server, observed_at, carried_at)
            if author is not None:
                authors.setdefault(author.platform_id, author)
        if one is not given and (reading := _referred(one, server, observed_at)) is not None:
            posts.setdefault(reading.platform_id, reading)
    posts.pop(post.platform_id, None)
    return tuple([posts[key] for key in sorted(posts)]), tuple([authors[key] for key in sorted(authors)])


def _referred(one: Status, server: str, observed_at: Instant | None) -> Post | None:
    """Read a status that stands in another; None where there is too little of it."""
    try:
        return post_of(one, server, observed_at) if is_open(one) else None
    except Unreadable:
        return None


def _inside(given: Status) -> Iterator[Status]:
    """Walk through a status and those that stand in it."""
    waiting = [given]
    while waiting:
        one = waiting.pop()
        yield one
        quoted = None if one.quote is None else one.quote.quoted_status
        waiting += [inner for inner in (one.reblog, quoted) if inner is not None]


def _accounts_of(status: Status) -> Iterator[Account]:
    """Walk through the accounts that a status tells of at length."""
    bylines = status.card.authors if status.card is not None else None
    for account in (status.account, *[one.account for one in bylines or ()]):
        if account is not None:
            yield account
            if account.moved is not None:
                yield account.moved


def _payload(status: Any, server: str) -> bytes:
    """Write what is kept as canonical JSON; raises Unreadable for what JSON cannot say, or not so deep."""
    whole = {"data": status, "includes": {"server": server}} if server else {"data": status}
    try:
        return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Unreadable(str(error)) from error
