"""Bringing an archive into the store: batch by batch, and at its end what it says of coverage."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from collector.archive.files import Document
from collector.archive.forms import Form, TableForm, Told
from collector.archive.reading import read_from, recognise
from collector.errors import Stopped
from storage.batch import Batch, Saved
from storage.coverage import ANY_TAG, CLAIMED, Key, State, Stretch
from storage.errors import StorageError
from storage.garbage import garbage_left, sweep
from storage.instant import Instant, from_text
from storage.lease import Lease
from storage.post import Deletion, Item, Kind
from storage.store import Store
from storage.tag import asked

SOURCE: Final = "archive"
"""The name of archives in runs and coverage, of whatever form and platform."""

BATCH: Final = 5_000
"""Items saved in one transaction."""

SWEPT_AFTER: Final = 10
"""Batches after which memory is swept: each leaves more than a megabyte in SQL's statements."""

NAMED_ERRORS: Final = 20
"""So many broken lines are named; all are counted."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told (bytes read, bytes in all) from time to time; what it raises ends the reading."""


def silent(_done: int, _whole: int) -> None:
    """Make nothing of the progress."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A person's word that an archive has all posts of some tags over [starts_at, ends_at).

    Attributes:
        tags: as written or as asked.
        starts_at, ends_at: aware.
        kind: whether that goes for posts or for reposts.
    """

    tags: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    kind: Kind = "posts"


@dataclass(frozen=True, slots=True)
class Options:
    """How an archive is brought in.

    Attributes:
        campaign: whose run it is, by slug; it makes no post a member.
        claim: what of it is complete.
        form: its form, where that is not to be recognised.
        tables: forms of tables beside those that are built in.
        batch: items saved in one transaction.
    """

    campaign: str | None = None
    claim: Claim | None = None
    form: Form | None = None
    tables: tuple[TableForm, ...] = ()
    batch: int = BATCH


PLAIN: Final = Options()
"""An import of which nothing is said."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought.

    Attributes:
        run_id: the run that it was, by which it can be withdrawn.
        form: the archive's form.
        read: posts that the file returns, repetitions included.
        new: those that no source had found before.
        unparsed: lines, rows and posts that could not be read; they are kept.
        gone: posts and accounts that it says are deleted.
        errors: the first of them, by line number and reason.
        members: how many posts each campaign gained, by slug.
        coverage: what was written, as given or claimed.
    """

    run_id: int
    form: Form
    read: int
    new: int
    unparsed: int
    gone: int
    errors: tuple[str, ...]
    members: Mapping[str, int]
    coverage: tuple[tuple[Key, Stretch], ...]


def import_file(
    archive: Document | Path,
    store: Store,
    *,
    now: Callable[[], datetime],
    options: Options = PLAIN,
    progress: Progress = silent,
) -> Imported:
    """Save all that an archive holds; importing it again adds nothing but a run.

    What it found is covered as *given* from its first post to its last, posts and reposts apart, for every
    tag. That and the claim are written with the last batch: an import that breaks off has claimed nothing.
    `now` is the clock.

    Raises:
        NotPosts, NotAnArchive: nothing was written.
        StorageError, OSError: what was saved before stays, and the import can be repeated.
    """
    document = Document(archive) if isinstance(archive, Path) else archive
    form = options.form or recognise(document, options.tables)
    tally = _Tally(form)
    with document.open() as opened, _run(store, now, options.campaign) as (run_id, lease), garbage_left():
        batches = _batches(read_from(opened, form), options.batch)
        for number, (told, is_last) in enumerate(batches, 1):
            items = [one for one in told if isinstance(one, Item)]
            gone = [one for one in told if isinstance(one, Deletion)]
            tally.count(items, gone)
            coverage = (*tally.given(), *_claimed(form, options.claim)) if is_last else ()
            tally.add(store.save(Batch(run_id, SOURCE, "", now(), items, gone, coverage, lease=lease)))
            progress(opened.done(), opened.whole)
            if number % SWEPT_AFTER == 0:
                sweep()
    return tally.result(run_id, coverage)


@contextmanager
def _run(store: Store, now: Callable[[], datetime], campaign: str | None) -> Iterator[tuple[int, Lease]]:
    """Begin a run, which its lease tells to be alive, and note how it ends; its progress may end it with Stopped."""
    run_id = store.begin_run(SOURCE, "", now(), campaign)
    lease = Lease.of_this_process(SOURCE, str(run_id))
    store.take_lease(lease)
    try:
        yield run_id, lease
    except (Stopped, KeyboardInterrupt):
        store.finish_run(run_id, now(), "stopped")
        raise
    except Exception as error:
        # Whatever it was: the run must not look as if it still ran.
        with suppress(StorageError):
            store.finish_run(run_id, now(), "failed", str(error) or type(error).__name__)
        raise
    else:
        store.finish_run(run_id, now(), "done")
    finally:
        with suppress(StorageError):
            store.release_lease(lease)


def _batches(told: Iterable[Told], size: int) -> Iterator[tuple[list[Told], bool]]:
    """Cut a stream into lists of a size, and say which is the last; that one is shorter, and may be empty."""
    full: list[Told] = []
    for one in told:
        full.append(one)
        if len(full) == size:
            yield full, False
            full = []
    yield full, True


def _claimed(form: Form, claim: Claim | None) -> Iterator[tuple[Key, Stretch]]:
    if claim is None:
        return
    for tag in sorted({asked(tag) for tag in claim.tags}):
        key = Key(form.platform, SOURCE, "", tag, claim.kind)
        yield key, Stretch(claim.starts_at, claim.ends_at, State.COMPLETE, CLAIMED)


@dataclass(slots=True)
class _Tally:
    """What an import has come across so far."""

    form: Form
    read: int = 0
    new: int = 0
    unparsed: int = 0
    gone: int = 0
    errors: list[str] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)
    spans: dict[Kind, tuple[Instant, Instant]] = field(default_factory=dict)

    def count(self, items: Sequence[Item], gone: Sequence[Deletion]) -> None:
        self.gone += len(gone)
        broken = [item.error or "" for item in items if item.post is None]
        self.errors += broken[: NAMED_ERRORS - len(self.errors)]
        self._stretch("posts", [item.post.created_at for item in items if item.post and not item.post.is_repost])
        self._stretch("reposts", [item.post.created_at for item in items if item.post and item.post.is_repost])

    def _stretch(self, kind: Kind, moments: Sequence[Instant]) -> None:
        if moments:
            first, last = self.spans.get(kind, (moments[0], moments[0]))
            self.spans[kind] = min(first, *moments), max(last, *moments)

    def add(self, saved: Saved) -> None:
        self.read += saved.posts_seen
        self.new += saved.posts_new
        self.unparsed += saved.unparsed
        for slug, gained in saved.members.items():
            self.members[slug] = self.members.get(slug, 0) + gained

    def given(self) -> Iterator[tuple[Key, Stretch]]:
        unit = timedelta(seconds=self.form.resolution)
        for kind, (first, last) in sorted(self.spans.items()):
            stretch = Stretch(from_text(first), from_text(last) + unit, State.GIVEN)
            yield Key(self.form.platform, SOURCE, "", ANY_TAG, kind), stretch

    def result(self, run_id: int, coverage: tuple[tuple[Key, Stretch], ...]) -> Imported:
        return Imported(
            run_id=run_id,
            form=self.form,
            read=self.read,
            new=self.new,
            unparsed=self.unparsed,
            gone=self.gone,
            errors=tuple(self.errors),
            members=self.members,
            coverage=coverage,
        )
