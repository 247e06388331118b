"""Compliance jobs: ids go up, and what has become of them comes down."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

from tests.platforms.x.answering import Answer, Context
from tests.platforms.x.asking import Params
from tests.platforms.x.problems import Body, Refused, invalid, not_found
from tests.platforms.x.world import Author, Post, snowflake, written

UPLOAD_WITHIN = timedelta(minutes=15)
DOWNLOAD_WITHIN = timedelta(days=7)
STATUSES = ("created", "in_progress", "failed", "complete")
FIELDS = (
    "created_at",
    "download_expires_at",
    "download_url",
    "id",
    "name",
    "resumable",
    "status",
    "type",
    "upload_expires_at",
    "upload_url",
)


@dataclass
class Job:
    """A job.

    Attributes:
        lines: what was uploaded.
        takes: how long it is in progress after that.
    """

    id: int
    type: Literal["tweets", "users"]
    name: str | None
    is_resumable: bool
    created_at: datetime
    takes: timedelta
    uploaded_at: datetime | None = None
    lines: list[str] = field(default_factory=list)

    def status(self, now: datetime) -> str:
        """Tell how far it is."""
        if self.uploaded_at is None:
            return "created" if now < self.created_at + UPLOAD_WITHIN else "expired"
        if not all(line.isdigit() for line in self.lines):
            return "failed"
        if now < self.uploaded_at + self.takes:
            return "in_progress"
        return "complete" if now < self.created_at + DOWNLOAD_WITHIN else "expired"


@dataclass
class Desk:
    """The jobs of an app, by id."""

    jobs: dict[str, Job] = field(default_factory=dict)


def created(context: Context, desk: Desk, url: str) -> Answer:
    """Make a job; there may be one of a type at a time."""
    Params(context.request, set() if context.names.has_old_ones else {"compliance_job.fields"})
    try:
        asked = orjson.loads(context.request.body)
    except orjson.JSONDecodeError as error:
        raise invalid("The body is not valid JSON", "body", "") from error
    kind = asked.get("type") if isinstance(asked, dict) else None
    if kind not in {"tweets", "users"}:
        raise invalid("`type` is not one of [tweets,users]", "type", str(kind))
    if any(job.type == kind and job.status(context.now) in {"created", "in_progress"} for job in desk.jobs.values()):
        detail = f"There is a job of type '{kind}' in progress already."
        raise Refused(409, "conflict", "ConflictProblem", detail)
    job_id = snowflake(context.now, len(desk.jobs))
    is_resumable = bool(asked.get("resumable", False))
    job = Job(job_id, kind, asked.get("name"), is_resumable, context.now, context.settings.job_takes)
    desk.jobs[str(job.id)] = job
    return Answer({"data": _shaped(context, job, url)})


def listed(context: Context, desk: Desk, url: str) -> Answer:
    """Answer with the jobs of a type."""
    params = Params(context.request, {"type", "status", "compliance_job.fields"})
    params.names("compliance_job.fields", FIELDS)
    kind = params.choice("type", ("tweets", "users"), "")
    status = params.choice("status", STATUSES, "") if params.text("status") is not None else None
    jobs = [job for job in desk.jobs.values() if job.type == kind]
    shown = [_shaped(context, job, url) for job in jobs if status in {None, job.status(context.now)}]
    body: Body = {"meta": {"result_count": len(shown)}}
    if shown:
        body["data"] = shown
    return Answer(body)


def shown(context: Context, desk: Desk, url: str, job_id: str) -> Answer:
    """Answer with one job."""
    params = Params(context.request, {"compliance_job.fields"})
    params.names("compliance_job.fields", FIELDS)
    job = desk.jobs.get(job_id)
    if job is None:
        raise not_found()
    return Answer({"data": _shaped(context, job, url)})


def uploaded(context: Context, desk: Desk, job_id: str) -> Answer:
    """Take a job's ids, a line each."""
    job = desk.jobs.get(job_id)
    if job is None or job.status(context.now) != "created":
        raise not_found()
    job.uploaded_at = context.now
    job.lines = [line.strip() for line in context.request.body.decode(errors="replace").split("\n") if line.strip()]
    return Answer(raw=b"")


def downloaded(context: Context, desk: Desk, job_id: str) -> Answer:
    """Answer with a JSON line for each id that something has become of."""
    job = desk.jobs.get(job_id)
    if job is None or job.uploaded_at is None or job.status(context.now) != "complete":
        raise not_found()
    tell = _of_post if job.type == "tweets" else _of_user
    # What has become of them is what had when the job was done.
    done_at = job.uploaded_at + job.takes
    found = [tell(context, int(line), done_at) for line in job.lines]
    return Answer(raw=b"".join(orjson.dumps(one) + b"\n" for one in found if one is not None))


def _of_post(context: Context, post_id: int, now: datetime) -> Body | None:
    post = context.index.posts.get(post_id)
    if post is None:
        return None
    author = context.index.authors.get(post.author_id)
    if post.deleted_at is not None and post.deleted_at <= now:
        return _line(post, "deleted", post.deleted_at)
    fate = author.fate(now) if author else ""
    if author is not None and fate:
        return _line(post, *_reason(author, fate))
    target = post.refers_to("retweeted")
    said = _of_post(context, target, now) if target is not None else None
    return said and said | {"id": str(post.id), "created_at": written(post.created_at), "reason": "deleted"}


def _of_user(context: Context, author_id: int, now: datetime) -> Body | None:
    author = context.index.authors.get(author_id)
    fate = author.fate(now) if author else ""
    if author is None or not fate:
        return None
    reason, at = _reason(author, fate)
    return {
        "id": str(author_id),
        "action": "delete",
        "created_at": f"{written(author.created_at)[:19]}+00:00",
        "redacted_at": written(at),
        "reason": reason,
    }


def _reason(author: Author, fate: str) -> tuple[str, datetime]:
    at = {"deleted": author.deleted_at, "suspended": author.suspended_at, "protected": author.protected_at}[fate]
    assert at is not None
    return ("deactivated" if fate == "deleted" else fate), at


def _line(post: Post, reason: str, at: datetime) -> Body:
    return {
        "id": str(post.id),
        "action": "delete",
        "created_at": written(post.created_at),
        "redacted_at": written(at),
        "reason": reason,
    }


def _shaped(context: Context, job: Job, url: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(job.id),
        "type": job.type,
        "status": job.status(context.now),
        "created_at": written(job.created_at),
        "upload_url": f"{url}/upload/{job.id}?signature=made",
        "upload_expires_at": written(job.created_at + UPLOAD_WITHIN),
        "download_url": f"{url}/download/{job.id}?signature=made",
        "download_expires_at": written(job.created_at + DOWNLOAD_WITHIN),
    }
    if job.name is not None:
        shown["name"] = job.name
    if not context.names.has_old_ones:
        shown["resumable"] = job.is_resumable
    return shown
