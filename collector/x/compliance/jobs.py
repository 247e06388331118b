"""X's batch compliance: many ids go up in one file, and what has become of their posts comes down. It costs nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from collector.errors import PayloadError
from collector.x.client import Answer, Client
from collector.x.compliance.files import Files
from collector.x.rules import is_id
from collector.x.settings import Settings
from storage.instant import from_text, to_text

PATH: Final = "/2/compliance/jobs"
"""Neither version of X's names has another one."""
_TYPE: Final = {"type": "tweets"}
_FIELDS: Final = {
    "compliance_job.fields": "download_expires_at,download_url,id,name,status,type,upload_expires_at,upload_url"
}


@dataclass(frozen=True, slots=True)
class Job:
    """A job as X told of it.

    Attributes:
        status: created, in_progress, complete, failed or expired; or a word that X has found since.
        told_at: when, by X's clock.
        upload_to, download_from: signed addresses; never shown.
    """

    id: str
    name: str
    status: str
    told_at: datetime
    upload_to: str = field(default="", repr=False)
    download_from: str = field(default="", repr=False)
    upload_until: datetime | None = None
    download_until: datetime | None = None

    @property
    def is_in_the_way(self) -> bool:
        """Tell whether X takes no other job beside it."""
        return self.standing in {"created", "in_progress"}

    @property
    def standing(self) -> str:
        """Tell its status, also where X has yet to notice that its time is over."""
        ends = self.upload_until if self.status == "created" else self.download_until
        return "expired" if ends is not None and ends <= self.told_at else self.status


class Compliance:
    """The compliance jobs on posts that an app may have: one at a time."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        client: Client | None = None,
        files: Files | None = None,
    ) -> None:
        """Make ready to ask; `now` is our clock. Nothing is asked yet."""
        self._now = now
        self._client = client or Client(settings, now)
        self._files = files or Files(settings.connect_timeout, settings.read_timeout)
        self._sent = 0

    @property
    def requests(self) -> int:
        """Tell how many requests were made."""
        return self._client.requests + self._sent

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._files.close()

    def now(self) -> datetime:
        """Tell the moment by X's clock, as far as it is known."""
        return self._now() + self._client.ahead

    def jobs(self) -> tuple[Job, ...]:
        """List the jobs that there are; raises SourceError as all of these do, see collector.errors."""
        answer = self._client.get("compliance", PATH, {**_TYPE, **_FIELDS})
        told = answer.json.get("data", [])
        if not isinstance(told, list):
            raise _unreadable()
        return tuple(self._read(one, answer) for one in told)

    def create(self, name: str) -> str:
        """Make a job of a name of up to 64 characters; returns its id. While another is open X refuses."""
        answer = self._client.post("compliance", PATH, {**_TYPE, "name": name})
        return self._read(answer.json.get("data"), answer).id

    def job(self, job_id: str) -> Job:
        """Ask how far a job is; raises QuestionRefused where X knows of none."""
        answer = self._client.get("compliance", f"{PATH}/{job_id}", _FIELDS)
        return self._read(answer.json.get("data"), answer)

    def upload(self, job: Job, ids: bytes) -> None:
        """Send the ids, a line each: X begins. They can be sent once."""
        self._sent += 1
        self._files.send(job.upload_to, ids)

    def results(self, job: Job) -> Iterator[bytes]:
        """Fetch a line for each id of whose post something has become; see `collector.x.compliance.verdicts`."""
        self._sent += 1
        return self._files.lines(job.download_from)

    def _read(self, told: Any, answer: Answer) -> Job:
        if not isinstance(told, dict) or not is_id(told.get("id")):
            raise _unreadable()
        return Job(
            id=told["id"],
            name=_text(told, "name"),
            status=_text(told, "status"),
            told_at=answer.served_at or self._now(),
            upload_to=_text(told, "upload_url"),
            download_from=_text(told, "download_url"),
            upload_until=_moment(told, "upload_expires_at"),
            download_until=_moment(told, "download_expires_at"),
        )


def file_of_ids(posts: Iterable[tuple[int, Sequence[str]]], most: int) -> tuple[bytes, int, int | None]:
    """Write the ids of numbered posts, a line each, those of a post together, until there are `most` of them.

    Returns the text, how many ids it has, and the number of the last post; None where there was none. Left out is
    what is no id of X's: the names that were made for posts of the IRA files.
    """
    lines, ids, last = bytearray(), 0, None
    for number, names in posts:
        asked = [name for name in names if is_id(name)]
        lines += "".join(f"{name}\n" for name in asked).encode()
        ids += len(asked)
        last = number
        if ids >= most:
            break
    return bytes(lines), ids, last


def _unreadable() -> PayloadError:
    # The answer holds signatures: it is not kept.
    return PayloadError(b"", "X answered with no compliance job")


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return from_text(to_text(datetime.fromisoformat(_text(told, name))))
    except (ValueError, OverflowError):
        return None
