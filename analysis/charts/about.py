"""What a chart is about: all that stands in its words and in its manifest beside the numbers."""

from dataclasses import dataclass


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
    """

    campaign: str
    title: str
    zone: str
    step: str
    query: tuple[str, ...]
    revision: str
    version: str
    notes: tuple[str, ...] = ()
