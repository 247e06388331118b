"""The words of a status and what hangs on them: hashtags, links and mentions. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from collector.extract import mastodon as extract
from collector.mastodon import html
from collector.mastodon.objects import Account, Medium, Status
from collector.mastodon.objects import Mention as Mentioned
from storage.post import Mention
from storage.tag import fold

_QUOTE_INLINE: Final = "quote-inline"
"""Marks the link to a quoted post, for programs that know nothing of quotes."""

_HASHES: Final = "#＃"


class Words(NamedTuple):
    """What an author wrote; the text is None where the status does not tell."""

    text: str | None
    hashtags: tuple[str, ...]
    links: tuple[str, ...]
    mentions: tuple[Mention, ...]


NO_WORDS: Final = Words(None, (), (), ())


def words_of(status: Status, server: str, *, is_quote: bool) -> Words:
    """Read the text, a content warning first as a reader sees it, and what hangs on it.

    `is_quote` tells that the status shows what it quotes, and not the link to it.
    """
    shown = html.read(status.content or "", leave_out=_QUOTE_INLINE if is_quote else None)
    warning = (status.spoiler_text or "").strip()
    text = "\n\n".join([part for part in (warning, shown.text) if part])
    said = status.content is not None or bool(warning)
    return Words(
        text if said else None,
        _hashtags(status, text, shown),
        _links(status, shown),
        _mentions(status, server),
    )


def _hashtags(status: Status, text: str, shown: html.Shown) -> tuple[str, ...]:
    """Give the hashtags that the server found, as they are written in the text where they are.

    A server may tell them in small letters, or as someone wrote them first.
    """
    seen = [anchor.text.strip().lstrip(_HASHES) for anchor in shown.anchors if _is_hashtag(anchor)]
    written = dict.fromkeys([one for one in (*seen, *extract.hashtags(text)) if one])
    if status.tags is None:
        return tuple(written)
    told = {tag.name: _keys(tag.name) for tag in status.tags if tag.name}
    found = {one: keys for one in written if (keys := _keys(one)) & set().union(*told.values())}
    unwritten = [name for name, keys in told.items() if not keys & set().union(*found.values())]
    return (*found, *unwritten)


def _keys(tag: str) -> set[str]:
    """Give what a tag is compared by: Mastodon's key, which has no accents, and ours, which has no vowel signs."""
    return {extract.normalised(tag), fold(tag)}


def _links(status: Status, shown: html.Shown) -> tuple[str, ...]:
    """Give where the links of a text lead, but for accounts, tags, its own media, itself and what it quotes."""
    own = {status.url, status.uri, *_media_addresses(status.media_attachments or ())}
    own.update([mention.url for mention in status.mentions or ()])
    own.update([tag.url for tag in status.tags or ()])
    if status.quote is not None and (quoted := status.quote.quoted_status) is not None:
        own.update((quoted.url, quoted.uri))
    leads = (anchor.href for anchor in shown.anchors if not (_is_hashtag(anchor) or "mention" in anchor.marks))
    return tuple(dict.fromkeys([href for href in leads if href not in own and is_web(href)]))


def _is_hashtag(anchor: html.Anchor) -> bool:
    return bool(anchor.marks & {"hashtag", "tag"}) or anchor.text.startswith(tuple(_HASHES))


def is_web(href: str) -> bool:
    """Tell whether an address is one of the web."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _mentions(status: Status, server: str) -> tuple[Mention, ...]:
    handles = [full_handle(one, server) for one in status.mentions or ()]
    return tuple(dict.fromkeys([Mention(handle) for handle in handles if handle is not None]))


def full_handle(account: Account | Mentioned, server: str) -> str | None:
    """Write a handle as user@host. An account of the server asked is told without its host."""
    name = account.acct or account.username
    if not name or "@" in name:
        return name or None
    host = server or host_of(account.url)
    return f"{name}@{host}" if host else name


def host_of(address: str | None) -> str:
    """Give the host of an address, with its port if it is told; '' where there is none."""
    try:
        return urlsplit(address or "").netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _media_addresses(media: Iterable[Medium]) -> Iterator[str | None]:
    for one in media:
        yield from (one.url, one.remote_url, one.preview_url, one.text_url)
