"""A command for Windows' Task Scheduler, to be pasted into a command prompt (cmd.exe)."""

import re
from subprocess import list2cmdline
from typing import Final

from groundswell.service.program import Program

LONGEST: Final = 261
"""Characters that schtasks takes as the command of a task."""
_CARETED: Final = re.compile(r'[()%!^"<>&|]')
_RISKY: Final = frozenset("%!^<>&|")


def create(program: Program) -> str:
    """Write the command that makes the task.

    It begins every 5 minutes and does nothing while it still runs: so it also begins again after a fall, and when
    Windows ends it after its three days.
    """
    words = ["schtasks", "/Create", "/TN", program.name, "/SC", "MINUTE", "/MO", "5", "/TR", task(program)]
    line = list2cmdline(words)
    if not _RISKY & set(line):
        return line
    # cmd.exe knows no \" and would take what is inside such quotes for outside: then nothing may be quoted for it.
    return _CARETED.sub(r"^\g<0>", line)


def task(program: Program) -> str:
    """Write the command line of the task itself; it is longer than LONGEST where paths are long."""
    return list2cmdline(program.words)
