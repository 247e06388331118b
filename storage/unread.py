"""Payloads that could not be read, and those that are asked of us to be forgotten.

Nobody knows which posts such a payload holds: one that names what was forgotten by its id is not kept.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from sqlalchemy import Connection, select, update

from storage import schema
from storage.engine import any_of
from storage.merge import ON_REQUEST
from storage.packing import Packer, note_erased
from storage.post import Deletion

Forgotten: TypeAlias = re.Pattern[bytes]
"""Finds the id of what was forgotten in the bytes of a payload."""


def forgotten_ids(connection: Connection) -> Forgotten | None:
    """Make the pattern of all that was forgotten on request; None where nothing was."""
    ids: set[str] = set()
    for table in (schema.deletions, schema.author_deletions):
        ids.update(connection.scalars(select(table.c.platform_id).where(table.c.reason == ON_REQUEST)))
    return _pattern(ids)


def erase_unread(connection: Connection, deletions: Iterable[Deletion]) -> int:
    """Drop the bodies that name what is to be forgotten by one of some deletions; returns how many went."""
    forgotten = _pattern({one.platform_id for one in deletions if one.reason == ON_REQUEST})
    if forgotten is None:
        return 0
    raw = schema.raw_payloads
    packer = Packer()
    packer.read(connection)
    unread = select(raw.c.id, raw.c.body).where(raw.c.post_id.is_(None), raw.c.body.is_not(None))
    found = [number for number, body in connection.execute(unread) if forgotten.search(packer.unpack(body))]
    note_erased(connection, found)
    dropped = update(raw).where(raw.c.id.in_(any_of(found))).values(body=None, dropped_why="deleted")
    connection.execute(dropped)
    return len(found)


def _pattern(ids: Iterable[str]) -> Forgotten | None:
    """Find ids that stand alone, their slashes escaped or not, as JSON may have them."""
    spelled = sorted({re.escape(one).replace("/", r"\\?/") for one in ids})
    return re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(spelled)})(?![0-9A-Za-z])".encode()) if spelled else None
