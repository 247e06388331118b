"""Migrations lead to the very schema of storage/schema.py, do nothing twice, and touch nothing that is not ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import storage
from storage.engine import open_engine, reading, writing
from storage.errors import StoreTooNew, StoreUnreadable
from storage.migrate import revision_of, upgrade
from storage.schema import metadata
from storage.version import HEAD
from storage.views import VIEWS
from tests.blank import POSTGRES, Database, blank_store

FUTURE = "9999"


@contextmanager
def opened(place: Path | str) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{place}" if isinstance(place, Path) else place)
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


def shape(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Read what PostgreSQL knows of each table: its columns, their types and collations, its keys and indexes."""
    columns = """
        SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT IN (SELECT viewname FROM pg_views)
    """
    keys = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0"
    indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    with reading(engine) as connection:
        found = [tuple(row) for sql in (columns, keys, indexes) for row in connection.execute(text(sql))]
    tables = {row[0] for row in found if row[0] in metadata.tables}
    return {table: sorted((row for row in found if row[0] == table), key=repr) for table in sorted(tables)}


def test_the_migrations_write_what_the_schema_would_on_postgresql() -> None:
    with POSTGRES.empty() as one, opened(one) as migrated, POSTGRES.empty() as other, opened(other) as made:
        upgrade(migrated)
        with writing(made) as connection:
            metadata.create_all(connection)
        assert shape(migrated) == shape(made)
        assert shape(made).keys() == metadata.tables.keys()


def test_all_texts_sort_by_their_bytes_and_nothing_is_enforced_on_postgresql() -> None:
    with POSTGRES.blank() as url, opened(url) as engine:
        rows = [row for rows in shape(engine).values() for row in rows]
    assert {row[3] for row in rows if row[2] == "text"} == {"C"}
    assert not [row for row in rows if "FOREIGN KEY" in str(row)]


def test_an_empty_database_gets_the_schema(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as engine:
        assert upgrade(engine) == (None, HEAD)
        with reading(engine) as connection:
            migration = MigrationContext.configure(connection, opts={"include_object": _is_of_sqlite})
            assert compare_metadata(migration, metadata) == []


def _is_of_sqlite(_one: object, name: str, kind: str, *_: object) -> bool:
    """Leave out the indexes that stand on PostgreSQL for keys which SQLite has."""
    return kind != "index" or name not in ("ix_post_hashtags_post_id", "ix_post_media_post_id")


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


def test_a_store_of_a_later_version_is_left_as_it_is_on_postgresql() -> None:
    with POSTGRES.empty() as url, opened(url) as engine:
        upgrade(engine)
        assert upgrade(engine) == (HEAD, HEAD)
        with writing(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :future"), {"future": FUTURE})
        with pytest.raises(StoreTooNew, match=f"{FUTURE}.*{HEAD}"):
            upgrade(engine)


def test_an_upgrade_drops_the_samples_of_texts_that_a_server_had_taken_and_takes_no_more() -> None:
    sampled = "SELECT COUNT(*) FROM pg_stats WHERE tablename = 'links' AND attname IN ('url', 'domain')"
    with POSTGRES.empty() as url, opened(url) as engine:
        upgrade(engine)
        with writing(engine) as connection:
            for column in ("url", "domain"):
                connection.execute(text(f"ALTER TABLE links ALTER {column} SET STATISTICS -1"))
            connection.execute(text("INSERT INTO links SELECT n, 'https://' || n, 'a' FROM generate_series(1, 9) AS n"))
            connection.execute(text("ANALYZE links"))
            assert connection.scalar(text(sampled)) == 2
            connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
            # What came after is made anew.
            connection.execute(text("DROP TABLE alert_channels, alerts, billed"))
            connection.execute(text("DROP INDEX ix_spend_source_at"))
        assert upgrade(engine) == ("0002", HEAD)
        with writing(engine) as connection:
            assert connection.scalar(text(sampled)) == 0
            connection.execute(text("ANALYZE links"))
            assert connection.scalar(text(sampled)) == 0


def test_a_database_of_another_program_is_left_as_it_is_on_postgresql() -> None:
    with POSTGRES.empty() as url, opened(url) as engine:
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE recipes (title TEXT)"))
        with pytest.raises(StoreUnreadable, match="another program"):
            upgrade(engine)
        with reading(engine) as connection:
            assert inspect(connection).get_table_names() == ["recipes"]


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


def test_an_empty_database_has_no_revision_and_a_store_has_one(database: Database) -> None:
    with database.empty() as url, opened(url) as engine:
        with reading(engine) as connection:
            assert revision_of(connection) is None
        upgrade(engine)
        with reading(engine) as connection:
            assert revision_of(connection) == HEAD


def test_a_store_has_the_views_and_each_answers(database: Database) -> None:
    with blank_store(database) as store, reading(store.engine) as connection:
        made = inspect(connection).get_view_names()
        assert sorted(made) == sorted(VIEWS)
        for view in VIEWS:
            assert connection.execute(text(f"SELECT * FROM {view}")).all() == []
