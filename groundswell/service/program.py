"""The program that is to be kept running, by absolute paths."""

import sys
from dataclasses import dataclass
from pathlib import Path

SECRETS = ".config/groundswell.env"
"""The file of secrets in the home folder: lines NAME="value", which systemd and a shell read alike."""


class Unwritable(ValueError):
    """A path with a line end or another control character in it: no keeper of services can be told of it."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command line and where it runs; raises Unwritable for words that cannot be written in one line.

    Attributes:
        words: the program's absolute path, then its arguments.
        folder: where it runs.
        name: of the service, after the folder: letters, digits and hyphens.
    """

    words: tuple[str, ...]
    folder: str
    name: str

    def __post_init__(self) -> None:
        for text in (*self.words, self.folder):
            if not text.isprintable():
                raise Unwritable(f"{text!r} has a control character in its name")


def program_here(config: Path, store: str | None) -> Program:
    """Name the command line that runs the collector by a config.yaml, with the program that is running now."""
    config = config.absolute()
    options = ["run", "--config", str(config), *(["--store", store] if store else [])]
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in config.parent.name.lower())
    name = "-".join(filter(None, ["groundswell", *plain.split("-")]))
    return Program((*_executable(), *options), str(config.parent), name)


def _executable() -> list[str]:
    """Find the command beside the interpreter; in a checkout that is not installed it is the interpreter's module."""
    python = Path(sys.executable).absolute()
    beside = python.with_name("groundswell.exe" if sys.platform == "win32" else "groundswell")
    return [str(beside)] if beside.is_file() else [str(python), "-m", "groundswell"]
