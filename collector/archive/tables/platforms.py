"""What each platform's rules say of a table's row: its id, address and times, and what its text has in it. Pure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from collector.bluesky import tid
from collector.bluesky.address import address_of, page_of
from collector.bluesky.times import posted_at
from collector.errors import Unreadable
from collector.extract import bluesky, mastodon, x
from collector.x import rules
from storage.instant import Instant, from_text

FIRST_TIMED_ID: Final = 29_700_859_247
"""X's first id that has a time in it, of November 2010."""

_ASTRAY: Final = timedelta(minutes=10)
"""How far a time may be from that in the id: in 7,059 real posts it is nowhere a second off; zones are 15 minutes."""


class Named(NamedTuple):
    """A post's name on its platform, as a row tells it.

    Attributes:
        platform_id: its id there.
        server: who knows it by that.
        url: where it can be read.
        time: what the id itself says of the time of posting; None where it says nothing.
        ids: the (server, local id) pairs by which it is known.
    """

    platform_id: str
    server: str
    url: str
    time: Instant | None = None
    ids: tuple[tuple[str, str], ...] = ()


class Rules(NamedTuple):
    """The rules of a platform.

    Attributes:
        name: reads an id, and the address that the row gives (empty: none); raises Unreadable for what is none.
        hashtags, links, mentions: what a text has in it.
        posted_at: chooses the time of posting by what the row says and by what the id says; raises Unreadable where
            they cannot both be true.
        trusts_clients: what a row says of its time is the client's claim.
    """

    name: Callable[[str, str], Named]
    hashtags: Callable[[str], tuple[str, ...]]
    links: Callable[[str], tuple[str, ...]]
    mentions: Callable[[str], tuple[str, ...]]
    posted_at: Callable[[Instant, Named, Instant | None], Instant]
    trusts_clients: bool = False


def address_of_made(platform: str, handle: str, url: str) -> str:
    """Write where a post without an id may be found: the row's own address, else its author's page."""
    if url:
        return url
    pages = {"x": "https://x.com/", "bluesky": "https://bsky.app/profile/"}
    return pages[platform] + quote(handle, safe="") if platform in pages and handle else ""


def _x_name(post_id: str, _url: str) -> Named:
    rules.checked_id(post_id)
    told = rules.time_in(post_id) if int(post_id) >= FIRST_TIMED_ID else None
    return Named(post_id, "x", rules.address(post_id), told, (("x", post_id),))


def _x_posted_at(said: Instant, named: Named, _observed_at: Instant | None) -> Instant:
    """Take what the row says. What is another time than the id's is in another zone, or another form."""
    if named.time is not None and said[:19] != named.time[:19]:
        off = from_text(said) - from_text(named.time)
        if abs(off) > _ASTRAY:
            raise Unreadable(f"created_at is {said[:19]}Z, but by the id it was posted at {named.time[:19]}Z")
    return said


def _bluesky_name(uri: str, _url: str) -> Named:
    address = address_of(uri)
    if address is None or not address.owner.startswith("did:"):
        raise Unreadable(f"id is {uri[:80]!r}, not the address of a post (at://did:…)")
    return Named(str(address), "bluesky", page_of(address), tid.time_of(address.key))


def _bluesky_posted_at(_said: Instant, named: Named, observed_at: Instant | None) -> Instant:
    return posted_at(named.time, [observed_at])


def _mastodon_name(uri: str, url: str) -> Named:
    try:
        scheme, host = urlsplit(uri).scheme, urlsplit(uri).hostname
    except ValueError:
        scheme, host = "", None
    if scheme not in ("http", "https") or host is None:
        raise Unreadable(f"id is {uri[:80]!r}, not the uri of a post, which is the same on all servers")
    return Named(uri, host, url or uri)


def _as_said(said: Instant, _named: Named, _observed_at: Instant | None) -> Instant:
    return said


def _no_mentions(_text: str) -> tuple[str, ...]:
    return ()


RULES: Final[Mapping[str, Rules]] = {
    "x": Rules(_x_name, x.hashtags, x.links, x.mentions, _x_posted_at),
    "bluesky": Rules(_bluesky_name, bluesky.hashtags, x.links, _no_mentions, _bluesky_posted_at, trusts_clients=True),
    "mastodon": Rules(_mastodon_name, mastodon.hashtags, x.links, _no_mentions, _as_said),
}
"""The rules of each platform that a table may be of."""
