"""What has to be known of a server before it is asked: pure."""

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Final
from urllib.parse import urlsplit

from collector.address import check_address

MOST: Final = 40
"""Statuses a page: no server gives more."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is asked; raises ValueError for what is no server, or one that would be asked in the clear.

    Attributes:
        server: its host, such as 'mastodon.social'; a whole address only on this machine, such as
            'http://127.0.0.1:8000'.
        contact: where the server's people reach ours: an address of mail or of a page, for the User-Agent.
        token: never shown.
        connect_timeout: seconds until the server must have taken the connection.
        read_timeout: seconds without a byte after which the answer is given up.
        page_size: statuses a page, at most 40.
    """

    server: str
    contact: str
    token: str | None = field(default=None, repr=False)
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    page_size: int = MOST

    def __post_init__(self) -> None:
        check_address(self.base_url, self.server)
        if not (self.contact.strip() and self.contact.isascii() and self.contact.isprintable()):
            raise ValueError(f"{self.contact!r} cannot stand as the contact in a User-Agent")

    @property
    def base_url(self) -> str:
        """Write the server's address."""
        return (self.server if "://" in self.server else f"https://{self.server}").rstrip("/")

    @property
    def host(self) -> str:
        """Name the server as the store does: its host, and its port where it is not the usual one."""
        return urlsplit(self.base_url).netloc.lower()

    @property
    def user_agent(self) -> str:
        """Say who is asking, and how to reach them."""
        return f"groundswell/{_version()} ({self.contact})"


def _version() -> str:
    try:
        return version("groundswell")
    except PackageNotFoundError:
        return "0"
