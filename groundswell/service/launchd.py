"""A launchd agent: a property list, see `man launchd.plist` on macOS."""

import plistlib
from typing import Final

from groundswell.service.program import SECRETS, Program

_WITH_SECRETS: Final = f'set -a; [ -r "$HOME/{SECRETS}" ] && . "$HOME/{SECRETS}"; exec "$0" "$@"'
"""launchd has no file of variables: a shell reads it, then becomes the program; the words are handed on as they are."""


def label(program: Program) -> str:
    """Name the agent."""
    return f"org.{program.name}"


def agent(program: Program) -> str:
    """Write the property list."""
    return plistlib.dumps(
        {
            "Label": label(program),
            "ProgramArguments": ["/bin/sh", "-c", _WITH_SECRETS, *program.words],
            "WorkingDirectory": program.folder,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 30,
            "ExitTimeOut": 20,
            "ProcessType": "Background",
        },
        sort_keys=False,
    ).decode()
