"""A chart as SVG that stands in a page: without title and caption, which the page has, in the page's colours."""

import re
from io import StringIO
from typing import Final

from matplotlib import rc_context

from analysis.charts import style
from analysis.charts.clearing import clearing
from analysis.charts.kind import Chart, compose, written
from analysis.charts.page import Paper, figure_of
from analysis.charts.style import drawing

WIDTHS: Final = {"wide": 560.0, "narrow": 290.0}
"""Points; the narrow one is for phones. A page shows them a quarter larger: letters are no smaller than its notes."""
COLOURS: Final = {
    style.INK: "ink",
    style.MUTED: "muted",
    "#444444": "muted",
    "#777777": "line",
    "#e3e3e3": "grid",
    style.BARS: "bars",
    style.POSTS: "posts",
    style.LINE: "accent",
    style.COUNTED: "ink",
    style.EPISODE: "episode",
    style.COMPLETE: "complete",
    style.GIVEN: "given",
    **{hatch.ink: state.replace("_", "-") for state, hatch in style.HATCHES.items()},
    "#ffffff": "paper",
    "white": "paper",
}
"""The colours of charts, and the page's variables that stand for them."""
_FONTS: Final = "system-ui, 'Noto Sans', 'Noto Sans Arabic', 'Segoe UI', sans-serif"
_PROLOGUE: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA: Final = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_GROUP: Final = re.compile(r'<g id="[^"]*"')
"""Nothing refers to the names of groups, and of two alike one would be wrong."""
_ID: Final = re.compile(r'(\bid="|url\(#|href="#)')
_FONT: Final = re.compile(r"(font(?:-family)?: [^;\"]*?)('Groundswell[^;\"]*)")
_FRACTION: Final = re.compile(r"(\d\.\d\d)\d+")
_SIZE: Final = re.compile(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"')


@clearing()
def picture(chart: Chart, place: str, size: str) -> str:
    """Draw a chart as an <svg> that is a picture to those who do not see it, its name the title of `place`.

    `size` is one of WIDTHS; `place` is an id that no other picture of the page has.
    """
    with rc_context({"svg.fonttype": "none"}):
        figure = figure_of(compose(chart.kind, chart.frame, chart.about, paper=Paper(WIDTHS[size], is_bare=True)))
    file = StringIO()
    with drawing(written(chart.frame, chart.about)), rc_context({"svg.fonttype": "none", "savefig.transparent": True}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return _placed(file.getvalue(), f"{place}-{size}", f"{place}-title")


def _placed(svg: str, place: str, title: str) -> str:
    """Make ids the place's own, colours the page's, and the whole a picture with a name."""
    svg = _METADATA.sub("", _PROLOGUE.sub("", svg))
    svg = _FRACTION.sub(r"\1", svg)
    svg = _GROUP.sub("<g", svg)
    svg = _ID.sub(rf"\g<1>{place}-", svg)
    svg = _FONT.sub(lambda font: f"{font[1]}{_FONTS}", svg)
    for colour, name in COLOURS.items():
        svg = re.sub(rf"(fill|stroke): {colour}\b", rf"\1: var(--{name}, {colour})", svg, flags=re.IGNORECASE)
    return _SIZE.sub(rf'<svg role="img" aria-labelledby="{title}" class="{place.rpartition("-")[2]}" \1', svg, count=1)
