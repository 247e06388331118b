"""What went wrong in a job: said in the log, and the last of it, with its cures, kept in the store for `status`."""

import threading
from datetime import datetime
from typing import Final

import msgspec

from groundswell.journal import LOG
from groundswell.secrets import Secrets
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.errors import StorageError
from storage.store import Store

KEPT: Final = 3
_KEY: Final = "problems"
_NOTING: Final = threading.Lock()


class Problem(msgspec.Struct, frozen=True):
    """Something that went wrong: when (aware), in which job, and what and how to cure it in one line."""

    at: datetime
    job: str
    what: str


_PROBLEMS: Final = msgspec.json.Decoder(list[Problem])


def note(store: Store, problem: Problem) -> None:
    """Keep a problem, without secrets; of one that comes again and again only the last is kept."""
    problem = msgspec.structs.replace(problem, what=Secrets.of().blot(problem.what))
    with _NOTING:
        others = [one for one in last(store) if (one.job, one.what) != (problem.job, problem.what)]
        kept = [*others, problem][-KEPT:]
        store.set_note(_KEY, msgspec.json.encode(kept).decode())


def last(store: Store) -> list[Problem]:
    """Read the last problems, the oldest first."""
    text = store.get_note(_KEY)
    return [] if text is None else _PROBLEMS.decode(text)


def tell(store: Store, job: str, error: Exception, at: datetime) -> None:
    """Say what went wrong in a job, in the log and in the store; of what nobody foresaw the log has the traceback."""
    what = one_line(" ".join(lines_of(error)))
    if what:
        LOG.error("%s: %s", job, what)
    else:
        LOG.exception("%s: this is a bug in Groundswell", job)
        fact = f"{type(error).__name__}: {error}".rstrip(".")
        what = one_line(f"{fact}. This is a bug in Groundswell: please send its traceback, which is in the log.")
    try:
        note(store, Problem(at, job, what))
    except StorageError as worse:
        LOG.error("%s: %s", job, one_line(" ".join(lines_of(worse))))
