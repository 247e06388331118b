"""What the program's tests share: a store, made once and copied for each."""

import shutil
from pathlib import Path

import pytest

from storage.store import Store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "groundswell.db"
    Store.open(f"sqlite:///{path.as_posix()}").close()
    return path


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> str:
    """The address of an empty store of the test's own, in its tmp_path."""
    path = tmp_path / "groundswell.db"
    shutil.copy(empty_store, path)
    return f"sqlite:///{path.as_posix()}"
