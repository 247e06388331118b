"""Folders that the R package academictwitteR leaves behind: posts of X's API v2 and, beside them, what they refer to.

Each answer is two files. data_ID.json has its posts, an array; users_ID.json has its includes: users, and the posts,
media, places and polls that were asked for. Where the API has an empty list, or nothing, R has written {}. A file
`query` in the folder has the words that were asked.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from collector.json_text import parse
from collector.x import payload as x_v2
from storage.instant import Instant
from storage.post import Item

NOTE: Final = "query"
"""The name of the package's own note of what it asked: nothing in it is a post."""

_DATA: Final = re.compile(r"data_(\d+\.json(?:\.\w+)?)")


def companion(name: str) -> str | None:
    """Name the file that belongs to the one of this name; None for a name that is none of the package's."""
    match = _DATA.fullmatch(name)
    return f"users_{match[1]}" if match else None


def items_beside(users: bytes) -> Callable[[Any, Instant | None], Iterator[Item]]:
    """Make the reader of the posts beside a file of includes; raises Unreadable for one that is no such thing."""
    return x_v2.items_beside(parse(users))
