"""X's lookup as config.yaml has it: its errors tell no secret, and it tells how far it has come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from collector.by_ids import ReadsByIds
from collector.source import Page, Traits
from collector.x.wording import Extras
from groundswell.config.x import XSection
from groundswell.secrets import Secrets
from groundswell.sources import extras_of, prices_of, x_settings
from storage.spending import Cost

if TYPE_CHECKING:
    from collector.x.client import Client
    from collector.x.lookup import Lookup


def make_lookup(
    section: XSection, now: Callable[[], datetime], *, extras: Extras | None = None, client: "Client | None" = None
) -> "Lookup":
    """Make X's lookup; raises TokenRefused without a key. Nothing is asked yet.

    What comes with posts is as config.yaml says, unless `extras` says otherwise.
    """
    # tweepy takes as long to import as the rest of the program.
    from collector.x.lookup import Lookup

    wanted = extras or extras_of(section)
    return Lookup(x_settings(section), wanted, prices_of(section), now=now, client=client)


@dataclass(frozen=True, slots=True)
class DiscreetReads:
    """A source of posts by their ids whose errors tell no secret: what they say is kept in the store.

    Attributes:
        read_so_far: told of every answer how many posts it was asked for.
    """

    source: ReadsByIds
    secrets: Secrets
    read_so_far: Callable[[int], None] = lambda _asked: None

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked."""
        return self.source.traits

    @property
    def at_once(self) -> int:
        """Tell how many posts may be asked for in one request."""
        return self.source.at_once

    def worst_of(self, number: int) -> Sequence[Cost]:
        """Reckon as the source does."""
        return self.source.worst_of(number)

    def read(self, ids: Sequence[str]) -> Page:
        """Ask as the source does."""
        with self.secrets.blotted():
            page = self.source.read(ids)
        self.read_so_far(len(ids))
        return page
