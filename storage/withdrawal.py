"""Taking back a claim, the word of a user that an archive is complete: the one write that lowers what is known."""

from typing import TypeAlias

from sqlalchemy import Connection, delete, select

from storage import schema
from storage.coverage import CLAIMED, Key, State, Stretch
from storage.instant import from_text
from storage.lake_marks import next_revision

Claimed: TypeAlias = tuple[Key, Stretch]

_TABLE = schema.coverage
_IS_CLAIM = (_TABLE.c.state == State.COMPLETE.value) & (_TABLE.c.reason == CLAIMED)


def withdraw(connection: Connection, run_id: int) -> tuple[Claimed, ...]:
    """Take back what was claimed with a run; returns what is no longer complete, nothing where no claim stood.

    What the archive gave is *given* still: that stands under '*', apart from all claims. Of claims that touch or
    overlap the ledger keeps one row, of the run that wrote last: they are taken back together.
    """
    taken = delete(_TABLE).where(_IS_CLAIM, _TABLE.c.run_id == run_id).returning(_TABLE)
    withdrawn = tuple(
        (
            Key(row.platform, row.source, row.server, row.tag, row.kind),
            Stretch(from_text(row.starts_at), from_text(row.ends_at), State(row.state), row.reason),
        )
        for row in connection.execute(taken)
    )
    if withdrawn:
        next_revision(connection)
    return tuple(sorted(withdrawn, key=lambda one: (one[0].tag, one[0].kind, one[1])))


def runs_with_claims(connection: Connection) -> tuple[int, ...]:
    """List the runs whose claims stand."""
    return tuple(connection.scalars(select(_TABLE.c.run_id).where(_IS_CLAIM).distinct().order_by(_TABLE.c.run_id)))
