"""The one way to X's servers: the session that tweepy sends its requests through.

tweepy has X's address written into it, asks without a time limit, and writes the headers it sends into its log. So it
is made without the token. This session sends each request to the host of the settings, adds the token and the limits
of time, and takes the answer off the wire: tweepy, which fails on an answer that is JSON of another shape or has an odd
rate limit header, is shown its status alone.
"""

from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from collector.x.settings import Settings

KEPT_FROM_TWEEPY: Final = "kept by the session"
"""What tweepy is given for a token, and may write into its log."""


class Session(requests.Session):
    """Sends what tweepy asks to where the settings say.

    Attributes:
        heard: the last answer, its body read; None while none has come.
    """

    def __init__(self, settings: Settings) -> None:
        """Make ready; nothing is asked yet."""
        super().__init__()
        self._settings = settings
        self._bearer = _Bearer(settings.token)
        self.heard: requests.Response | None = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request of tweepy's to our host, in our time. A redirect is not followed: the token stays here."""
        ours = self._settings
        path = urlsplit(url if isinstance(url, str) else url.decode()).path
        kwargs |= {
            "auth": self._bearer,
            "timeout": (ours.connect_timeout, ours.read_timeout),
            "allow_redirects": False,
        }
        self.heard = None
        response = super().request(method, ours.base_url.rstrip("/") + path, *args, **kwargs)
        self.heard = response
        return _shown(response)


class _Bearer(requests.auth.AuthBase):
    """Adds the token to a request that is on its way, past every log."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _shown(response: requests.Response) -> requests.Response:
    """Make what tweepy is shown of an answer."""
    shown = requests.Response()
    shown.status_code, shown.reason = response.status_code, response.reason
    shown.url, shown.request = response.url, response.request
    shown.raw = BytesIO(b"{}")
    return shown
