"""A chart on disk: PNG and SVG, the CSV of its numbers, and a manifest that tells what it is of.

Each file is written aside and renamed into place, the manifest last: a reader never sees half a file, and a
manifest whose CSV is another's is noticed by its checksum. Nothing in the files depends on when or where they
were drawn: the same numbers give the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import msgspec
import pandas as pd

from analysis.charts.about import About
from analysis.charts.clearing import clearing
from analysis.charts.kind import Chart, Kind, compose, written
from analysis.charts.kinds import KINDS
from analysis.charts.numbers import from_csv, to_csv
from analysis.charts.page import figure_of
from analysis.charts.places import DRAWN, Published, named, stem
from analysis.charts.style import drawing
from analysis.charts.typeface import legible, versions
from analysis.errors import ManifestUnreadable, NumbersChanged
from analysis.files import put

FORMAT: Final = 1
"""Of the manifest; another is refused."""


def publish(chart: Chart, folder: Path, name: str | None = None) -> Published:
    """Draw a chart and write its files, named 'CAMPAIGN-KIND.*' unless told otherwise.

    The folder is made if need be; files of the same name are replaced. Raises FolderUnwritable, and
    ValueError for a name that would lead out of the folder.
    """
    paths = _paths(chart, folder, name)
    numbers = to_csv(chart.frame, chart.kind.columns, chart.about.zone)
    pictures = _pictures(chart.kind, chart.frame, chart.about, paths)
    put(folder, {**pictures, paths.csv: numbers, paths.manifest: _manifest(chart, paths, numbers)})
    return paths


def is_drawn(chart: Chart, folder: Path, name: str | None = None) -> Published | None:
    """Find the files that `publish` would write, if they are there already with these numbers and words.

    The store's revision may be another: it grows with posts of other campaigns too.
    """
    paths = _paths(chart, folder, name)
    about = chart.about
    try:
        kind, drawn, there, checksum = _drawn_by(paths.manifest)
    except ManifestUnreadable:
        return None
    same = kind is chart.kind and replace(drawn, revision=about.revision) == about and there == paths
    whole = paths.png.exists() and paths.svg.exists() and paths.csv.exists()
    numbers = to_csv(chart.frame, chart.kind.columns, about.zone) if same and whole else b""
    return paths if same and whole and checksum == _checksum(numbers) else None


def redraw(manifest: Path) -> Published:
    """Draw a chart again from its manifest and CSV, in place; the same version draws the same bytes.

    Raises ManifestUnreadable, NumbersChanged and FolderUnwritable.
    """
    kind, about, paths, checksum = _drawn_by(manifest)
    try:
        numbers = paths.csv.read_bytes()
    except OSError as error:
        raise ManifestUnreadable(manifest, str(error)) from error
    if _checksum(numbers) != checksum:
        raise NumbersChanged(paths.csv)
    frame = kind.restore(from_csv(numbers, kind.columns, kind.later))
    put(manifest.parent, _pictures(kind, frame, about, paths))
    return paths


def _paths(chart: Chart, folder: Path, name: str | None) -> Published:
    return named(name or stem(chart.about.campaign, chart.kind.name), folder)


def _checksum(numbers: bytes) -> str:
    return hashlib.sha256(numbers).hexdigest()


def _drawn_by(manifest: Path) -> tuple[Kind, About, Published, str]:
    """Read a chart's kind, what it is about, where its files are, and the checksum of its CSV."""
    facts = _read_manifest(manifest)
    try:
        kind, about = KINDS[facts["chart"]], msgspec.convert(facts["about"], About)
        png, svg, csv = (manifest.with_name(facts["files"][kind]) for kind in DRAWN)
        return kind, about, Published(png, svg, csv, manifest), str(facts["csv_sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise ManifestUnreadable(manifest, str(error)) from error


@clearing()
def _pictures(kind: Kind, frame: pd.DataFrame, about: About, paths: Published) -> dict[Path, bytes]:
    png, svg = BytesIO(), BytesIO()
    figure = figure_of(compose(kind, frame, about))
    maker = f"Groundswell {about.version}"
    with drawing(written(frame, about)):
        figure.savefig(png, format="png", metadata={"Software": maker}, pil_kwargs={"compress_level": 3})
        titled = {"Title": legible(about.title), "Creator": maker, "Date": None}
        figure.savefig(svg, format="svg", metadata=titled)
    return {paths.png: png.getvalue(), paths.svg: svg.getvalue()}


def _manifest(chart: Chart, paths: Published, numbers: bytes) -> bytes:
    facts = {
        "format": FORMAT,
        "chart": chart.kind.name,
        "about": msgspec.to_builtins(chart.about),
        **asdict(chart.basis),
        "files": {kind: getattr(paths, kind).name for kind in DRAWN},
        "csv_sha256": _checksum(numbers),
        "matplotlib": version("matplotlib"),
        "fonts": versions(),
    }
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _read_manifest(manifest: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads(manifest.read_bytes())
    except (OSError, ValueError) as error:
        raise ManifestUnreadable(manifest, str(error)) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or facts.get("chart") not in KINDS:
        raise ManifestUnreadable(manifest, f"it is not a chart's of format {FORMAT}")
    return facts
