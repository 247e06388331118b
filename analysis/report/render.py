"""A report as one page of HTML that needs nothing else: no script, no other file."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.charts.kind import Chart
from analysis.charts.typeface import isolated, legible
from analysis.report.content import Report
from analysis.report.glossary import glossary
from analysis.report.picture import WIDTHS, picture

_ISOLATE, _END = "\u2068", "\u2069"
_PAGE: Final = "report.html.jinja"


def render(report: Report, progress: Callable[[int, int], None]) -> str:
    """Write a report as HTML; its language is that of its charts. `progress` is told of charts drawn, of how many."""
    about = report.charts[0].about
    return (
        environment()
        .get_template(_PAGE)
        .render(
            report=report,
            about=about,
            speech=about.speech,
            say=about.speech.say,
            sections=list(_sections(report, progress)),
            made_at=f"{about.speech.moment(report.made_at, about.zone)} ({about.zone})",
            glossary=glossary(about.speech),
        )
    )


def set_apart(text: str) -> Markup:
    """Escape a sentence, and set the user's words in it apart, so that they do not reorder what stands around them."""
    marked = escape(isolated(text) if _ISOLATE not in text else text)
    return Markup(str(marked).replace(_ISOLATE, '<bdi dir="auto">').replace(_END, "</bdi>"))  # noqa: S704  escaped above


def _sections(report: Report, progress: Callable[[int, int], None]) -> Iterator[Mapping[str, object]]:
    said = set(report.coverage)
    for done, chart in enumerate(report.charts):
        progress(done, len(report.charts))
        yield _section(chart, report, said)


def _section(chart: Chart, report: Report, said: set[str]) -> Mapping[str, object]:
    """Tell the template all of a chart; what was said before is not said again."""
    shown = chart.kind.shown(chart.frame)
    words = chart.kind.words(shown, chart.about)
    place = chart.kind.name
    caption = [sentence for sentence in words.caption[:-1] if sentence not in said]
    said.update(caption)
    return {
        "place": place,
        "heading": words.subtitle,
        "caption": caption,
        "pictures": [Markup(picture(chart, place, size)) for size in WIDTHS],  # noqa: S704  our own drawing
        "tables": [table for under, table in report.tables if under == place],
    }


@cache
def environment() -> Environment:
    """Make ready what templates are read and filled by."""
    environment = Environment(
        loader=PackageLoader("analysis", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["apart"] = set_apart
    environment.filters["legible"] = legible
    return environment
