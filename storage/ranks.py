"""Ranks of merged groups as text in `field_ranks`: only those that the row's own columns do not show.

A row shows when it was observed. Most posts are known from one reading, so the standing of every group is that one,
and no rank need be stored. Where the greatest standing is another, it stands under the field '' as
`[version, observed_at, carried_at]`; groups that differ from it stand under their own name, with "erased" as a
fourth part where a deletion has emptied the value.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import orjson

from storage.instant import Instant
from storage.merge import UNKNOWN, Claim, Claims, Standing

Short: TypeAlias = tuple[int, Instant, Instant]
"""The parts of a standing that no value shows: version, observed_at, carried_at."""

Shown: TypeAlias = Callable[[str, Claim], int]
"""Tells from a group's value whether it is whole (1), as a standing says it."""

_ERASED: Final = "erased"


def read_rank(text: str) -> tuple[Short, bool]:
    """Read a stored rank: the standing's short form, and whether the value was erased."""
    version, observed_at, carried_at, *erased = orjson.loads(text)
    return (version, observed_at, carried_at), bool(erased)


def write_ranks(claims: Claims, observed_at: Instant | None) -> dict[str, str]:
    """Write the ranks that a row observed at `observed_at` does not show by itself, by field."""
    if not claims:
        return {}
    short = {field: _shorten(claim.standing) for field, claim in claims.items()}
    base = max(short.values())
    ranks = write_base(base, observed_at)
    for field, claim in claims.items():
        if short[field] != base or claim.erased or claim.value == ():
            ranks[field] = _text(short[field], erased=claim.erased)
    return ranks


def write_base(base: Short, observed_at: Instant | None) -> dict[str, str]:
    """Write the standing that most groups share, where a row observed at `observed_at` does not show it by itself."""
    return {} if base == (-1, observed_at or UNKNOWN, UNKNOWN) else {"": _text(base)}


def read_base(ranks: Mapping[str, str], observed_at: Instant | None) -> Short | None:
    """Read the standing that all groups of a row share; None where some have one of their own."""
    if not ranks:
        return -1, observed_at or UNKNOWN, UNKNOWN
    return read_rank(ranks[""])[0] if ranks.keys() == {""} else None


class Ranks:
    """The stored ranks of one row, ready to make claims of its values."""

    def __init__(self, stored: Mapping[str, tuple[Short, bool]], observed_at: Instant | None) -> None:
        """Take the ranks by field; '' is the base of those that have none of their own."""
        self._stored = stored
        base = stored.get("")
        self._base: Short = base[0] if base else (-1, observed_at or UNKNOWN, UNKNOWN)

    def __contains__(self, field: str) -> bool:
        """Tell whether a field has a rank of its own."""
        return field in self._stored

    def tells_of_absence(self, field: str) -> bool:
        """Tell whether a group without rows was said to be empty, rather than not said."""
        return field in self._stored and not self._stored[field][1]

    def claims(self, values: Mapping[str, Any], shown: Shown) -> Claims:
        """Join values and ranks; a value of None with no rank of its own is no claim."""
        made: Claims = {}
        for field, value in values.items():
            short, erased = self._stored.get(field, (self._base, False))
            if value is None and not erased:
                continue
            claim = Claim(Standing(short[0], 0, short[1], short[2]), value, erased)
            made[field] = claim._replace(standing=claim.standing._replace(whole=shown(field, claim)))
        return made


def _shorten(standing: Standing) -> Short:
    return standing.version, standing.observed_at, standing.carried_at


def _text(short: Short, *, erased: bool = False) -> str:
    return orjson.dumps((*short, _ERASED) if erased else short).decode()
