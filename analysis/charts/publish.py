"""A chart on disk: PNG and SVG, the CSV of its numbers, and a manifest that tells what it is of.

Each file is written aside and renamed into place, the manifest last: a reader never sees half a file, and a
manifest whose CSV is another's is noticed by its checksum. Nothing in the files depends on when or where they
were drawn: the same numbers give the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pandas as pd

from analysis.charts.about import About
from analysis.charts.numbers import from_csv, to_csv
from analysis.charts.page import figure_of
from analysis.charts.style import drawing
from analysis.charts.typeface import legible, versions
from analysis.charts.volume import draw
from analysis.errors import FolderUnwritable, ManifestUnreadable, NumbersChanged
from analysis.states import KINDS, told
from analysis.volume import together

FORMAT: Final = 1
"""Of the manifest; another is refused."""
_DRAWN: Final = ("png", "svg", "csv")


@dataclass(frozen=True, slots=True)
class Published:
    """Where a chart's files are."""

    png: Path
    svg: Path
    csv: Path
    manifest: Path


def publish(frame: pd.DataFrame, about: About, folder: Path, name: str | None = None) -> Published:
    """Draw a volume frame and write its files, named 'CAMPAIGN-volume.*' unless told otherwise.

    The folder is made if need be; files of the same name are replaced. Raises FolderUnwritable, and
    ValueError for a name that would lead out of the folder.
    """
    paths = _paths(about, folder, name)
    numbers = to_csv(frame, about.zone)
    manifest = _manifest(frame, about, paths, numbers)
    _put(folder, {**_pictures(frame, about, paths), paths.csv: numbers, paths.manifest: manifest})
    return paths


def is_drawn(frame: pd.DataFrame, about: About, folder: Path, name: str | None = None) -> Published | None:
    """Find the files that `publish` would write, if they are there already with these numbers and words.

    The store's revision may be another: it grows with posts of other campaigns too.
    """
    paths = _paths(about, folder, name)
    try:
        facts = _read_manifest(paths.manifest)
        drawn, there, checksum = _drawn_by(paths.manifest, facts)
    except ManifestUnreadable:
        return None
    same = replace(drawn, revision=about.revision) == about and there == paths
    whole = paths.png.exists() and paths.svg.exists() and paths.csv.exists()
    return paths if same and whole and checksum == _checksum(to_csv(frame, about.zone)) else None


def redraw(manifest: Path) -> Published:
    """Draw a chart again from its manifest and CSV, in place; the same version draws the same bytes.

    Raises ManifestUnreadable, NumbersChanged and FolderUnwritable.
    """
    about, paths, checksum = _drawn_by(manifest, _read_manifest(manifest))
    try:
        numbers = paths.csv.read_bytes()
    except OSError as error:
        raise ManifestUnreadable(manifest, str(error)) from error
    if _checksum(numbers) != checksum:
        raise NumbersChanged(paths.csv)
    _put(manifest.parent, _pictures(from_csv(numbers), about, paths))
    return paths


def _paths(about: About, folder: Path, name: str | None) -> Published:
    stem = name or f"{about.campaign}-volume"
    if Path(stem).name != stem:
        raise ValueError(f"{stem!r} is not a file's name")
    return Published(*(folder / f"{stem}.{kind}" for kind in (*_DRAWN, "json")))


def _checksum(numbers: bytes) -> str:
    return hashlib.sha256(numbers).hexdigest()


def _drawn_by(manifest: Path, facts: Mapping[str, Any]) -> tuple[About, Published, str]:
    """Read what a chart is about, where its files are, and the checksum of its CSV."""
    try:
        about = About(**{name: _frozen(value) for name, value in facts["about"].items()})
        png, svg, csv = (manifest.with_name(facts["files"][kind]) for kind in _DRAWN)
        return about, Published(png, svg, csv, manifest), str(facts["csv_sha256"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ManifestUnreadable(manifest, str(error)) from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _pictures(frame: pd.DataFrame, about: About, paths: Published) -> dict[Path, bytes]:
    png, svg = BytesIO(), BytesIO()
    figure = figure_of(draw(frame, about))
    maker = f"Groundswell {about.version}"
    with drawing():
        figure.savefig(png, format="png", metadata={"Software": maker})
        titled = {"Title": legible(about.title), "Creator": maker, "Date": None}
        figure.savefig(svg, format="svg", metadata=titled)
    return {paths.png: png.getvalue(), paths.svg: svg.getvalue()}


def _manifest(frame: pd.DataFrame, about: About, paths: Published, numbers: bytes) -> bytes:
    whole = together(frame)
    facts = {
        "format": FORMAT,
        "chart": "volume",
        "about": asdict(about),
        "window": _window(frame),
        **{kind: int(frame[kind].sum()) for kind in KINDS},
        "gone": {kind: int(frame[f"gone_{kind}"].sum()) for kind in KINDS},
        "coverage": {kind: _bins_by_state(whole, kind) for kind in KINDS},
        "files": {kind: getattr(paths, kind).name for kind in _DRAWN},
        "csv_sha256": _checksum(numbers),
        "matplotlib": version("matplotlib"),
        "fonts": versions(),
    }
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _window(frame: pd.DataFrame) -> list[str] | None:
    """Give the window of a frame, half-open, in UTC; none of an empty one."""
    if frame.empty:
        return None
    return [f"{end:%Y-%m-%dT%H:%M:%S.%fZ}" for end in (frame["bin_start"].min(), frame["bin_end"].max())]


def _bins_by_state(frame: pd.DataFrame, kind: str) -> dict[str, int]:
    """Count the bins of each state; none where no source yields the kind."""
    if frame[f"state_{kind}"].isna().all():
        return {}
    return {str(state): int(bins) for state, bins in told(frame, kind).value_counts().items()}


def _read_manifest(manifest: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads(manifest.read_bytes())
    except (OSError, ValueError) as error:
        raise ManifestUnreadable(manifest, str(error)) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or facts.get("chart") != "volume":
        raise ManifestUnreadable(manifest, f"it is not a volume chart's of format {FORMAT}")
    return facts


def _put(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Write files aside and rename each into place, in order."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            aside = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
            try:
                aside.write_bytes(content)
                aside.replace(path)
            finally:
                with suppress(FileNotFoundError):
                    aside.unlink()
    except OSError as error:
        raise FolderUnwritable(folder, error.strerror or str(error)) from error
