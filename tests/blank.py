"""Empty stores for tests, quickly, in either database: the migrations run once, then what they made is copied."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from storage.engine import open_engine
from storage.store import Store
from tests.postgres import Server, server


class Database(Protocol):
    """A kind of database that a test runs on."""

    name: str

    def empty(self) -> AbstractContextManager[str]:
        """Give the URL of a database without any table, which goes away again."""

    def blank(self) -> AbstractContextManager[str]:
        """Give the URL of a store without any post, which goes away again."""


class Sqlite:
    """Files in folders of their own."""

    name = "sqlite"

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the URL of a file that is not there."""
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'store.db'}"

    @contextmanager
    def blank(self) -> Iterator[str]:
        """Give the URL of a copy of an empty store."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "store.db"
            path.write_bytes(_blank())
            yield f"sqlite:///{path}"


class Postgres:
    """Databases on the tests' own server; a test is skipped where PostgreSQL is absent."""

    name = "postgresql"

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the URL of a new database."""
        with self.server().empty() as name:
            yield self.server().url(name)

    @contextmanager
    def blank(self) -> Iterator[str]:
        """Give the URL of an empty store."""
        with self.server().blank() as name:
            yield self.server().url(name)

    def server(self) -> Server:
        """Give this process's server, started when it is first asked for."""
        return server()


SQLITE: Final = Sqlite()
POSTGRES: Final = Postgres()
BOTH: Final = ["sqlite", "postgresql"]
"""For `parametrize("database", ..., indirect=True)`: what the fixture does by itself."""
PROVED: Final = ["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)]
"""For tests that take long on PostgreSQL: there they are proofs."""


@cache
def _blank() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        Store.open(f"sqlite:///{path}").close()
        return path.read_bytes()


@contextmanager
def blank_store(database: Database = SQLITE, **options: Any) -> Iterator[Store]:
    """Open an empty store that goes away again; `options` are Store's."""
    with database.blank() as url, Store(open_engine(url), **options) as store:
        yield store
