"""Reading again what was kept: after an upgrade, what could not be read becomes posts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final, TypeAlias

from collector.archive.forms import FORMS, JsonForm, TableForm, Told
from collector.errors import Unreadable
from collector.json_text import parse
from storage import coverage
from storage.batch import Batch
from storage.coverage import Key, State, Stretch
from storage.engine import reading, writing
from storage.kept import Kept, drop_unread, last_kept, read_kept, without_body
from storage.post import Deletion, Item
from storage.store import Store

SOURCE: Final = "reparse"
_STEP: Final = 2_000
_ITEM: Final = b'{"data":'
"""What every payload of one post begins with; what begins otherwise is a line or an answer that was broken."""

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(slots=True)
class Reparsed:
    """What came of it.

    Attributes:
        read: payloads that were read.
        new: posts that no source had been known to have found.
        unread: payloads that still cannot be read.
        mended: how many stretches of coverage are complete now.
        soiled: the (source, server) of which a post still cannot be read.
    """

    read: int = 0
    new: int = 0
    unread: int = 0
    mended: int = 0
    soiled: set[tuple[str, str]] = field(default_factory=set)


def reparse(
    store: Store,
    *,
    now: Callable[[], datetime],
    progress: Progress,
    whole: bool = False,
    tables: Sequence[TableForm] = (),
) -> Reparsed:
    """Read payloads again that could not be read; with `whole` all that were kept.

    What is read again is one more reading: it fills what was empty, and by the merge rule a value that stands stays
    unless the new one outranks it. Where a source has nothing unread left, its stretches that were *partial/unparsed*
    become complete. `progress` is told (numbers done, numbers in all).
    """
    run_id = store.begin_run(SOURCE, "", now())
    done = Reparsed()
    with reading(store.engine) as connection:
        last = last_kept(connection, unread=not whole)
        done.soiled |= without_body(connection)
    after = 0
    while after < last:
        with reading(store.engine) as connection:
            kept = read_kept(connection, after, _STEP, unread=not whole)
        if not kept:
            break
        for (source, server), payloads in groupby(kept, key=lambda one: (one.source, one.server)):
            _save(store, Batch(run_id, source, server, now()), list(payloads), tables, done)
        after = kept[-1].number
        progress(min(after, last), last)
    done.mended = _mend(store, Batch(run_id, SOURCE, "", now()), done)
    store.finish_run(run_id, now())
    return done


def reread(kept: Kept, tables: Sequence[TableForm] = ()) -> tuple[Told, ...]:
    """Read one kept payload by the form of its content; raises Unreadable."""
    value = parse(kept.body)
    row = value.get("data") if isinstance(value, dict) else None
    if isinstance(row, dict) and all(isinstance(cell, str) for cell in row.values()):
        for form in (*tables, *FORMS.values()):
            if isinstance(form, TableForm) and form.columns <= row.keys():
                return (form.item(row),)
    for form in FORMS.values():
        if isinstance(form, JsonForm) and form.holds(value):
            return tuple(form.items(value, kept.observed_at))
    raise Unreadable("in no form that is read")


def _save(store: Store, batch: Batch, payloads: Sequence[Kept], tables: Sequence[TableForm], done: Reparsed) -> None:
    items: list[Item] = []
    gone: list[Deletion] = []
    now_read: list[int] = []
    for kept in payloads:
        told = _told(kept, tables)
        if told is None:
            done.unread += 1
            if kept.body.startswith(_ITEM):
                done.soiled.add((kept.source, kept.server))
            continue
        done.read += 1
        items += [one for one in told if isinstance(one, Item)]
        gone += [one for one in told if isinstance(one, Deletion)]
        if not kept.is_read:
            now_read.append(kept.number)
    if items or gone:
        done.new += store.save(_with(batch, items, gone)).posts_new
    if now_read:
        with writing(store.engine) as connection:
            drop_unread(connection, now_read)


def _told(kept: Kept, tables: Sequence[TableForm]) -> tuple[Told, ...] | None:
    """Read a payload; None where any part of it cannot be read."""
    try:
        told = reread(kept, tables)
    except Unreadable:
        return None
    return None if any(isinstance(one, Item) and one.post is None for one in told) else told


def _with(batch: Batch, items: Sequence[Item], gone: Sequence[Deletion]) -> Batch:
    return Batch(batch.run_id, batch.source, batch.server, batch.now, items, gone)


def _mend(store: Store, batch: Batch, done: Reparsed) -> int:
    """Raise the stretches of sources of which everything has been read by now; tells how many."""
    mended = [
        (key, Stretch(row.starts_at, row.ends_at, State.COMPLETE))
        for key, row in _unparsed(store)
        if (key.source, key.server) not in done.soiled
    ]
    if mended:
        store.save(Batch(batch.run_id, batch.source, batch.server, batch.now, coverage=mended))
    return len(mended)


def _unparsed(store: Store) -> Iterator[tuple[Key, Stretch]]:
    for key in store.keys():  # noqa: SIM118  # a store is no dict
        for row in store.coverage(key):
            if row.state is State.PARTIAL and row.reason == coverage.UNPARSED:
                yield key, row
