"""The database itself: whole, ours alone, scrubbed, and its -wal no longer than it should be."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import inspect

from groundswell.doctor.finding import Finding, Subject
from groundswell.progress import bar
from groundswell.sizes import write_size
from groundswell.times import write_span
from groundswell.whereabouts import file_of
from storage import schema
from storage.backup import named_errors, wrong_in
from storage.engine import reading
from storage.instant import from_text
from storage.query import STEPS_BETWEEN_LOOKS
from storage.sqlite_file import connect, wal_of
from storage.store import Store

LONG_WAL: Final = 256_000_000
OVERDUE: Final = timedelta(days=1)
_DAMAGED: Final = "stop the collector, keep a copy of the file, and see docs/operations.md: restore a backup or recover"


def look(subject: Subject) -> Iterator[Finding]:
    """Look at the database: what SQLite thinks of it, and what waits in it."""
    store, file = subject.store, file_of(subject.url)
    if store is None:
        return
    if file is None:
        yield Finding("integrity", "unknown", "a database server looks after its own files", "see its administrator")
    else:
        yield _whole(file)
        yield from _wal(file)
    yield from _foreign(store)
    yield _scrub(subject, store)


def _whole(file: Path) -> Finding:
    with named_errors(file), closing(connect(file)[0]) as connection, bar("integrity") as tell:
        # It lasts minutes on a large store: between its steps Ctrl-C is heard and the bar moves.
        connection.set_progress_handler(lambda: tell(0, 0), STEPS_BETWEEN_LOOKS)
        found = wrong_in(connection)
    if found is None:
        return Finding("integrity", "ok", f"SQLite finds nothing wrong in {write_size(file.stat().st_size)}")
    return Finding("integrity", "failed", f"{file} is damaged: {found}", _DAMAGED)


def _wal(file: Path) -> Iterator[Finding]:
    wal = wal_of(file)
    length = wal.stat().st_size if wal.exists() else 0
    if length > LONG_WAL:
        what = f"{write_size(length)} wait in {wal.name}: some program has been reading without a pause"
        yield Finding("integrity", "warning", what, "close notebooks and other programs that have the store open")


def _foreign(store: Store) -> Iterator[Finding]:
    """Name tables that are not ours: they are in nobody's way, but no upgrade knows of them."""
    ours = {*schema.metadata.tables, "alembic_version"}
    with reading(store.engine) as connection:
        foreign = sorted(set(inspect(connection).get_table_names()) - ours)
    if foreign:
        what = f"the store has tables that are not Groundswell's: {', '.join(foreign)}"
        yield Finding("integrity", "warning", what, "keep tables of your own in a database of their own")


def _scrub(subject: Subject, store: Store) -> Finding:
    pending = store.get_note("scrub_pending")
    if pending is None:
        return Finding("scrub", "ok", "no erased text waits to be taken out of the file")
    age = subject.now - from_text(pending)
    what = f"erased texts wait to be taken out of the file for {write_span(age, 'a moment')}"
    cure = "`groundswell db scrub` does it now, once other readers are closed; `run` does it when the sources are idle"
    return Finding("scrub", "warning" if age > OVERDUE else "ok", what, cure)
