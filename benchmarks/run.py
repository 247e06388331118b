"""Measure what speed is promised, and write docs/performance.md: `make bench`, or `make bench PARTS="start import"`.

With parts named the page is only printed. Every figure is a ratio to a floor or a peer measured in the same run, or
named as absolute: machines differ.
"""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.sections import SECTIONS  # noqa: E402  # the checkout is put on the path first
from groundswell import __version__  # noqa: E402

PAGE: Final = ROOT / "docs" / "performance.md"


def main(names: list[str]) -> None:
    """Measure the parts named, or all, and write the page."""
    if unknown := set(names) - SECTIONS.keys():
        sys.exit(f"no part is named {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    began = time.monotonic()
    body: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or SECTIONS:
            print(f"measuring: {name} ...", file=sys.stderr)
            body.append("")
            for line in SECTIONS[name](Path(folder)):
                print(line, file=sys.stderr)
                body.append(line)
    page = "\n".join([*_head(time.monotonic() - began), *body]) + "\n"
    if names:
        print(page)
    else:
        PAGE.write_text(page, encoding="utf-8")


def _head(seconds: float) -> Iterator[str]:
    yield "# How fast it is"
    yield ""
    yield (
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d} in {seconds / 60:.0f} minutes, Groundswell"
        f" {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores ({platform.machine()})."
    )
    yield "Other machines give other seconds; the ratios stay about the same."


if __name__ == "__main__":
    main(sys.argv[1:])
