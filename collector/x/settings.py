"""What has to be known to ask X: pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from collector.address import check_address

HOST: Final = "https://api.x.com"

SETTLING: Final = timedelta(minutes=2)
"""How old a post is at most when search finds it and counts count it."""

Archive: TypeAlias = Literal["recent", "all"]
"""How far back search goes: seven days, or to the first post."""
Names: TypeAlias = Literal["tweet", "post"]
"""What X calls its fields when it is asked: as up to 2.166 of its API's document, or as from 2.167 on."""


@dataclass(frozen=True, slots=True)
class Tier:
    """What a search takes and gives.

    Attributes:
        longest_query: in characters.
        page_size: the most posts that one page holds.
        reach: how far back it answers; None: to the first post.
    """

    longest_query: int
    page_size: int
    reach: timedelta | None


PAGE_SIZES: Final = (500, 200, 100, 50, 20, 10)
"""In how many posts a page is asked for: as many as there may be, and fewer where the budget nears its end."""

TIERS: Final[dict[Archive, Tier]] = {
    # X refuses a start that is older by a second: a request may be on its way for a while.
    "recent": Tier(longest_query=512, page_size=100, reach=timedelta(days=7) - timedelta(minutes=1)),
    "all": Tier(longest_query=1_024, page_size=500, reach=None),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How X is asked; raises ValueError for an address that would be asked in the clear, and for a token that is none.

    Attributes:
        token: the app's bearer token; never shown.
        base_url: X's address, or that of a server that answers as X does; without encryption only on this machine.
        archive: which search the key may use.
        names: what fields are called in requests; answers are read under either name.
        connect_timeout: seconds until the connection must have been taken.
        read_timeout: seconds without a byte after which an answer is given up.
        page_size: posts a page; None: as many as there can be.
    """

    token: str = field(repr=False)
    base_url: str = HOST
    archive: Archive = "recent"
    names: Names = "tweet"
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    page_size: int | None = None

    def __post_init__(self) -> None:
        check_address(self.base_url, self.base_url)
        if not (self.token and self.token.isascii() and self.token.isprintable() and " " not in self.token):
            raise ValueError("the bearer token holds characters that no token has")

    @property
    def host(self) -> str:
        """Name the server."""
        return urlsplit(self.base_url).netloc.lower()

    @property
    def tier(self) -> Tier:
        """Tell what the search takes and gives."""
        return TIERS[self.archive]

    @property
    def page_sizes(self) -> tuple[int, ...]:
        """List in how many posts a page may be asked for, the most first."""
        most = self.page_size or self.tier.page_size
        return (most, *(size for size in PAGE_SIZES if size < most))
