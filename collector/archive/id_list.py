"""Lists of ids: what X's rules let people pass on instead of the posts. Text in, ids out. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from collector.archive.errors import NoIds, RoundedIds

NAMED: Final = 5
"""So many lines that are no id are named; all are counted."""

_ID: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_ROUNDED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}", re.ASCII)
_AROUND: Final = " \t\r\n\v\f\u00a0\ufeff\"',;"
"""What spreadsheets and other programs put around an id."""
_HEADERS: Final = frozenset({"id", "ids", "id_str", "tweet_id", "tweetid", "tweet id", "post_id", "status_id"})
_DIGITS_OF_A_FLOAT: Final = 15
"""So many digits of a number does a spreadsheet keep."""


@dataclass(frozen=True, slots=True)
class IdList:
    """What a list holds.

    Attributes:
        ids: each once, in their order.
        repeated: how many came again.
        not_ids: how many lines are no id, with the first of them in `named`, such as 'line 7: abc'.
    """

    ids: tuple[str, ...]
    repeated: int = 0
    not_ids: int = 0
    named: tuple[str, ...] = ()


def read_ids(lines: Iterable[str]) -> IdList:
    """Read a list with an id a line; empty lines, comments (#) and a header are passed over, and so are quotes.

    Raises:
        RoundedIds: a spreadsheet made numbers of the ids, whose last digits are gone.
        NoIds: there is no id in it, but something else.
    """
    ids: dict[str, None] = {}
    repeated = not_ids = 0
    named: list[str] = []
    is_first = True
    for number, line in enumerate(lines, 1):
        word = line.strip(_AROUND)
        if not word or word.startswith("#"):
            continue
        if _ROUNDED.fullmatch(word):
            raise RoundedIds(number, word)
        if _ID.fullmatch(word):
            repeated += word in ids
            ids[word] = None
        elif not (is_first and word.casefold() in _HEADERS):
            not_ids += 1
            named += [f"line {number}: {word[:40]}"] if not_ids <= NAMED else []
        is_first = False
    return _checked(IdList(tuple(ids), repeated, not_ids, tuple(named)))


def _checked(told: IdList) -> IdList:
    """Let a list pass that holds ids, whole ones; see `read_ids`."""
    if not told.ids and told.not_ids:
        raise NoIds(told.named[0])
    # Each id ends so by chance once in a hundred and more; all of several do only if they were rounded.
    long = [key for key in told.ids if len(key) > _DIGITS_OF_A_FLOAT + 1]
    if len(long) > 1 and all(not key[_DIGITS_OF_A_FLOAT:].strip("0") for key in long):
        raise RoundedIds(0, long[0])
    return told
