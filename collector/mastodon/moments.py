"""When a status was posted, and where its server sorts it: what its id and its own word say. Pure.

Mastodon's ids have a time in them: milliseconds since 1970 above 16 other bits. It is the time at which the post was
delivered to the server, or that which the post claims for one that the server went and fetched; timelines are
sorted and cut by it. Other servers count, or make ids of other kinds: there only created_at tells.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from collector.errors import Unreadable
from collector.mastodon.objects import LocalId, Status
from storage.instant import EPOCH, Instant, from_text, to_text

BEGAN: Final = datetime(2008, 1, 1, tzinfo=UTC)
FAR_AHEAD: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""A claimed time outside of these years is an error (the first servers of the network are of 2008)."""

_SNOWFLAKES_BEGAN: Final = datetime(2017, 10, 1, tzinfo=UTC)
_LONGEST: Final = len(str(2**63))
_NEAR: Final = timedelta(days=1)
_CLOCKS_DIFFER: Final = timedelta(minutes=1)


def id_time(local_id: LocalId, claim: datetime | None) -> datetime | None:
    """Read the time in an id; None where the id is none of Mastodon's.

    A counted id, or one of another kind that happens to be a number, would be read as a time too. It is believed
    where it is within a day of `claim` (what the post says), or else in the years in which Mastodon has given such
    ids: posts are delivered days after they were written, and some claim to be older or newer than they are.
    """
    text = str(local_id)
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        return None
    told = EPOCH + timedelta(milliseconds=int(text) >> 16)
    if claim is not None and abs(told - claim) <= _NEAR:
        return told
    return told if _SNOWFLAKES_BEGAN <= told < FAR_AHEAD else None


def order_key(status: Status) -> datetime:
    """Tell by which time a status is sorted; raises Unreadable where neither its id nor itself tells."""
    try:
        claim, refused = moment_of(status.created_at, "created_at"), None
    except Unreadable as error:
        claim, refused = None, error
    told = id_time(status.id, claim) or claim
    if told is None:
        raise refused or Unreadable("no created_at")
    return told


def posted(status: Status, observed_at: Instant | None) -> tuple[Instant, Instant | None]:
    """Give the best-known time of posting, and what the post claims where that cannot be.

    A post claims its time itself. A claim is not believed that lies outside of the network's years, or more than a
    minute (servers' clocks differ) after a server had the post: by its id or, where that does not tell, by
    `observed_at`. Then that time is the best known. Raises Unreadable where there is none.
    """
    claim = moment_of(status.created_at, "created_at")
    had = id_time(status.id, claim)
    if had is not None and not BEGAN <= had < FAR_AHEAD:
        had = None
    if had is None and observed_at is not None:
        had = from_text(observed_at)
    if BEGAN <= claim < FAR_AHEAD and (had is None or claim <= had + _CLOCKS_DIFFER):
        return to_text(claim), None
    if had is None:
        raise Unreadable(f"created_at is {to_text(claim)}, and nothing tells when it really was")
    return to_text(had), to_text(claim)


def moment_of(text: str | None, field: str) -> datetime:
    """Read a time in ISO 8601 as UTC; raises Unreadable for one without a zone, and for what is no time."""
    if text is None:
        raise Unreadable(f"no {field}")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unreadable(f"{field} is {text[:40]!r}, not a time like 2026-11-23T09:00:00.000Z")
