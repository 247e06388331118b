"""The receipt of an erasure on request: what went and what stays, never what it said."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from groundswell.progress import bar
from groundswell.terminal import one_line, quoted
from storage.errors import LakeError
from storage.forgetting import Receipt
from storage.instant import to_text
from storage.lake import refresh
from storage.lake_manifest import NAME
from storage.store import Store

_SHOWN: Final = 10
_NOUNS: Final = {
    "texts": ("text", "texts"),
    "versions": ("version", "versions"),
    "links": ("link", "links"),
    "mentions": ("mention", "mentions"),
    "media": ("picture or film", "pictures or films"),
    "places": ("place", "places"),
    "payloads": ("payload as received", "payloads as received"),
    "unread": ("unreadable payload that names it", "unreadable payloads that name it"),
    "profiles": ("profile", "profiles"),
    "history": ("observation of the account", "observations of the account"),
}
STAYS: Final = {
    "post": "that there was a post: its ID and address, its time, its counts, what it refers to, and its hashtags",
    "author": "the account's ID; of each post its ID, its time, its counts, what it refers to, and its hashtags",
}
ELSEWHERE: Final = (
    "what others wrote in posts of their own, backups, the archives that you imported, and files that you exported"
)


@dataclass(frozen=True, slots=True)
class LakeCleared:
    """What became of the lake: whether it is 'refreshed', was 'absent', or 'failed' to be, with the `error`."""

    state: Literal["refreshed", "absent", "failed"]
    removed: int = 0
    error: str = ""


def refresh_if_there(store: Store, folder: Path, now: datetime) -> LakeCleared:
    """Write the lake's changed parts anew, and unlink at once the files that held what was erased."""
    if not (folder / NAME).exists():
        return LakeCleared("absent")
    try:
        with bar("lake") as progress:
            done = refresh(store.engine, folder, now=now, progress=progress)
    except LakeError as error:
        return LakeCleared("failed", error=str(error))
    return LakeCleared("refreshed", removed=done.removed)


def write_json(path: Path, receipt: Receipt, lake: LakeCleared) -> None:
    """Write a receipt to a new file; raises OSError where it cannot be written or is there already."""
    told: dict[str, Any] = {
        "forgotten": receipt.named.name,
        "of": receipt.named.of,
        "at": to_text(receipt.at),
        "revision": receipt.revision,
        "posts": receipt.posts,
        "reposts": receipt.reposts,
        "erased": asdict(receipt.erased),
        "stays": STAYS[receipt.named.of],
        "not_touched": ELSEWHERE,
        "scrub_pending": receipt.scrub_pending,
        "lake": asdict(lake),
    }
    with path.open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def lines_of(receipt: Receipt, lake: LakeCleared) -> Iterator[str]:
    """Say what was done, line by line."""
    named, posts = receipt.named, receipt.posts
    what = "post" if named.of == "post" else "account"
    yield f"Forgotten: {what} {quoted(named.name)}, {receipt.at:%Y-%m-%d %H:%M:%S} UTC, revision {receipt.revision}."
    if named.of == "author" and posts:
        more = f" and {len(posts) - _SHOWN:,} more" if len(posts) > _SHOWN else ""
        yield f"  Its posts: {', '.join(quoted(one) for one in posts[:_SHOWN])}{more}."
    yield f"  Erased: {_counted(receipt)}."
    if receipt.reposts:
        yield f"  Of {receipt.reposts:,} reposts the copy of the words is among that."
    if posts or any(asdict(receipt.erased).values()):
        yield f"  Stays: {STAYS[named.of]}."
    else:
        yield "  It was not here; whatever brings it, its words will not be kept."
    yield f"  Not touched: {ELSEWHERE}."
    if lake.state == "refreshed":
        yield "  Lake: the files that held it are gone."
    elif lake.state == "failed":
        yield f"  Lake: it may still hold it: {one_line(lake.error)}. Run `groundswell lake refresh` or delete it."
    if receipt.scrub_pending:
        yield (
            "  Scrub: pending. Copies may lie in the store's files until `groundswell db scrub`,"
            " or until a running collector is idle."
        )


def _counted(receipt: Receipt) -> str:
    counts = asdict(receipt.erased)
    told = [f"{counts[kind]:,} {nouns[counts[kind] != 1]}" for kind, nouns in _NOUNS.items() if counts[kind]]
    return ", ".join(told) or "nothing that was still here"
