"""What a batch says of its posts: readings gathered by post, and the words that they use."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias

from msgspec.structs import replace

from storage.merge import UNKNOWN
from storage.post import Item, Post
from storage.post_rows import Key
from storage.tag import fold

Readings: TypeAlias = dict[Key, list[Post]]


def gather(items: Iterable[Item]) -> Readings:
    """Gather the readings of each post; a reading that several items carry counts once."""
    readings: Readings = {}
    for item in items:
        for post in chain(() if item.post is None else (item.post,), item.referred):
            key = (post.platform, post.platform_id)
            told = readings.get(key)
            if told is None:
                readings[key] = [post]
            elif post not in told:
                told.append(post)
    return readings


def spokesman(told: Sequence[Post]) -> Post | None:
    """Find the reading that speaks for all: they differ at most in when they were made and what was counted then.

    None where they say different things of the post, or of which version they are.
    """
    if len(told) == 1:
        return told[0]
    last = max(told, key=lambda post: post.observed_at or UNKNOWN)
    alike = all(replace(post, observed_at=last.observed_at, counts=last.counts) == last for post in told)
    return last if alike and last.version is None else None


def tag_keys(readings: Readings) -> set[str]:
    """Name the keys of all hashtags."""
    written = set[str]().union(*[post.hashtags for told in readings.values() for post in told])
    return {fold(tag) for tag in written}


def links_of(readings: Readings) -> set[str]:
    """Name all links."""
    return set[str]().union(*[post.links for told in readings.values() for post in told])
