"""The last things that went wrong, with their cures, kept in the store for `status`."""

import threading
from datetime import datetime
from typing import Final

import msgspec

from groundswell.secrets import Secrets
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
