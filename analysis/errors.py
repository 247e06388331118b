"""What can go wrong in the analysis room.

AnalysisError
├── UnknownZone          no IANA time zone has this name
├── UnknownLanguage      charts and reports do not speak it
├── UnknownStep          no bin has this length
├── EmptyWindow          the window ends before it begins
├── TooFine              the bins are shorter than the times are good to
├── NoEpisode            a campaign has none to be aligned at
├── MissingGlyph         a character would be drawn as an empty box
├── FolderUnwritable     the charts' folder cannot be written
├── ManifestUnreadable   a chart's manifest is missing, damaged or of another version
└── NumbersChanged       a chart's CSV is not the one that its manifest describes
"""

from datetime import datetime
from pathlib import Path


class AnalysisError(Exception):
    """The root of all that the analysis room raises."""


class UnknownZone(AnalysisError):
    """No IANA time zone has this name."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"{zone!r} is not an IANA time zone")
        self.zone = zone


class UnknownLanguage(AnalysisError):
    """Charts and reports do not speak this language; `known` are those that they speak."""

    def __init__(self, code: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{code!r} is not a language of charts and reports; there are {', '.join(known)}")
        self.code = code
        self.known = known


class UnknownStep(AnalysisError):
    """No bin has this length; `known` are those that there are."""

    def __init__(self, step: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{step!r} is not a length of bins; there are {', '.join(known)}")
        self.step = step
        self.known = known


class EmptyWindow(AnalysisError):
    """The window ends before it begins, or holds no instant."""

    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__(f"no time lies between {since.isoformat()} and {until.isoformat()}")
        self.since = since
        self.until = until


class WindowTooWide(AnalysisError):
    """The window has more bins than there may be (`most`), or leaves the calendar."""

    def __init__(self, since: datetime, until: datetime, most: int) -> None:
        super().__init__(f"{since.isoformat()} to {until.isoformat()} has more than {most:,} bins")
        self.since = since
        self.until = until
        self.most = most


class TooFine(AnalysisError):
    """The bins are shorter than the times are good to; both in seconds."""

    def __init__(self, step: int, resolution: int) -> None:
        super().__init__(f"bins of {step} s are finer than the times of the posts, good to {resolution} s")
        self.step = step
        self.resolution = resolution


class NoEpisode(AnalysisError):
    """A campaign has no episode that another could be aligned with."""

    def __init__(self, campaign: str) -> None:
        super().__init__(f"{campaign} has no episode: nothing stands out of what is usual for it")
        self.campaign = campaign


class MissingGlyph(AnalysisError):
    """None of the chart's fonts has this character: it would be drawn as an empty box."""

    def __init__(self, character: str) -> None:
        super().__init__(f"no font of the charts has U+{ord(character):04X} ({character!r})")
        self.character = character


class FolderUnwritable(AnalysisError):
    """The charts' folder cannot be made or written."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder} cannot be written: {why}")
        self.folder = folder
        self.why = why


class ManifestUnreadable(AnalysisError):
    """A chart's manifest, or the CSV that it names, is missing, damaged or of another version."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} is not a chart's manifest: {why}")
        self.path = path
        self.why = why


class NumbersChanged(AnalysisError):
    """A chart's CSV is not the one that its manifest describes."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was changed after its chart was drawn")
        self.path = path
