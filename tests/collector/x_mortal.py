"""A store and its till whose process may be killed at any moment that matters."""

from dataclasses import dataclass

from sqlalchemy import event

from storage.batch import Batch, Saved
from storage.spending import Order, Reservation
from storage.store import Store
from storage.till import Till
from tests.collector.scenarios import Killed


class Life:
    """A process's life: it ends at the n-th of the moments at which it may."""

    def __init__(self) -> None:
        self.left: int | None = None

    def passes(self, *_: object) -> None:
        """Come to a moment at which the process may be killed."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Killed


@dataclass(frozen=True)
class MortalTill(Till):
    """A till whose process is killed when something was just put aside, or taken back."""

    life: Life

    def reserve(self, order: Order) -> Reservation:
        reservation = super().reserve(order)
        self.life.passes()
        return reservation

    def release(self, reservation: Reservation) -> None:
        super().release(reservation)
        self.life.passes()


class MortalStore(Store):
    """A store whose process is killed before or after anything is written."""

    life = Life()
    pages = 0

    def lives(self, life: Life) -> None:
        """Take a process's life for its own."""
        self.life = life
        event.listen(self.engine, "commit", life.passes)

    @property
    def till(self) -> Till:
        return MortalTill(self.engine, self.life)

    def save(self, batch: Batch) -> Saved:
        self.life.passes()
        saved = super().save(batch)
        self.pages += batch.pages
        self.life.passes()
        return saved
