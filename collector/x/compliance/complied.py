"""What one step of asking what is gone brought."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from collector.errors import SourceError

State: TypeAlias = Literal["resting", "begun", "waiting", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Complied:
    """What came of a step.

    Attributes:
        state: resting: nothing is due; begun: a job was given its ids; waiting: for X; done: the round is at its end.
        again_at: when the next step is worth while, by our clock.
        asked, gone: ids of this round, and those of them that X says are gone.
        others: what X said of how many posts that is no deletion, by its word: such as scrub_geo, a place to be erased.
        unread: lines that could not be read.
        saved: deletions that this step saved: charts may show what they took.
        failure: what went wrong.
    """

    state: State
    again_at: datetime
    asked: int = 0
    gone: int = 0
    others: Mapping[str, int] = field(default_factory=dict)
    unread: int = 0
    saved: int = 0
    failure: SourceError | None = None

    @property
    def is_under_way(self) -> bool:
        """Tell whether a round is under way."""
        return self.state not in {"resting", "done"}

    @property
    def error(self) -> str | None:
        """Say what went wrong, and what was left undone; None: nothing."""
        unread = f"{self.unread:,} line{'' if self.unread == 1 else 's'} could not be read" if self.unread else ""
        number = sum(self.others.values())
        words = ", ".join(sorted(self.others))
        others = f"{number:,} verdict{'' if number == 1 else 's'} no deletion, and not acted on: {words}"
        told = (str(self.failure) if self.failure else "", unread, others if number else "")
        return "; ".join(filter(None, told)) or None
