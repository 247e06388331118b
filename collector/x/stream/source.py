"""X's filtered stream as a source: the posts and reposts with any of some tags, sent by X as they are written.

tweepy connects and reads, in a thread of its own that a blocked read cannot keep alive; what it reads is handed over
through a queue, so that whoever listens waits as long as it likes, and no longer.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from queue import Empty, Queue
from typing import Final

from collector.errors import SourceError
from collector.source import Traits
from collector.streaming.source import Came
from collector.x.client import Client
from collector.x.prices import STREAM, Prices, worst_of_page
from collector.x.rules import FIRST_DAY, PLATFORM
from collector.x.settings import Names, Settings
from collector.x.stream.lines import came
from collector.x.stream.reader import Reader, Word
from collector.x.stream.rules import keep_in_step
from collector.x.stream.session import StreamSession
from collector.x.wording import Extras, asked_with
from storage.spending import Cost

SETTLING: Final = timedelta(seconds=30)
"""How late a post may come. X's documents promise no time; what comes later than this is counted as late."""
UNIT: Final = timedelta(seconds=1)
SILENCE: Final = 25.0
"""Seconds without a byte after which a connection is dead: X gives a sign of life every 20."""
_NAMES: Final[Names] = "tweet"
"""Of the stream both versions of X's document take the old names, and neither takes the new ones."""
_MOST_WAITING: Final = 20_000
"""Lines that wait to be taken; when there are more, X is left to wait."""
_AT_ONCE: Final = 500
"""Lines that are given at once."""


class Stream:
    """X's filtered stream, as a `collector.streaming.source.Streaming`. A key may have one connection."""

    def __init__(
        self,
        settings: Settings,
        extras: Extras,
        prices: Prices,
        *,
        now: Callable[[], datetime],
        silence: float = SILENCE,
        client: Client | None = None,
    ) -> None:
        """Make ready; `now` is our clock. Nothing is asked before `follow` and `connect`."""
        self._settings, self._extras, self._prices = settings, extras, prices
        self._now = now
        self._silence = silence
        self._client = client or Client(settings, now)

    @property
    def traits(self) -> Traits:
        """Tell what is true of the stream whatever it is asked."""
        return Traits(
            platform=PLATFORM,
            name=STREAM,
            kinds=("posts", "reposts"),
            settling=SETTLING,
            unit=UNIT,
            costs=True,
            begins=FIRST_DAY,
        )

    def worst_of(self, number: int) -> Sequence[Cost]:
        """Reckon the most that so many posts may cost."""
        return worst_of_page(number, _NAMES, self._extras, self._prices)

    def follow(self, tags: Sequence[str]) -> None:
        """Bring X's rules in step with the tags; raises as `keep_in_step` does."""
        keep_in_step(self._client, tags)

    def connect(self) -> "StreamConnection":
        """Begin to connect; whether that succeeds, `read` tells."""
        asked = asked_with(_NAMES, self._extras)
        return StreamConnection(self._settings, asked, self._prices, now=self._now, silence=self._silence)

    def close(self) -> None:
        """Close the connections that rules are asked through."""
        self._client.close()


class StreamConnection:
    """A connection to X's stream, as a `collector.streaming.source.Connection`."""

    def __init__(
        self,
        settings: Settings,
        asked: Mapping[str, str],
        prices: Prices,
        *,
        now: Callable[[], datetime],
        silence: float,
    ) -> None:
        """Begin to connect, in a thread of its own."""
        self._prices = prices
        self._end: SourceError | None = None
        self._is_over = False
        self._words: Queue[Word] = Queue(_MOST_WAITING)
        self._reader = Reader(StreamSession(settings, silence), self._words, settings.host, silence, now)
        # tweepy writes the dots of the parameters' names itself.
        self._reader.filter(threaded=True, **{name.replace(".", "_"): value for name, value in asked.items()})

    @property
    def waiting(self) -> int:
        """Tell how much has come that was not read yet."""
        return self._words.qsize()

    def read(self, seconds: float) -> Sequence[Came]:
        """Give what has come, some hundred at once; see `collector.streaming.source.Connection`."""
        given: list[Came] = []
        while not self._is_over and len(given) < _AT_ONCE:
            try:
                is_waited_for = seconds > 0 and not given
                self._take(self._words.get(is_waited_for, seconds if is_waited_for else None), given)
            except Empty:
                break
        if given or self._end is None or self._reader.is_closing.is_set():
            return given
        raise self._end

    def close(self) -> None:
        """End the connection; what had come can still be read."""
        self._reader.end()

    def _take(self, word: Word, given: list[Came]) -> None:
        read: Came | SourceError | None
        if isinstance(word, tuple):
            line, came_at = word
            read = came(line, came_at + self._reader.ahead, self._prices)
        else:
            read = word
        if isinstance(read, Came):
            given.append(read)
        else:
            # X's last word stands, whatever becomes of the line after it.
            self._is_over, self._end = True, read
