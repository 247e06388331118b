"""The charts' letters: fonts that are shipped, so that every machine draws alike, and texts fit for them.

matplotlib (3.11 and later) shapes Arabic and orders mixed directions itself. The families have names of our
own, so that a machine's fonts never stand in for them; DejaVu Sans, which comes with matplotlib, is the last
of them and has many symbols and emoji. A character that none has is written as its code point: a reader can
look that up, an empty box says nothing.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.font_manager import FontEntry, FontProperties, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import text_to_path

from analysis.errors import MissingGlyph

FONTS: Final = Path(__file__).parent / "fonts"
_FIRST: Final = ("NotoSans", "NotoSansArabic")
_LAST: Final = ("DroidSansFallback",)
_BASIC: Final = ("Groundswell NotoSans", "Groundswell NotoSansArabic", "Groundswell DejaVuSans")
_REGULAR: Final = 400
_ISOLATE, _END = "\u2068", "\u2069"
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = "\u200e", "\u200f"
_HASHTAG: Final = re.compile(r"[#\uff03][^\s#,;.:!?()\[\]{}«»“”\"'،؛؟]+")
_DROPPED: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufe0e\ufe0f")
_JOINER: Final = "\u200d"
_UNDRAWABLE: Final = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_MISSING: Final = re.compile(r"Glyph (\d+) ")
_SFNT_VERSION: Final = (3, 1, 1033, 5)


@cache
def families() -> tuple[str, ...]:
    """Make the shipped fonts known to matplotlib and name their families, in the order they are tried."""
    found = {path.stem.split("-")[0] for path in FONTS.glob("*.ttf")}
    ordered = (*_FIRST, *sorted(found - {*_FIRST, *_LAST}), *_LAST)
    for stem in ordered:
        bold, regular = FONTS / f"{stem}-Bold.ttf", FONTS / f"{stem}-Regular.ttf"
        plain = regular if regular.exists() else FONTS / f"{stem}.ttf"
        _register(stem, plain, bold if bold.exists() else plain)
    # Its bold has fewer of the symbols and emoji that it is here for.
    dejavu = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    _register("DejaVuSans", dejavu, dejavu)
    return tuple(f"Groundswell {stem}" for stem in (*ordered, "DejaVuSans"))


def families_for(text: str) -> tuple[str, ...]:
    """Name the families that a text needs beside those that all of ours is written in, in the order they are tried.

    matplotlib looks each family up for each piece of text: with a few a chart is drawn a fifth faster.
    """
    known, needed = families(), set(_BASIC)
    missing = {ord(char) for char in text} - frozenset().union(*(_letters(family) for family in _BASIC))
    if missing:
        needed |= {family for family in known if missing & _letters(family)}
    return tuple(family for family in known if family in needed)


@cache
def _letters(family: str) -> frozenset[int]:
    """List the characters that a family has."""
    (path,) = {entry.fname for entry in fontManager.ttflist if entry.name == family and entry.weight == _REGULAR}
    return frozenset(FT2Font(path).get_charmap())


def _register(stem: str, regular: Path, bold: Path) -> None:
    """Give a font its private family, in both weights."""
    for weight, path in ((400, regular), (700, bold)):
        fontManager.ttflist.append(FontEntry(fname=str(path), name=f"Groundswell {stem}", weight=weight))


@cache
def versions() -> dict[str, str]:
    """Tell the version of each shipped font file, by its name."""
    told = {}
    for path in sorted(FONTS.glob("*.ttf")):
        version = FT2Font(str(path)).get_sfnt().get(_SFNT_VERSION, b"").decode("utf-16-be")
        told[path.name] = version.removeprefix("Version ").split(";")[0]
    return told


@contextmanager
def no_missing_glyphs() -> Iterator[None]:
    """Raise MissingGlyph where matplotlib would warn and draw an empty box."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing from font")
        try:
            yield
        except UserWarning as warning:
            if missing := _MISSING.match(str(warning)):
                raise MissingGlyph(chr(int(missing[1]))) from None
            raise


@lru_cache(10_000)
def width(text: str, size: float, weight: int = 400) -> float:
    """Measure a line of text, in points; raises MissingGlyph."""
    font = FontProperties(family=list(families_for(text)), size=size, weight=weight)
    with no_missing_glyphs():
        across, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(across)


def legible(text: str) -> str:
    """Make user text fit to be drawn: one line, no direction overrides, no character without a glyph.

    A character that no font has (or that no font has together with its neighbours) becomes '[U+1FAE0]'.
    """
    plain = _one_line(text)
    while True:
        try:
            width(plain, 10)
        except MissingGlyph as missing:
            apart = missing.character
            if apart.isascii() or apart not in plain:
                return "".join(char if char.isascii() else _code_point(char) for char in plain)
            plain = plain.replace(apart, _code_point(apart))
        else:
            return plain


def _one_line(text: str) -> str:
    """Take out line breaks, controls, marks of direction and of emoji, and joiners that join no letters."""
    kept: list[str] = []
    for char in text:
        before = unicodedata.category(kept[-1])[0] if kept else ""
        if char in _DROPPED or (char == _JOINER and before not in ("L", "M")):
            continue
        kept.append(" " if unicodedata.category(char) in _UNDRAWABLE else char)
    return " ".join("".join(kept).split())


def _code_point(char: str) -> str:
    return f"[U+{ord(char):04X}]"


def isolated(text: str) -> str:
    """Set each hashtag of a sentence apart, so that it does not reorder what stands around it."""
    return _HASHTAG.sub(lambda tag: apart(tag[0]), text)


def apart(text: str) -> str:
    """Set a user's words apart from the sentence that they stand in."""
    return f"{_ISOLATE}{text}{_END}"


def wrapped(text: str, size: float, room: float, weight: int = 400, most: int = 99) -> list[str]:
    """Break a text at spaces into lines of at most `room` points; past `most` lines it ends in '…'.

    Each line has the direction of the whole text.
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, weight) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, room, size, weight))
    if len(lines) > most:
        lines[most - 1 :] = [fitted(f"{lines[most - 1]} …", room, size, weight)]
    return [_direction(text) + line for line in lines]


def _direction(text: str) -> str:
    """Find the mark of a text's direction: of its first letter that is not set apart (UAX 9, P2 and P3)."""
    apart = 0
    for char in text:
        apart += (char == _ISOLATE) - (char == _END)
        strong = unicodedata.bidirectional(char)
        if not apart and strong in ("L", "R", "AL"):
            return _LEFT_TO_RIGHT if strong == "L" else _RIGHT_TO_LEFT
    return _LEFT_TO_RIGHT


def fitted(text: str, room: float, size: float, weight: int = 400) -> str:
    """Shorten a line until it takes at most `room` points; what was cut shows as '…'."""
    if width(text, size, weight) <= room:
        return text
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if width(text[:middle] + "…", size, weight) <= room else (low, middle)
    return text[:low] + "…"
