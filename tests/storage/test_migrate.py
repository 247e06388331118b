"""Migrations lead to the very schema of storage/schema.py, do nothing twice, and touch nothing that is not ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

import storage
from storage.engine import open_engine, reading, writing
from storage.errors import StoreTooNew, StoreUnreadable
from storage.migrate import revision_of, upgrade
from storage.schema import metadata
from storage.version import HEAD
from storage.views import VIEWS
from tests.blank import blank_store

FUTURE = "9999"


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


def make_store(path: Path) -> None:
    with opened(path) as engine:
        upgrade(engine)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def statements(path: Path) -> dict[str, list[str]]:
    """Read the statement of each table and index, its lines in no order: keys may stand before or after others."""
    with closing(sqlite3.connect(path)) as connection:
        written = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
        ).fetchall()
    return {name: sorted(line.strip().rstrip(",") for line in sql.splitlines()) for name, sql in written}


def test_an_empty_database_gets_the_schema(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as engine:
        assert upgrade(engine) == (None, HEAD)
        with reading(engine) as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_write_what_the_schema_would(tmp_path: Path) -> None:
    """Alembic does not compare STRICT, WITHOUT ROWID and the conditions of indexes; here they are compared."""
    make_store(tmp_path / "migrated.db")
    with opened(tmp_path / "made.db") as engine, writing(engine) as connection:
        metadata.create_all(connection)
    migrated = statements(tmp_path / "migrated.db")
    del migrated["alembic_version"]
    assert migrated == statements(tmp_path / "made.db")


def test_an_upgrade_of_a_store_that_is_up_to_date_does_nothing(tmp_path: Path) -> None:
    make_store(tmp_path / "store.db")
    before = bytes_in(tmp_path)
    with opened(tmp_path / "store.db") as engine:
        assert upgrade(engine) == (HEAD, HEAD)
    assert bytes_in(tmp_path) == before


def test_a_store_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    make_store(tmp_path / "store.db")
    with opened(tmp_path / "store.db") as engine, writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :future"), {"future": FUTURE})
        connection.execute(text("DROP VIEW post_view"))
    before = bytes_in(tmp_path)
    with opened(tmp_path / "store.db") as engine, pytest.raises(StoreTooNew, match=f"{FUTURE}.*{HEAD}"):
        upgrade(engine)
    assert bytes_in(tmp_path) == before


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("CREATE TABLE recipes (title TEXT)")
        connection.execute("INSERT INTO recipes VALUES ('lentil soup')")
        connection.commit()
    before = statements(tmp_path / "store.db")
    with opened(tmp_path / "store.db") as engine, pytest.raises(StoreUnreadable, match="another program"):
        upgrade(engine)
    assert statements(tmp_path / "store.db") == before
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        assert connection.execute("SELECT * FROM recipes").fetchall() == [("lentil soup",)]


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"Dear diary, " * 100)
    before = bytes_in(tmp_path)
    with opened(tmp_path / "store.db") as engine, pytest.raises(StoreUnreadable):
        upgrade(engine)
    assert bytes_in(tmp_path) == before


def test_the_program_knows_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(storage.__path__[0]) / "migrations"))
    assert scripts.get_heads() == [HEAD]


def test_an_empty_database_has_no_revision_and_a_store_has_one(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as engine:
        with reading(engine) as connection:
            assert revision_of(connection) is None
        upgrade(engine)
        with reading(engine) as connection:
            assert revision_of(connection) == HEAD


def test_a_store_has_the_views_and_each_answers() -> None:
    with blank_store() as store, reading(store.engine) as connection:
        made = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'view'")).all()
        assert sorted(made) == sorted(VIEWS)
        for view in VIEWS:
            assert connection.execute(text(f"SELECT * FROM {view}")).all() == []
