"""What came of a pass over a source, for those who schedule it."""

from typing import NamedTuple

from collector.errors import LimitReached, NeedsPerson, Uncounted
from collector.outcome import Outcome


class Passed(NamedTuple):
    """What came of a pass: whether anything came or was lost, and what the source said.

    Attributes:
        failure: the gravest that went wrong in any of it.
        answered: whether it gave anything it was asked for. With neither it was not asked at all.
    """

    moved: bool = False
    failure: Exception | None = None
    answered: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether the source failed in any of it."""
        return self.failure is not None

    def plus(self, other: "Passed") -> "Passed":
        """Take another pass to this one."""
        gravest = max(self.failure, other.failure, key=_gravity)
        return Passed(self.moved or other.moved, gravest, self.answered or other.answered)


def _gravity(failure: Exception | None) -> int:
    """Tell how much a failure says of its source: that our own budget is spent says nothing."""
    if failure is None or isinstance(failure, LimitReached | Uncounted):
        return int(failure is not None)
    return 3 if isinstance(failure, NeedsPerson) else 2


def answered_by(outcome: Outcome) -> bool:
    """Tell whether a source gave anything in a pass: an answer that says that there is nothing is one."""
    return bool(outcome.pages or outcome.filled or outcome.bins or (outcome.requests and outcome.failure is None))
