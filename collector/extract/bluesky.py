"""Which hashtags a Bluesky post has: those that its facets mark, those in its `tags`, and those that its text shows.

A facet is the word of the app that the post was written with, and a post of another app may have '#' in its text and
no facet at all. What a text shows is decided by Bluesky's own rule, written from the behaviour that the cases of its
test suite tell: a tag follows a blank, ends at one or at an unseen character (the zero-width non-joiner of Persian is
one), loses punctuation at its end, and has something in it that is neither a digit nor punctuation.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import regex

from collector.extract.tag import Tag

LONGEST: Final = 64
"""A longer tag is none, counted in units of UTF-16."""

_BLANK: Final = r"\s\ufeff"
_END: Final = r"\u00ad\u200a-\u200d\u2060\u20e2"
_TAG: Final = regex.compile(rf"(?<![^{_BLANK}])[#＃](?!\ufe0f)([^{_BLANK}{_END}]++)")
_PUNCTUATION_AT_END: Final = regex.compile(r"\p{P}+\Z")
_NAMES_SOMETHING: Final = regex.compile(r"[^0-9\p{P}]")
_HASHES: Final = regex.compile(r"^[#＃]+(?![\ufe0f\u20e3])")


def tags(text: str) -> Iterator[Tag]:
    """Find each hashtag that a text shows by Bluesky's rule, in order, repetitions included."""
    if "#" not in text and "＃" not in text:
        return
    for match in _TAG.finditer(text):
        written = _PUNCTUATION_AT_END.sub("", match[1])
        if _NAMES_SOMETHING.search(written) and len(written.encode("utf-16-le", "surrogatepass")) <= 2 * LONGEST:
            yield Tag(written, match.start(), match.start(1) + len(written))


def hashtags(text: str, marked: Sequence[Tag] = (), further: Iterable[str] = ()) -> tuple[str, ...]:
    """Give a post's hashtags as written, without '#', each spelling once: marked, further, and shown by the text.

    Args:
        marked: the tags that its facets mark; where they stand in the text its own rule is not asked.
        further: those that stand in no text.
    """
    shown = [
        tag.written for tag in tags(text) if not any(tag.start < one.end and one.start < tag.end for one in marked)
    ]
    bare = (_HASHES.sub("", tag.strip()) for tag in (*(one.written for one in marked), *further, *shown))
    return tuple(dict.fromkeys(tag for tag in bare if tag))
