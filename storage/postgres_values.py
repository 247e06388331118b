"""How values come out of PostgreSQL: as they stand in the program's rows, and as SQLite gives them."""

from typing import Final

from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader

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


def read_as_rows_do(adapters: AdaptersMap) -> None:
    """Have a connection read times, flags and sums as the program's rows hold them."""
    adapters.register_loader("timestamptz", _Instant)
    adapters.register_loader("bool", _Flag)
    adapters.register_loader("numeric", _Number)
