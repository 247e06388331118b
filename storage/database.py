"""What the storage room asks of a database, whichever it is: storage/engine.py is the one that asks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from sqlalchemy import URL, Column, Connection, Engine, Select, Table

from storage.errors import StorageError

Row: TypeAlias = tuple[Any, ...]
Use: TypeAlias = Literal["reading", "writing", "bare"]
"""What a connection is for; bare: what cannot stand in a transaction."""


class Database(Protocol):
    """One kind of database.

    Rows hold the same values on all: instants of 27 characters for times, 0 and 1 for flags.
    """

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """The errors that `named` can name."""

    def open(self, url: URL, *, create: bool, patience: float) -> Engine:
        """Make an engine whose connections wait `patience` seconds for others; raises StoreNotFound."""

    def where(self, url: URL) -> str:
        """Name a store in a message."""

    def make_ready(self, connection: Connection) -> None:
        """Prepare a database for its first table; on a bare connection."""

    def options(self, use: Use) -> Mapping[str, Any]:
        """Give the execution options of a connection for this use."""

    def bide(self, connection: Connection, seconds: float) -> None:
        """Set how long a bare connection waits for others."""

    def named(self, error: Exception, where: str, patience: float) -> StorageError | None:
        """Name what went wrong; None for what nobody foresaw."""

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row], *, new: bool) -> int:
        """Insert rows, of which some may be there already unless they are `new`; returns how many came in."""

    def update(self, connection: Connection, table: Table, key: Column[Any], rows: Sequence[Row]) -> None:
        """Write whole rows again by their key."""

    def delete(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Delete the rows that equal the given ones in all columns."""

    def stream(self, connection: Connection, statement: Select[Any], at_once: int) -> Iterator[Sequence[Row]]:
        """Read the rows of a statement in the driver's own tuples, at most so many at a time."""

    def clock(self, connection: Connection, machine: datetime) -> datetime:
        """Tell the time that all who use the store go by; `machine` is the time on this machine."""

    def rewrite(self, connection: Connection, tables: Sequence[Table]) -> bool:
        """Write tables anew without what was deleted, on a bare connection; False where a reader keeps some of it."""

    def notice_growth(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Have the database look again at tables that have grown much, where it would plan by what they were."""
