"""A campaign: a family of tags and the rule of whose post it is.

The rule itself is applied by `storage.membership`; here are only its parameters.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What keeps a post out of a campaign that its tags would let in.

    Attributes:
        tags: written tags; any spelling with the same key excludes.
        authors: handles (without '@', case ignored) or platform ids.
        languages: codes as the platform gives them, such as 'en'.
    """

    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaign:
    """A family of spellings, watched over [starts_at, ends_at); a bound of None is open.

    Attributes:
        slug: its short name, as in `--campaign let-it-go`.
        title: its name on charts.
        time_zone: an IANA name; bins and times without an offset are read in it.
        tags: the family as written, without '#'.
    """

    slug: str
    title: str
    time_zone: str
    tags: tuple[str, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    exclude: Exclusion = Exclusion()
