"""X's search as a source: posts with any of some tags, newest first, window by window."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.errors import CursorRefused, QuestionRefused, Unavailable
from collector.sharing import written
from collector.source import Order, Page, Query, Traits, Window, completed, floor
from collector.x.answers import items_of, token_of
from collector.x.client import Answer, Client
from collector.x.gone import gone_posts
from collector.x.limits import Kind
from collector.x.prices import SEARCH, Prices, reads_of, worst_of_page
from collector.x.rules import FIRST_DAY, PLATFORM
from collector.x.settings import SETTLING, Settings
from collector.x.usage import used
from collector.x.wording import Extras, asked_with
from storage.instant import from_text, to_text
from storage.post import Item
from storage.spending import Cost

UNIT: Final = timedelta(seconds=1)
LAG: Final = timedelta(seconds=30)
"""How old a post must be to be asked for: X's own default, and what it refuses are ten seconds."""
YOUNGEST: Final = timedelta(seconds=15)
"""X refuses an end that is younger than ten seconds by its clock, which it tells to the second."""
CLOCKS_AGREE: Final = timedelta(seconds=5)
"""X tells its clock to the second, and late by as long as its answer takes: so much is no difference."""
MARGIN: Final = timedelta(seconds=45)
"""How long X still answers for what has just left our reach, which is a minute less than X's own."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the next page begins: X wants a page's token with the very times that the first page was asked with."""

    window: Window
    token: str | None = None

    @property
    def cursor(self) -> str:
        """Write the spot down."""
        return f"{to_text(self.window.starts_at)} {to_text(self.window.ends_at)} {self.token}"


class Search:
    """Recent search or the full archive, as a `collector.source.Source`.

    It holds no reposts: X leaves them out of its search (since May 2026).
    """

    def __init__(
        self,
        settings: Settings,
        extras: Extras,
        prices: Prices,
        *,
        now: Callable[[], datetime],
        client: Client | None = None,
    ) -> None:
        """Make ready to ask; `now` is our clock. Nothing is asked before its page is."""
        self._now = now
        self._kind: Kind = "search/recent" if settings.archive == "recent" else "search/all"
        self._client = client or Client(settings, now)
        self._prices = prices
        tier = settings.tier
        self._sizes = settings.page_sizes
        self._size = self._sizes[0]
        self._offers = tuple(worst_of_page(size, settings.names, extras, prices) for size in self._sizes)
        self._always = asked_with(settings.names, extras)
        self._traits = Traits(
            platform=PLATFORM,
            name=SEARCH,
            kinds=("posts",),
            reach=tier.reach,
            settling=SETTLING,
            unit=UNIT,
            lag=LAG,
            longest_query=tier.longest_query,
            costs=True,
            begins=FIRST_DAY,
            tells_use=True,
        )

    @property
    def traits(self) -> Traits:
        """Tell what is true of the search whatever it is asked."""
        return self._traits

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def offers(self) -> Sequence[Sequence[Cost]]:
        """Reckon the most that the next page may cost, in each size in which it can be had."""
        return self._offers

    def take(self, offer: int) -> None:
        """Have the next page in a size of `offers`."""
        self._size = self._sizes[offer]

    def used(self) -> int | None:
        """Ask X how many posts were read this month, free of charge; None where it does not tell."""
        return used(self._client)

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer page by page, newest first.

        Raises:
            SourceError: see collector.errors; CursorRefused where the window left X's reach since.
        """
        spot = _spot_at(cursor) if cursor is not None else self._first_spot(window)
        if spot is None:
            yield Page(items=(), completes=None, exhausted=True, requests=0)
            return
        if spot.window.starts_at < self._earliest() - MARGIN:
            raise CursorRefused("the window was begun when more of it was within reach")
        # What was not asked for is not completed.
        rest = window.within(spot.window.starts_at, spot.window.ends_at)
        while rest is not None:
            answer = self._ask(query, spot)
            token = token_of(answer)
            observed_at = to_text(answer.served_at or self._now())
            page_items = items_of(answer, observed_at)
            done = completed(rest, _keys(page_items), UNIT, Order.NEWEST_FIRST, exhausted=token is None)
            spot = _Spot(spot.window, token)
            yield Page(
                items=page_items,
                completes=done,
                cursor=None if token is None else spot.cursor,
                asked=spot.window,
                exhausted=token is None,
                server_now=answer.served_at,
                deletions=tuple(gone_posts(answer.json, observed_at)),
                reads=reads_of(answer.json, self._prices),
            )
            rest = None if token is None else rest.without(done)

    def _ask(self, query: Query, spot: _Spot) -> Answer:
        params = {
            **self._always,
            "max_results": str(self._size),
            "query": written(query.tags),
            "start_time": moment_of(spot.window.starts_at),
            "end_time": moment_of(spot.window.ends_at),
        }
        if spot.token is not None:
            params["next_token"] = spot.token
        ahead = self._client.ahead
        try:
            return self._client.get(self._kind, f"/2/tweets/{self._kind}", params)
        except QuestionRefused as error:
            if abs(self._client.ahead - ahead) < CLOCKS_AGREE:
                raise
            # The times that were asked for were wrong by X's clock, which is known now.
            raise Unavailable(f"{error}; our clock is off by {-self._client.ahead.total_seconds():.0f} s") from error

    def _first_spot(self, window: Window) -> _Spot | None:
        """Begin a window; what X refuses is cut off: what has left the reach since it was planned, or is too new."""
        within = window.within(self._earliest(), floor(self._x_now() - YOUNGEST, UNIT))
        return None if within is None else _Spot(within)

    def _x_now(self) -> datetime:
        return self._now() + self._client.ahead

    def _earliest(self) -> datetime:
        return self._traits.horizon(self._x_now())


def _spot_at(cursor: str) -> _Spot:
    """Read a cursor; raises CursorRefused for what is none."""
    try:
        starts_at, ends_at, token = cursor.split(" ", 2)
        return _Spot(Window(from_text(starts_at), from_text(ends_at)), token)
    except ValueError as error:
        raise CursorRefused(f"{cursor[:100]!r} is no place in a search") from error


def moment_of(moment: datetime) -> str:
    """Write a time as X's parameters take it: to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _keys(items: Sequence[Item]) -> list[datetime]:
    """List the times that X sorts by: an edited post stands where its newest version was written."""
    return [from_text(item.post.edited_at or item.post.created_at) for item in items if item.post is not None]
