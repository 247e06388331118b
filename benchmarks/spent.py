"""What a program costs: seconds by the clock, seconds of CPU, and its greatest memory.

A process inherits the memory of the one that started it as its own greatest, so a small one stands between:
`python -m benchmarks.spent PROGRAM ...` runs a program and prints the figures.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_KB_A_UNIT: Final = 1 / 1024 if sys.platform == "darwin" else 1


@dataclass(frozen=True, slots=True)
class Spent:
    """What a program cost.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of CPU, its own and the system's for it.
        megabytes: its greatest memory (RSS).
        code: its exit code.
        said: what it wrote, both ways.
    """

    wall: float
    cpu: float
    megabytes: float
    code: int
    said: str


def run(command: Sequence[str | Path], folder: Path) -> Spent:
    """Run a program in a folder to its end."""
    between = [sys.executable, "-m", "benchmarks.spent", *map(str, command)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    done = subprocess.run(between, check=True, capture_output=True, text=True, cwd=folder, env=environment)  # noqa: S603
    return Spent(**json.loads(done.stdout))


def groundswell(*words: str | Path, folder: Path) -> Spent:
    """Run a command of this checkout's program in a folder."""
    spent = run([sys.executable, "-m", "groundswell", *words], folder)
    if spent.code != 0:
        raise RuntimeError(f"groundswell {words[0]}: {spent.said}")
    return spent


def import_by_groundswell(archive: Path, folder: Path) -> Spent:
    """Import an archive into a new store in a folder, as its user does."""
    folder.mkdir()
    groundswell("init", "#BlackLivesMatter", folder=folder)
    return groundswell("import", archive, folder=folder)


def _run(command: Sequence[str]) -> Spent:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
    said = b"" if process.stdout is None else process.stdout.read()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Spent(
        wall=time.perf_counter() - began,
        cpu=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss * _KB_A_UNIT / 1024,
        code=process.returncode,
        said=said.decode(errors="replace")[-4_000:],
    )


if __name__ == "__main__":
    spent = _run(sys.argv[1:])
    print(json.dumps({name: getattr(spent, name) for name in Spent.__slots__}))
