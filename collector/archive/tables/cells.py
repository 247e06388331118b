"""Cells of a table: texts in, values out. What has more than one meaning is refused, never guessed. Pure."""

import ast
import re
from typing import Final

import orjson

from collector.errors import Unreadable

MOST: Final = 2**63 - 1
"""The greatest number that the store keeps."""

_NOTHING: Final = frozenset({"", "nan", "NaN", "None", "NULL", "null", "N/A", "\\N"})
"""What programs write for a number, an id or a time that there is not."""

_WHOLE: Final = re.compile(r"([0-9]{1,19})(?:\.0)?|([0-9]{1,3}(?:,[0-9]{3}){1,6})")
_DECIMAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE]-[0-9]+)?")
_POWER: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
_QUOTED: Final = re.compile(r"""=?(["'])([0-9]+)\1|'([0-9]+)""")
_YES: Final = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_NO: Final = frozenset({"false", "f", "no", "n", "0", "0.0"})
_LINK_AHEAD: Final = r"\s*(?=[a-z][a-z0-9+.-]*://)"

_KEPT_DIGITS: Final = 15
_KEPT_OF_X: Final = 16
"""So many digits of a number a spreadsheet keeps, some one more; the others it makes zeros."""

_LONGEST: Final = 25
"""An id of more digits above those is none."""

_SEQUENCE: Final = 0xFFF
_LIKELY_SEQUENCE: Final = 32
"""The last 12 bits of an id of X number the posts of one millisecond on one machine: rarely more than a few."""


def whole_number(cell: str, column: str) -> int | None:
    """Read a count: digits, also 1,234 and 12.0; None for an empty cell. 1.234 may be either, and is refused."""
    text = cell.strip()
    if text in _NOTHING:
        return None
    if (match := _WHOLE.fullmatch(text)) and (number := int((match[1] or match[2]).replace(",", ""))) <= MOST:
        return number
    raise Unreadable(f"{column} is {text[:40]!r}, not a whole number")


def degrees(cell: str, column: str, most: int) -> float | None:
    """Read a latitude or longitude, from -most to most; None for an empty cell."""
    text = cell.strip()
    if text in _NOTHING:
        return None
    if _DECIMAL.fullmatch(text) and -most <= (number := float(text)) <= most:
        return number
    raise Unreadable(f"{column} is {text[:40]!r}, not degrees with a decimal point")


def flag(cell: str, column: str) -> bool:
    """Read a yes or no; an empty cell is a no."""
    text = cell.strip()
    if text.lower() in _YES:
        return True
    if text in _NOTHING or text.lower() in _NO:
        return False
    raise Unreadable(f"{column} is {text[:40]!r}, not yes or no")


def listed(cell: str, separator: str) -> list[str]:
    """Read a list: a JSON list of texts, one as Python writes it, or texts with a separator between them."""
    text = cell.strip()
    if text[:1] == "[" and text[-1:] == "]" and (items := _literal(text)) is not None:
        return items
    return [item for part in text.split(separator) if (item := part.strip())]


def listed_links(cell: str, separator: str) -> list[str]:
    """Read a list of links, which may have the separator in them: a new one begins with its scheme."""
    text = cell.strip()
    if text[:1] == "[" and text[-1:] == "]" and (items := _literal(text)) is not None:
        return items
    parts = re.split(re.escape(separator.strip() or separator) + _LINK_AHEAD, text, flags=re.IGNORECASE)
    return [item for part in parts if (item := part.strip())]


def _literal(text: str) -> list[str] | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [item.strip() for item in value if item.strip()]
    return None


class Ids:
    """The ids of one table: texts, none of which a spreadsheet may have taken for a number and rounded.

    A rounded id ends in zeros. So do a few true ones; those of X are told apart by the bits before: a true one has
    a small number there, a rounded one any. One that is surely rounded makes all that end so suspect in this table.
    """

    def __init__(self, platform: str) -> None:
        """Begin a table of a platform's posts."""
        self._is_x = platform == "x"
        self._are_rounded = False

    def read(self, cell: str, column: str) -> str | None:
        """Read an id; None for an empty cell. Raises Unreadable for one of which digits are lost."""
        text = cell.strip()
        if text in _NOTHING:
            return None
        if quoted := _QUOTED.fullmatch(text):
            text = quoted[2] or quoted[3]
        if _POWER.fullmatch(text) or (text.endswith(".0") and text[:-2].isdigit()):
            raise Unreadable(f"{column} is {text[:40]!r}: the id became a number, and digits of it may be lost")
        if text[-1:] == "0" and self._is_rounded(text):
            raise Unreadable(f"{column} is {text[:40]!r}: a spreadsheet made zeros of the id's last digits")
        return text

    def _is_rounded(self, text: str) -> bool:
        spare = len(text) - (_KEPT_OF_X if self._is_x else _KEPT_DIGITS)
        if not 0 < spare < _LONGEST or not (text.isascii() and text.isdigit() and text.endswith("0" * spare)):
            return False
        if not self._is_x or int(text) & _SEQUENCE >= _LIKELY_SEQUENCE:
            self._are_rounded = True
        return self._are_rounded
