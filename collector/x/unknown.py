"""Which fields of an X v2 page nobody knows, told for each of its items. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from collector.fields import Known
from collector.x.objects import Includes, Medium, Page, Place, Poll, Post, User
from collector.x.passed_over import PASSED_OVER

Json: TypeAlias = Mapping[str, Any]
Ref: TypeAlias = tuple[str, str]
"""An included object: its kind as `includes` names it, and its id or media key."""

PAGES: Final = Known(Page, PASSED_OVER)
_POSTS: Final = Known(Post, PASSED_OVER)
_INCLUDES: Final = Known(Includes, PASSED_OVER)
_INCLUDED: Final[Mapping[str, Known]] = {
    "users": Known(User, PASSED_OVER),
    "tweets": _POSTS,
    "posts": _POSTS,
    "media": Known(Medium, PASSED_OVER),
    "places": Known(Place, PASSED_OVER),
    "polls": Known(Poll, PASSED_OVER),
}


class UnknownFields:
    """The unknown fields of a page. Mostly it has none: that is seen at once, and no item is looked at for itself."""

    def __init__(self, page: Json, objects: Mapping[Ref, Json]) -> None:
        """Look at a page, of which `objects` are the included ones; one without "data" says nothing of its posts."""
        self._are_none = "data" in page and not PAGES.unknown(page)
        if not self._are_none:
            outside = PAGES.unknown(dict.fromkeys(page)) + _INCLUDES.unknown(dict.fromkeys(page.get("includes") or ()))
            self._outside = frozenset(outside)
            self._in_objects = dict(_in_objects(objects))

    def of(self, post: Json, refs: Iterable[Ref]) -> tuple[str, ...]:
        """Name those of the page itself, of one of its posts, and of the included objects that go with the post."""
        if self._are_none:
            return ()
        own = _POSTS.unknown(post)
        if not (self._outside or self._in_objects):
            return own
        return tuple(sorted(self._outside.union(own, *(self._in_objects.get(ref, ()) for ref in refs))))


def _in_objects(objects: Mapping[Ref, Json]) -> Iterator[tuple[Ref, tuple[str, ...]]]:
    """Name the fields that nobody knows of those included objects that have any."""
    for ref, row in objects.items():
        known = _INCLUDED.get(ref[0])
        if known is not None and (unknown := known.unknown(row)):
            yield ref, unknown
