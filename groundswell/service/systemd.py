"""A systemd user unit: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html."""

import re
from typing import Final

from groundswell.service.program import SECRETS, Program

_UNIT: Final = """\
[Unit]
Description=Groundswell in {described}

[Service]
ExecStart=:{command}
WorkingDirectory={folder}
EnvironmentFile=-%h/{secrets}
Restart=on-failure
RestartSec=30
TimeoutStopSec=20
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
"""
"""It ends by itself within 5 seconds of SIGTERM. What is restricted needs no right that a user's manager lacks."""

_FORBIDDEN: Final = frozenset("\\\"'")
_PLAIN: Final = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


def unit(program: Program) -> str:
    """Write the unit."""
    return _UNIT.format(
        described=_folder(program.folder),
        command=" ".join(map(_word, _takable(program.words))),
        folder=_folder(program.folder),
        secrets=SECRETS,
    )


def _takable(words: tuple[str, ...]) -> tuple[str, ...]:
    """Have a shell start a program in whose path systemd forbids a character, although it is quoted."""
    return ("/bin/sh", "-c", 'exec "$0" "$@"', *words) if _FORBIDDEN & set(words[0]) else words


def _word(text: str) -> str:
    """Write a word of a command line; the colon before it keeps $ from being a variable's."""
    escaped = _percent(text)
    if _PLAIN.fullmatch(escaped):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _folder(path: str) -> str:
    """Write a folder, which is not quoted: a backslash or a space at its end would not be taken as its own."""
    return _percent(f"{path}/" if path.endswith(("\\", " ")) else path)


def _percent(text: str) -> str:
    """Write a text in which systemd would take % for one of its specifiers."""
    return text.replace("%", "%%")
