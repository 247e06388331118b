"""Measure what speed is promised, and write docs/performance.md: `make bench`, or with names: import, start, lake.

Every figure is a ratio to a floor or a peer measured in the same run, or named as absolute: machines differ.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import import_bench, lake_bench  # noqa: E402  # the checkout is put on the path first
from groundswell import __version__  # noqa: E402

REAL_POSTS: Final = ROOT.parent / "shared" / "data" / "x" / "twarc2" / "blacklivesmatter_2021.jsonl"
PAGE: Final = ROOT / "docs" / "performance.md"
POSTS: Final = 200_000


def main(names: list[str]) -> None:
    """Measure the parts named, or all, and write the page."""
    parts: dict[str, Callable[[], Iterator[str]]] = {"start": _start, "import": _import, "lake": _lake}
    lines = [
        "# How fast it is",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, Groundswell {__version__}, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores ({platform.machine()}).",
        "Other machines give other seconds; the ratios stay about the same.",
    ]
    for name in names or list(parts):
        print(f"measuring: {name} ...", file=sys.stderr)
        lines.append("")
        for line in parts[name]():
            print(line, file=sys.stderr)
            lines.append(line)
    if not names:
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def _import() -> Iterator[str]:
    yield "## Import"
    yield ""
    if not REAL_POSTS.exists():
        yield "Not measured: the real posts that it is made from are not beside this checkout."
        return
    yield (
        f"{POSTS:,} X v2 posts made from real ones by shifting ids, authors and times, into SQLite with all tables, on"
        " one core. The floor parses each line and inserts the very rows that the import wrote, with nothing else."
        " Median of 5 alternating runs; CPU seconds."
    )
    yield ""
    yield "| payloads | import | floor | ratio (at most 2.5) | posts per CPU second | peak memory (under 500 MB) |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for keep_raw, least in ((True, 4_500), (False, 6_000)):
        got = import_bench.measure(REAL_POSTS, POSTS, keep_raw=keep_raw)
        yield (
            f"| {'kept' if keep_raw else 'not kept'} | {statistics.median(got.imports):.1f} s"
            f" ({min(got.imports):.1f}-{max(got.imports):.1f}) | {statistics.median(got.floors):.1f} s"
            f" ({min(got.floors):.1f}-{max(got.floors):.1f}) | {got.ratio:.2f}"
            f" | {got.posts_a_second:,.0f} (at least {least:,}) | {got.megabytes:.0f} MB |"
        )


def _lake() -> Iterator[str]:
    got = lake_bench.measure()
    quiet, loud, brief = lake_bench.measure_quiet_and_loud()
    yield "## The lake"
    yield ""
    yield f"| a lake of {lake_bench.POSTS:,} posts | seconds |"
    yield "| --- | --- |"
    yield f"| built from nothing ({got.megabytes:.0f} MB) | {got.build:.1f} |"
    yield f"| hourly volume with distinct authors over all posts (under 0.5) | {got.hourly:.2f} |"
    yield f"| refresh of one changed day of 10,000 posts, in a month file of 40,000 (under 1) | {got.one_day:.2f} |"
    yield f"| the same in a month that is cut into days (under 1) | {got.one_cut_day:.2f} |"
    yield f"| finding that nothing changed | {got.nothing:.2f} |"
    yield f"| daily volume of {quiet.posts:,} posts on {quiet.days:,} quiet days | {quiet.again:.3f} |"
    yield f"| daily volume of {loud.posts:,} posts on {loud.days:,} loud days | {loud.again:.3f} |"
    yield f"| daily volume of {brief.posts:,} posts on {brief.days:,} days, one file each | {brief.again:.3f} |"


def _start() -> Iterator[str]:
    """Time `groundswell --help` against a bare interpreter, in turns."""
    bare, helped = [], []
    for _ in range(15):
        bare.append(_seconds([sys.executable, "-c", "pass"]))
        helped.append(_seconds([sys.executable, "-m", "groundswell", "--help"]))
    ratio = statistics.median(helped) / statistics.median(bare)
    yield "## Start"
    yield ""
    yield (
        f"`groundswell --help` takes {statistics.median(helped) * 1000:.0f} ms, {ratio:.1f} times a bare interpreter's"
        f" {statistics.median(bare) * 1000:.0f} ms (at most 8 times)."
    )


def _seconds(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)  # noqa: S603  # ourselves
    return time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1:])
