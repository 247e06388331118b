"""X's counts as a source of numbers: how many posts with any of some tags there are, hour by hour, for cents."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from collector.errors import PayloadError
from collector.sharing import written
from collector.source import Page, Query, Traits, Window
from collector.x.answers import token_of
from collector.x.client import Answer, Client
from collector.x.prices import COUNTS, Prices
from collector.x.rules import FIRST_DAY, PLATFORM
from collector.x.search import LAG, UNIT, moment_of
from collector.x.settings import SETTLING, Settings
from storage.counts import Count, Counted, CountedOf
from storage.spending import Cost, Read

Granularity: TypeAlias = Literal["minute", "hour", "day"]
STEPS: Final[dict[Granularity, timedelta]] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_NUMBERS: Final = ("tweet_count", "post_count")
"""What X calls a number of posts, under old names and new ones."""


class Counts:
    """Recent counts or those of the full archive, as a `collector.source.Source` whose pages hold no posts.

    A request costs the same whatever it counts. Reposts are not counted, as they are not found (since May 2026).
    """

    def __init__(
        self,
        settings: Settings,
        prices: Prices,
        *,
        now: Callable[[], datetime],
        granularity: Granularity = "hour",
        client: Client | None = None,
    ) -> None:
        """Make ready to ask; `now` is our clock. Nothing is asked before its page is."""
        self._now = now
        self._path = f"/2/tweets/counts/{settings.archive}"
        self._granularity = granularity
        self._client = client or Client(settings, now)
        self._price = prices.counts_recent if settings.archive == "recent" else prices.counts_all
        self._traits = Traits(
            platform=PLATFORM,
            name=COUNTS,
            reach=settings.tier.reach,
            settling=SETTLING,
            unit=UNIT,
            lag=LAG,
            longest_query=settings.tier.longest_query,
            costs=True,
            has_numbers_only=True,
            begins=FIRST_DAY,
        )

    @property
    def traits(self) -> Traits:
        """Tell what is true of the counts whatever they are asked."""
        return self._traits

    @property
    def step(self) -> timedelta:
        """Tell how long a stretch is that they count."""
        return STEPS[self._granularity]

    def earliest(self) -> datetime:
        """Tell the first instant that they count posts of: the reach's, or X's first day."""
        return self._traits.horizon(self._now())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def offers(self) -> Sequence[Sequence[Cost]]:
        """Reckon the most that the next page may cost: what each costs."""
        return ((Cost("request", 1, self._price),),)

    def take(self, offer: int) -> None:
        """Have the next page in the one size that there is."""

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer page by page, newest first; a cursor is a page's token. Raises a SourceError in place of a page."""
        params = {
            "query": written(query.tags),
            "granularity": self._granularity,
            "start_time": moment_of(window.starts_at),
            "end_time": moment_of(window.ends_at),
        }
        while True:
            onward = {} if cursor is None else {"next_token": cursor}
            answer = self._client.get("counts", self._path, params | onward)
            counts = _counts_of(answer, answer.served_at or self._now())
            cursor = token_of(answer)
            yield Page(
                items=(),
                completes=_covered(counts),
                cursor=cursor,
                exhausted=cursor is None,
                server_now=answer.served_at,
                reads=(Read("request", self._price),),
                counted=Counted(CountedOf(COUNTS, "", query.text), counts),
            )
            if cursor is None:
                return


def _covered(counts: Sequence[Count]) -> Window | None:
    return Window(min(one.starts_at for one in counts), max(one.ends_at for one in counts)) if counts else None


def _counts_of(answer: Answer, observed_at: datetime) -> tuple[Count, ...]:
    """Read the numbers of an answer; raises PayloadError for an answer that holds none."""
    rows = answer.json.get("data")
    if not isinstance(rows, list):
        raise PayloadError(answer.body, "X answered with no counts")
    try:
        return tuple(sorted(_count(row, observed_at) for row in rows))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise PayloadError(answer.body, "X answered with counts that cannot be read") from error


def _count(row: Any, observed_at: datetime) -> Count:
    number = next((row[name] for name in _NUMBERS if name in row), None)
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"{number!r} is no number of posts")
    window = Window(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]))
    return Count(window.starts_at, window.ends_at, number, observed_at)
