"""What is gone of a campaign's posts, and whether X was asked which are: as facts for `status`."""

from datetime import datetime
from typing import Final

import msgspec

from collector.x.compliance.rounds import is_under_way, last_asked
from storage.attrition import read_attrition
from storage.engine import reading
from storage.store import Store

_ASKED: Final = "x"
"""The platform that has to be asked what is gone; others say so themselves."""


class Attrition(msgspec.Struct, frozen=True):
    """What is gone of a campaign's members on one platform.

    `posts` has the reposts in it. `reasons` are in the words that the store keeps, the most first; an empty one: none
    is known. `last_asked` is when X was last asked of every post that there was; None: never, or it is another
    platform, for which `is_asked` is false. `is_asking`: it is being asked now.
    """

    platform: str
    posts: int
    gone: int
    reasons: dict[str, int]
    is_asked: bool
    last_asked: datetime | None
    is_asking: bool


def attrition_of(store: Store, slug: str) -> tuple[Attrition, ...]:
    """Tell of each platform of a campaign how many of its posts are gone by now."""
    with reading(store.engine) as connection:
        told = read_attrition(connection, slug)
    asked_at, is_asking = last_asked(store), is_under_way(store)
    return tuple(
        Attrition(
            one.platform,
            one.posts,
            one.gone,
            dict(one.reasons),
            is_asked=one.platform == _ASKED,
            last_asked=asked_at if one.platform == _ASKED else None,
            is_asking=is_asking and one.platform == _ASKED,
        )
        for one in told
    )
