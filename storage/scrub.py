"""Taking erased words out of the database's files: what is deleted from a table stays on its pages for a while.

A file of SQLite is written anew whole; on PostgreSQL the tables that hold words are. The server's log of changes
(WAL), its backups and its replicas are its administrator's: they keep what they keep.
"""

from typing import Final

from sqlalchemy import Connection, update

from storage import schema
from storage.deletion import ERASURES, PROFILE, SCRUB_PENDING, forgettable
from storage.engine import any_of, bare, reading, rewrite, writing
from storage.errors import StoreLocked
from storage.lake_marks import mark
from storage.meta import get_meta, set_meta
from storage.packing import repack_if_stale
from storage.store import Store

PATIENCE = 1.0
"""Seconds that a scrub waits for readers: it is tried again later."""

WORDED: Final = (
    *(schema.posts, schema.post_versions, schema.post_hashtags, schema.post_links, schema.post_mentions),
    *(schema.post_media, schema.links, schema.field_ranks, schema.authors, schema.author_history),
    *(schema.raw_payloads, schema.zstd_dictionaries),
)
"""The tables from which an erasure takes anything."""


def scrub_if_pending(store: Store) -> bool:
    """Scrub the store if anything was erased; tells whether nothing is pending any more.

    While another program reads or writes, nothing can be written anew: the scrub stays pending.
    """
    with reading(store.engine) as connection:
        if get_meta(connection, SCRUB_PENDING) is None:
            return True
    return scrub(store)


def scrub(store: Store) -> bool:
    """Forget the profiles of authors of whom no post is left, and write anew what held what was erased."""
    with writing(store.engine) as connection:
        begun = get_meta(connection, ERASURES)
        _forget_profiles(connection)
    repack_if_stale(store.engine)
    try:
        with bare(store.engine, patience=PATIENCE) as connection:
            is_clean = vacuum(connection)
    except StoreLocked:
        return False
    if not is_clean:
        return False
    with writing(store.engine) as connection:
        # What was erased since we began may still be in the file.
        if get_meta(connection, ERASURES) != begun:
            return False
        set_meta(connection, SCRUB_PENDING, None)
    return True


def vacuum(connection: Connection) -> bool:
    """Write anew what copies of erased words may lie in; False where a reader keeps some of it."""
    return rewrite(connection, WORDED)


def _forget_profiles(connection: Connection) -> None:
    gone = forgettable(connection)
    authors, history, ranks = schema.authors, schema.author_history, schema.field_ranks
    chosen = any_of(gone)
    connection.execute(update(authors).where(authors.c.id.in_(chosen)).values(dict.fromkeys(PROFILE)))
    connection.execute(history.delete().where(history.c.author_id.in_(any_of(gone))))
    connection.execute(ranks.delete().where(ranks.c.kind == "author", ranks.c.id.in_(any_of(gone))))
    if gone:
        mark(connection, authors=gone)
