"""Text on its way to a terminal: user text can neither steer the terminal nor break a line."""

import os
import re
import sys
from io import TextIOWrapper
from typing import Final

_LINE_ENDS: Final = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal, and the marks that turn the direction of all that follows them on its line."""

_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_ISOLATED: Final = "\u2068{}\u2069"


def one_line(text: str) -> str:
    """Make a text safe to print within a line: line ends become a space, control characters go."""
    return _CONTROLS.sub("", _LINE_ENDS.sub(" ", text)).strip()


def harmless(text: str) -> str:
    """Take out of a text what steers a terminal; its lines stay lines."""
    return "\n".join(_CONTROLS.sub("", line) for line in text.split("\n"))


def quoted(text: str) -> str:
    """Make a user's text safe to print beside other words, whichever way it is written."""
    line = one_line(text)
    return _ISOLATED.format(line) if _RIGHT_TO_LEFT.search(line) else line


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; what no encoding can hold is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def mute() -> None:
    """Send the rest of stdout nowhere: its reader has gone, and the interpreter flushes once more at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
