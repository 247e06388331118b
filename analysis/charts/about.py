"""What a chart is about: all that stands in its words and in its manifest beside the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analysis.language import Speech, speech_of

NUMBERED: Final = 9
"""So many episodes have a number, the largest."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as the user's config has it: an instant (UTC) and what it was."""

    at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Outbreak:
    """An episode as charts show it: see `analysis.episodes`.

    Attributes:
        onset, end: UTC, half-open. peak: the start of its highest bin.
        posts: how many it has; peak_posts: in its highest bin. is_whole: whether posts are all that there were.
        onset_seen, end_seen: False where it may have begun earlier, or ended later, unseen.
        because: what explains it, each a word, a tag, a link or an account; none where nothing does.
    """

    onset: datetime
    peak: datetime
    end: datetime
    posts: int
    peak_posts: int
    because: tuple[str, ...] = ()
    onset_seen: bool = True
    end_seen: bool = True
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What a chart is about.

    Attributes:
        campaign: its slug.
        title: its name, as the user wrote it.
        zone: the IANA zone of its bins and times.
        step: the length of its bins ('1h').
        query: the tags as written, without '#'.
        revision: the store's revision that the numbers are of.
        version: the version of Groundswell.
        notes: further caveats, each a sentence; see `analysis.charts.words` for those that are written there.
        events: what happened meanwhile, in order of time.
        outbreaks: the campaign's episodes, in order of time.
        repost_outbreaks: the episodes of its reposts.
        outbreaks_by: the length of the bins that episodes were looked for in.
        language: the code of the language of its words; see `analysis.language`.
    """

    campaign: str
    title: str
    zone: str
    step: str
    query: tuple[str, ...]
    revision: str
    version: str
    notes: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    outbreaks: tuple[Outbreak, ...] = ()
    repost_outbreaks: tuple[Outbreak, ...] = ()
    outbreaks_by: str = "1h"
    language: str = "en"

    @property
    def speech(self) -> Speech:
        """Give the language of its words."""
        return speech_of(self.language)


def numbered(outbreaks: Sequence[Outbreak]) -> dict[Outbreak, int]:
    """Number the largest episodes, in the order of time, from 1."""
    largest = sorted(outbreaks, key=lambda one: (-one.posts, one.onset))[:NUMBERED]
    return {one: number for number, one in enumerate(sorted(largest, key=lambda one: one.onset), 1)}
