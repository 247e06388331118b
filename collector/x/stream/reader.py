"""tweepy's reader of X's stream, in a thread of its own: it connects once, and hands over what comes."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from queue import Full, Queue
from threading import Event
from typing import Any, Final, TypeAlias

import requests
import tweepy
from urllib3.exceptions import ReadTimeoutError

from collector.errors import RateLimited, SourceError, Unavailable
from collector.http import date_of, failure, number_of
from collector.streaming.source import Disturbed
from collector.x.refusals import refused
from collector.x.session import KEPT_FROM_TWEEPY
from collector.x.stream.session import StreamSession
from storage.instant import EPOCH

LAST_WORDS: Final = 1.0
"""Seconds that a connection which was cut is given to end."""
_TRY_AGAIN: Final = 0.2
"""Seconds between two looks whether a full queue has room, or is read no more."""
_LONGEST_WINDOW: Final = 86_400.0

Word: TypeAlias = "tuple[bytes, datetime] | SourceError | None"
"""A line and when it came by our clock (the opening as an empty one); why no more comes; None: it was closed."""


class Reader(tweepy.StreamingClient):  # type: ignore[misc]  # tweepy comes without types
    """tweepy's reader of streams: it connects once, and puts into a queue what comes.

    Attributes:
        ahead: how far X's clock is ahead of ours, by its answer.
        is_closing: it was told to end.
    """

    def __init__(
        self, session: StreamSession, words: "Queue[Word]", host: str, silence: float, now: Callable[[], datetime]
    ) -> None:
        super().__init__(KEPT_FROM_TWEEPY, max_retries=0, daemon=True)
        self.session.close()
        self.session: StreamSession = session
        self._words, self._host, self._silence, self._now = words, host, silence, now
        self.ahead = timedelta(0)
        self.is_closing = Event()

    def end(self) -> None:
        """Tell it to end, and wait a moment for that; one that is still being connected ends when X has answered."""
        if self.is_closing.is_set():
            return
        self.is_closing.set()
        self.disconnect()
        self.session.cut()
        if self.thread is not None:
            self.thread.join(LAST_WORDS)

    def on_connect(self) -> None:
        heard = self.session.heard
        served_at = None if heard is None else date_of(heard.headers)
        now = self._now()
        self.ahead = timedelta(0) if served_at is None else served_at - now
        if heard is not None and "html" in heard.headers.get("Content-Type", ""):
            self._put(Unavailable(f"{self._host} answered with a page that is no stream", may_have_cost=True))
            self.disconnect()
        elif self.is_closing.is_set():
            self.disconnect()
        else:
            self._put((b"", now))

    def on_data(self, line: bytes) -> None:
        self._put((line, self._now()))

    def on_keep_alive(self) -> None:
        self._put((b"", self._now()))

    def on_closed(self, _response: object) -> None:
        """X has ended it with HTTP's own word that this is all: nothing was lost on the way."""
        self._finish(Unavailable(f"{self._host} ended the stream"))

    def on_request_error(self, status: int) -> None:
        heard = self.session.heard
        headers = {} if heard is None else heard.headers
        error = refused(status, b"" if heard is None else heard.content, lambda words: self._limited(headers, words))
        if type(error) is Unavailable:
            error = Disturbed(str(error))
        self._finish(error)

    def on_connection_error(self) -> None:
        self._finish(self._broken(sys.exc_info()[1]))

    def on_exception(self, error: Exception) -> None:
        self._finish(self._broken(error))

    def on_disconnect(self) -> None:
        self._put(None)

    def _finish(self, error: SourceError) -> None:
        self._put(error)
        self.disconnect()

    def _broken(self, error: BaseException | None) -> Unavailable:
        is_silent = isinstance(error, requests.ConnectionError) and isinstance(_first(error), ReadTimeoutError)
        if is_silent:
            return Unavailable(f"{self._host} sent nothing for {self._silence:g} s", may_have_cost=True)
        return failure(error, self._host)

    def _limited(self, headers: Mapping[str, Any], words: str) -> RateLimited:
        """Say until when X wants no connection; a time that is over where it does not tell."""
        now = date_of(headers) or self._now()
        left = (number_of(headers.get("x-rate-limit-reset")) or 0.0) - (now - EPOCH).total_seconds()
        # A second connection is refused the same way, with requests left: that has nothing to do with the window.
        is_told = 0 < left <= _LONGEST_WINDOW and not number_of(headers.get("x-rate-limit-remaining"))
        return RateLimited(now + timedelta(seconds=left) if is_told else now, words, server_now=date_of(headers))

    def _put(self, word: Word) -> None:
        """Hand a word over; while the queue is full X waits, unless nobody reads any more."""
        while True:
            try:
                self._words.put(word, timeout=_TRY_AGAIN)
            except Full:
                if self.is_closing.is_set():
                    return
            else:
                return


def _first(error: BaseException) -> object:
    return error.args[0] if error.args else None
