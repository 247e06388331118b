"""Which config.yaml is in force: the last valid one, whatever the file says meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from groundswell.config import Config, ConfigError, parse, read
from groundswell.journal import LOG
from groundswell.options import Settings
from groundswell.secrets import Secrets
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.store import Store

_KEY: Final = "config"
SETTLE: Final = timedelta(seconds=1)
"""A file that changed so lately is perhaps still being written: half of it may well be valid."""


def last_in_force(store: Store, file: Path) -> Config | None:
    """Read which config was in force last, for a file that is refused now; None where none is known."""
    text = store.get_note(_KEY)
    try:
        return None if text is None else parse(text, file)
    except ConfigError:
        return None


class InForce:
    """The config that a running collector goes by.

    Attributes:
        config: in force, since `since` (aware).
        refused: why the file as it stands now is not in force; '' where it is.
    """

    def __init__(self, settings: Settings, config: Config, clock: Callable[[], datetime]) -> None:
        """Begin with a config that was read from the settings' file."""
        self._settings = settings
        self._clock = clock
        self._looked_at: bytes | None = None
        self._noted: bytes | None = None
        self._text: bytes | None = None
        self.config = config
        self.since = clock()
        self.refused = ""

    def changed(self) -> Config | None:
        """Look at the file; gives a valid config that is other than the one in force. `put` puts it in force.

        An invalid one is logged, once, and leaves the one in force as it is.
        """
        text: bytes | None = None
        try:
            text = self._settings.file.read_bytes()
            # The time of change is asked last: whatever is written after it was asked was not read.
            if text == self._looked_at or self._is_being_written():
                return None
            config = read(text, self._settings.file)
        except (ConfigError, OSError) as error:
            self._looked_at = text
            self._refuse(" ".join(lines_of(error)))
            return None
        if config != self.config:
            return config
        self._looked_at = self._text = text
        if self.refused:
            LOG.info("config.yaml says again what is in force")
            self.refused = ""
        return None

    def put(self, config: Config) -> Config:
        """Put a config in force; gives the one before."""
        before, self.config = self.config, config
        self.since, self.refused = self._clock(), ""
        return before

    def note(self, store: Store) -> None:
        """Keep the text of what is in force in the store, for `status`, where that is not done yet."""
        if self._text != self._noted and self._text is not None:
            store.set_note(_KEY, self._text.decode("utf-8-sig"))
            self._noted = self._text

    def _is_being_written(self) -> bool:
        changed_at = datetime.fromtimestamp(self._settings.file.stat().st_mtime, UTC)
        return abs(self._clock() - changed_at) < SETTLE

    def _refuse(self, why: str) -> None:
        why = Secrets.of().blot(one_line(why))
        if why != self.refused:
            LOG.error("config.yaml changed and is refused, the old one goes on: %s", why)
        self.refused = why
