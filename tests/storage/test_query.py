"""The read-only connection: what is refused, what is answered, and that nothing is left behind."""

import _thread
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import version
from storage.errors import (
    NotReadOnly,
    QueryFailed,
    QueryStopped,
    StoreNotFound,
    StoreTooNew,
    StoreUnreadable,
)
from storage.query import Reader

NOBODY = 65534
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
AWKWARD_NAMES = ("plain.db", "two words.db", "a#b.db", "100%25.db", "خليها_تخيس.db", "it's;.db", "ü&=.db")


def make_store(path: Path, *, at: str = version.HEAD, wal: bool = True) -> Path:
    """Make a store of one table with three rows, closed properly."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (at,))
        connection.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("CREATE INDEX ix_posts_text ON posts (text)")
        connection.executemany("INSERT INTO posts (text) VALUES (?)", [("a",), ("b",), ("ت",)])
        connection.execute("CREATE VIEW post_view AS SELECT id, upper(text) AS text FROM posts")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "store.db")


def answer(path: Path | str, sql: str, params: object = ()) -> list[tuple[object, ...]]:
    with Reader.open(path) as reader:
        return list(reader.rows(sql, params)[1])  # type: ignore[arg-type]


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Make a folder that the current user may not write in; root becomes nobody, for whom modes count."""
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def public_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody can reach (those of tmp_path are the current user's own)."""
    if os.name != "posix":
        pytest.skip("folder modes are POSIX's")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


REFUSED = (
    ("DELETE FROM posts", "DELETE posts"),
    ("WITH old AS (SELECT id FROM posts) DELETE FROM posts WHERE id IN old", "DELETE posts"),
    ("EXPLAIN DELETE FROM posts", "DELETE posts"),
    ("UPDATE posts SET text = 'x'", "UPDATE posts"),
    ("INSERT INTO posts (text) VALUES ('x') RETURNING id", "INSERT posts"),
    ("INSERT INTO posts (id, text) VALUES (1, 'x') ON CONFLICT DO UPDATE SET text = 'y'", "INSERT posts"),
    ("REPLACE INTO posts (id) VALUES (1)", "INSERT posts"),
    ("ATTACH 'other.db' AS other", "ATTACH"),
    ("ATTACH ? AS other", "ATTACH"),
    ("DETACH main", "DETACH main"),
    ("VACUUM", "ATTACH"),
    ("VACUUM INTO 'copy.db'", "ATTACH"),
    ("PRAGMA journal_mode=DELETE", "PRAGMA journal_mode"),
    ("PRAGMA journal_mode", "PRAGMA journal_mode"),
    ("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint"),
    ("PRAGMA query_only=OFF", "PRAGMA query_only"),
    ("PRAGMA writable_schema=ON", "PRAGMA writable_schema"),
    ("SELECT * FROM pragma_database_list", "a table function"),
    ("CREATE TABLE mine (a)", "a change of the tables"),
    ("CREATE TEMP TABLE mine (a)", "a change of the tables"),
    ("CREATE TEMP VIEW mine AS SELECT 1", "a change of the tables"),
    ("CREATE VIRTUAL TABLE mine USING fts5(a)", "a change of the tables"),
    ("ALTER TABLE posts RENAME TO mine", "ALTER TABLE posts"),
    ("DROP TABLE posts", "a change of the tables"),
    ("ANALYZE", "a change of the tables"),
    ("REINDEX", "REINDEX ix_posts_text"),
    ("BEGIN", "TRANSACTION"),
    ("BEGIN EXCLUSIVE", "TRANSACTION"),
    ("COMMIT", "TRANSACTION"),
    ("SAVEPOINT here", "SAVEPOINT"),
    ("SELECT load_extension('evil')", "FUNCTION load_extension"),
    ("SELECT LOAD_EXTENSION('evil')", "FUNCTION load_extension"),
    ("SELECT fts3_tokenizer('simple')", "FUNCTION fts3_tokenizer"),
    ("SELECT 1; DELETE FROM posts", "several statements"),
    ("SELECT 1; SELECT 2", "several statements"),
)


@pytest.mark.parametrize(("sql", "action"), REFUSED, ids=[sql for sql, _ in REFUSED])
def test_whatever_does_more_than_read_is_refused(
    sql: str, action: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(store.parent)
    before = store.read_bytes()
    with Reader.open(store) as reader:
        with pytest.raises(NotReadOnly) as refusal:
            list(reader.rows(sql, ("other.db",) if "?" in sql else ())[1])
        assert action in str(refusal.value)
        assert list(reader.rows("SELECT count(*) FROM posts")[1]) == [(3,)]
    assert store.read_bytes() == before
    assert os.listdir() == ["store.db"]


@pytest.fixture(scope="module")
def lasting_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("lasting") / "store.db")


@given(
    words=st.lists(
        st.sampled_from(
            [
                *(
                    "SELECT",
                    "DELETE",
                    "UPDATE",
                    "INSERT",
                    "REPLACE",
                    "INTO",
                    "FROM",
                    "VALUES",
                    "SET",
                    "RETURNING",
                ),
                *("WITH", "AS", "EXPLAIN", "PRAGMA", "ATTACH", "VACUUM", "BEGIN", "COMMIT", "DROP", "CREATE"),
                *("TEMP", "TABLE", "VIEW", "posts", "text", "x", "query_only", "=", "OFF"),
                *("(", ")", ",", ";", "*", "1", "'a'"),
            ]
        ),
        max_size=9,
    )
)
def test_no_sentence_of_sql_words_changes_anything(words: list[str], lasting_store: Path) -> None:
    before = lasting_store.read_bytes()
    with chdir(lasting_store.parent), Reader.open(lasting_store) as reader:
        with suppress(NotReadOnly, QueryFailed):
            list(reader.rows(" ".join(words))[1])
        assert list(reader.rows("SELECT count(*) FROM posts")[1]) == [(3,)]
    assert lasting_store.read_bytes() == before
    assert os.listdir(lasting_store.parent) == ["store.db"]


ANSWERED = (
    ("SELECT text FROM posts ORDER BY id", [("a",), ("b",), ("ت",)]),
    ("SELECT text FROM post_view WHERE id = 1", [("A",)]),
    (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        [(1,), (2,), (3,)],
    ),
    ("VALUES (1, 'x')", [(1, "x")]),
    ("SELECT value FROM json_each('[1, 2]')", [(1,), (2,)]),
    ("SELECT json_extract('{\"a\": 5}', '$.a'), '{\"a\": 6}' ->> 'a'", [(5, 6)]),
    (
        "SELECT strftime('%Y', '2019-11-01'), upper('x'), group_concat(id, '-') FROM posts",
        [("2019", "X", "1-2-3")],
    ),
    ("SELECT id, row_number() OVER (ORDER BY id DESC) FROM posts WHERE text LIKE 'a%'", [(1, 1)]),
    ("SELECT name FROM pragma_table_info('posts')", [("id",), ("text",)]),
    ("PRAGMA table_info(posts)", [(0, "id", "INTEGER", 0, None, 1), (1, "text", "TEXT", 0, None, 0)]),
    ("SELECT count(*) FROM sqlite_master WHERE name = 'posts'", [(1,)]),
    ("SELECT 9223372036854775807", [(2**63 - 1,)]),
    ("SELECT 1 -- ; DELETE FROM posts", [(1,)]),
    ("SELECT 'DELETE FROM posts; ATTACH'", [("DELETE FROM posts; ATTACH",)]),
)


@pytest.mark.parametrize(("sql", "rows"), ANSWERED, ids=[sql for sql, _ in ANSWERED])
def test_whatever_reads_is_answered(sql: str, rows: list[tuple[object, ...]], store: Path) -> None:
    assert answer(store, sql) == rows


def test_columns_are_named_before_any_row_is_read(store: Path) -> None:
    with Reader.open(store) as reader:
        columns, rows = reader.rows("SELECT id, text AS words FROM posts WHERE id >= :least", {"least": 2})
        assert columns == ("id", "words")
        assert next(rows) == (2, "b")


@pytest.mark.parametrize(
    "sql", ["SELEC 1", "SELECT * FROM nowhere", "", "-- nothing", "SELECT ?", "SELECT 1\0", "SELECT '\udc80'"]
)
def test_what_sqlite_does_not_understand_is_said_in_its_words(sql: str, store: Path) -> None:
    with pytest.raises(QueryFailed):
        answer(store, sql)


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_any_file_name_opens_that_file(name: str, tmp_path: Path) -> None:
    store = make_store(tmp_path / name)
    assert answer(store, "SELECT count(*) FROM posts") == [(3,)]
    assert answer(f"sqlite:///{store}", "SELECT count(*) FROM posts") == [(3,)]
    assert os.listdir(tmp_path) == [name]


@pytest.mark.skipif(os.name == "nt", reason="'?' is no character of a Windows file name")
def test_a_question_mark_in_the_name_is_not_an_option(tmp_path: Path) -> None:
    store = make_store(tmp_path / "really?mode=rwc")
    assert answer(store, "SELECT count(*) FROM posts") == [(3,)]


def test_a_relative_path_and_url_mean_the_working_folder(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store.parent)
    assert answer("store.db", "SELECT 1") == answer("sqlite:///store.db", "SELECT 1") == [(1,)]


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for missing in (tmp_path / "none.db", "sqlite:///" + str(tmp_path / "none.db"), tmp_path, "sqlite://"):
        with pytest.raises(StoreNotFound):
            Reader.open(missing)
    assert os.listdir(tmp_path) == []


def test_a_server_is_refused_without_its_password() -> None:
    with pytest.raises(StoreUnreadable) as refusal:
        Reader.open("postgresql+psycopg://reader:sesame@db.example/store")
    assert "sesame" not in str(refusal.value)


def test_a_file_that_is_no_store_says_so(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir, " * 500)
    (tmp_path / "empty.db").touch()
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE recipes (a)")
    for name in ("letter.txt", "empty.db", "foreign.db"):
        with pytest.raises(StoreUnreadable):
            Reader.open(tmp_path / name)
    assert (tmp_path / "empty.db").stat().st_size == 0


def test_a_store_of_a_later_version_is_refused_by_its_version(tmp_path: Path) -> None:
    store = make_store(tmp_path / "later.db", at="9001")
    with pytest.raises(StoreTooNew, match="9001"):
        Reader.open(store)
    assert os.listdir(tmp_path) == ["later.db"]


def test_a_writer_is_neither_waited_for_nor_disturbed(store: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO posts (text) VALUES ('unfinished')")
        with Reader.open(store) as reader:
            assert list(reader.rows("SELECT count(*) FROM posts")[1]) == [(3,)]
            writer.execute("COMMIT")
            assert list(reader.rows("SELECT count(*) FROM posts")[1]) == [(4,)]
        writer.execute("INSERT INTO posts (text) VALUES ('after')")
    assert answer(store, "SELECT count(*) FROM posts") == [(5,)]
    assert os.listdir(store.parent) == ["store.db"]


def test_an_answer_is_of_one_moment(store: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as writer, Reader.open(store) as reader:
        _, rows = reader.rows("SELECT id FROM posts ORDER BY id")
        assert next(rows) == (1,)
        writer.execute("DELETE FROM posts WHERE id = 3")
        assert list(rows) == [(2,), (3,)]


def test_a_wal_left_by_a_crash_is_read_and_left(store: Path, tmp_path: Path) -> None:
    crashed = tmp_path / "crashed"
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("INSERT INTO posts (text) VALUES ('only in the wal')")
        crashed.mkdir()
        for name in ("store.db", "store.db-wal"):
            shutil.copy(tmp_path / name, crashed / name)
    before = {name: (crashed / name).read_bytes() for name in ("store.db", "store.db-wal")}
    assert answer(crashed / "store.db", "SELECT count(*) FROM posts") == [(4,)]
    assert {name: (crashed / name).read_bytes() for name in before} == before


@pytest.mark.parametrize("wal", [True, False])
def test_a_folder_that_may_not_be_written_is_read(wal: bool, public_folder: Path) -> None:
    store = make_store(public_folder / "store.db", wal=wal)
    with unwritable(public_folder):
        assert answer(store, "SELECT count(*) FROM posts") == [(3,)]
    assert os.listdir(public_folder) == ["store.db"]


def test_a_writer_in_a_folder_that_we_may_not_write_is_read_with(public_folder: Path) -> None:
    store = make_store(public_folder / "store.db")
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("INSERT INTO posts (text) VALUES ('in the wal')")
        with unwritable(public_folder):
            assert answer(store, "SELECT count(*) FROM posts") == [(4,)]


def test_a_waiting_wal_in_a_folder_that_may_not_be_written_is_never_passed_over(public_folder: Path) -> None:
    store = make_store(public_folder / "store.db")
    with closing(sqlite3.connect(store, isolation_level=None)) as writer:
        writer.execute("INSERT INTO posts (text) VALUES ('in the wal')")
        wal = store.with_name("store.db-wal").read_bytes()
    store.with_name("store.db-wal").write_bytes(wal)
    with unwritable(public_folder), pytest.raises(StoreUnreadable, match=r"store\.db-wal"):
        Reader.open(store)


def test_a_change_under_a_reader_that_took_the_file_for_unchanging_is_an_error(public_folder: Path) -> None:
    store = make_store(public_folder / "store.db")
    with unwritable(public_folder):
        reader = Reader.open(store)
    with closing(reader):
        _, rows = reader.rows("SELECT id FROM posts")
        with closing(sqlite3.connect(store, isolation_level=None)) as writer:
            writer.execute("INSERT INTO posts (text) VALUES ('meanwhile')")
        with pytest.raises(StoreUnreadable, match="changed"):
            list(rows)


def test_a_runaway_query_is_stopped_and_the_next_one_answered(store: Path) -> None:
    with Reader.open(store) as reader:
        timer = threading.Timer(0.2, reader.stop)
        timer.start()
        with pytest.raises(QueryStopped):
            reader.rows(ENDLESS)
        timer.join()
        assert list(reader.rows("SELECT 1")[1]) == [(1,)]


def test_ctrl_c_stops_a_runaway_query(store: Path) -> None:
    with Reader.open(store) as reader:
        timer = threading.Timer(0.2, _thread.interrupt_main)
        timer.start()
        with pytest.raises((QueryStopped, KeyboardInterrupt)):
            reader.rows(ENDLESS)
        timer.join()


def test_a_query_starts_without_the_heavy_libraries() -> None:
    heavy = "{'sqlalchemy', 'pandas', 'numpy', 'duckdb', 'pyarrow'}"
    program = f"import sys, storage.query; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "set()"
