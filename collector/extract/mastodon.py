"""Which hashtags a text has by Mastodon's rule, where its payload does not say, and how Mastodon compares them.

Written from what Mastodon's own tests expect. The rule stands on Unicode properties: a tag is of letters, marks,
digits and low lines, one of them a letter at least. Middle dots and the zero-width non-joiner may stand between
them, not at the ends. It begins after nothing that belongs to a word or an address (`)`, `/`, `=`, `.`).
"""

from collections.abc import Iterator
from typing import Final
from unicodedata import normalize as composed

import regex

from collector.extract.tag import Tag

_IN_TAG: Final = r"\p{L}\p{M}\p{Nd}\p{Pc}"
_BETWEEN: Final = r"·・\u200c"
_HASHTAG: Final = regex.compile(
    r"(?<![\p{L}\p{Nd}])https?://\S++"  # what stands in an address is no tag
    rf"|(?<![{_IN_TAG}/)=.])[#＃](?![\ufe0f\u20e3])"  # "#" before these two is an emoji
    rf"(?=[{_IN_TAG}{_BETWEEN}]*\p{{Alphabetic}})([{_IN_TAG}]++(?:[{_BETWEEN}]++[{_IN_TAG}]++)*+)",
    regex.IGNORECASE,
)

_NOT_IN_TAG: Final = regex.compile(rf"[^{_IN_TAG}{_BETWEEN}]++")
_ACCENTS: Final = regex.compile(r"(?<=\p{Latin}\p{M}*)\p{M}")
_STROKED: Final = str.maketrans("øđħłŧıþð", "odhltitd")


def tags(text: str) -> Iterator[Tag]:
    """Find each hashtag of a text by Mastodon's rule, in order, repetitions included; tags in addresses are none."""
    if "#" not in text and "＃" not in text:
        return
    for match in _HASHTAG.finditer(text):
        if match[1] is not None:
            yield Tag(match[1], *match.span())


def hashtags(text: str) -> tuple[str, ...]:
    """Give a text's hashtags by Mastodon's rule as written, without '#', each spelling once, in order."""
    return tuple(dict.fromkeys(tag.written for tag in tags(text)))


def normalised(tag: str) -> str:
    """Write a tag as Mastodon compares it: in small letters, full-width ones made plain, Latin ones without accents."""
    small = _NOT_IN_TAG.sub("", composed("NFKC", tag).lower())
    return composed("NFKC", _ACCENTS.sub("", composed("NFD", small)).translate(_STROKED))
