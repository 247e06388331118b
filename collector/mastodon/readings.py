"""What a status says of posts and authors: objects of `objects` in, readings out. Pure."""

from typing import Final

from collector.errors import Unreadable
from collector.mastodon.moments import BEGAN, moment_of, posted
from collector.mastodon.objects import Account, LocalId, Status
from collector.mastodon.withheld import is_open
from collector.mastodon.words import NO_WORDS, full_handle, is_web, words_of
from storage.instant import Instant, to_micros, to_text
from storage.post import Author, Counts, Media, Post

PLATFORM: Final = "mastodon"
RESOLUTION: Final = 1
"""Seconds to which all servers tell a post's time."""

_AGREED: Final = frozenset({"accepted", "blocked_account", "blocked_domain", "muted_account"})
"""States of a quote to which the quoted author agreed; in all but the first, whoever asked does not want to see it."""

_MOST: Final = 2**63 - 1


def post_of(status: Status, server: str, observed_at: Instant | None) -> Post:
    """Read a status.

    A boost has no words of its own, though servers repeat those of its target in it: they are read there. Raises
    Unreadable where it has no time, or nothing to know it by.
    """
    created_at, claimed_at = posted(status, observed_at)
    edited_at = None if status.edited_at is None else moment_of(status.edited_at, "edited_at")
    is_boost = status.reblog is not None
    author = None if status.account is None else author_id(status.account)
    quoted, is_quote = quoted_id(status, server)
    words = NO_WORDS if is_boost else words_of(status, server, is_quote=is_quote)
    return Post(
        platform=PLATFORM,
        platform_id=post_id(status, server),
        server=server,
        author=author,
        created_at=created_at,
        time_resolution=RESOLUTION,
        url=_url(status, server),
        claimed_at=claimed_at,
        observed_at=observed_at,
        edited_at=None if edited_at is None else to_text(edited_at),
        version=None if edited_at is None else to_micros(edited_at),
        version_id=None if edited_at is None else to_text(edited_at),
        ids=((server, str(status.id)),) if server else (),
        text=words.text,
        lang=None if is_boost else status.language or None,
        hashtags=words.hashtags,
        links=words.links,
        mentions=words.mentions,
        media=None if is_boost else _media(status),
        is_repost=is_boost,
        is_reply=status.in_reply_to_id is not None or status.in_reply_to_account_id is not None,
        is_quote=is_quote,
        repost_of=None if status.reblog is None else target_id(status.reblog, server),
        reply_to=None if status.in_reply_to_id is None else local_id(server, status.in_reply_to_id),
        reply_to_author=author if _answers_itself(status) else None,
        quote_of=quoted,
        place=None if status.place is None else status.place.name or None,
        country=None if status.place is None else status.place.country or None,
        counts=None if is_boost else _counts(status),
    )


def author_of(account: Account, server: str, observed_at: Instant | None, carried_at: Instant) -> Author | None:
    """Read an account; None where it says nothing to know it by."""
    if (platform_id := author_id(account)) is None:
        return None
    return Author(
        platform=PLATFORM,
        platform_id=platform_id,
        server=server,
        handle=full_handle(account, server),
        display_name=account.display_name or None,
        created_at=_joined_at(account),
        followers=_count(account.followers_count),
        following=_count(account.following_count),
        posts=_count(account.statuses_count),
        observed_at=observed_at,
        carried_at=carried_at,
    )


def author_id(account: Account) -> str | None:
    """Give what an account is known by on all servers: its `uri` or, where a server does not tell it, its `url`."""
    return account.uri or account.url or None


def post_id(status: Status, server: str) -> str:
    """Give what a post is known by on all servers: its `uri`.

    Some servers give a boost the uri of its target: such a boost, and a post without an address, is known by its id
    on that server. Raises Unreadable where the server is not known either.
    """
    uri = status.uri or status.url
    if uri and not (status.reblog is not None and uri == (status.reblog.uri or status.reblog.url)):
        return uri
    known_as = local_id(server, status.id)
    if known_as is None:
        raise Unreadable("no uri of its own, and no server is told that would know its id")
    return known_as


def local_id(server: str, number: LocalId) -> str | None:
    """Name a post by a server's own id; None where the server is not known."""
    return f"local:{server}/{number}" if server else None


def target_id(status: Status, server: str) -> str | None:
    """Name a post that another refers to; None where it cannot be named."""
    try:
        return post_id(status, server) if is_open(status) else None
    except Unreadable:
        return None


def quoted_id(status: Status, server: str) -> tuple[str | None, bool]:
    """Name the post that a status quotes, where that can be told, and tell whether it quotes one.

    A quote counts when the quoted author has agreed to it: before that, and when it was taken back, nobody is shown it.
    """
    quote = status.quote
    if quote is None:
        if status.quote_id is None:
            return None, False
        return local_id(server, status.quote_id), True
    if quote.state not in _AGREED:
        return None, False
    if quote.quoted_status is not None:
        return target_id(quote.quoted_status, server), True
    return None if quote.quoted_status_id is None else local_id(server, quote.quoted_status_id), True


def _answers_itself(status: Status) -> bool:
    """Tell whether a status answers one of its own author; other accounts are told by an id of one server only."""
    account, answered = status.account, status.in_reply_to_account_id
    return account is not None and answered is not None and str(answered) == str(account.id)


def _media(status: Status) -> tuple[Media, ...] | None:
    """Give a post's media; None where it does not tell, or one of them has no address."""
    if status.media_attachments is None:
        return None
    found = [Media(one.type or "unknown", one.remote_url or one.url or "") for one in status.media_attachments]
    return tuple(found) if all(one.url for one in found) else None


def _url(status: Status, server: str) -> str:
    """Give where people can see a post."""
    for address in (status.url, status.uri):
        if address and is_web(address):
            return address
    return f"https://{server}/web/statuses/{status.id}" if server else status.uri or ""


def _counts(status: Status) -> Counts:
    return Counts(
        likes=_count(status.favourites_count),
        reposts=_count(status.reblogs_count),
        replies=_count(status.replies_count),
        quotes=_count(status.quotes_count),
    )


def _count(number: int | None) -> int | None:
    """Read a counter; -1 says that it is hidden."""
    return number if number is not None and 0 <= number <= _MOST else None


def _joined_at(account: Account) -> Instant | None:
    """Read when an account was made; servers that do not know say 1970, or nothing."""
    try:
        moment = moment_of(account.created_at, "created_at")
    except Unreadable:
        return None
    return to_text(moment) if moment >= BEGAN else None
