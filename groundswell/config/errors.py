"""What can be wrong with a config.yaml.

ConfigError              every fault of one file, each with its line, key and cure
└── ConfigNotFound       there is no such file
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        line: its line, from 1; 0 when it is the whole file's.
        key: the way to it, such as `campaigns.let-it-go.tags, item 2`; empty for the whole file.
        what: the fact, without a full stop.
        cure: what to write instead.
    """

    line: int
    key: str
    what: str
    cure: str


class ConfigError(Exception):
    """A config.yaml that cannot be used, with all of its faults in the order of their lines."""

    def __init__(self, file: Path, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults))
        super().__init__(f"{file}: " + "; ".join(f"line {fault.line}: {fault.what}" for fault in self.faults))


class ConfigNotFound(ConfigError):
    """There is no config.yaml at this path."""
