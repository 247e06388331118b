"""How values go into PostgreSQL and come out of it: as they stand in the program's rows, and as SQLite gives them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from psycopg import postgres, pq
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader

from storage.instant import Instant, from_text, to_micros

_SHORTEST: Final = len("2026-11-23 09:00:00+00")


class _Instant(Loader):
    """A time as an instant of 27 characters; the connection's time zone is UTC."""

    def load(self, data: Buffer) -> str:
        """Read `2026-11-23 09:00:00.1+00`; infinity and the years before 1 have no such form and stay as they are."""
        text = str(data, "ascii")
        if len(text) < _SHORTEST or not text.endswith("+00"):
            return text
        fraction = text[20:-3]
        return f"{text[:10]}T{text[11:19]}.{fraction:0<6}Z"


class _Flag(Loader):
    """A flag as 0 or 1."""

    def load(self, data: Buffer) -> int:
        """Read `t` or `f`."""
        return int(bytes(data) == b"t")


class _Number(Loader):
    """A number of any size as int where it is whole (a sum of ints is), else as float."""

    def load(self, data: Buffer) -> int | float:
        """Read the digits."""
        text = str(data, "ascii")
        return int(text) if text.lstrip("-").isdigit() else float(text)


@lru_cache(maxsize=4_096)
def _binary(moment: Instant) -> bytes:
    """Write an instant as PostgreSQL keeps it: microseconds since 2000. A page's posts share some of theirs."""
    return (to_micros(from_text(moment)) - _ITS_EPOCH).to_bytes(8, "big", signed=True)


_ITS_EPOCH: Final = to_micros(datetime(2000, 1, 1, tzinfo=UTC))


class _BinaryInstant(Dumper):
    """An instant as a time in binary form."""

    oid = postgres.types["timestamptz"].oid
    format = pq.Format.BINARY

    def dump(self, obj: Instant) -> bytes:
        """Write an instant; raises ValueError for what is none."""
        return _binary(obj)


def write_as_rows_do(adapters: AdaptersMap) -> None:
    """Have a connection take times by COPY in binary form as the program's rows hold them."""
    adapters.register_dumper(None, _BinaryInstant)


def read_as_rows_do(adapters: AdaptersMap) -> None:
    """Have a connection read times, flags and sums as the program's rows hold them."""
    adapters.register_loader("timestamptz", _Instant)
    adapters.register_loader("bool", _Flag)
    adapters.register_loader("numeric", _Number)
