"""What an endpoint is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.platforms.x.asking import Request
from tests.platforms.x.index import Index
from tests.platforms.x.names import NAMES, Names
from tests.platforms.x.settings import Settings
from tests.platforms.x.shaping import Shaper, Wanted


@dataclass(frozen=True)
class Context:
    """A request, and the world in which it is answered."""

    request: Request
    index: Index
    settings: Settings
    now: datetime

    @property
    def names(self) -> Names:
        """Tell in whose names it is answered."""
        return NAMES[self.settings.names]

    def shaper(self, wanted: Wanted) -> Shaper:
        """Make what shapes the reply."""
        return Shaper(self.names, self.index, wanted, self.now)


@dataclass(frozen=True)
class Reads:
    """What a request is charged for: posts and users by id, and requests by their kind."""

    posts: frozenset[int] = frozenset()
    users: frozenset[int] = frozenset()
    requests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A reply that is no refusal.

    Attributes:
        body: as JSON.
        raw: in its place, as it is.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    reads: Reads = Reads()
    raw: bytes | None = None
