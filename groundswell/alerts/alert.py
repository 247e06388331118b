"""An alert: something that is so, since when, and in which words a person is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["burst", "silence", "source", "budget", "disk"]

TITLES: Final[Mapping[Kind, str]] = {
    "burst": "a burst",
    "silence": "an improbable silence",
    "source": "a source does not answer",
    "budget": "a budget is nearly spent",
    "disk": "a disk fills up",
}
APART: Final[Mapping[Kind, timedelta]] = {"burst": timedelta(days=1)}
"""So long after what it told of an alert is over: bursts less far apart are one (see `analysis.episodes`)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is so now, by what is known.

    Attributes:
        key: what it is about; of one kind and key nothing is told twice before it was over.
        since: when it began (aware); of a burst or a silence in the time of the posts.
        words: all that is told, in one line.
        until: up to when it is known to go on; None: up to now.
        campaign, source: what it is about, where it is about one; else ''.
        is_enough: whether it is to be raised where it is not on yet. What is not enough keeps on what is: so nothing
            that hovers about a limit is told again and again.
    """

    kind: Kind
    key: str
    since: datetime
    words: str
    until: datetime | None = None
    campaign: str = ""
    source: str = ""
    is_enough: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judgement came to: all alerts of a kind, of one campaign or ('') of whatever has none.

    What a verdict does not have is over; what no verdict speaks of is as it was: not to know is no end.
    """

    kind: Kind
    alerts: tuple[Alert, ...]
    campaign: str = ""
