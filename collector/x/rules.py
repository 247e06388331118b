"""What holds of X's posts whichever of its APIs tells of them: ids, addresses, times, and what is a link. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeGuard

from collector.errors import Unreadable
from storage.instant import EPOCH, Instant, to_text

PLATFORM: Final = "x"
RESOLUTION: Final = 1
"""Seconds to which X tells a post's time."""

FIRST_DAY: Final = datetime(2006, 3, 26, tzinfo=UTC)
"""The first instant that X takes as the beginning of a search."""
X_BEGAN: Final = "2006"
FAR_AHEAD: Final = "2100"
"""A time outside of these years is an error, and would stretch what an archive says it covers."""

_ID_EPOCH: Final = EPOCH + timedelta(milliseconds=1_288_834_974_657)
_POST_LINK: Final = re.compile(
    r"https?://(?:[a-z]+\.)?(?:twitter|x)\.com/(?:i/web|\w+)/status(?:es)?/(\d+)", re.IGNORECASE
)
_PICTURE: Final = ("pic.twitter.com/", "pic.x.com/")
_LONGEST_ID: Final = 19
_CUT_END: Final = re.compile(r"… https://t\.co/\w+\s*\Z")


class Link(Protocol):
    """A link in a text: as it stands there (t.co), where it leads, and where that leads on to."""

    @property
    def url(self) -> str | None: ...
    @property
    def expanded_url(self) -> str | None: ...
    @property
    def unwound_url(self) -> str | None: ...
    @property
    def display_url(self) -> str | None: ...
    @property
    def media_key(self) -> str | None: ...


def checked_id(name: str) -> str:
    """Give a post's id back; raises Unreadable for what is no number of up to 19 digits."""
    if is_id(name):
        return name
    raise Unreadable(f"id is {name[:40]!r}, not a number")


def is_id(name: object) -> TypeGuard[str]:
    """Tell whether something is an id of X's: a number of up to 19 digits."""
    return isinstance(name, str) and name.isascii() and name.isdigit() and len(name) <= _LONGEST_ID


def address(name: str) -> str:
    """Write where the post of an id is seen."""
    return f"https://x.com/i/status/{name}"


def time_in(name: str) -> Instant:
    """Read a post's time out of its id: milliseconds since X's epoch, above 22 other bits; to the second.

    Ids from before November 2010 have none in them: theirs comes out as the time at which X began to write it so.
    Raises Unreadable for an id that is no number.
    """
    if not is_id(name):
        raise Unreadable(f"edit history begins with {name[:40]!r}, not a number")
    return to_text((_ID_EPOCH + timedelta(milliseconds=int(name) >> 22)).replace(microsecond=0))


def posted_and_edited(name: str, history: Sequence[str], said: Instant) -> tuple[Instant, Instant | None]:
    """Tell when a post was posted, and when this version of it was written if it is not the first.

    X gives a later version its own created_at (`said`); the first one's time stands in its id, so that all versions
    tell one time of posting.
    """
    return (said, None) if history[0] == name else (time_in(history[0]), said)


def links_of(urls: Iterable[Link], own: set[str]) -> tuple[str, ...]:
    """Give where the links of a text lead, but for those that X itself adds.

    Left out are a post's own pictures (they are its media), the link to the post that it quotes (that is its
    quote_of) and to itself, by the ids in `own`: who shares what links is measured on what authors chose to link.
    """
    found: dict[str, None] = {}
    for link in urls:
        if link.media_key or is_picture(link):
            continue
        expanded = link.expanded_url or link.url
        if expanded is None or ((to := _POST_LINK.match(expanded)) and to[1] in own):
            continue
        found[link.unwound_url or expanded] = None
    return tuple(found)


def is_picture(link: Link) -> bool:
    """Tell whether a link leads to a picture of the post, by what of it is shown."""
    return (link.display_url or "").startswith(_PICTURE)


def ends_with_a_link(text: str) -> bool:
    """Tell whether a text breaks off with "…" and a short link, which may lead to the whole of it."""
    return "… https://" in text and _CUT_END.search(text) is not None
