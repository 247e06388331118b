"""What can be wrong with a file that is offered as an archive.

CollectorError
└── ArchiveError
    ├── NotAnArchive(seen)      its content is in no form that is read
    └── NotPosts(what)          its content is known, and holds no posts: counts, compliance, users
"""

from collector.errors import CollectorError


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


class NotPosts(ArchiveError):
    """The content is recognised and holds no posts.

    Attributes:
        what: what it is, such as 'counts of posts (X API v2)'.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: no posts are in it")
        self.what = what
