"""The program's log: a line an event, on stderr and in a rotating file beside the store, without secrets."""

import logging
import os
import sys
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from groundswell.secrets import Secrets

LOG: Final = logging.getLogger("groundswell")
LARGEST: Final = 2_000_000
KEPT: Final = 3


class Redacting(logging.Formatter):
    """Write records with every secret of the environment blotted out."""

    def __init__(self, line: str, environment: Mapping[str, str]) -> None:
        """Learn the secrets."""
        super().__init__(line, datefmt="%Y-%m-%dT%H:%M:%S%z")
        self._secrets = Secrets.of(environment)

    def format(self, record: logging.LogRecord) -> str:
        """Write a record, traceback included."""
        return self._secrets.blot(super().format(record))


def keep_journal(file: Path | None, environment: Mapping[str, str] = os.environ, *, to_stderr: bool = True) -> None:
    """Send the program's log to stderr and, where one is named, to a rotating file; raises OSError for the file."""
    # A line that cannot be written (a full disk) would be told on stderr, with all its secrets.
    logging.raiseExceptions = False
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if to_stderr else []
    if file is not None:
        handlers.append(RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(message)s", environment))
    _hand_over(LOG, logging.INFO, handlers)
    # It warns of every pass that is put off because the one before still runs; that is what is wanted.
    _hand_over(logging.getLogger("apscheduler"), logging.ERROR, handlers)
    # At DEBUG it tells the path of each request, and many a service has its token there.
    _hand_over(logging.getLogger("urllib3"), logging.ERROR, handlers)


def _hand_over(logger: logging.Logger, level: int, handlers: list[logging.Handler]) -> None:
    """Have a logger write through these handlers alone."""
    logger.setLevel(level)
    logger.propagate = False
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    for handler in handlers:
        logger.addHandler(handler)
