"""How hashtags are compared: the key that groups spellings, and the spelling that platforms are asked for.

`#Ｌｅｔ_it_go` and `#let_it_go` are one tag, and so are `#خلّيها_تخيس`, `#خليها_تخيس` and a spelling with
Persian letters: people type what their keyboard has. But a platform answers for a spelling, not for a key.
"""

import re
from functools import lru_cache
from typing import Final
from unicodedata import normalize

_UNSEEN: Final = re.compile(
    "["
    "\u0640"  # tatweel: stretches a word
    "\u064b-\u065f\u0670"  # Arabic vowel signs and hamza marks
    "\u200b-\u200d\u2060-\u2064\ufeff\u034f"  # zero-width characters and joiners
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks of writing direction
    "\u180e\u00ad"  # Mongolian vowel separator (zero-width), soft hyphen
    "]+"
)
_SAME_LETTERS: Final = {"ا": "أإآٱ", "ي": "ىیےۓئ", "ك": "ک", "ه": "ةۀہۂە", "و": "ؤ"}
_DIGITS: Final = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")  # Arabic-Indic, Persian
_ONE_LETTER: Final = str.maketrans(
    {letter: kept for kept, letters in _SAME_LETTERS.items() for letter in letters}
    | {digit: str(value) for digits in _DIGITS for value, digit in enumerate(digits)}
)
_HASHES: Final = "#＃"


@lru_cache(maxsize=65_536)
def fold(tag: str) -> str:
    """Give the key of a tag: equal for spellings that a reader takes for one.

    Case, width, Arabic vowel signs and tatweel, unseen characters, the letters that Arabic and Persian
    keyboards write differently, and digits of the Arabic script are made one. Folding a key gives that key.
    """
    if tag.isascii():
        return tag.lower().lstrip(_HASHES)
    shown = normalize("NFKC", _UNSEEN.sub("", normalize("NFKD", asked(tag))))
    caseless = _UNSEEN.sub("", normalize("NFKC", shown.casefold()))
    return caseless.lstrip(_HASHES).translate(_ONE_LETTER)


@lru_cache(maxsize=4_096)
def asked(tag: str) -> str:
    """Write a tag as queries and coverage name it: NFKC, casefolded, without its '#'."""
    return normalize("NFKC", normalize("NFKC", tag).casefold()).lstrip(_HASHES)
