"""Addresses of records (at://DID/COLLECTION/KEY), and where a reader finds what they name. Pure."""

import re
from typing import Final, NamedTuple

from collector.errors import Unreadable

POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"

_ADDRESS: Final = re.compile(r"at://([A-Za-z0-9._:%-]+)/([A-Za-z0-9.-]+)/([A-Za-z0-9._:~-]+)")


class Address(NamedTuple):
    """The address of a record: whose repository it is in (a DID, rarely a handle), its kind, and its key there."""

    owner: str
    collection: str
    key: str

    def __str__(self) -> str:
        return f"at://{self.owner}/{self.collection}/{self.key}"


def address_of(uri: str | None) -> Address | None:
    """Read an address; None for what is none."""
    match = None if uri is None else _ADDRESS.fullmatch(uri)
    return None if match is None else Address(match[1], match[2], match[3])


def own_address(uri: str | None, did: str | None, collection: str = POST) -> Address:
    """Read the address of a record of an account; raises Unreadable for another kind of record, or another's."""
    address = address_of(uri)
    if address is None or address.collection != collection:
        raise Unreadable(f"uri is {(uri or '')[:80]!r}, not the address of a record of {collection}")
    if did is None or not _is_did(did):
        raise Unreadable(f"the author is {(did or '')[:80]!r}, not a DID")
    if address.owner != did and _is_did(address.owner):
        raise Unreadable(f"{uri!r} is not in the repository of its author, {did}")
    return address._replace(owner=did)


def did_in(uri: str | None) -> str | None:
    """Name whose record an address names; None where it does not say by DID."""
    address = address_of(uri)
    return address.owner if address is not None and _is_did(address.owner) else None


def page_of(address: Address) -> str:
    """Write where a post can be read."""
    return f"https://bsky.app/profile/{address.owner}/post/{address.key}"


def picture(did: str, file: str) -> str:
    """Write where Bluesky shows a picture of which a record has but the hash."""
    return f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{file}@jpeg"


def film(did: str, file: str) -> str:
    """Write where Bluesky shows a film of which a record has but the hash."""
    return f"https://video.bsky.app/watch/{did.replace(':', '%3A')}/{file}/playlist.m3u8"


def _is_did(text: str) -> bool:
    return text.startswith("did:")
