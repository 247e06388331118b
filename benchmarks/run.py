"""Measure what speed is promised, and write docs/performance.md: `make bench`, or `make bench PARTS="start import"`.

With parts named their sections alone are measured and written anew. Every figure is a ratio to a floor or a peer
measured in the same run, or named as absolute: machines differ.
"""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.page import renewed  # noqa: E402  # the checkout is put on the path first
from benchmarks.sections import SECTIONS, TITLES  # noqa: E402
from groundswell import __version__  # noqa: E402

PAGE: Final = ROOT / "docs" / "performance.md"


def main(names: list[str]) -> None:
    """Measure the parts named, or all, and write their sections of the page."""
    if unknown := set(names) - SECTIONS.keys():
        sys.exit(f"no part is named {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or SECTIONS:
            print(f"measuring: {name} ...", file=sys.stderr)
            measured.append("\n".join(_measured(name, Path(folder))))
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    PAGE.write_text(renewed(page, measured, list(TITLES.values())), encoding="utf-8")


def _measured(name: str, folder: Path) -> Iterator[str]:
    """Measure a part; its section is shown as it grows."""
    began = time.monotonic()
    for line in chain((f"## {TITLES[name]}", ""), SECTIONS[name](folder)):
        print(line, file=sys.stderr)
        yield line
    yield ""
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} in {(time.monotonic() - began) / 60:.0f} min: Groundswell"
        f" {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores ({platform.machine()})."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
