"""Disks: the doctor's rule, with some room between raising and ending, as what is free goes up and down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from groundswell.alerts.alert import Alert, Verdict
from groundswell.doctor.finding import Finding
from groundswell.terminal import one_line

MARGIN: Final = 1.25
"""A disk that was told of is well again with so many times the room that the rule asks for."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the doctor finds of a disk: by the rule, and by one that asks for MARGIN times the room."""

    folder: Path
    by_rule: Finding
    by_margin: Finding


def judge(disks: Iterable[Looked], now: datetime) -> Verdict:
    """Tell which disks fill up."""
    return Verdict("disk", tuple(_alert(one, now) for one in disks if one.by_margin.state != "ok"))


def _alert(disk: Looked, now: datetime) -> Alert:
    return Alert(
        kind="disk",
        key=str(disk.folder),
        since=now,
        words=_words(disk.by_margin),
        is_enough=disk.by_rule.state != "ok",
    )


def _words(finding: Finding) -> str:
    how = "is nearly full" if finding.state == "failed" else "fills up"
    return (
        f"The disk {how}: {one_line(finding.what)}. When it is full nothing is saved until there is room again; what"
        f" sources keep only for a time may then be lost. To do: {finding.cure}. What may go stands in"
        " docs/operations.md."
    )
