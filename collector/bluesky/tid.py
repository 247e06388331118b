"""Record keys and revisions of the AT protocol (TIDs): a number that begins with a time. Pure."""

import re
from typing import Final

from storage.instant import Instant, from_micros, to_text

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_TID: Final = re.compile(rf"[{_ALPHABET[:16]}][{_ALPHABET}]{{12}}")
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_CLOCK_BITS: Final = 10


def number_of(tid: str) -> int | None:
    """Read a TID as the 63-bit number that it is, which grows with time; None for a key of another kind."""
    if not _TID.fullmatch(tid):
        return None
    number = 0
    for letter in tid:
        number = number << 5 | _VALUES[letter]
    return number


def time_of(tid: str) -> Instant | None:
    """Read the time in a TID, which whoever made it took from a clock of theirs; None for a key of another kind."""
    number = number_of(tid)
    return None if number is None else to_text(from_micros(number >> _CLOCK_BITS))
