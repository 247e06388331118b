"""Parquet: a column has one type, which SQLite does not promise: all rows are seen before one is written."""

import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Final, cast

import msgspec
import pyarrow as pa
from pyarrow import parquet

from groundswell.results import Row, Value, told_apart

_BATCH: Final = 10_000
_LENGTH: Final = 8
"""Bytes before each batch in the spool that tell how long it is."""

_EXACT: Final = 2**53
"""Up to here every whole number has a float of its own."""


def write(columns: Sequence[str], rows: Iterator[Row], out: BinaryIO) -> None:
    """Write Parquet: whole numbers as int64, else float64, text or binary; a column of several kinds as text.

    A second column of one name is told apart: `id`, `id_2`. Memory does not grow with the number of rows.
    """
    seen = [_Seen() for _ in columns]
    with TemporaryFile() as spool, TemporaryFile() as whole:
        while batch := list(islice(rows, _BATCH)):
            for column, values in zip(seen, zip(*batch, strict=True), strict=True):
                column.look(values)
            _put(batch, spool)
        kinds = [column.kind() for column in seen]
        schema = pa.schema(list(zip(told_apart(columns), kinds, strict=True)))
        spool.seek(0)
        with parquet.ParquetWriter(whole, schema) as writer:
            while batch := _get(spool):
                columnwise = zip(zip(*batch, strict=True), kinds, strict=True)
                arrays = [_array(values, kind) for values, kind in columnwise]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
        whole.seek(0)
        shutil.copyfileobj(whole, out)


class _Seen:
    """The kinds of values that one column has had."""

    def __init__(self) -> None:
        self._kinds: set[type] = set()
        self._greatest = 0

    def look(self, values: Sequence[Value]) -> None:
        self._kinds.update(type(value) for value in values if value is not None)
        self._greatest = max(self._greatest, *(abs(value) for value in values if isinstance(value, int)), 0)

    def kind(self) -> pa.DataType:
        """Choose the type that holds all that was seen, exactly."""
        if self._kinds == {int}:
            return pa.int64()
        if self._kinds == {float} or (self._kinds == {int, float} and self._greatest <= _EXACT):
            return pa.float64()
        return pa.binary() if self._kinds == {bytes} else pa.string()


def _put(batch: Sequence[Row], spool: IO[bytes]) -> None:
    packed = msgspec.msgpack.encode(batch)
    spool.write(len(packed).to_bytes(_LENGTH))
    spool.write(packed)


def _get(spool: IO[bytes]) -> list[Row]:
    length = int.from_bytes(spool.read(_LENGTH))
    return cast(list[Row], msgspec.msgpack.decode(spool.read(length))) if length else []


def _array(values: Sequence[Value], kind: pa.DataType) -> pa.Array:
    return pa.array([_as_text(value) for value in values] if kind == pa.string() else values, type=kind)


def _as_text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
