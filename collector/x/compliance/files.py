"""Files at the addresses that X hands out for them: another host's, signed, and never shown.

Whoever has such an address has what it leads to. So it stands in no error and in no log, X's token is not sent there,
and it leads nowhere else: a redirect is refused.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import requests

from collector.address import check_address
from collector.errors import PayloadError, Unavailable
from collector.http import failure

LONGEST_LINE: Final = 65_536
"""Bytes of a line that are kept: a longer one is cut there."""
_BLOCK: Final = 65_536
_TAKEN: Final = range(200, 300)
_TALKATIVE: Final = "urllib3.connectionpool"
"""The log that repeats each address which is asked."""


class Files:
    """Sends and fetches files; a signed address is all that it takes."""

    def __init__(self, connect_timeout: float, read_timeout: float) -> None:
        """Make ready; nothing is asked yet. The limits of time are seconds, as in `collector.x.settings.Settings`."""
        self._timeout = (connect_timeout, read_timeout)
        self._session = requests.Session()
        # Else a login that ~/.netrc has for the host would be sent with the signature.
        self._session.auth = lambda request: request

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, address: str, text: bytes) -> None:
        """Put a plain text at an address.

        Raises:
            PayloadError: the address is none, or not an encrypted one.
            Unavailable: it was not taken.
        """
        self._asked("PUT", address, text, {"Content-Type": "text/plain"}).close()

    def lines(self, address: str) -> Iterator[bytes]:
        """Fetch the lines of a file, a block in memory at a time; raises as `send`, and where the file breaks off."""
        with self._asked("GET", address) as response:
            try:
                yield from lines_of(response.iter_content(_BLOCK))
            except requests.RequestException as error:
                raise failure(error, host_of(address)) from None

    def _asked(
        self, method: str, address: str, text: bytes | None = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        host = host_of(address)
        try:
            with _unlogged():
                response = self._session.request(
                    method,
                    address,
                    data=text,
                    headers=headers,
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            raise failure(error, host) from None
        if response.status_code not in _TAKEN or "html" in response.headers.get("Content-Type", ""):
            response.close()
            raise Unavailable(f"{host} answered with HTTP {response.status_code} and no file")
        return response


def host_of(address: str) -> str:
    """Name the host of a signed address; raises PayloadError for one that is none, or would be asked in the clear."""
    try:
        parts = urlsplit(address)
        check_address(f"{parts.scheme}://{parts.netloc}", "the address")
    except ValueError:
        # X's answer holds the signature: it is not kept.
        raise PayloadError(b"", "X named no encrypted address for a file") from None
    return parts.netloc.lower()


def lines_of(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks into lines, without blanks around them and without empty ones; what is too long is cut off."""
    begun = b""
    for block in blocks:
        first, *others = block.split(b"\n")
        begun = (begun + first).lstrip()[:LONGEST_LINE]
        for line in others:
            if whole := begun.rstrip():
                yield whole
            begun = line.lstrip()[:LONGEST_LINE]
    if whole := begun.rstrip():
        yield whole


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep what this thread asks out of the log that would repeat it."""
    mine = threading.get_ident()

    def is_of_others(record: logging.LogRecord) -> bool:
        return record.thread != mine

    log = logging.getLogger(_TALKATIVE)
    log.addFilter(is_of_others)
    try:
        yield
    finally:
        log.removeFilter(is_of_others)
