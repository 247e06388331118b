"""The words of the views for which each database has its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Bin: TypeAlias = Literal["hour", "day"]

_MIDNIGHT: Final = "0000-00-00T00:00:00.000000Z"
_DIGITS: Final[Mapping[Bin, int]] = {"hour": len("2026-11-23T09"), "day": len("2026-11-23")}


@dataclass(frozen=True, slots=True)
class Wording:
    """How SQLite says it.

    Attributes:
        row: the name of the address that every row has, by which it can be found once more.
    """

    row: str = "rowid"

    def joined(self, texts: str, of: str, order: str) -> str:
        """Join texts of a table, with spaces between them, in an order."""
        return f"SELECT group_concat({texts}, ' ') FROM (SELECT * {of} ORDER BY {order})"  # noqa: S608  # our own words

    def start(self, moment: str, step: Bin) -> str:
        """Find where the bin of a moment starts, by its first characters: strftime would round 09:59:59.9996 up."""
        digits = _DIGITS[step]
        return f"substr({moment}, 1, {digits}) || '{_MIDNIGHT[digits:]}'"

    def after(self, start: str, step: Bin) -> str:
        """Find where the bin after a bin starts."""
        return f"strftime('%Y-%m-%dT%H:00:00.000000Z', {start}, '+1 {step}')"


@dataclass(frozen=True, slots=True)
class PostgresWording(Wording):
    """How PostgreSQL says it."""

    row: str = "ctid"

    def joined(self, texts: str, of: str, order: str) -> str:
        """Join texts of a table, with spaces between them, in an order."""
        return f"SELECT string_agg({texts}, ' ' ORDER BY {order}) {of}"

    def start(self, moment: str, step: Bin) -> str:
        """Find where the bin of a moment starts, whatever the time zone of the connection."""
        return f"date_trunc('{step}', {moment}, 'UTC')"

    def after(self, start: str, step: Bin) -> str:
        """Find where the bin after a bin starts; a day is 24 hours, as it is in UTC."""
        return f"{start} + interval '{1 if step == 'hour' else 24} hours'"


WORDINGS: Final[Mapping[str, Wording]] = {"sqlite": Wording(), "postgresql": PostgresWording()}
"""By the name of SQLAlchemy's dialect."""
