"""Posts of X's API v2, as answers or as twarc2 writes them: pages, streamed and flattened posts. Pure.

A page is {"data": one post or many, "includes": what they refer to, ...}; a flattened post has what it refers
to written into it. Either may use the old names of fields (tweet) or the new (post). Of a page are kept its
posts and what they refer to, one step far; `meta`, `errors` and `matching_rules` are about the asking.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from collector.errors import Unreadable
from collector.x.pages import PageReader
from collector.x.unknown import PAGES
from storage.instant import Instant, to_text
from storage.post import Item

KNOWN: Final = (PAGES,)
"""The fields of a page and of all objects in it."""

_PAGE_WITHOUT_POSTS: Final = frozenset({"meta", "errors", "includes"})


def holds(answer: Any) -> bool:
    """Tell whether a JSON value is a post of this API, or a page of them."""
    if not isinstance(answer, dict):
        return False
    rows = answer.get("data", answer)
    row = rows[0] if isinstance(rows, list) and rows else rows
    return isinstance(row, dict) and isinstance(row.get("id"), str) and "text" in row and "id_str" not in row


def is_empty_page(answer: Any) -> bool:
    """Tell whether a JSON value is a page on which nothing was found."""
    return isinstance(answer, dict) and "meta" in answer and not answer.get("data")


def items(answer: Any, observed_at: Instant | None = None) -> Iterator[Item]:
    """Read one answer, or one stored payload, as the posts that it returned.

    A post that cannot be read is an item with its error, and its neighbours are read all the same.

    Args:
        answer: a JSON value; twarc's own note of the asking is taken out of it.
        observed_at: when X said so, where the answer does not tell itself.

    Raises:
        Unreadable: it is neither a page nor a post.
    """
    if not isinstance(answer, dict):
        raise Unreadable("neither a page nor a post")
    observed_at = _retrieved_at(answer.pop("__twarc", None)) or observed_at
    if "data" in answer:
        data = answer["data"]
        page = PageReader(answer.get("includes") or {}, observed_at, answer)
        return map(page.item, data if isinstance(data, list) else [data])
    if "id" in answer:
        return iter([PageReader({}, observed_at, {"data": answer}).item(answer)])
    if not _PAGE_WITHOUT_POSTS.isdisjoint(answer):
        return iter(())
    raise Unreadable("neither a page nor a post")


def items_beside(includes: Any) -> Callable[[Any, Instant | None], Iterator[Item]]:
    """Make the reader of posts that stand alone, while what they refer to stands in `includes`; see `items`.

    Raises:
        Unreadable: that is no object.
    """
    page = PageReader(includes, None, {"includes": includes})

    def read(answer: Any, observed_at: Instant | None = None) -> Iterator[Item]:
        if isinstance(answer, dict) and "data" not in answer and "id" in answer:
            return iter([page.item(answer)])
        return items(answer, observed_at)

    return read


def _retrieved_at(twarc: Any) -> Instant | None:
    """Read when twarc was given the line; None where that is not told."""
    try:
        return to_text(datetime.fromisoformat(twarc["retrieved_at"]))
    except (TypeError, KeyError, ValueError):
        return None
