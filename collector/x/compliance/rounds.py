"""Where a round of compliance jobs stands: kept as one note of the store, so that any process can go on with it.

A round asks of every post once whether it is still there, in as many jobs as that takes.
"""

from datetime import datetime
from typing import Final, Literal

import msgspec

from storage.instant import Instant, from_text, to_text
from storage.store import Store

NAME: Final = "x-compliance"
"""As runs and leases name it; it costs nothing."""
_KEY: Final = "x_deletions"

Stage = Literal["creating", "created", "uploaded"]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A round that is under way, and the job that it has come to.

    Attributes:
        begun_at: by our clock.
        job_name: under which the job is, or is about to be, made: by it a job is known whose making was not answered.
        after: the number of the last post that earlier jobs asked about.
        stage: what has come of the job.
        until: the number of the last post that this job asks about; None until its ids are sent.
        ids: how many it asks about.
        asked_at: when they were sent, by X's clock.
        lines: how many lines of its result have been dealt with.
        asked, gone: how many ids earlier jobs asked about, and how many were said to be gone in this round.
        others: how many verdicts were no deletions, by X's word for them.
        unread: how many lines could not be read.
    """

    begun_at: Instant
    job_name: str
    after: int = 0
    stage: Stage = "creating"
    job_id: str = ""
    until: int | None = None
    ids: int = 0
    asked_at: Instant = ""
    lines: int = 0
    asked: int = 0
    gone: int = 0
    others: dict[str, int] = {}
    unread: int = 0

    def next_job(self, now: datetime) -> "Round":
        """Go on to another job, about the posts after those of this one."""
        return msgspec.structs.replace(
            self.anew(now), after=self.until or self.after, asked=self.asked + self.ids, until=None, ids=0
        )

    def anew(self, now: datetime) -> "Round":
        """Begin this job anew, about the same posts."""
        return msgspec.structs.replace(
            self, job_name=_name(now), stage="creating", job_id="", until=None, ids=0, asked_at="", lines=0
        )


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The last round that came to its end: of posts that were there when it began nothing was left out."""

    begun_at: Instant
    ended_at: Instant
    asked: int
    gone: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """All that is noted.

    Attributes:
        rests_until: X is not asked before; by our clock.
        failures: in a row.
    """

    round: Round | None = None
    last: Last | None = None
    rests_until: Instant | None = None
    failures: int = 0


def begin_round(now: datetime) -> Round:
    """Begin a round."""
    return Round(begun_at=to_text(now), job_name=_name(now))


def read_note(store: Store) -> Note:
    """Read what is noted; what cannot be read was written by another version: the round begins anew."""
    try:
        return msgspec.json.decode(store.get_note(_KEY) or "{}", type=Note)
    except msgspec.MsgspecError:
        return Note()


def write_note(store: Store, note: Note) -> None:
    """Note where the round stands."""
    store.set_note(_KEY, msgspec.json.encode(note).decode())


def is_under_way(store: Store) -> bool:
    """Tell whether a round has begun that has not come to its end."""
    return read_note(store).round is not None


def last_asked(store: Store) -> datetime | None:
    """Tell when the last whole round began; None: X was never asked about all posts that there were."""
    last = read_note(store).last
    return None if last is None else from_text(last.begun_at)


def _name(now: datetime) -> str:
    return f"groundswell {to_text(now)}"
