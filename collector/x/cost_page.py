"""What X costs, in docs/platforms/x.md, by the prices the program reckons with: `python -m collector.x.cost_page FILE`.

The rest of the page is written by hand: what stands between the two marks is written anew.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from collector.x.prices import USUAL, Prices, cost, worst_of_page
from collector.x.settings import TIERS
from collector.x.wording import Extras
from storage.spending import Cost, dollars

BEGINS: Final = "<!-- made by `make docs`: what X costs -->"
ENDS: Final = "<!-- end of what X costs -->"
SIZES: Final = (100, 1_000, 10_000, 100_000)
"""Posts a week with a tag."""
COUNTED_A_DAY: Final = 4
"""How often posts are counted where config.yaml does not say."""

_POSTS_ALONE: Final = Extras(authors=False, referenced=False)
_WITH_AUTHORS: Final = Extras(authors=True, referenced=False)
_BROUGHT: Final = (
    ("`authors: false`, `referenced: false`", _POSTS_ALONE),
    ("without a word", Extras()),
    ("`referenced_authors: true`", Extras(referenced_authors=True)),
)
"""What a config may bring with the posts."""


def block(prices: Prices) -> str:
    """Write what stands between the marks."""
    return "\n".join([BEGINS, "", *_week(prices), "", *_counts(prices), "", *_pages(prices), "", ENDS])


def _week(prices: Prices) -> Iterator[str]:
    each = f"A post is {dollars(prices.post)}, a user {dollars(prices.user)}"
    yield f"{each}; what was read once is free until the day (UTC) is over."
    authors, references = float(USUAL.authors), float(USUAL.references)
    yield f"For each post {authors:g} different authors a day are assumed, and {references:g} posts that it quotes or"
    yield "answers and that are not among those found. The last column takes the worst: each post has an author of its"
    yield "own, quotes one post and answers another.\n"
    yield "| posts a week | posts alone | with authors | with referenced posts, too | that at worst |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for posts in SIZES:
        reckoned = [cost(posts, extras, USUAL, prices) for extras in (_POSTS_ALONE, _WITH_AUTHORS, Extras())]
        worst = _thousandths(worst_of_page(posts, "tweet", Extras(), prices))
        yield f"| {posts:,} | {' | '.join(map(dollars, [*reckoned, worst]))} |"


def _counts(prices: Prices) -> Iterator[str]:
    recent, whole = (dollars(7 * COUNTED_A_DAY * each) for each in (prices.counts_recent, prices.counts_all))
    yield f"Having posts counted every {24 // COUNTED_A_DAY} hours comes to {recent} a week with `recent`, and to"
    yield f"{whole} with `all`, for each campaign whose tags fit one question, however many posts there are."


def _pages(prices: Prices) -> Iterator[str]:
    yield (
        "So much is put aside for a page of posts. Where less of a budget is left, smaller pages are asked for, the\n"
        "smallest of 10 posts; where not even that is left, no posts are asked for:\n"
    )
    yield "| `bring` | `archive` | `names: tweet` | `names: post` |"
    yield "| --- | --- | ---: | ---: |"
    for brought, extras in _BROUGHT:
        for archive, tier in TIERS.items():
            tweet = _put_aside(worst_of_page(tier.page_size, "tweet", extras, prices))
            post = _put_aside(worst_of_page(tier.page_size, "post", extras, prices))
            yield f"| {brought} | `{archive}` | {tweet} | {post} |"


def _put_aside(worst: Sequence[Cost]) -> str:
    posts = sum(one.units for one in worst if one.unit == "post")
    return f"{dollars(_thousandths(worst))}, {posts:,} posts"


def _thousandths(costs: Sequence[Cost]) -> int:
    return sum(one.thousandths for one in costs)


def rewritten(page: str, prices: Prices) -> str:
    """Write the block of a page anew; raises ValueError for a page without the two marks."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not (begins and ends):
        raise ValueError("the page lacks the marks between which the costs stand")
    return before + block(prices) + after


def main() -> None:
    """Write the costs into the file that is named."""
    page = Path(sys.argv[1])
    page.write_text(rewritten(page.read_text(encoding="utf-8"), Prices()), encoding="utf-8")


if __name__ == "__main__":
    main()
