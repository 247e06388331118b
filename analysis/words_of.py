"""The words of a text: what can be counted and compared, in any script."""

import unicodedata
from typing import Final

import regex

LEAST: Final = 2
"""Letters that a word has at least."""
_NOT_WORDS: Final = regex.compile(r"https?://\S+|&[a-z]+;|(?<![\p{L}\p{N}_])(?:RT(?=\s+[@\uff20])|[@#\uff03\uff20]\S+)")
_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}]*(?:['\u2019-]\p{L}[\p{L}\p{M}\p{N}]*)*")
_MARKS: Final = regex.compile(r"[\u0640\u064b-\u065f\u0670\u200c\u200d]")


def words_of(text: str) -> set[str]:
    """Split a text into its distinct words, folded.

    Links, mentions and hashtags are no words. Arabic is without its marks and its lengthening stroke; case is folded.
    """
    plain = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text))
    found = (_MARKS.sub("", word).casefold() for word in _WORD.findall(plain))
    return {word for word in found if len(word) >= LEAST}
