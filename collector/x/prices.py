"""What X charges for, by its papers of November 2026: pure.

Whether the authors and the posts that come with those that were found are charged for, the papers do not tell: they
count as charged unless the config knows better.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final

from collector.x.settings import Names
from collector.x.wording import Extras
from storage.spending import Cost, Read

SEARCH: Final = "x-search"
COUNTS: Final = "x-counts"
LOOKUP: Final = "x-lookup"
REPOSTS: Final = "x-reposts"
STREAM: Final = "x-stream"
SOURCES: Final = (SEARCH, COUNTS, LOOKUP, REPOSTS, STREAM)
"""The sources for which X sends one bill, as coverage, runs and spend name them."""

_REFERENCES: Final = 2
"""A post reposts one, or quotes one and answers one."""
_EARLIER: Final = 5
"""How often a post may be edited: so many earlier versions it has at most."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What things cost, in thousandths of a dollar.

    Attributes:
        post, user: for each that is read.
        counts_recent, counts_all: for each request for numbers alone.
        charges_users: users that come with posts are charged for.
        charges_referenced: so are posts that come with those that were found.
        free_again: what was charged for is free until the UTC day is over.
    """

    post: int = 5
    user: int = 10
    counts_recent: int = 5
    counts_all: int = 10
    charges_users: bool = True
    charges_referenced: bool = True
    free_again: bool = True


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many other objects come with a post of a tag: each is charged for once a day.

    Attributes:
        authors: different authors a day for each post.
        references: different posts a day that it quotes or answers, and that are not among those found.
    """

    authors: Fraction
    references: Fraction


USUAL: Final = Crowd(authors=Fraction(8, 10), references=Fraction(5, 10))
"""Near what most samples of X's API v2 had, reposts left out: 0.6 to 1.0 authors, 0.3 to 0.7 references."""


def cost(posts: int, extras: Extras, crowd: Crowd, prices: Prices) -> int:
    """Reckon what so many posts cost with what comes with them, in thousandths of a dollar."""
    references = ceil(posts * crowd.references) if extras.referenced and prices.charges_referenced else 0
    users = ceil(posts * crowd.authors) if extras.authors and prices.charges_users else 0
    return (posts + references) * prices.post + users * prices.user


def worst_of_page(size: int, names: Names, extras: Extras, prices: Prices) -> tuple[Cost, ...]:
    """Reckon the most that a page of so many posts may cost."""
    posts = users = 0
    if prices.charges_referenced and (extras.referenced or names == "post"):
        posts += _REFERENCES
    if prices.charges_referenced and names == "post":
        posts += _EARLIER
    if prices.charges_users and (extras.authors or names == "post"):
        users += 1
    if prices.charges_users and names == "post":
        users += 1  # the one who is answered
    if prices.charges_users and names == "tweet" and extras.referenced and extras.referenced_authors:
        users += _REFERENCES
    return (Cost("post", size * (1 + posts), prices.post), Cost("user", size * users, prices.user))


def reads_of(answer: Mapping[str, Any], prices: Prices) -> tuple[Read, ...]:
    """Name what an answer brought that is charged for."""
    includes = answer.get("includes")
    beside = includes if isinstance(includes, dict) else {}
    posts = set(_ids(answer.get("data")))
    if prices.charges_referenced:
        posts.update(_ids(beside.get("tweets")), _ids(beside.get("posts")))
    users = set(_ids(beside.get("users"))) if prices.charges_users else set()
    return (
        Read("post", prices.post, frozenset(posts), prices.free_again),
        Read("user", prices.user, frozenset(users), prices.free_again),
    )


def _ids(rows: Any) -> Iterator[str]:
    """Name the objects of a list, or the one object; one without an id is charged for under what it is."""
    for one in rows if isinstance(rows, list) else [rows] if rows else []:
        yield str(one.get("id", one)) if isinstance(one, dict) else str(one)
