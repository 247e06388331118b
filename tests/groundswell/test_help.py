"""The README and --help name the same commands."""

import re
from pathlib import Path

from groundswell.commands import COMMANDS

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_lists_exactly_the_commands_of_help() -> None:
    section = re.split(r"^## Commands$", README.read_text(encoding="utf-8"), flags=re.M)[1]
    section = re.split(r"^## ", section, flags=re.M)[0]
    named = re.findall(r"^[ *|`-]*groundswell ([a-z-]+)", section, flags=re.M)
    assert set(named) == set(COMMANDS)
