"""X's lookup: posts by their ids, and a word for each that is gone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from collector.source import Page, Traits
from collector.x.answers import items_of
from collector.x.client import Client
from collector.x.gone import gone_posts
from collector.x.prices import LOOKUP, Prices, reads_of, worst_of_page
from collector.x.rules import PLATFORM
from collector.x.settings import Settings
from collector.x.wording import Extras, asked_with
from storage.instant import to_text
from storage.spending import Cost

PATH: Final = "/2/tweets"
"""Neither version of X's names has another one."""
AT_ONCE: Final = 100


class Lookup:
    """The posts of some ids, as a `collector.by_ids.ReadsByIds`."""

    def __init__(
        self,
        settings: Settings,
        extras: Extras,
        prices: Prices,
        *,
        now: Callable[[], datetime],
        client: Client | None = None,
    ) -> None:
        """Make ready to ask; `now` is our clock. Nothing is asked before its posts are."""
        self._now = now
        self._client = client or Client(settings, now)
        self._names, self._extras, self._prices = settings.names, extras, prices
        self._always = asked_with(settings.names, extras)

    @property
    def traits(self) -> Traits:
        """Tell what is true of the lookup whatever it is asked: it completes no stretch of any kind of posts."""
        return Traits(platform=PLATFORM, name=LOOKUP, kinds=(), costs=True)

    @property
    def at_once(self) -> int:
        """Tell how many posts may be asked for in one request."""
        return AT_ONCE

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def worst_of(self, number: int) -> Sequence[Cost]:
        """Reckon the most that so many posts may cost."""
        return worst_of_page(number, self._names, self._extras, self._prices)

    def read(self, ids: Sequence[str]) -> Page:
        """Ask for the posts of some ids: those that are there, and a deletion for each that is gone or hidden.

        Raises:
            SourceError: see collector.errors.
        """
        answer = self._client.get("lookup", PATH, {**self._always, "ids": ",".join(ids)})
        observed_at = to_text(answer.served_at or self._now())
        return Page(
            items=items_of(answer, observed_at),
            completes=None,
            server_now=answer.served_at,
            deletions=tuple(gone_posts(answer.json, observed_at)),
            reads=reads_of(answer.json, self._prices),
        )
