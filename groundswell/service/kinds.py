"""The keepers of services, by name: what to tell each, where to put it and how to start it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from groundswell.service import launchd, systemd, task_scheduler
from groundswell.service.program import SECRETS, Program


@dataclass(frozen=True, slots=True)
class Told:
    """What a keeper is to be told, and what its user has to do with that."""

    text: str
    steps: Sequence[str]


def kind_here(platform: str = sys.platform) -> str:
    """Name the keeper of this machine."""
    return {"darwin": "launchd", "win32": "task-scheduler"}.get(platform, "systemd")


def tell(kind: str, program: Program) -> Told:
    """Write what a keeper, one of KINDS, is to be told."""
    return KINDS[kind](program)


def _systemd(program: Program) -> Told:
    unit = f"{program.name}.service"
    steps = (
        f"Save it as ~/.config/systemd/user/{unit}.",
        _of_secrets(),
        f"Start it: systemctl --user daemon-reload && systemctl --user enable --now {unit}",
        'So that it also runs while you are not logged in: loginctl enable-linger "$USER"',
        f"See how it does: groundswell doctor, and journalctl --user -u {unit}",
    )
    return Told(systemd.unit(program), steps)


def _launchd(program: Program) -> Told:
    file = f"~/Library/LaunchAgents/{launchd.label(program)}.plist"
    steps = (
        f"Save it as {file}.",
        _of_secrets(),
        f'Start it: launchctl bootstrap "gui/$(id -u)" {file}',
        f'Stop it: launchctl bootout "gui/$(id -u)/{launchd.label(program)}"',
    )
    return Told(launchd.agent(program), steps)


def _task_scheduler(program: Program) -> Told:
    steps = [
        "Paste it into a command prompt (cmd.exe, not PowerShell).",
        "Keys are variables of your user: setx NAME value, then log in anew.",
        f"Start it at once: schtasks /Run /TN {program.name}",
        f"Stop it for good: schtasks /Delete /TN {program.name}",
    ]
    length = len(task_scheduler.task(program))
    if length > task_scheduler.LONGEST:
        steps.insert(0, f"Its command is {length} characters long, Windows takes 261: move it to a shorter path first.")
    return Told(task_scheduler.create(program) + "\n", steps)


def _of_secrets() -> str:
    return f'Keys go into ~/{SECRETS}, a line each: NAME="value"; then chmod 600 ~/{SECRETS}.'


KINDS: Final[dict[str, Callable[[Program], Told]]] = {
    "systemd": _systemd,
    "launchd": _launchd,
    "task-scheduler": _task_scheduler,
}
