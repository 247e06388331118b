"""The program's log: a line an event, on stderr and in a rotating file beside the store, without secrets."""

import logging
import os
import re
import sys
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

LOG: Final = logging.getLogger("groundswell")
LARGEST: Final = 2_000_000
KEPT: Final = 3

_SECRET_NAME: Final = re.compile(r"TOKEN|PASSWORD|SECRET|API_KEY|BEARER", re.IGNORECASE)
_SHORTEST_SECRET: Final = 6


class Redacting(logging.Formatter):
    """Write records with every secret of the environment blotted out."""

    def __init__(self, line: str, environment: Mapping[str, str]) -> None:
        """Learn the secrets: the values of variables whose names say that they are."""
        super().__init__(line, datefmt="%Y-%m-%dT%H:%M:%S%z")
        self._secrets = tuple(
            value for name, value in environment.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
        )

    def format(self, record: logging.LogRecord) -> str:
        """Write a record, traceback included."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return line


def keep_journal(file: Path | None, environment: Mapping[str, str] = os.environ, *, to_stderr: bool = True) -> None:
    """Send the program's log to stderr and, where one is named, to a rotating file; raises OSError for the file."""
    LOG.setLevel(logging.INFO)
    # It warns of every pass that is put off because the one before still runs; that is what is wanted.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    LOG.propagate = False
    for handler in list(LOG.handlers):
        LOG.removeHandler(handler)
        handler.close()
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if to_stderr else []
    if file is not None:
        handlers.append(RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(message)s", environment))
        LOG.addHandler(handler)
