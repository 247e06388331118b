"""Events of Bluesky's streams as files keep them: Jetstream's, version 1 and 2, and the relay's once decoded. Pure.

Of all that happens posts and reposts come in, that they are gone, and that an account is gone with all of its posts.
Who likes, follows or blocks whom is not collected: `passed_over` names it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from collector.bluesky.address import POST, REPOST, Address, own_address
from collector.bluesky.canonical import payload_of
from collector.bluesky.objects import Account, Commit, Event, Record, RepostRecord
from collector.bluesky.passed_over import PASSED_OVER
from collector.bluesky.record import PLATFORM, Told, post_of, repost_of
from collector.bluesky.times import instant_of
from collector.errors import Unreadable
from collector.fields import Known
from storage.instant import Instant, from_micros, to_text
from storage.post import Deletion, Item, Post

Json: TypeAlias = Mapping[str, Any]

GONE: Final = frozenset({"deleted", "deactivated", "takendown", "suspended"})
"""States of an account in which Bluesky shows none of its posts."""

_KINDS: Final = frozenset({"commit", "identity", "account", "sync"})
_DELETE: Final = "delete"
_WRITES: Final = frozenset({"create", "update"})
_COMMIT_FIELDS: Final = tuple(Commit.__struct_fields__)
_WHY_NOT: Final = {
    "identity": "a handle may be another now; the next view of a post tells which",
    "sync": "a repository begins anew; its posts are told one by one",
    "account": "an account is there again, or slowed down",
    "app.bsky.feed.like": "who likes what; views of posts tell how many",
    "app.bsky.graph.follow": "who follows whom",
    "app.bsky.graph.block": "who blocks whom",
}
_OTHER_RECORD: Final = "a record of another kind than posts and reposts"

_EVENT: Final = Known(Event, PASSED_OVER)
_RECORDS: Final[Mapping[str, tuple[type[Record | RepostRecord], Known]]] = {
    POST: (Record, Known(Record, PASSED_OVER)),
    REPOST: (RepostRecord, Known(RepostRecord, PASSED_OVER)),
}
KNOWN: Final = (_EVENT, *(known for _struct, known in _RECORDS.values()))
"""What becomes of the fields of events and of the records in them."""


def holds(value: Any) -> bool:
    """Tell whether a JSON value is an event of a stream, a list of them, or a stored payload of one."""
    if isinstance(value, list) and not _is_frame(value):
        return any(_as_event(one) is not None for one in value)
    return _as_event(value) is not None


def items(value: Any, observed_at: Instant | None = None) -> Iterator[Item | Deletion]:
    """Read a JSON value that `holds` tells of: the posts and reposts that were made or changed, and what is gone.

    An event whose record cannot be read is an item with its error. Events of other kinds give nothing.

    Args:
        value: as `json_text.parse` gives it.
        observed_at: when the stream said so, where the event does not tell itself.

    Raises:
        Unreadable: the value is nothing of the kind.
    """
    if not holds(value):
        raise Unreadable("no event of a stream of Bluesky")
    several = isinstance(value, list) and not _is_frame(value)
    return (told for one in (value if several else [value]) if (told := _told(one, observed_at)) is not None)


def passed_over(value: Any) -> str | None:
    """Say why an event gives neither a post nor a deletion; None where it gives one, or is no event."""
    event = _as_event(value)
    if event is None or _told(value, None) is not None:
        return None
    kind = event.get("kind")
    commit = event.get("commit")
    collection = commit.get("collection") if kind == "commit" and isinstance(commit, dict) else kind
    return _WHY_NOT.get(str(collection), _OTHER_RECORD)


def _told(value: Any, observed_at: Instant | None) -> Item | Deletion | None:
    """Read one event; None where it tells of nothing that is collected."""
    if _is_stored(value):
        value = value["data"]
    try:
        return _of_event(value, _as_event(value), observed_at)
    except (msgspec.ValidationError, Unreadable, RecursionError) as error:
        return Item(payload=payload_of(value), post=None, error=str(error))


def _of_event(value: Any, given: Json | None, observed_at: Instant | None) -> Item | Deletion | None:
    if given is None:
        raise Unreadable("no event of a stream of Bluesky")
    event = msgspec.convert(given, Event)
    moment = _moment(event) or observed_at
    if event.commit is not None and event.commit.collection in _RECORDS:
        return _of_commit(value, given, event, event.commit, moment)
    if event.account is not None and event.account.active is False and event.account.status in GONE:
        return _of_account(event, event.account, moment)
    return None


def _of_commit(value: Any, given: Json, event: Event, commit: Commit, moment: Instant | None) -> Item | Deletion:
    at = own_address(f"at://{event.did}/{commit.collection}/{commit.rkey}", event.did, commit.collection or "")
    if commit.operation == _DELETE:
        if moment is None:
            raise Unreadable("nothing tells when it was deleted")
        return Deletion(platform=PLATFORM, platform_id=str(at), deleted_at=moment)
    if commit.operation not in _WRITES:
        raise Unreadable(f"operation is {commit.operation!r}")
    kind, known = _RECORDS[at.collection]
    record = msgspec.convert(commit.record, kind)
    edited_at = moment if commit.operation == "update" else None
    told = Told(observed_at=moment, edited_at=edited_at, rev=commit.rev)
    return Item(
        payload=payload_of(value),
        post=_post(at, record, told),
        unknown=tuple(sorted({*_EVENT.unknown(given), *known.unknown(commit.record)})),
    )


def _post(at: Address, record: Record | RepostRecord, told: Told) -> Post:
    return post_of(at, record, told) if isinstance(record, Record) else repost_of(at, record, told)


def _of_account(event: Event, account: Account, moment: Instant | None) -> Deletion:
    if moment is None:
        raise Unreadable("nothing tells since when the account is gone")
    return Deletion(
        platform=PLATFORM, platform_id=event.did, deleted_at=moment, reason=account.status or "", of="author"
    )


def _moment(event: Event) -> Instant | None:
    """Read when an event was told."""
    if event.time_us is None:
        return instant_of(event.time)
    try:
        return to_text(from_micros(event.time_us))
    except OverflowError:
        return None


# --- the shapes in which events come, made one: Jetstream's first -----------------------------------------------


def _as_event(value: Any) -> Json | None:
    """Give an event the shape of Jetstream's version 1; None for what is no event."""
    if _is_stored(value):
        value = value["data"]
    if _is_frame(value):
        return _of_frame(*value)
    if not isinstance(value, dict):
        return None
    if isinstance(payload := value.get("payload"), dict) and "#" in str(payload.get("$type")):
        return _of_message(payload)
    if {"repo", "action", "path"} <= value.keys():
        return _of_operation(value)
    return value if str(value.get("kind")) in _KINDS and "did" in value else None


def _is_stored(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= {"data", "includes"} and "data" in value


def _is_frame(value: Any) -> bool:
    """Tell whether a value is a frame of the relay's stream: a header that names a kind of event, and its body."""
    return (
        isinstance(value, list)
        and len(value) == len(("header", "body"))
        and all(isinstance(part, dict) for part in value)
        and str(value[0].get("t")).startswith("#")
    )


def _of_frame(header: Json, body: Json) -> Json:
    """Read a frame; a commit's records stand in blocks that it does not show, and are not looked for."""
    kind = header["t"].removeprefix("#")
    event = {name: body[name] for name in ("did", "seq", "time") if name in body}
    return event | {"kind": kind, kind: {name: one for name, one in body.items() if name not in event}}


def _of_message(payload: Json) -> Json | None:
    """Read a message of Jetstream's version 2."""
    kind = str(payload["$type"]).rpartition("#")[2]
    if kind not in _KINDS or "did" not in payload:
        return None
    inner = payload.get(kind)
    if isinstance(inner, dict):
        return {**payload, "kind": kind}
    names = {"commit": (*_COMMIT_FIELDS, "cid"), "account": ("active", "status")}.get(kind, ("handle",))
    told = {name: payload[name] for name in names if name in payload}
    return {name: one for name, one in payload.items() if name not in told} | {"kind": kind, kind: told}


def _of_operation(value: Json) -> Json:
    """Read one change out of a commit of the relay's stream, as decoders write it."""
    collection, _, key = str(value["path"]).partition("/")
    commit = {"operation": value["action"], "collection": collection, "rkey": key, "record": value.get("record")}
    commit |= {name: value[name] for name in ("cid", "rev") if name in value}
    read = {"repo", "action", "path", "record", "cid", "rev"}
    rest = {name: one for name, one in value.items() if name not in read}
    return rest | {"did": value["repo"], "kind": "commit", "commit": commit}
