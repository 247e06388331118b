"""Who passed a post on: X's list of its reposts, newest first, each of which is a post of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from collector.progress import REPEATS
from collector.source import ANY_TIME, Page, Query, Traits, Window
from collector.x.answers import items_of, token_of
from collector.x.client import Client
from collector.x.gone import gone_posts
from collector.x.prices import REPOSTS, Prices, reads_of, worst_of_page
from collector.x.rules import PLATFORM, checked_id
from collector.x.settings import Settings
from collector.x.wording import Extras, asked_with
from storage.instant import to_text
from storage.spending import Cost

SIZES: Final = (100, 50, 20, 10, 5, 1)
"""In how many reposts a page is asked for: as many as there may be, and fewer where the budget nears its end."""
MOST_PAGES: Final = 100
"""Of one post: ten thousand reposts, newest first."""


def reposts_of(post: str) -> tuple[Query, Window]:
    """Ask for the reposts of a post, by its id, as `collector.errand.Errand` does; raises Unreadable for no id."""
    return Query((checked_id(post),)), ANY_TIME


class Reposts:
    """The reposts of single posts, as a paid source for `collector.errand.run_errand`; see `reposts_of`.

    It yields reposts and completes no stretch of time: they are those of one post, not of a tag, and X leaves out what
    is protected or gone. So nothing is known of coverage by it, and an errand writes none.

    The reposted post does not come with its reposts: whoever asks for these knows it, and it would be charged for.
    """

    def __init__(
        self,
        settings: Settings,
        extras: Extras,
        prices: Prices,
        *,
        now: Callable[[], datetime],
        client: Client | None = None,
        most_pages: int = MOST_PAGES,
    ) -> None:
        """Make ready to ask; `now` is our clock. Nothing is asked before its page is."""
        self._now = now
        self._client = client or Client(settings, now)
        self._prices = prices
        alone = replace(extras, referenced=False)
        self._offers = tuple(worst_of_page(size, settings.names, alone, prices) for size in SIZES)
        self._always = asked_with(settings.names, alone)
        self._size = SIZES[0]
        self._most_pages = most_pages

    @property
    def traits(self) -> Traits:
        """Tell what is true of the list whatever post it is asked for."""
        return Traits(platform=PLATFORM, name=REPOSTS, kinds=("reposts",), costs=True)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def offers(self) -> Sequence[Sequence[Cost]]:
        """Reckon the most that the next page may cost, in each size in which it can be had."""
        return self._offers

    def take(self, offer: int) -> None:
        """Have the next page in a size of `offers`."""
        self._size = SIZES[offer]

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer page by page, newest first; a cursor is a page's token. Raises a SourceError in place of a page.

        It ends where X says so, after as many pages as one post may take, and after some pages in a row that brought
        nothing which the pages before them had not. A post that is gone has no page, but its deletion.
        """
        [post] = query.tags
        seen: set[str] = set()
        in_vain = 0
        for left in reversed(range(self._most_pages)):
            page = self._page(post, cursor)
            keys = {item.post.platform_id for item in page.items if item.post is not None}
            in_vain = 0 if keys - seen else in_vain + 1
            seen |= keys
            cursor = page.cursor if left and in_vain < REPEATS else None
            yield replace(page, cursor=cursor)
            if cursor is None:
                return

    def _page(self, post: str, token: str | None) -> Page:
        onward = {} if token is None else {"pagination_token": token}
        asked = {**self._always, "max_results": str(self._size), **onward}
        answer = self._client.get("retweets", f"/2/tweets/{post}/retweets", asked)
        observed_at = to_text(answer.served_at or self._now())
        onward_token = token_of(answer)
        return Page(
            items=items_of(answer, observed_at),
            completes=None,
            cursor=onward_token,
            exhausted=onward_token is None,
            server_now=answer.served_at,
            deletions=tuple(gone_posts(answer.json, observed_at)),
            reads=reads_of(answer.json, self._prices),
        )
