"""The platform's word that posts are gone: recorded, laid over the rows by the merge rule, and erased from the file."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from storage import schema
from storage.engine import insert_rows
from storage.instant import Instant
from storage.lake_marks import get_meta, set_meta
from storage.payloads import erase_bodies
from storage.post import Deletion

SCRUB_PENDING = "scrub_pending"


def record(connection: Connection, deletions: Sequence[Deletion]) -> None:
    """Keep the latest deletion of each id, known here or not: it may come before its post."""
    table = schema.deletions
    for one in deletions:
        mine = (table.c.platform == one.platform, table.c.platform_id == one.platform_id)
        before = connection.execute(select(table.c.deleted_at, table.c.reason).where(*mine)).first()
        if before is not None and (one.deleted_at, one.reason) <= tuple(before):
            continue
        connection.execute(table.delete().where(*mine))
        insert_rows(connection, table, [(one.platform, one.platform_id, one.deleted_at, one.reason)])


def erase(connection: Connection, deletions: Sequence[Deletion], deleted_at: Mapping[int, Instant]) -> None:
    """Take erased words out of payload bodies, and ask for a scrub of the file where anything was erased.

    A deletion may have come long before: it names a version whose post is known only now.
    """
    erased = erase_bodies(connection, deleted_at)
    if deleted_at and (deletions or erased) and get_meta(connection, SCRUB_PENDING) is None:
        set_meta(connection, SCRUB_PENDING, max(deleted_at.values()))
