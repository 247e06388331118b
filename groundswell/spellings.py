"""Other spellings of a tag that people type: platforms answer for a spelling, so each has to be asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from storage.tag import asked, fold

_PERSIAN: Final = str.maketrans("يك", "یک")
_ARABIC: Final = str.maketrans("یک", "يك")
_UNSEEN: Final = {*range(0x064B, 0x0660), 0x0640, 0x0670}
"""Vowel signs and the stretching stroke, which most people leave out."""
_ACCENTS: Final = range(0x0300, 0x0370)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A tag, without '#', and in what it differs from the one that it was made of."""

    tag: str
    why: str


def spellings(tags: tuple[str, ...]) -> tuple[Spelling, ...]:
    """Suggest other spellings of a family of tags, each that platforms tell from all before it."""
    known = {asked(tag) for tag in tags}
    suggested = []
    for tag in tags:
        for spelling in _variants(tag):
            if asked(spelling.tag) not in known:
                known.add(asked(spelling.tag))
                suggested.append(spelling)
    return tuple(suggested)


def _variants(tag: str) -> Iterator[Spelling]:
    bare = "".join(letter for letter in tag if ord(letter) not in _UNSEEN)
    yield Spelling(bare, "without vowel signs")
    yield Spelling(bare.translate(_PERSIAN), "as Persian keyboards write it")
    yield Spelling(bare.translate(_ARABIC), "as Arabic keyboards write it")
    yield Spelling(_ending(bare, "ة", "ه"), "with ه for ة")
    yield Spelling(_ending(bare, "ى", "ي"), "with ي for ى")
    yield Spelling(_ending(bare, "ي", "ى"), "with ى for ي")
    yield Spelling(fold(bare), "with the plain letters")
    yield Spelling(bare.replace("_", ""), "in one word")
    yield Spelling(_without_accents(bare), "without accents")


def _ending(tag: str, written: str, instead: str) -> str:
    """Write the last letter of each word otherwise."""
    words = tag.split("_")
    return "_".join(word[:-1] + instead if word.endswith(written) else word for word in words)


def _without_accents(tag: str) -> str:
    """Take the accents off Latin, Greek and Cyrillic letters; other scripts' marks are letters to them."""
    return normalize("NFC", "".join(letter for letter in normalize("NFD", tag) if ord(letter) not in _ACCENTS))
