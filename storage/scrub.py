"""Taking erased words out of the database file itself: deleting rows leaves copies on pages that were split."""

from sqlalchemy import Connection, text, update

from storage import schema
from storage.deletion import SCRUB_PENDING
from storage.engine import bare, reading, writing
from storage.errors import StoreLocked
from storage.lake_marks import get_meta, set_meta
from storage.store import Store

PATIENCE = 1.0
"""Seconds that a scrub waits for readers: it is tried again later."""

_FORGOTTEN = """
SELECT a.id FROM authors AS a
WHERE EXISTS (SELECT 1 FROM posts AS p WHERE p.author_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM posts AS p WHERE p.author_id = a.id AND p.deleted_at IS NULL)
"""
"""Authors of whom no post is left."""


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
        _forget_profiles(connection)
    try:
        with bare(store.engine, patience=PATIENCE) as connection:
            connection.execute(text("VACUUM"))
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
    except StoreLocked:
        return False
    if busy:
        return False
    with writing(store.engine) as connection:
        set_meta(connection, SCRUB_PENDING, None)
    return True


def _forget_profiles(connection: Connection) -> None:
    gone = [int(number) for number in connection.scalars(text(_FORGOTTEN))]
    authors, history = schema.authors, schema.author_history
    for number in gone:
        connection.execute(
            update(authors)
            .where(authors.c.id == number)
            .values(handle=None, display_name=None, location=None, followers=None, following=None, posts=None)
        )
        connection.execute(history.delete().where(history.c.author_id == number))
