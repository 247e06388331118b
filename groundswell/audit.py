"""Whether X's own bill agrees with ours: asked before each pass, free of charge.

X tells how many posts were read this month; we know how many we paid for. X's number may be less (it comes late, and we
count what may have been charged), and more by what was read with the same key before this store was; by more than that
only where somebody else reads with it, or X charges for what config.yaml says is free.

What was put aside for a request of which nothing more is known (the process was killed, no answer came) counts as spent
until X's number has no room for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from collector.errors import BillDisagrees, SourceError
from groundswell.config.x import XSection
from storage.spending import Limit
from storage.store import Store

NOTE: Final = "x_usage"
BEHIND: Final = timedelta(hours=24)
"""X's number is taken to be behind by no more: a guess of ours, as its papers promise nothing."""


class Reading(msgspec.Struct, frozen=True):
    """How many posts were read in a month, by X's number and by ours, when the config said what `charges` holds.

    `at` is when X was asked; None: an earlier version of the program did not note it.
    """

    month: datetime
    theirs: int
    ours: int
    charges: str
    at: datetime | None = None

    @property
    def unknown(self) -> int:
        """Tell how many posts X counts that we do not know of; less than none where its number is behind."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Audit:
    """The comparison of two bills over one store."""

    store: Store
    section: XSection
    limit: Limit
    now: datetime

    def check(self, used: Callable[[], int | None]) -> None:
        """Ask X how many posts were read, and raise BillDisagrees where it is more than what we know of.

        `used` asks X, and gives None where it does not tell; then nothing is compared. Otherwise what was put aside
        and is not in X's number is given back.
        """
        ours = self.store.till.spent(self.limit.sources, self.limit.since).posts
        theirs = used()
        if theirs is None:
            return
        first = self._first()
        reading = Reading(self.limit.since, theirs, ours, self._charges, self.now)
        if first is None or not _compare(first, reading):
            self.store.set_note(NOTE, msgspec.json.encode(reading).decode())
            return
        unknown = reading.unknown - max(first.unknown, 0)
        if unknown > 0:
            raise BillDisagrees(
                f"X counts {theirs:,} posts as read this month, {unknown:,} more than are known of here"
            )
        if first.at is not None:
            self._give_back(first.at, theirs - first.theirs)

    def _give_back(self, since: datetime, theirs: int) -> None:
        """Give back what was put aside since X was first asked, if X has counted no more than what we paid for.

        Where we count posts that X perhaps does not charge for, only the very same number says so much.
        """
        till, sources, until = self.store.till, self.limit.sources, self.now - BEHIND
        paid = till.paid_posts(sources, since, until)
        if theirs == paid or (theirs < paid and not self.section.charges.referenced):
            till.give_back(sources, since, until)

    @property
    def _charges(self) -> str:
        return msgspec.json.encode(self.section.charges.model_dump()).decode()

    def _first(self) -> Reading | None:
        told = self.store.get_note(NOTE)
        try:
            return None if told is None else msgspec.json.decode(told, type=Reading)
        except msgspec.DecodeError:
            return None  # an earlier version of the program wrote it


def check_bill(store: Store, section: XSection, limit: Limit, now: datetime, used: Callable[[], int | None]) -> None:
    """Raise BillDisagrees where X counts more as charged for than we know of; that it does not tell is no matter.

    `used` asks X. A key that others read with tells nothing of what we did.
    """
    if section.key_is_shared:
        return
    try:
        Audit(store, section, limit, now).check(used)
    except BillDisagrees:
        raise
    except SourceError:
        return  # Whether X answers at all, what is asked next tells.


def _compare(first: Reading, now: Reading) -> bool:
    """Tell whether two readings are of one month and one config; X's month may begin on another day than ours."""
    return (first.month, first.charges) == (now.month, now.charges) and now.theirs >= first.theirs
