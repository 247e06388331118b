"""Other programs that make tables of X v2 pages, each in a virtual environment of its own under build/."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.spent import ROOT

HOME: Final = ROOT / "build" / "bench"


class NotInstalled(Exception):
    """A peer could not be installed here; the message says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program and how it is run.

    Attributes:
        name: as the page names it.
        needs: what pip is asked for.
        command: the program and its words; {source} and {target} are put in.
        target: the name of the file that it writes.
        note: what a reader has to know of how it was run.
    """

    name: str
    needs: tuple[str, ...]
    command: tuple[str, ...]
    target: str
    note: str = ""

    def words(self, source: Path, target: Path) -> list[str]:
        """Write the command for a file."""
        program, *rest = (word.format(source=source, target=target) for word in self.command)
        return [str(self._folder / "bin" / program), *rest]

    @property
    def _folder(self) -> Path:
        return HOME / self.name.replace(" ", "-")

    def install(self) -> str:
        """Install it, unless that was done; returns the versions of what it needs. Raises NotInstalled."""
        python, stamp = self._folder / "bin" / "python", self._folder / "made.stamp"
        wanted = f"{sys.version} {self.needs}"
        if not stamp.exists() or stamp.read_text() != wanted:
            _run([sys.executable, "-m", "venv", "--clear", self._folder])
            _run([python, "-m", "pip", "--disable-pip-version-check", "install", "--prefer-binary", *self.needs])
            stamp.write_text(wanted)
        names = [need.partition("=")[0].partition("<")[0].partition(">")[0] for need in self.needs]
        code = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
        return _run([python, "-c", code, *names]).strip()


PEERS: Final = (
    Peer(
        "twarc2 csv",
        ("twarc>=2.14,<3", "twarc-csv==0.7.2", "pandas<3"),
        # It asks for a token before it converts a file; no network is used.
        ("twarc2", "--bearer-token", "none", "csv", "--hide-progress", "{source}", "{target}"),
        "posts.csv",
        "with pandas 2: pip alone takes pandas 3, where it stops at its first posts",
    ),
    Peer("tidy_tweet", ("tidy-tweet==0.4.0",), ("tidy_tweet", "{target}", "{source}"), "posts.db"),
)


def _run(command: Sequence[str | Path]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR:") and "://" not in line]
        raise NotInstalled((said or ["pip failed"])[0].removeprefix("ERROR: ")[:200])
    return done.stdout
