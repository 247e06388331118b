"""What goes wrong on command: which requests, how often, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Literal

from tests.platforms.x.asking import Request

Kind = Literal["status", "hang", "half", "close", "broken", "html", "repeat", "slow", "redirect", "huge", "disconnect"]
# Of these the client has nothing to read, or nothing that it can read, though the work was done and is charged for.
AFTER_WORK: frozenset[str] = frozenset({"hang", "half", "broken", "repeat", "slow", "huge", "disconnect"})


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        kind: status: an error; hang: no answer ever; half: half an answer, then nothing; close: the connection
            ends; broken: JSON that breaks off; html: a page of HTML with 200, or `status`; repeat: the first page
            again and again; slow: a tenth of the answer every tenth of `seconds`; redirect: 302 to `target`;
            huge: `size` blanks before the JSON; disconnect: a stream that ends after `seconds`.
        path: of the requests that it hits, with * for anything.
        count: how many it hits; None: all.
        skip: how many it lets by first.
        status: of an error; 429 can be `problem` 'usage-capped', 403 'client-forbidden'.
        has_headers: whether a 429 tells of its window.
        works: whether the work is done, and charged for, before; None: as the kind is.
        since, until: only at these times of the stand-in's clock.
    """

    kind: Kind
    path: str = "/2/*"
    count: int | None = 1
    skip: int = 0
    status: int | None = None
    problem: str = ""
    has_headers: bool = True
    works: bool | None = None
    seconds: float = 0.2
    size: int = 64 * 1024 * 1024
    target: str = "http://127.0.0.1:9/elsewhere"
    since: datetime | None = None
    until: datetime | None = None

    @property
    def does_work(self) -> bool:
        """Say whether the request is answered and charged for before it goes wrong."""
        is_error = self.kind == "status"  # whatever fails with an error costs nothing
        return False if is_error else self.kind in AFTER_WORK if self.works is None else self.works


@dataclass
class _Armed:
    fault: Fault
    left: int | None
    to_skip: int
    first: Request | None = None


@dataclass
class Faults:
    """The faults that are to come; the first that fits a request hits it."""

    _armed: list[_Armed] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Put one behind the others."""
        self._armed.append(_Armed(fault, fault.count, fault.skip))

    def status(self, status: int, path: str = "/2/*", count: int | None = 1, has_headers: bool = True) -> None:
        """Answer with an error."""
        self.add(Fault("status", path, count, status=status, has_headers=has_headers))

    def outage(self, since: datetime, until: datetime, kind: Kind = "status", status: int = 503) -> None:
        """Let nothing through between two instants."""
        self.add(Fault(kind, "/2/*", None, status=status, since=since, until=until))

    def clear(self) -> None:
        """Let all go well from here on."""
        self._armed.clear()

    def hit(self, request: Request, now: datetime) -> tuple[Fault | None, Request]:
        """Find what goes wrong with a request, and the request that is answered in its place."""
        for armed in self._armed:
            fault = armed.fault
            is_time = (fault.since is None or fault.since <= now) and (fault.until is None or now < fault.until)
            if armed.left == 0 or not is_time or not fnmatchcase(request.path, fault.path):
                continue
            if armed.to_skip:
                armed.to_skip -= 1
                continue
            if armed.left is not None:
                armed.left -= 1
            if fault.kind == "repeat":
                armed.first = armed.first or request
                return fault, armed.first
            return fault, request
        return None, request


def window_headers(now: datetime) -> Mapping[str, str]:
    """Write the headers of a window that is used up for another minute."""
    return {
        "x-rate-limit-limit": "450",
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(int(now.timestamp()) + 60),
    }
