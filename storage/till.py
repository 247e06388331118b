"""The till from which platforms are paid: each word of it in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from storage import spending
from storage.engine import reading, writing
from storage.spending import Order, Reservation, Spent


@dataclass(frozen=True, slots=True)
class Till:
    """What may be spent, and what was; what an answer did cost in the end is saved with what it brought."""

    engine: Engine

    def reserve(self, order: Order) -> Reservation:
        """Put the worst that a request may cost aside; raises OverBudget where a limit does not let it."""
        with writing(self.engine) as connection:
            return spending.reserve(connection, order)

    def release(self, reservation: Reservation) -> None:
        """Take back what was put aside for a request that cost nothing."""
        with writing(self.engine) as connection:
            spending.release(connection, reservation)

    def spent(self, sources: Sequence[str], since: datetime, campaign: str | None = None) -> Spent:
        """Add up what counts as spent on some sources from a moment on, by all campaigns or by one."""
        with reading(self.engine) as connection:
            return spending.read_spent(connection, sources, since, campaign)

    def paid_posts(self, sources: Sequence[str], since: datetime, until: datetime) -> int:
        """Add up the posts that were paid for on some sources in [since, until), without what is put aside."""
        with reading(self.engine) as connection:
            return spending.read_paid_posts(connection, sources, since, until)

    def give_back(self, sources: Sequence[str], since: datetime, until: datetime) -> None:
        """Take back what runs that have ended put aside in [since, until) for posts and users and never settled."""
        with writing(self.engine) as connection:
            spending.give_back(connection, sources, since, until)
