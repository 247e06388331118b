"""How everything in a report was measured: versions, settings, and the exact queries, as Markdown."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from platform import python_version
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.charts.about import About
from analysis.charts.basis import Basis
from analysis.episodes import Settings as EpisodeSettings
from analysis.explanation import Settings as ExplanationSettings
from analysis.report.content import Report

_LIBRARIES: Final = ("duckdb", "matplotlib", "numpy", "pandas", "pyarrow", "ruptures", "scipy", "statsmodels")
Queries = Sequence[tuple[str, Mapping[str, object]]]
"""SQL, and the values of its names."""


def methods(report: Report, about: About, basis: Basis, queries: Queries) -> str:
    """Write the methods of a report."""
    environment = Environment(
        loader=PackageLoader("analysis", "report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  Markdown
    )
    settings = EpisodeSettings()
    return environment.get_template("methods.md.jinja").render(
        about=about,
        window=" to ".join(basis.window or ("nothing",)),
        made_at=f"{report.made_at:%Y-%m-%d %H:%M} UTC",
        checksum=report.checksum,
        episodes=settings,
        bursts=settings.bursts,
        explanation=ExplanationSettings(),
        versions={"Python": python_version(), **{name: version(name) for name in _LIBRARIES}},
        queries=queries,
    )
