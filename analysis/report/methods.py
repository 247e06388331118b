"""How everything in a report was measured: versions, settings, and the exact queries, as Markdown."""

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from platform import python_version
from typing import Final, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.charts.about import About
from analysis.charts.basis import Basis
from analysis.charts.typeface import legible
from analysis.episodes import Settings as EpisodeSettings
from analysis.explanation import Settings as ExplanationSettings
from analysis.report.content import Report

_LIBRARIES: Final = ("duckdb", "matplotlib", "numpy", "pandas", "pyarrow", "ruptures", "scipy", "statsmodels")
_MARKS: Final = re.compile(r"[\\`*_{}\[\]<>()#+.!|~&-]")
Queries: TypeAlias = Sequence[tuple[str, Mapping[str, object]]]
"""SQL, and the values of its names."""


def _plain(text: str) -> str:
    """Write a user's words so that Markdown takes them for nothing else."""
    return _MARKS.sub(r"\\\g<0>", legible(text))


def methods(report: Report, about: About, basis: Basis, queries: Queries) -> str:
    """Write the methods of a report."""
    environment = Environment(
        loader=PackageLoader("analysis", "report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  Markdown
    )
    environment.filters["plain"] = _plain
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
