"""The session that tweepy opens X's stream through: as `session`, but what X sends goes through line by line.

tweepy is shown the lines of an answer that X accepted, and of any other its status alone. The limit of time is the
watchdog: X gives a sign of life every 20 seconds, so a connection on which nothing comes for longer is dead.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import requests
from requests import codes

from collector.x.session import Session
from collector.x.settings import Settings

_PLAIN: Final = {"Accept-Encoding": "identity"}
"""Whoever compresses waits for more to come: a post is to be here at once."""


class StreamSession(Session):
    """Opens one stream, and can end it from another thread."""

    def __init__(self, settings: Settings, silence: float) -> None:
        """Make ready; `silence` is the seconds without a byte after which the connection is given up."""
        super().__init__(replace(settings, read_timeout=silence))
        self.headers.update(_PLAIN)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send tweepy's request; what of a refusal X has to say is read into `heard`, an accepted one is not."""
        shown = super().request(method, url, *args, **kwargs)
        heard = self.heard
        if heard is None or heard.status_code != codes.ok:
            # What cannot be read of it is a failure as any other.
            _ = b"" if heard is None else heard.content
            return shown
        return _Lines(heard)

    def cut(self) -> None:
        """End the stream, also while another thread waits for what comes next: that one reads its end."""
        heard = self.heard
        if heard is not None and heard.raw is not None:
            # It may have ended by itself meanwhile.
            with suppress(ValueError, RuntimeError, OSError):
                heard.raw.shutdown()


class _Lines(requests.Response):
    """An answer that goes on: what tweepy is shown of it."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self.status_code, self.reason = response.status_code, response.reason
        self.url, self.request, self.raw = response.url, response.request, response.raw
        self._response = response

    def iter_lines(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Give each line once it has come whole, a sign of life as an empty one.

        What stands after the last line end is a line that was cut, and no line. Ends where HTTP says that this is
        all; raises a RequestException for any other end.
        """
        # HTTP's own chunks are given as they come; a body without them only byte by byte.
        is_chunked = bool(getattr(self.raw, "chunked", False))
        begun = b""
        for chunk in self._response.iter_content(None if is_chunked else 1):
            *lines, begun = (begun + chunk).split(b"\n")
            for line in lines:
                yield line.rstrip(b"\r")
        if not is_chunked:
            raise requests.exceptions.ChunkedEncodingError("it ended without the word that this is all")
        # By this tweepy knows that it was X that ended it.
        self.raw = BytesIO()
        self.raw.close()

    def close(self) -> None:
        """Close the connection."""
        self._response.close()
