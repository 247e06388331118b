"""What a source is that sends posts by itself as they are written: a connection to listen on, and what comes on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from collector.errors import Unavailable
from collector.source import Traits
from storage.post import Deletion, Item
from storage.spending import Cost, Read


class Disturbed(Unavailable):
    """The platform answered with an error of its own (5xx): it is asked again after longer than a broken line is."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came at one moment: the platform's word that it listens, a sign of life, or a post.

    Attributes:
        at: when, by the source's clock.
        items: what is to be stored.
        posts: how many posts came, also such as are not to be stored: all are charged for.
        reads: what it brought that is charged for; empty where posts came and it cannot be told.
    """

    at: datetime
    items: tuple[Item, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    posts: int = 0
    reads: tuple[Read, ...] = ()


class Connection(Protocol):
    """A connection that is open, or about to be."""

    @property
    def waiting(self) -> int:
        """Tell how much has come that was not read yet."""
        ...

    def read(self, seconds: float) -> Sequence[Came]:
        """Give what has come; where nothing has, wait so many seconds of the machine for it. First comes the opening.

        Raises a SourceError in place of what will not come any more, once all that came before was given; it
        `may_have_cost` unless nothing can have been sent that did not arrive. After `close` nothing is raised.
        """
        ...

    def close(self) -> None:
        """End it, also while it is being opened; what had come can still be read."""
        ...


class Streaming(Protocol):
    """A source that sends posts by itself, and charges for what it sends."""

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked; `settling` is how late a post may come."""
        ...

    def worst_of(self, number: int) -> Sequence[Cost]:
        """Reckon the most that so many posts may cost."""
        ...

    def follow(self, tags: Sequence[str]) -> None:
        """Have it send the posts with any of these tags, and no others of ours. Raises a SourceError."""
        ...

    def connect(self) -> Connection:
        """Begin to connect; whether that succeeds, `read` tells."""
        ...
