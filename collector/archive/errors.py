"""What can be wrong with a file that is offered as an archive.

CollectorError
└── ArchiveError
    ├── NotAnArchive(seen)      its content is in no form that is read
    │   └── UnknownTable        a table whose columns nobody has said the meaning of
    ├── NotPosts(what)          its content is known, and is no archive of posts: counts, compliance, users
    ├── NoIds(seen)             a list of ids in which none is
    └── RoundedIds(line, seen)  a list of ids of which a spreadsheet has made numbers
"""

from collections.abc import Sequence
from typing import Final

from collector.errors import CollectorError

_SHOWN: Final = 8


class ArchiveError(CollectorError):
    """A file, or a part of it, that is not read as posts."""


class NotAnArchive(ArchiveError):
    """The content is in no form that is read.

    Attributes:
        seen: what the file begins with, such as 'lines that are not JSON'.
    """

    def __init__(self, seen: str) -> None:
        super().__init__(f"not an archive of posts: {seen}")
        self.seen = seen


class UnknownTable(NotAnArchive):
    """A table in no form that is read: it can be, once its columns are mapped.

    Attributes:
        columns: their names, in the table's order.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        shown = ", ".join(column[:40] for column in columns[:_SHOWN])
        super().__init__(f"a table with the columns {shown}{', …' if len(columns) > _SHOWN else ''}")
        self.columns = tuple(columns)


class NotPosts(ArchiveError):
    """The content is recognised and holds no posts.

    Attributes:
        what: what it is, such as 'counts of posts (X API v2)'.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: not an archive of posts")
        self.what = what


class NoIds(ArchiveError):
    """A list of ids in which there is none; `seen` is its first line that is something else."""

    def __init__(self, seen: str) -> None:
        super().__init__(f"not a list of ids, one a line: {seen}")
        self.seen = seen


class RoundedIds(ArchiveError):
    """A list of ids of which a spreadsheet has made numbers: their last digits are gone, and they name other posts.

    Attributes:
        line: where; 0: it shows only in all of them together.
    """

    def __init__(self, line: int, seen: str) -> None:
        where = f"line {line}: {seen}" if line else f"all end in zeros after 15 digits, such as {seen}"
        super().__init__(f"a spreadsheet has rounded the ids ({where})")
        self.line = line
