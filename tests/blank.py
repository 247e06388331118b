"""Empty stores for tests, quickly: the migrations run once, then the file is copied."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from storage.engine import open_engine
from storage.store import Store


@cache
def _blank() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        Store.open(f"sqlite:///{path}").close()
        return path.read_bytes()


@contextmanager
def blank_store() -> Iterator[Store]:
    """Open an empty store in a folder of its own that goes away again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        path.write_bytes(_blank())
        with Store(open_engine(f"sqlite:///{path}")) as store:
            yield store
