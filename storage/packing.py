"""Payload bodies compressed with a dictionary that is made of the store's own first bodies.

A dictionary consists of pieces of what it was made of, whole sentences among them. So when one of those bodies is
erased, the dictionary must go too: another is made of what is left, and all bodies are packed anew with that.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import zstandard
from sqlalchemy import Connection, Engine, bindparam, delete, func, select, update

from storage import schema
from storage.engine import insert_rows, writing
from storage.meta import get_meta, set_meta

LEVEL: Final = 1
TRAIN_AFTER: Final = 1_000
"""Bodies that there must be before a dictionary is made of them."""
SAMPLES: Final = 4_000
"""Bodies, the first, of which it is made."""
DICTIONARY_BYTES: Final = 112 * 1024
REPACKED_AT_ONCE: Final = 10_000

_IN_USE: Final = "dictionary"
"""The note of (the dictionary in use, the greatest number of a body that it was made of)."""
_STALE: Final = "dictionary_stale"


class Packer:
    """Compress and unpack bodies; frames name the dictionary that they need."""

    def __init__(self) -> None:
        """Start without a dictionary; `learn` reads the store's."""
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict] = {}
        self._current = 0
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)

    def learn(self, connection: Connection, coming: Sequence[bytes] = ()) -> None:
        """Take the dictionary in use; make the first when the bodies stored and those coming are enough for one.

        To be called in each transaction that packs: another process may have put another dictionary in use.
        """
        current, _last = _in_use(connection)
        if current != 0 and current == self._current:
            return
        # Bodies may be packed with a dictionary that is no longer in use, and must be read to make another.
        self.read(connection)
        self._use(current or self._train(connection, coming))

    def read(self, connection: Connection) -> None:
        """Read all dictionaries of the store, to unpack with."""
        for number, body in connection.execute(select(schema.zstd_dictionaries)):
            self._dictionaries[number] = zstandard.ZstdCompressionDict(body)

    def _train(self, connection: Connection, coming: Sequence[bytes]) -> int:
        """Make a dictionary of the first bodies; returns its number, 0 where they are not enough."""
        raw = schema.raw_payloads.c
        first = select(raw.id, raw.body).where(raw.body.is_not(None)).order_by(raw.id).limit(SAMPLES)
        stored = connection.execute(first).all()
        if len(stored) + len(coming) < TRAIN_AFTER:
            return 0
        samples: list[bytes | bytearray | memoryview] = [self.unpack(body) for _number, body in stored]
        samples += coming[: SAMPLES - len(stored)]
        size = min(DICTIONARY_BYTES, sum(map(len, samples)) // 10)
        # Told what lengths to look for (k, d), training looks once and does not try which are best.
        trained = zstandard.train_dictionary(size, samples, level=LEVEL, k=512, d=8)
        number = trained.dict_id()
        insert_rows(connection, schema.zstd_dictionaries, [(number, trained.as_bytes())], new=False)
        last = _last_body(connection) + len(coming) if coming else stored[-1][0]
        set_meta(connection, _IN_USE, f"{number} {last}")
        self._dictionaries[number] = trained
        return number

    def _use(self, number: int) -> None:
        if number == self._current:
            return
        self._current = number
        dictionary = self._dictionaries.get(number)
        if dictionary is None:
            self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        else:
            dictionary.precompute_compress(level=LEVEL)
            self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)

    def pack(self, payload: bytes) -> bytes:
        """Compress a payload."""
        return self._compressor.compress(payload)

    def unpack(self, body: bytes) -> bytes:
        """Restore a payload."""
        dictionary = self._dictionaries.get(dictionary_of(body))
        return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(body)


def dictionary_of(body: bytes) -> int:
    """Name the dictionary that a body was packed with; 0 where that was none."""
    return zstandard.get_frame_parameters(body).dict_id


def _in_use(connection: Connection) -> tuple[int, int]:
    number, last = (get_meta(connection, _IN_USE) or "0 0").split()
    return int(number), int(last)


def _last_body(connection: Connection) -> int:
    last: int = connection.execute(select(func.coalesce(func.max(schema.raw_payloads.c.id), 0))).scalar_one()
    return last


def note_erased(connection: Connection, bodies: Iterable[int]) -> None:
    """Note it where one of the bodies that are being erased may be in the dictionary in use."""
    _number, last = _in_use(connection)
    if any(body <= last for body in bodies):
        set_meta(connection, _STALE, "1")


def repack_if_stale(engine: Engine) -> None:
    """Take out a dictionary that is made of what was erased: all its bodies are packed anew with another.

    It takes many transactions, so that others can write between them; broken off, it goes on the next time.
    """
    packer = Packer()
    with writing(engine) as connection:
        packer.read(connection)
        if get_meta(connection, _STALE) is not None:
            set_meta(connection, _STALE, None)
            set_meta(connection, _IN_USE, None)
        elif not _others(connection):
            return
    number: int | None = 0
    while number is not None:
        with writing(engine) as connection:
            packer.learn(connection)
            number = _repack_some(connection, packer, number)
    with writing(engine) as connection:
        table = schema.zstd_dictionaries
        connection.execute(delete(table).where(table.c.id.in_(_others(connection))))


def _others(connection: Connection) -> list[int]:
    """List the dictionaries that are no longer in use."""
    current, _last = _in_use(connection)
    table = schema.zstd_dictionaries.c
    return list(connection.scalars(select(table.id).where(table.id != current)))


def _repack_some(connection: Connection, packer: Packer, after: int) -> int | None:
    """Pack the next bodies anew that another dictionary is needed for; returns the last number looked at."""
    raw = schema.raw_payloads
    others = set(_others(connection))
    query = select(raw.c.id, raw.c.body).where(raw.c.id > after, raw.c.body.is_not(None)).order_by(raw.c.id)
    found = connection.execute(query.limit(REPACKED_AT_ONCE)).all()
    packed = [
        {"number": number, "packed": packer.pack(packer.unpack(body))}
        for number, body in found
        if dictionary_of(body) in others
    ]
    if packed:
        renewed = update(raw).where(raw.c.id == bindparam("number")).values(body=bindparam("packed"))
        connection.execute(renewed, packed)
    return found[-1][0] if found else None
