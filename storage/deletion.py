"""Deletions, the platforms' and those asked of us: recorded, laid over the rows by the merge rule, and erased."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from storage import schema
from storage.engine import any_of, insert_rows
from storage.instant import Instant
from storage.merge import Gone, gone
from storage.meta import get_meta, set_meta
from storage.payloads import erase_bodies
from storage.post import Deletion
from storage.save_authors import SavedAuthors
from storage.save_posts import SavedPosts
from storage.unread import erase_unread

SCRUB_PENDING: Final = "scrub_pending"
ERASURES: Final = "erasures"
_TABLES: Final = {"post": schema.deletions, "author": schema.author_deletions}
PROFILE: Final = ("handle", "display_name", "location", "created_at", "followers", "following", "posts")
"""What a profile consists of; the author's platform id stays."""


def record(connection: Connection, deletions: Sequence[Deletion]) -> None:
    """Keep of each id the deletion that reaches farthest, known here or not: it may come before its post."""
    for one in deletions:
        table = _TABLES[one.of]
        mine = (table.c.platform == one.platform, table.c.platform_id == one.platform_id)
        before = connection.execute(select(table.c.deleted_at, table.c.reason).where(*mine)).first()
        if before is not None and _force(one.deleted_at, one.reason) <= _force(*before):
            continue
        connection.execute(table.delete().where(*mine))
        insert_rows(connection, table, [(one.platform, one.platform_id, one.deleted_at, one.reason)])


def _force(deleted_at: Instant, reason: str) -> tuple[Gone, str]:
    return gone(deleted_at, reason), reason


def erase(
    connection: Connection, deletions: Sequence[Deletion], posts: SavedPosts, authors: SavedAuthors, now: Instant
) -> None:
    """Take erased words out of payload bodies, and ask for a scrub of the file where anything is to be erased.

    A deletion may have come long before: it names a version whose post is known only now, or a post that an
    archive brings again, with its author's profile. `now` is the machine's time: `status` tells how long it waits.
    """
    erased = erase_unread(connection, deletions)
    if not (posts.gone or authors.gone or erased):
        return
    erased += erase_bodies(connection, posts.gone, authors.gone)
    if deletions or erased or posts.erased or forgettable(connection, posts.gone):
        count = int(get_meta(connection, ERASURES) or 0) + 1
        set_meta(connection, ERASURES, str(count))
        if get_meta(connection, SCRUB_PENDING) is None:
            set_meta(connection, SCRUB_PENDING, now)


def forgettable(connection: Connection, posts: Iterable[int] | None = None) -> list[int]:
    """List authors, of some posts or of all, who have a profile still and of whom no post is left."""
    authors, mine, left = schema.authors, schema.posts.alias(), schema.posts.alias()
    told = or_(*(authors.c[field].is_not(None) for field in PROFILE))
    has_posts: ColumnElement[bool] = exists().where(mine.c.author_id == authors.c.id)
    if posts is not None:
        written = select(mine.c.author_id).where(mine.c.id.in_(any_of(list(posts))))
        has_posts = authors.c.id.in_(written)
    none_left = ~exists().where(left.c.author_id == authors.c.id, left.c.deleted_at.is_(None))
    return list(connection.scalars(select(authors.c.id).where(told, has_posts, none_left)))
