"""The charts' style: colours that the colour-blind can tell and that print in grey, and where to draw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Final

from matplotlib import style

from analysis.charts.typeface import families, families_for, no_missing_glyphs

INK: Final = "#222222"
BARS: Final = "#7FB0D5"
LINE: Final = "#A33B00"
COUNTED: Final = "#1B1B1B"
POSTS: Final = "#2B6CA3"
BURST: Final = "#2B6CA3"
COMPLETE: Final = "#5E9CC9"
GIVEN: Final = "#C9DDEC"
EPISODE: Final = "#F3D9A4"
MUTED: Final = "#666666"
_STYLE: Final = Path(__file__).parent / "groundswell.mplstyle"
_LOCK: Final = RLock()


@dataclass(frozen=True, slots=True)
class Hatch:
    """How bins of a coverage state are marked: a pattern that is told apart without colour, and a tint."""

    pattern: str
    ink: str
    tint: str


HATCHES: Final = {
    "not_tried": Hatch("---", "#8A8A8A", "#8A8A8A1C"),
    "failed": Hatch("\\\\\\\\", "#8C6D1F", "#C79A1C22"),
    "lost": Hatch("xxxx", "#6B2737", "#6B273722"),
    "partial": Hatch("////", "#4F6D3A", "#4F6D3A1C"),
    "settling": Hatch("....", "#5A5A8C", "#5A5A8C16"),
}
"""By state, the least known first; *given* and *complete* are drawn plain."""


@contextmanager
def drawing(text: str | None = None) -> Iterator[None]:
    """Draw, within, in the charts' style and fonts; raises MissingGlyph for a character without a glyph.

    `text` is all that users have written of what is drawn, by which fonts are chosen; without it there are all.

    matplotlib's settings are the process's: one thread draws at a time.
    """
    with (
        _LOCK,
        style.context(
            [_STYLE, {"font.family": list(families() if text is None else families_for(text))}], after_reset=True
        ),
        no_missing_glyphs(),
    ):
        yield
