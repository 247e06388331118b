"""A source that is paid: what its next page may cost is put aside before it is asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from collector.errors import LimitReached, SourceError
from collector.source import Page, Paid, Query, Traits, Window
from storage.errors import OverBudget
from storage.spending import Limit, Order, Payment, Reservation
from storage.till import Till


@dataclass(frozen=True, slots=True)
class Paying:
    """A paid source whose pages bring their payment with them, to be saved in one transaction with what they hold.

    Attributes:
        now: the source's clock, as far as it is known: by that it charges.
    """

    source: Paid
    till: Till
    run_id: int
    limits: Sequence[Limit]
    now: Callable[[], datetime]

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked."""
        return self.source.traits

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer as the source does; raises LimitReached where a limit does not let the next page be asked for.

        An answer that may have been on its way when it was lost has cost what was put aside.
        """
        pages = self.source.pages(query, window, cursor)
        goes_on = True
        while goes_on:
            reservation = self._reserve()
            try:
                page = next(pages, None)
            except SourceError as error:
                if not error.may_have_cost:
                    self.till.release(reservation)
                raise
            if page is None:
                self.till.release(reservation)
                return
            goes_on = page.cursor is not None
            day = (page.server_now or self.now()).date().isoformat()
            yield replace(page, payment=Payment(reservation, day, page.reads))

    def _reserve(self) -> Reservation:
        """Put aside what the next page may cost: a smaller one where the limits do not reach for the largest."""
        refused: OverBudget | None = None
        for offer, costs in enumerate(self.source.offers()):
            try:
                reserved = self.till.reserve(Order(self.run_id, self.traits.name, self.now(), costs, self.limits))
            except OverBudget as error:
                refused = error
                continue
            self.source.take(offer)
            return reserved
        raise LimitReached(str(refused)) from refused
