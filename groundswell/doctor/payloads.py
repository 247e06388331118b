"""What the platforms sent: fields that nobody knows, and items that could not be read. All of it is kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from groundswell.commands import COMMANDS
from groundswell.doctor.finding import Finding, Subject
from storage import schema
from storage.engine import reading
from storage.instant import to_text
from storage.store import Store

LATELY: Final = timedelta(days=30)
_SHOWN: Final = 8


def look(subject: Subject) -> Iterator[Finding]:
    """Count both."""
    if subject.store is not None:
        yield _unknown(subject, subject.store)
        yield _unparsed(subject.store)


def _unknown(subject: Subject, store: Store) -> Finding:
    fields, runs = schema.unknown_fields.c, schema.runs.c
    items = func.sum(fields["items"]).label("items")
    query = (
        select(fields.field, items, func.count(func.distinct(fields.run_id)).label("runs"))
        .select_from(schema.unknown_fields.join(schema.runs, runs.id == fields.run_id))
        .where(runs.started_at >= to_text(subject.now - LATELY))
        .group_by(fields.field)
        .order_by(items.desc(), fields.field)
    )
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    if not rows:
        return Finding("unknown fields", "ok", f"none in the runs of the last {LATELY.days} days")
    named = ", ".join(f"{field} ({count:,} items in {of:,} runs)" for field, count, of in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    what = f"{named}{more}: a platform may have brought something new; nothing was lost, payloads are kept"
    return Finding("unknown fields", "warning", what, "see whether a later version of Groundswell reads them")


def _unparsed(store: Store) -> Finding:
    raw = schema.raw_payloads.c
    with reading(store.engine) as connection:
        count = connection.scalar(select(func.count()).where(raw.post_id.is_(None))) or 0
    if not count:
        return Finding("unreadable items", "ok", "none")
    cure = "after an upgrade of the program "
    cure += "`groundswell reparse` reads them again" if "reparse" in COMMANDS else "they may be readable"
    return Finding("unreadable items", "warning", f"{count:,} could not be read; they are kept", cure)
