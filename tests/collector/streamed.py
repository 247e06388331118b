"""A stream over the stand-in for X, in real time from a moment of the tests: what runs, and what came of it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from collector.clock import Clock, FastClock
from collector.outcome import Outcome
from collector.streaming.listen import StreamJob, stream
from collector.x.prices import SOURCES, Prices
from collector.x.settings import Settings
from collector.x.stream.source import Stream
from collector.x.wording import Extras
from storage.coverage import Key, Ledger
from storage.engine import reading
from storage.post import Kind
from storage.store import Store
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.texts import Draft
from tests.platforms.x.world import Author, Post, Reference, World, snowflake

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)
TAG = "letitrot"
WRITERS = tuple(Author(7 + n, f"writer_{n}", "A writer", datetime(2015, 1, 1, tzinfo=UTC)) for n in range(50))


def post(at: datetime, number: int = 0, *references: Reference, tag: str = TAG) -> Post:
    """Make a post with a tag."""
    draft = Draft()
    draft.tag(tag)
    writer = WRITERS[number % len(WRITERS)].id
    return Post(snowflake(at, number), writer, draft.text, entities=draft.entities, references=references)


def posts_every(milliseconds: int, count: int, since: datetime, *, reposts: bool = True) -> tuple[Post, ...]:
    """Make posts at an even pace, each third of them a repost of the first."""
    made = [post(since)]
    for number in range(1, count):
        at = since + timedelta(milliseconds=milliseconds * number)
        is_repost = reposts and number % 3 == 0
        made.append(post(at, number, *((Reference("retweeted", made[0].id),) if is_repost else ())))
    return tuple(made)


@dataclass
class Run:
    """A job that runs in a thread of its own."""

    stop: threading.Event = field(default_factory=threading.Event)
    outcomes: list[Outcome] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    thread: threading.Thread | None = None

    def end(self) -> Outcome:
        """Stop it, if it did not end by itself, and tell what it brought."""
        self.stop.set()
        return self.ended()

    def ended(self) -> Outcome:
        """Wait for its end."""
        assert self.thread
        self.thread.join(30)
        assert not self.thread.is_alive()
        if self.errors:
            raise self.errors[0]
        return self.outcomes[0]


@contextmanager
def running(store: Store, source: Stream, clock: Clock, *tags: str, **job: Any) -> Iterator[Run]:
    """Run a job until the block ends."""
    run = Run()

    def work() -> None:
        try:
            run.outcomes.append(stream(store, StreamJob(source, tags or (TAG,), **job), clock, run.stop))
        except BaseException as error:  # noqa: BLE001  # the test raises it again
            run.errors.append(error)

    run.thread = threading.Thread(target=work, daemon=True)
    run.thread.start()
    try:
        yield run
    finally:
        run.stop.set()
        run.thread.join(30)


@contextmanager
def standing(
    *posts: Post, speed: float = 1.0, silence: float = 25.0, now: datetime = NOW, **settings: Any
) -> Iterator[tuple[StandIn, Stream, Clock]]:
    """Run a stand-in and a source that listens to it."""
    clock = FastClock(now, speed)
    with serving(World(posts, WRITERS), now=clock.now, stream_poll_s=0.005, **settings) as x:
        source = Stream(Settings(TOKEN, x.url, read_timeout=5.0), Extras(), Prices(), now=clock.now, silence=silence)
        try:
            yield x, source, clock
        finally:
            source.close()


def write(x: StandIn, clock: Clock, milliseconds: int, count: int) -> tuple[Post, ...]:
    """Have posts written from half a second on, once somebody listens."""
    until(lambda: connected(x))
    made = posts_every(milliseconds, count, clock.now() + timedelta(seconds=0.5))
    x.put(*made)
    return made


def connected(x: StandIn) -> bool:
    """Tell whether a stream is open."""
    current = x.streams.current
    return current is not None and not current.ended.is_set()


def until(condition: Callable[[], bool], seconds: float = 15.0, every: float = 0.01) -> None:
    """Wait for something to become true, and look for it every so many seconds."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "it did not come to be"
        time.sleep(every)


def ledger(store: Store, kind: Kind = "posts", tag: str = TAG, source: str = "x-stream") -> Ledger:
    """Read a ledger."""
    return store.coverage(Key("x", source, "", tag, kind))


def found(store: Store) -> dict[str, bool]:
    """Name the posts that were found, and whether each is a repost."""
    with reading(store.engine) as connection:
        rows = connection.execute(text("SELECT DISTINCT platform_id, is_repost FROM posts JOIN found ON post_id = id"))
        return {key: bool(is_repost) for key, is_repost in rows}


def spent(store: Store) -> int:
    """Tell what counts as spent."""
    return store.till.spent(SOURCES, MONTH).thousandths


def ids(posts: Sequence[Post]) -> set[str]:
    """Name posts."""
    return {str(one.id) for one in posts}
