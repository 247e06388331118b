"""What the platforms sent, kept as it came: one row for each returned item, compressed with a trained dictionary."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec
import zstandard
from sqlalchemy import Connection, func, select, update

from storage import schema
from storage.engine import any_of, insert_rows, update_rows
from storage.instant import Instant
from storage.merge import body_survives
from storage.post import Item
from storage.post_rows import Key

Row: TypeAlias = tuple[Any, ...]
_Key: TypeAlias = tuple[int | None, bytes]

LEVEL: Final = 1
TRAIN_AFTER: Final = 1000
"""Bodies that must be stored before a dictionary is trained of them."""
DICTIONARY_BYTES: Final = 112 * 1024


class Packer:
    """Compress and unpack bodies with the store's newest dictionary; frames name the dictionary they need."""

    def __init__(self) -> None:
        """Start without a dictionary; `learn` reads those of the store."""
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict] = {}
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)

    def learn(self, connection: Connection) -> None:
        """Read the dictionaries that this packer does not have yet; train the first when there are bodies enough."""
        table = schema.zstd_dictionaries
        known = select(table.c.id, table.c.body).where(table.c.id.not_in(list(self._dictionaries)))
        for number, body in connection.execute(known.order_by(table.c.id)):
            self._take(number, body)
        if not self._dictionaries:
            self._train(connection)

    def _take(self, number: int, body: bytes) -> None:
        self._dictionaries[number] = zstandard.ZstdCompressionDict(body)
        self._dictionaries[number].precompute_compress(level=LEVEL)
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=self._dictionaries[number])

    def _train(self, connection: Connection) -> None:
        raw = schema.raw_payloads
        bodies = list(
            connection.scalars(
                select(raw.c.body).where(raw.c.body.is_not(None)).order_by(raw.c.id).limit(4 * TRAIN_AFTER)
            )
        )
        if len(bodies) < TRAIN_AFTER:
            return
        samples: list[bytes | bytearray | memoryview] = [self.unpack(body) for body in bodies]
        size = min(DICTIONARY_BYTES, sum(map(len, samples)) // 10)
        trained = zstandard.train_dictionary(size, samples, level=LEVEL)
        number = trained.dict_id()
        insert_rows(connection, schema.zstd_dictionaries, [(number, trained.as_bytes())])
        self._take(number, trained.as_bytes())

    def pack(self, payload: bytes) -> bytes:
        """Compress a payload."""
        return self._compressor.compress(payload)

    def unpack(self, body: bytes) -> bytes:
        """Restore a payload."""
        number = zstandard.get_frame_parameters(body).dict_id
        return zstandard.ZstdDecompressor(dict_data=self._dictionaries.get(number)).decompress(body)


def save_payloads(
    connection: Connection,
    items: Sequence[Item],
    numbers: Mapping[Key, int],
    deleted_at: Mapping[int, Instant],
    *,
    run: tuple[int, str, int],
    packer: Packer | None,
) -> int:
    """Store each item's payload once; returns how many were new.

    `run` is (run id, source, the sequence number of the first item). Without a packer the bodies are not kept,
    but for those that could not be parsed: they wait for a later version of the program.
    """
    run_id, source, seq = run
    hashed = [(item, sha256(item.payload).digest()) for item in items]
    stored = _stored(connection, hashed, numbers)
    number: int = connection.execute(select(func.coalesce(func.max(schema.raw_payloads.c.id), 0))).scalar_one()
    keeping = _Keeping(numbers, deleted_at, packer)
    new: dict[_Key, Row] = {}
    again: dict[_Key, Row] = {}
    contained: list[Row] = []
    for place, (item, hashed_as) in enumerate(hashed, start=seq):
        post = item.post
        owner = None if post is None else numbers[post.platform, post.platform_id]
        key = (owner, hashed_as)
        before = new.get(key) or again.get(key) or stored.get(key)
        if before is None:
            number += 1
            observed_at = None if post is None else post.observed_at
            new[key] = (
                number,
                run_id,
                place,
                owner,
                observed_at,
                source,
                hashed_as,
                *keeping.body(item, observed_at),
            )
            contained += [(one, number) for one in keeping.inside(item)]
        elif (row := keeping.seen_again(item, source, before)) is not None:
            (new if key in new else again)[key] = row
    insert_rows(connection, schema.raw_payloads, list(new.values()))
    update_rows(connection, schema.raw_payloads, schema.raw_payloads.c.id, list(again.values()))
    insert_rows(connection, schema.raw_payload_posts, sorted(contained))
    return len(new)


class _Keeping(msgspec.Struct, frozen=True):
    """Decides what of a payload is kept, given the posts inside it and their deletions."""

    numbers: Mapping[Key, int]
    deleted_at: Mapping[int, Instant]
    packer: Packer | None

    def inside(self, item: Item) -> set[int]:
        inside = {self.numbers[post.platform, post.platform_id] for post in item.referred}
        if item.post is not None:
            inside.add(self.numbers[item.post.platform, item.post.platform_id])
        return inside

    def body(self, item: Item, observed_at: Instant | None) -> tuple[bytes | None, str | None]:
        """Make (body, why it was dropped); one of the two is None."""
        if self.deleted_at and not body_survives(observed_at, [self.deleted_at.get(one) for one in self.inside(item)]):
            return None, "deleted"
        if self.packer is None and item.post is not None:
            return None, "keep_raw: false"
        return (self.packer or _PLAIN).pack(item.payload), None

    def seen_again(self, item: Item, source: str, before: Row) -> Row | None:
        """Make the row of a payload that came before: the latest observation counts, and may bring a body back."""
        observed_at = (item.post.observed_at if item.post else None) or ""
        latest = max(observed_at, before[4] or "") or None
        first_source = min(source, before[5])
        body, why = before[7:]
        if body is None:
            body, why = self.body(item, latest)
        row = (*before[:4], latest, first_source, before[6], body, why)
        return None if row == before else row


_PLAIN: Final = Packer()


def _stored(
    connection: Connection, hashed: Sequence[tuple[Item, bytes]], numbers: Mapping[Key, int]
) -> dict[_Key, Row]:
    """Read the rows of those payloads that the store has."""
    raw = schema.raw_payloads
    owners = [numbers[item.post.platform, item.post.platform_id] for item, _hash in hashed if item.post is not None]
    rows = list(connection.execute(select(raw).where(raw.c.post_id.in_(any_of(owners)))))
    for item, hashed_as in hashed:
        if item.post is None:
            unparsed = select(raw).where(raw.c.post_id.is_(None), raw.c.sha256 == hashed_as)
            rows += connection.execute(unparsed).all()
    return {(row.post_id, row.sha256): tuple(row) for row in rows}


def erase_bodies(connection: Connection, deleted_at: Mapping[int, Instant]) -> int:
    """Drop every body that contains a deleted post, unless it was observed after the deletion; returns how many."""
    raw, inside = schema.raw_payloads, schema.raw_payload_posts
    erased = 0
    for number, deletion in deleted_at.items():
        holds = raw.c.id.in_(select(inside.c.raw_id).where(inside.c.post_id == number))
        old = raw.c.observed_at.is_(None) | (raw.c.observed_at <= deletion)
        erased += connection.execute(update(raw).where(holds, raw.c.body.is_not(None), old).values(body=None)).rowcount
        connection.execute(update(raw).where(holds, raw.c.body.is_(None), old).values(dropped_why="deleted"))
    return erased
