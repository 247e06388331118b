"""The words of a text: what can be counted and compared, in any script.

A word is a run of letters as they stand between spaces and punctuation. So it is not a stem: an Arabic word with its
article or prefix is another word than without, and so is one that was typed on another keyboard (ك and ک). Scripts
that write no spaces (Chinese, Japanese, Thai) are not cut into words: a run of letters up to the next punctuation is
one, which is the same again only where a phrase is.
"""

import html
import unicodedata
from typing import Final

import regex

LEAST: Final = 2
"""Characters that a word has at least."""
_ENTITY: Final = regex.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]+);")
_PICTURES: Final = regex.compile(r"[\p{Extended_Pictographic}\ufe0e\ufe0f]")
_JOINED: Final = r"\u00ad\u200c\u200d\u2060"  # not seen, but part of a word: Persian joins with U+200C
_NOT_WORDS: Final = regex.compile(
    r"(?i:https?://|(?<![\p{L}\p{N}_])www\.)[!-~]+"
    rf"|(?<![\p{{L}}\p{{N}}_])(?:RT(?=\s+@)|@[\w.-]+(?:@[\w.-]+)?|#[\w{_JOINED}\u00b7\u30fb]+)"
)
_LETTERS: Final = rf"\p{{L}}[\p{{L}}\p{{M}}\p{{N}}{_JOINED}]*"
_WORD: Final = regex.compile(rf"{_LETTERS}(?:['-]{_LETTERS})*")
_MARKS: Final = regex.compile(
    rf"[{_JOINED}\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)


def words_of(text: str) -> set[str]:
    """Split a text into its distinct words, folded.

    Links, mentions, hashtags and emoji are no words; HTML's entities are what they stand for. Arabic is without its
    marks and its lengthening stroke, Persian without the joints that are not seen; case is folded, and curly
    apostrophes are straight.
    """
    told = _PICTURES.sub(" ", _ENTITY.sub(lambda entity: html.unescape(entity[0]), text))
    plain = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", told)).replace("\u2019", "'")
    found = (_MARKS.sub("", word).casefold() for word in _WORD.findall(plain))
    return {word for word in found if len(word) >= LEAST}
