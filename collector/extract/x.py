"""Which hashtags, mentions and links a text has, where its payload does not say.

The rules are X's own, written from the behaviour of its library twitter-text 3.1 as its conformance suite
tells it. They stand on Unicode properties: `\\w` knows no vowel signs and takes in what X does not.
Two liberties. X makes no tag of either in `#a#b`; here the first is one, as readers see it (six posts of a
real campaign of 4,112). X has a list of all top-level domains; here any ending counts as one after http://,
and the two-letter and commonest ones without it: that only decides whether `example.zone/#tag` is a link.
"""

from collections.abc import Iterator
from typing import Final

import regex

from collector.extract.tag import Tag

_HASH: Final = "#＃"
_LETTER: Final = r"\p{L}\p{M}"
_NO_LETTER: Final = (
    r"\p{Nd}_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_HASHTAG: Final = regex.compile(
    # It begins after a character that is no part of one, nor the & of "&#39;". Emoji's variation selectors
    # are marks, yet a tag may follow them; "#" before one, or before a keycap, is an emoji itself.
    rf"(?<=^|[\ufe0e\ufe0f]|[^&{_LETTER}{_NO_LETTER}])[{_HASH}](?![\ufe0f\u20e3])"
    # It has a letter or a mark in it, and is not what stands before ://.
    rf"(?=[{_NO_LETTER}]*+[{_LETTER}])[{_LETTER}{_NO_LETTER}]++(?!://)"
)

_ACCENTED: Final = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    r"\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_IN_PATH: Final = rf"a-z0-9\u0400-\u04ff{_ACCENTED}!*';:=+,.$/%#\[\]\u2013_~@|&-"
_PATH_END: Final = rf"[a-z0-9\u0400-\u04ff{_ACCENTED}=_#/+-]|\([{_IN_PATH}]*\)"
_QUERY: Final = r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9_&=#/-])?"
_AFTER_HOST: Final = rf"(?::\d++)?(?:/(?:(?:[{_IN_PATH}]|\([{_IN_PATH}]*\))*(?:{_PATH_END}))?)?{_QUERY}"
_COMMON_ENDING: Final = "com|org|net|info|edu|gov|mil|int|biz|news|blog|online|site|shop|[a-z]{2}"
_LINK: Final = regex.compile(
    rf"(?<![a-z0-9@＠${_HASH}])https?://"
    rf"(?:t\.co/[a-z0-9]++{_QUERY}|(?:[{_LETTER}\p{{Nd}}_-]++\.)+[{_LETTER}]{{2,}}+{_AFTER_HOST})",
    regex.IGNORECASE,
)
_BARE_LINK: Final = regex.compile(
    rf"(?<![a-z0-9@＠${_HASH}._/-])(?:[a-z0-9_-]++\.)+(?:{_COMMON_ENDING})(?=[/?:]){_AFTER_HOST}",
    regex.IGNORECASE,
)
_BEFORE_IN_LINK: Final = frozenset("!*';:=+,.$/%#[]–~@|&-()?")

_MENTION: Final = regex.compile(
    r"(?:(?<![A-Za-z0-9_!#$%&*@＠])|(?<=(?<![A-Za-z0-9_+~.-])[Rr][Tt]))"
    rf"[@＠]([A-Za-z0-9_]{{1,20}}+)(?![@＠{_ACCENTED}]|://)"
)


def tags(text: str) -> Iterator[Tag]:
    """Find each hashtag of a text by X's rule, in order, repetitions included; tags inside links are none."""
    if "#" not in text and "＃" not in text:
        return
    for match in _HASHTAG.finditer(text):
        start, end = match.span()
        if not _in_link(text, start):
            yield Tag(text[start + 1 : end], start, end)


def hashtags(text: str) -> tuple[str, ...]:
    """Give a text's hashtags by X's rule as written, without '#', each spelling once, in order."""
    return tuple(dict.fromkeys(tag.written for tag in tags(text)))


def is_hashtag(text: str) -> bool:
    """Tell whether a text is, from its '#' to its end, one hashtag by X's rule."""
    return [(tag.start, tag.end) for tag in tags(text)] == [(0, len(text))]


def links(text: str) -> tuple[str, ...]:
    """Give the links of a text that begin with http:// or https://, each once, in order."""
    if "://" not in text:
        return ()
    return tuple(dict.fromkeys(_LINK.findall(text)))


def mentions(text: str) -> tuple[str, ...]:
    """Give the handles that a text names by X's rule, without '@', each once, in order."""
    if "@" not in text and "＠" not in text:
        return ()
    found = (match for match in _MENTION.finditer(text) if not _in_link(text, match.start()))
    return tuple(dict.fromkeys(match[1] for match in found))


def _in_link(text: str, at: int) -> bool:
    """Tell whether the character at a place belongs to a link: first by the one before it, which is quick."""
    if not at or text[at - 1] not in _BEFORE_IN_LINK:
        return False
    return any(link.start() < at < link.end() for form in (_LINK, _BARE_LINK) for link in form.finditer(text))
