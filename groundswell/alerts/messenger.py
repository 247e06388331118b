"""The messenger: brings alerts to the channels of config.yaml; one that fails is tried again with the next run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from collector.clock import Stop
from groundswell.alerts.alert import TITLES
from groundswell.alerts.channels import check, send
from groundswell.alerts.errors import ChannelError
from groundswell.alerts.told import Book, Owed
from groundswell.journal import LOG
from groundswell.problems import Problem, note
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.lease import Lease
from storage.store import Store

JOB: Final = "alerts"


@dataclass(frozen=True, slots=True)
class Messenger:
    """Tells what the book says is to be told."""

    store: Store
    book: Book
    clock: Callable[[], datetime]
    stop: Stop
    _failing: dict[str, str] = field(default_factory=dict)
    """What each channel that fails said last: it is logged once."""
    _checked: set[str] = field(default_factory=set)

    def deliver(self, channels: Sequence[str], claim: Lease) -> None:
        """Tell what is owed at the channels, as long as the lease is ours; one that fails is left for this time."""
        self._check(channels)
        failed: set[str] = set()
        for owed in self.book.owed(channels, self.clock()):
            if owed.channel in failed:
                continue
            if self.stop.is_set() or not self.store.take_lease(claim):
                return
            if not self._is_told(owed):
                failed.add(owed.channel)

    def _check(self, channels: Sequence[str]) -> None:
        """Say of channels that are new what they lack, before an alert has to go through them."""
        for channel in channels:
            if channel in self._checked:
                continue
            self._checked.add(channel)
            try:
                check(channel)
            except ChannelError as error:
                self._fail(channel, error)

    def _is_told(self, owed: Owed) -> bool:
        try:
            send(owed.channel, f"Groundswell: {TITLES[owed.kind]}", owed.words)
        except ChannelError as error:
            self._fail(owed.channel, error)
            return False
        self.book.tell(owed, self.clock())
        self._failing.pop(owed.channel, None)
        LOG.info("alert told through %s", owed.channel)
        return True

    def _fail(self, channel: str, error: ChannelError) -> None:
        what = one_line(" ".join(lines_of(error)))
        if self._failing.get(channel) != what:
            LOG.warning("alerts: %s", what)
            note(self.store, Problem(self.clock(), JOB, what))
        self._failing[channel] = what
