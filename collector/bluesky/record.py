"""What the record of a post or a repost says, wherever it was found: in a view or in a stream. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from collector.bluesky.address import POST, Address, address_of, did_in, film, page_of, picture
from collector.bluesky.facets import Mark, marks
from collector.bluesky.objects import Embed, Feature, Image, Record, Ref, RepostRecord
from collector.bluesky.tid import number_of, time_of
from collector.bluesky.times import instant_of, posted_at
from collector.errors import Unreadable
from collector.extract import bluesky as extract
from collector.extract.tag import Tag
from storage.instant import Instant
from storage.post import Counts, Media, Mention, Post

PLATFORM: Final = "bluesky"
RESOLUTION: Final = 1
"""Seconds to which a post's time is told; its record key has microseconds, of a clock that nobody checks."""

_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,8})(?:-|\Z)")
_GIFS: Final = "https://media.tenor.com/"
"""The app puts an animated picture that is chosen in it into a post as the link to it."""


class Told(NamedTuple):
    """What is told of a record from outside it.

    Attributes:
        indexed_at: when the platform indexed it.
        observed_at: when the platform showed or told it.
        edited_at: that it is a later version, and when that was told.
        rev: the revision of the repository that brought it.
        counts: its public counters.
        embed: how the platform shows what is attached to it.
    """

    indexed_at: Instant | None = None
    observed_at: Instant | None = None
    edited_at: Instant | None = None
    rev: str | None = None
    counts: Counts | None = None
    embed: Embed | None = None


def post_of(at: Address, record: Record, told: Told) -> Post:
    """Read a post; raises Unreadable for the record of something else, and where nothing tells its time."""
    if record.kind not in (POST, None):
        raise Unreadable(f"a record of {record.kind}, not of {POST}")
    text = record.text
    found = list(marks(text or "", record.facets or ()))
    quote_of = _quoted(record.embed)
    root, parent = _answered(record)
    return Post(
        platform=PLATFORM,
        platform_id=str(at),
        server=PLATFORM,
        author=at.owner,
        created_at=posted_at(time_of(at.key), (told.indexed_at, told.observed_at)),
        time_resolution=RESOLUTION,
        url=page_of(at),
        claimed_at=instant_of(record.created_at),
        observed_at=told.observed_at,
        edited_at=told.edited_at,
        version=_version(told.rev),
        version_id=None if told.edited_at is None else told.rev,
        text=text,
        lang=_language(record.langs),
        hashtags=extract.hashtags(text or "", list(_tags(found)), record.tags or ()),
        links=tuple(dict.fromkeys(_links(record.embed, found))),
        mentions=tuple(dict.fromkeys(_mentions(text or "", found))),
        media=media_of(told.embed or record.embed, at.owner),
        is_reply=record.reply is not None,
        is_quote=quote_of is not None,
        reply_to=parent,
        reply_to_author=did_in(parent),
        quote_of=quote_of,
        conversation=str(at) if record.reply is None else root,
        counts=told.counts,
    )


def repost_of(at: Address, record: RepostRecord, told: Told) -> Post:
    """Read a repost: it has no words of its own, and is read where its target is."""
    target = address_of(record.subject.uri)
    if target is None:
        raise Unreadable(f"the repost of {(record.subject.uri or '')[:80]!r}, which is no address")
    return Post(
        platform=PLATFORM,
        platform_id=str(at),
        server=PLATFORM,
        author=at.owner,
        created_at=posted_at(time_of(at.key), (told.indexed_at, told.observed_at)),
        time_resolution=RESOLUTION,
        url=page_of(target),
        claimed_at=instant_of(record.created_at),
        observed_at=told.observed_at,
        version=_version(told.rev),
        is_repost=True,
        repost_of=str(target),
    )


def media_of(embed: Embed | None, did: str) -> tuple[Media, ...] | None:
    """Give the pictures and films of a post; None where one of them has no address.

    A view has their addresses. A record has only the hashes of their files; the address that Bluesky's views give
    is built of them.
    """
    if embed is None:
        return ()
    found: list[Media] = []
    for kind, address in _shown(embed, did):
        if address is None:
            return None
        found.append(Media(kind, address))
    return tuple(found)


def _shown(embed: Embed, did: str) -> Iterator[tuple[str, str | None]]:
    for image in (*(embed.images or ()), *(embed.items or ())):
        yield "photo", image.fullsize or _address_of(image, did)
    if embed.playlist is not None:
        yield "video", embed.playlist
    elif embed.video is not None:
        yield "video", embed.video.hash and film(did, embed.video.hash)
    if embed.external is not None and (embed.external.uri or "").startswith(_GIFS):
        yield "animated_gif", embed.external.uri
    if embed.media is not None:
        yield from _shown(embed.media, did)


def _address_of(image: Image, did: str) -> str | None:
    file = image.image and image.image.hash
    return picture(did, file) if file else None


def _version(rev: str | None) -> int | None:
    return None if rev is None else number_of(rev)


def _language(claimed: Sequence[str] | None) -> str | None:
    """Name the language that the author put first, without its script or region."""
    match = _LANGUAGE.match(claimed[0]) if claimed else None
    return match[1].lower() if match else None


def _answered(record: Record) -> tuple[str | None, str | None]:
    """Name the first post of the conversation and the one that is answered."""
    reply = record.reply
    if reply is None:
        return None, None
    return _uri(reply.root), _uri(reply.parent)


def _uri(ref: Ref | None) -> str | None:
    return None if ref is None else ref.uri or None


def _quoted(embed: Embed | None) -> str | None:
    """Name the post that is quoted; feeds, lists and starter packs can stand in the same place."""
    record = None if embed is None else embed.record
    if record is not None and record.record is not None:
        record = record.record
    address = None if record is None else address_of(record.uri)
    return str(address) if address is not None and address.collection == POST else None


def _features(found: Sequence[Mark]) -> Iterator[tuple[Mark, Feature]]:
    for mark in found:
        for feature in mark.features:
            yield mark, feature


def _tags(found: Sequence[Mark]) -> Iterator[Tag]:
    for mark, feature in _features(found):
        if feature.tag:
            yield Tag(feature.tag, mark.start, mark.end)


def _links(embed: Embed | None, found: Sequence[Mark]) -> Iterator[str]:
    """Walk through the links that the author chose: those in the text, and the one that is shown as a card."""
    for _, feature in _features(found):
        if feature.uri and _is_web(feature.uri):
            yield feature.uri
    while embed is not None:
        uri = embed.external and embed.external.uri
        if uri and _is_web(uri) and not uri.startswith(_GIFS):
            yield uri
        embed = embed.media


def _is_web(uri: str) -> bool:
    return uri.lower().startswith(("http://", "https://"))


def _mentions(text: str, found: Sequence[Mark]) -> Iterator[Mention]:
    """Walk through the accounts that are named: by the handle as it stands in the text, else by their DID."""
    for mark, feature in _features(found):
        if feature.did:
            shown = text[mark.start : mark.end]
            handle = shown[1:].strip() if shown[0] in "@＠" else ""
            yield Mention(handle or feature.did, feature.did)
