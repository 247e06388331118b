"""Taking erased words out of the database file itself: deleting rows leaves copies on pages that were split."""

from sqlalchemy import Connection, text, update

from storage import schema
from storage.deletion import ERASURES, PROFILE, SCRUB_PENDING, forgettable
from storage.engine import any_of, bare, reading, writing
from storage.errors import StoreLocked
from storage.lake_marks import mark
from storage.meta import get_meta, set_meta
from storage.packing import repack_if_stale
from storage.store import Store

PATIENCE = 1.0
"""Seconds that a scrub waits for readers: it is tried again later."""


def scrub_if_pending(store: Store) -> bool:
    """Scrub the store's file if anything was erased; tells whether nothing is pending any more.

    While another program reads or writes, the file cannot be written anew: the scrub stays pending.
    """
    with reading(store.engine) as connection:
        if get_meta(connection, SCRUB_PENDING) is None:
            return True
    return scrub(store)


def scrub(store: Store) -> bool:
    """Forget the profiles of authors of whom no post is left, and write the file anew without what was erased."""
    with writing(store.engine) as connection:
        begun = get_meta(connection, ERASURES)
        _forget_profiles(connection)
    repack_if_stale(store.engine)
    try:
        with bare(store.engine, patience=PATIENCE) as connection:
            vacuum(connection)
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
    except StoreLocked:
        return False
    if busy:
        return False
    with writing(store.engine) as connection:
        # What was erased since we began may still be in the file.
        if get_meta(connection, ERASURES) != begun:
            return False
        set_meta(connection, SCRUB_PENDING, None)
    return True


def vacuum(connection: Connection) -> None:
    """Write the database anew, without the pages on which copies of what was erased may lie."""
    connection.execute(text("VACUUM"))


def _forget_profiles(connection: Connection) -> None:
    gone = forgettable(connection)
    authors, history, ranks = schema.authors, schema.author_history, schema.field_ranks
    chosen = any_of(gone)
    connection.execute(update(authors).where(authors.c.id.in_(chosen)).values(dict.fromkeys(PROFILE)))
    connection.execute(history.delete().where(history.c.author_id.in_(any_of(gone))))
    connection.execute(ranks.delete().where(ranks.c.kind == "author", ranks.c.id.in_(any_of(gone))))
    if gone:
        mark(connection, authors=gone)
