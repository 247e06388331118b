"""What X says is gone: the posts that an answer could not give. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from collector.x.rules import PLATFORM, is_id
from storage.instant import Instant
from storage.post import Deletion

_REASONS: Final = {
    "resource-not-found": "gone from X",
    "not-authorized-for-resource": "no longer public on X",
}
"""Why a post is not given, by the last word of the problem's type; X's rules want it erased in either case."""
_POSTS: Final = frozenset({"tweet", "post"})


def gone_posts(answer: Any, served_at: Instant) -> Iterator[Deletion]:
    """Name the posts that an answer's `errors` say are gone or hidden."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    for one in errors if isinstance(errors, list) else ():
        if not isinstance(one, dict) or one.get("resource_type") not in _POSTS:
            continue
        reason = _REASONS.get(str(one.get("type")).rpartition("/")[2])
        key = one.get("resource_id")
        if reason is not None and is_id(key):
            yield Deletion(platform=PLATFORM, platform_id=key, deleted_at=served_at, reason=reason)
