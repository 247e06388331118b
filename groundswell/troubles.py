"""Since when each source has been asked in vain: kept in the store, so that no restart forgets it."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from collector.errors import LimitReached, NeedsPerson, Stopped, Uncounted
from groundswell.passed import Passed
from groundswell.secrets import Secrets
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.errors import StorageError
from storage.store import Store

_KEY: Final = "troubles"
_OURS: Final = (StorageError, Stopped, LimitReached, Uncounted)
"""What keeps us from asking, and says nothing of the source."""


class Trouble(msgspec.Struct, frozen=True):
    """A source that was asked in vain: since when (aware, this machine's time), and what came of it last.

    Attributes:
        what: the fact and its cure, in one line without secrets.
        needs_person: whether asking again is useless until a person has acted.
    """

    source: str
    since: datetime
    what: str
    needs_person: bool


def _is_in_vain(failure: Exception, passed: Passed) -> bool:
    return not isinstance(failure, _OURS) and (isinstance(failure, NeedsPerson) or not passed.answered)


_TROUBLES: Final = msgspec.json.Decoder(dict[str, Trouble])


class Troubles:
    """The troubles of one store; the sources' threads tell of theirs."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Read and write in a store."""
        self._store = store
        self._clock = clock
        self._noting = threading.Lock()

    def all(self) -> tuple[Trouble, ...]:
        """List the sources that are in trouble."""
        return tuple(self._read().values())

    def noted(self, source: str, ask: Callable[[], Passed]) -> Passed:
        """Ask a source, and note whether that was in vain; where it was not asked at all nothing is known of it."""
        try:
            passed = ask()
        except Exception as error:
            self.failed(source, error)
            raise
        if passed.failure is not None and _is_in_vain(passed.failure, passed):
            self.failed(source, passed.failure)
        elif passed.answered:
            self.answered(source)
        return passed

    def failed(self, source: str, failure: Exception) -> None:
        """Note that a source was asked in vain; it goes on since the first time."""
        if isinstance(failure, _OURS):
            return
        what = Secrets.of().blot(one_line(" ".join(lines_of(failure)) or f"{type(failure).__name__}: {failure}"))
        with self._noting:
            before = self._read()
            since = before[source].since if source in before else self._clock()
            self._write(before, before | {source: Trouble(source, since, what, isinstance(failure, NeedsPerson))})

    def answered(self, source: str) -> None:
        """Note that a source has answered."""
        with self._noting:
            before = self._read()
            self._write(before, {name: one for name, one in before.items() if name != source})

    def _read(self) -> dict[str, Trouble]:
        text = self._store.get_note(_KEY)
        return {} if text is None else _TROUBLES.decode(text)

    def _write(self, before: dict[str, Trouble], after: dict[str, Trouble]) -> None:
        if after != before:
            self._store.set_note(_KEY, msgspec.json.encode(after).decode())
