"""What is read out of an archive, each thing once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.x.world import Author, Media, Post, World


@dataclass
class Gathered:
    """What was read so far, by id.

    Attributes:
        found: the posts that the archive is of, without what they refer to.
    """

    posts: dict[int, Post] = field(default_factory=dict)
    authors: dict[int, Author] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    places: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    polls: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    found: set[int] = field(default_factory=set)

    def add(self, post: Post, is_found: bool) -> None:
        """Add a post; one that is known already only for another's sake gives way to one that was found."""
        if is_found or post.id not in self.posts:
            self.posts[post.id] = post
        if is_found:
            self.found.add(post.id)

    def world(self) -> World:
        """Make a world of it."""
        posts = tuple(self.posts[one] for one in sorted(self.posts))
        return World(posts, tuple(self.authors.values()), self.places, self.polls)


def kept(said: Mapping[str, Any], names: str) -> dict[str, Any]:
    """Take what has a value of some names."""
    return {name: said[name] for name in names.split() if said.get(name) is not None}
