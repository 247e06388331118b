"""The stretches of a post's text that its app marked as tags, links and mentions. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from collector.bluesky.objects import Facet, Feature

_CONTINUES: Final = 0b10
"""The two highest bits of a byte of UTF-8 that is not a character's first."""


class Mark(NamedTuple):
    """A marked stretch: text[start:end] in characters, and what it is."""

    start: int
    end: int
    features: Sequence[Feature]


def marks(text: str, facets: Iterable[Facet]) -> Iterator[Mark]:
    """Find the stretches that facets mark, in the text's order.

    Facets count bytes of UTF-8, and anybody may write them. Left out are those that reach beyond the text, that begin
    or end inside a character, that mark nothing or blanks, and those that begin before the one before has ended.
    """
    written = text.encode("utf-8", "surrogatepass")
    before, done = 0, 0
    for start, end, features in sorted(_ranges(facets), key=lambda one: one[:2]):
        if start < before or end > len(written) or _inside(written, start) or _inside(written, end):
            continue
        shown = _decoded(written[start:end])
        if not shown.strip():
            continue
        at = done + len(_decoded(written[before:start]))
        before, done = end, at + len(shown)
        yield Mark(at, done, features)


def _ranges(facets: Iterable[Facet]) -> Iterator[tuple[int, int, Sequence[Feature]]]:
    for facet in facets:
        if facet.index is not None and facet.features and facet.index.byte_start < facet.index.byte_end:
            yield facet.index.byte_start, facet.index.byte_end, facet.features


def _inside(written: bytes, at: int) -> bool:
    return at < len(written) and written[at] >> 6 == _CONTINUES


def _decoded(written: bytes) -> str:
    return written.decode("utf-8", "surrogatepass")
