"""The store: posts, coverage and all that belongs to them, in one SQL database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Lock
from typing import Literal, Self, TypeAlias

from sqlalchemy import Engine, func, insert, select, update

from storage import asked_servers, campaign_rows, lake_marks, lease, ledger_rows, schema
from storage.batch import Batch, Cursor, Saved
from storage.campaign import Campaign
from storage.counts import Count, CountedOf, read_counts
from storage.coverage import Key, Ledger
from storage.engine import open_engine, reading, writing
from storage.found_times import count_found, read_found_times
from storage.garbage import garbage_left
from storage.instant import from_text, to_text
from storage.known_posts import Asked, KnownPost, read_known_posts
from storage.lease import Lease
from storage.membership import rebuild_range
from storage.meta import get_meta, set_meta
from storage.migrate import upgrade
from storage.packing import Packer
from storage.saving import Memory, save_batch
from storage.till import Till
from storage.vocabulary import HashtagNumbers

RunState: TypeAlias = Literal["running", "done", "failed", "stopped"]

REBUILD_STEP = 100_000
"""Posts whose membership is rebuilt in one transaction."""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Store:
    """An open store; one for each thread that saves, or one for all of them.

    All that is written is written in transactions that hold the lock under half a second for a page of posts.
    """

    def __init__(self, engine: Engine, *, keep_raw: bool = True, clock: Callable[[], datetime] = _wall_clock) -> None:
        """Take an engine whose database is up to date; see `open`."""
        self.engine = engine
        self._clock = clock
        self._saving = Lock()
        self._memory = Memory(Packer() if keep_raw else None, HashtagNumbers(), ())

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keep_raw: bool = True,
        create: bool = True,
        clock: Callable[[], datetime] = _wall_clock,
    ) -> Self:
        """Open a store, making it or bringing it up to date where need be.

        Args:
            url: such as `sqlite:///groundswell.db`.
            keep_raw: whether the payloads' bodies are kept.
            create: whether a store that is not there is made.
            clock: the machine's clock, by which leases run.

        Raises:
            StoreNotFound, StoreTooNew, StoreUnreadable, StoreUnwritable, StoreLocked: see storage.errors.
        """
        engine = open_engine(url, create=create)
        with ExitStack() as undone:
            undone.callback(engine.dispose)
            upgrade(engine)
            undone.pop_all()
        return cls(engine, keep_raw=keep_raw, clock=clock)

    def close(self) -> None:
        """Close the store's connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Close the store at the end of a `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def begin_run(self, source: str, server: str, now: datetime, campaign: str | None = None) -> int:
        """Note that a run of a source begins; returns the run's number."""
        campaigns = schema.campaigns.c
        with writing(self.engine) as connection:
            number = connection.scalar(select(campaigns.id).where(campaigns.slug == campaign))
            row = (
                insert(schema.runs)
                .returning(schema.runs.c.id)
                .values(
                    campaign_id=number,
                    source=source,
                    server=server,
                    started_at=to_text(now),
                    state="running",
                    pages=0,
                    posts_seen=0,
                    posts_new=0,
                    posts_late=0,
                    unparsed=0,
                    requests=0,
                )
            )
            return int(connection.execute(row).scalar_one())

    def finish_run(self, run_id: int, now: datetime, state: RunState = "done", error: str | None = None) -> None:
        """Note how a run ended."""
        runs = schema.runs
        with writing(self.engine) as connection:
            connection.execute(
                update(runs).where(runs.c.id == run_id).values(finished_at=to_text(now), state=state, error=error)
            )

    def posts_new(self, source: str, since: datetime) -> int:
        """Count the posts that runs of a source have brought that began at a moment or later."""
        runs = schema.runs.c
        query = select(func.sum(runs.posts_new)).where(runs.source == source, runs.started_at >= to_text(since))
        with reading(self.engine) as connection:
            return int(connection.scalar(query) or 0)

    def has_ended(self, source: str) -> bool:
        """Tell whether a run of a source has ever come to an end, whatever came of it."""
        runs = schema.runs.c
        query = select(runs.id).where(runs.source == source, runs.finished_at.is_not(None)).limit(1)
        with reading(self.engine) as connection:
            return connection.scalar(query) is not None

    def abandon_runs(self, now: datetime) -> None:
        """Note of runs that never said how they ended that their process has died; for a start after a crash.

        Runs of sources that another living process holds are left alone, and so are imports that go on.
        """
        with writing(self.engine) as connection:
            lease.abandon_runs(connection, self._clock(), now)

    @property
    def till(self) -> Till:
        """Give the till from which platforms are paid."""
        return Till(self.engine)

    def save(self, batch: Batch) -> Saved:
        """Save a batch whole, in one transaction, or not at all; saving it twice is saving it once.

        Raises:
            LeaseLost: another process holds the batch's lease now; nothing was saved.
            StoreLocked: another program held the store for too long; nothing was saved.
        """
        with self._saving, garbage_left(), ExitStack() as undone:
            undone.callback(self._forget)
            with writing(self.engine) as connection:
                saved = save_batch(connection, batch, self._memory, self._clock())
            undone.pop_all()
        return saved

    def _forget(self) -> None:
        """Forget what was numbered or trained in a transaction that failed: it is not in the store."""
        self._memory.hashtags.clear()
        self._memory.packer = self._memory.packer and Packer()

    def coverage(self, key: Key) -> Ledger:
        """Read a key's ledger, in the order of time."""
        with reading(self.engine) as connection:
            return ledger_rows.read_coverage(connection, key)

    def counts(self, of: CountedOf, since: datetime, until: datetime) -> tuple[Count, ...]:
        """List the numbers of posts that a platform told of a query, of stretches that touch [since, until)."""
        with reading(self.engine) as connection:
            return read_counts(connection, of, since, until)

    def found_times(self, platform: str, tags: Iterable[str], since: datetime, until: datetime) -> tuple[datetime, ...]:
        """List when posts were written that a platform would have counted for the tags; see found_times.py."""
        with reading(self.engine) as connection:
            return read_found_times(connection, platform, tags, since, until)

    def count_found(self, platform: str, tags: Iterable[str], since: datetime, until: datetime) -> int:
        """Count the posts that `found_times` lists."""
        with reading(self.engine) as connection:
            return count_found(connection, platform, tags, since, until)

    def keys(self) -> Sequence[Key]:
        """List the keys that have any coverage."""
        with reading(self.engine) as connection:
            return ledger_rows.read_keys(connection)

    def known_posts(
        self, where: Asked, tags: Iterable[str], starts_at: datetime, ends_at: datetime
    ) -> tuple[KnownPost, ...]:
        """List what a server is known to have had of any of the tags in [starts_at, ends_at); see known_posts.py."""
        with reading(self.engine) as connection:
            return read_known_posts(connection, where, tags, starts_at, ends_at)

    def cursors(self, source: str, server: str) -> tuple[Cursor, ...]:
        """List where a source's unfinished answers go on."""
        table = schema.cursors.c
        query = select(schema.cursors).where(table.source == source, table.server == server)
        with reading(self.engine) as connection:
            return tuple(
                Cursor(
                    row.source,
                    row.server,
                    row.query,
                    from_text(row.starts_at),
                    from_text(row.ends_at),
                    row.cursor,
                )
                for row in connection.execute(query)
            )

    def take_lease(self, claim: Lease) -> bool:
        """Take or renew a lease; False where another living process holds it."""
        with writing(self.engine) as connection:
            return lease.take(connection, claim, self._clock())

    def release_lease(self, claim: Lease) -> None:
        """Give a lease back, if it is still ours."""
        with writing(self.engine) as connection:
            lease.release(connection, claim)

    def set_campaigns(self, campaigns: Sequence[Campaign], now: datetime) -> tuple[str, ...]:
        """Put campaigns in force: from now on each save goes by their rules.

        Returns the slugs whose rule is other than before: their membership has to be rebuilt
        (`rebuild_membership`), and is marked so until it is.
        """
        with writing(self.engine) as connection:
            rules, changed = campaign_rows.put_in_force(connection, campaigns, to_text(now))
        self._memory.rules = rules
        return changed

    def set_servers(self, servers: Sequence[tuple[str, str]], now: datetime) -> None:
        """Put the (platform, server) in force that platforms of many servers are asked through."""
        with writing(self.engine) as connection:
            asked_servers.put_in_force(connection, servers, to_text(now))

    def servers(self) -> Mapping[tuple[str, str], bool]:
        """Tell of each (platform, server) that was ever put in force whether it still is."""
        with reading(self.engine) as connection:
            return asked_servers.read(connection)

    def rebuild_membership(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Rebuild the membership of campaigns whose rule changed; goes on where an earlier rebuild stopped.

        `progress` is told (posts done, posts in all). Returns how many posts were gone through.
        """
        done = 0
        for rule in self._memory.rules:
            while (first := self._next_to_rebuild(rule.slug)) is not None:
                with writing(self.engine) as connection:
                    if not campaign_rows.is_in_force(connection, rule):
                        # Another rule was put in force meanwhile: the rebuild by that one begins anew.
                        break
                    last = connection.scalar(select(func.max(schema.posts.c.id))) or 0
                    days = rebuild_range(connection, rule, first, first + REBUILD_STEP - 1)
                    lake_marks.mark(connection, days)
                    onward = first + REBUILD_STEP
                    campaign_rows.set_rebuild(connection, rule.slug, onward if onward <= last else None)
                done += max(0, min(REBUILD_STEP, last - first + 1))
                if progress is not None:
                    progress(min(first + REBUILD_STEP - 1, last), last)
        return done

    def _next_to_rebuild(self, slug: str) -> int | None:
        with reading(self.engine) as connection:
            return campaign_rows.get_rebuild(connection, slug)

    def rebuilding(self) -> Mapping[str, int]:
        """Tell which campaigns' membership is being rebuilt: slug -> the next post to look at."""
        with reading(self.engine) as connection:
            return campaign_rows.all_rebuilds(connection)

    def revision(self) -> int:
        """Tell the store's revision: it grows with every saving transaction."""
        with reading(self.engine) as connection:
            return int(get_meta(connection, "revision") or 0)

    def get_note(self, key: str) -> str | None:
        """Read one of the program's own notes (table `meta`)."""
        with reading(self.engine) as connection:
            return get_meta(connection, key)

    def set_note(self, key: str, value: str | None) -> None:
        """Write one of the program's own notes (table `meta`); None takes it out."""
        with writing(self.engine) as connection:
            set_meta(connection, key, value)
