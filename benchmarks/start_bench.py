"""The start of the program against that of a bare interpreter, in turns."""

import os
import statistics
import subprocess
import sys
import time

from benchmarks.spent import ROOT


def measure(runs: int = 15) -> tuple[float, float]:
    """Give the median seconds of a bare interpreter and of `groundswell --help`."""
    bare, helped = [], []
    for _ in range(runs):
        bare.append(_seconds([sys.executable, "-c", "pass"]))
        helped.append(_seconds([sys.executable, "-m", "groundswell", "--help"]))
    return statistics.median(bare), statistics.median(helped)


def _seconds(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)  # noqa: S603  # ourselves
    return time.perf_counter() - start
