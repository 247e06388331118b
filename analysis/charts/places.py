"""Where a chart's files are; to know that needs nothing that draws."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

DRAWN: Final = ("png", "svg", "csv")


@dataclass(frozen=True, slots=True)
class Published:
    """Where a chart's files are."""

    png: Path
    svg: Path
    csv: Path
    manifest: Path

    @property
    def are_there(self) -> bool:
        """Tell whether all of them exist."""
        return all(path.exists() for path in (self.png, self.svg, self.csv, self.manifest))


def stem(campaign: str, kind: str) -> str:
    """Name the files of a campaign's chart."""
    return f"{campaign}-{kind}"


def named(name: str, folder: Path) -> Published:
    """Find the files of a name in a folder; raises ValueError for a name that would lead out of it."""
    if Path(name).name != name:
        raise ValueError(f"{name!r} is not a file's name")
    return Published(*(folder / f"{name}.{kind}" for kind in (*DRAWN, "json")))
