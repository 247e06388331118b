"""The page that a person leaves open in a browser: campaigns, how they stand, their charts and reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.report.render import environment

HEADINGS: Final = {
    "volume": "Posts over time",
    "bursts": "Episodes",
    "by-platform": "By platform",
    "by-language": "By language",
    "by-spelling": "By spelling",
    "by-kind": "By kind",
    "hours": "Hours of the week",
    "growth": "Growth",
    "counted": "Counted and collected",
    "coverage": "Coverage",
    "top-links": "Links",
    "top-tags": "Tags",
    "top-accounts": "Accounts",
    "compare": "Two campaigns",
}
"""What each kind of chart is called there."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart in the folder: its kind, its file for looking at, and the one for opening."""

    kind: str
    png: str
    svg: str

    @property
    def heading(self) -> str:
        """Name it."""
        return HEADINGS[self.kind]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as the page shows it.

    Attributes:
        facts: (what, how it stands), such as ('Last post', '29 Nov 2026 14:00').
        reports: (language, file).
    """

    title: str
    tags: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    reports: tuple[tuple[str, str], ...]
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True)
class Index:
    """The whole page; `facts` are the collector's own, `written_at` when in words."""

    facts: tuple[tuple[str, str], ...]
    campaigns: Sequence[Campaign]
    written_at: str
    version: str


def render_index(index: Index) -> str:
    """Write the page; it looks for its newest version every minute where scripts run, and is whole without."""
    return environment().get_template("index.html.jinja").render(index=index)
