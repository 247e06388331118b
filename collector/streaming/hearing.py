"""One connection's part of a listening job: what comes is gathered, paid and saved, second by second."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from collector.errors import LimitReached
from collector.streaming.blocks import Blocks
from collector.streaming.heard import Heard
from collector.streaming.run import StreamRun
from collector.streaming.source import Came

BATCH_LASTS: Final = timedelta(seconds=1)
BATCH_HOLDS: Final = 500
"""What is saved together: all that came within so long, and not many more posts than so many."""
COVERED_EVERY: Final = timedelta(seconds=10)
"""Coverage is written no more often: each time a row is rewritten for each tag and kind."""


class Hearing:
    """What comes on a connection, until it is saved."""

    def __init__(self, run: StreamRun, blocks: Blocks, why: str, saved: Callable[[], None]) -> None:
        """Begin; `why` is the reason of what was missed until the connection listens, `saved` is told of posts."""
        self._run, self._blocks, self._why, self._saved = run, blocks, why, saved
        self._heard: Heard | None = None
        self._gathered: list[Came] = []
        self._posts = 0
        self._since: datetime | None = None
        self._refused: LimitReached | None = None

    def take(self, came: Came) -> None:
        """Take what came, the opening first. That the money has ended, `save_what_is_due` says."""
        heard = self._heard or self._run.opened(came.at, self._why)
        self._heard = heard
        if self._blocks.is_of_another_day(came.at):
            self._turn(came.at)
            heard = self._heard
        self._blocks.take(came)
        self._heard = heard.plus(came.at, is_soiled=any(item.post is None for item in came.items))
        if came.items or came.deletions:
            self._gathered.append(came)
            self._posts += came.posts
            self._since = self._since or came.at

    def save_what_is_due(self, waiting: int) -> None:
        """Save what was gathered for long enough; before that, put aside what is needed to go on.

        `waiting` is how much came that was not taken yet. Raises LimitReached where a limit does not let it go on.
        """
        now = self._run.source_now()
        self._blocks.reserve(now, waiting)
        if self._refused is not None:
            raise self._refused
        heard = self._heard
        if heard is None:
            return
        has_grown = heard.until - heard.since >= COVERED_EVERY
        is_ripe = self._since is not None and not timedelta(0) <= now - self._since < BATCH_LASTS
        if has_grown or is_ripe or self._posts >= BATCH_HOLDS:
            self._save(is_covered=has_grown)

    def save_the_last(self, *, is_sure: bool) -> None:
        """Save what is left. With `is_sure` nothing was sent that did not come: all that is put aside is taken back.

        Otherwise something may be on its way: what covers it stays open, and counts as spent.
        """
        if self._heard is not None:
            self._save(
                is_covered=True, is_last=is_sure or self._blocks.reaches_without_the_first(self._run.source_now())
            )
        if is_sure:
            self._blocks.release()

    def _turn(self, at: datetime) -> None:
        """Settle what came on the day before, and go over to the day of what comes now."""
        self._save(is_covered=True, is_last=True)
        try:
            self._blocks.turn(at)
        except LimitReached as error:
            self._refused = error

    def _save(self, *, is_covered: bool, is_last: bool = False) -> None:
        heard = self._heard if is_covered else None
        payment = self._blocks.payment(is_last=is_last)
        if self._gathered or payment is not None or (heard is not None and heard.stretches):
            self._run.save(self._gathered, heard, payment)
        if heard is not None:
            self._heard = heard.written()
        if self._gathered:
            self._saved()
        self._gathered, self._posts, self._since = [], 0, None
