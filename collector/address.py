"""The address of a server that is asked: pure."""

from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def check_address(url: str, written: str) -> None:
    """Raise ValueError for what is no server's address, or one that would be asked in the clear.

    Without encryption a server is asked on this machine only. `written` is how the user wrote it, for the message.
    """
    parts = urlsplit(url)
    is_plain = parts.hostname and not (parts.username or parts.password or parts.query or parts.fragment)
    if not is_plain or parts.path.strip("/"):
        raise ValueError(f"{written!r} is not a server")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(f"{written!r} would be asked without encryption")
