"""Read-only SQL on a server: what is refused and by what, what is answered, and that it is as SQLite answers."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text

from storage.batch import Batch
from storage.engine import writing
from storage.errors import (
    NotReadOnly,
    QueryFailed,
    QueryStopped,
    RoleRefused,
    StorageError,
    StoreTooNew,
    StoreUnreachable,
    StoreUnreadable,
)
from storage.query import open_reader
from storage.store import Store
from storage.version import HEAD
from tests.blank import POSTGRES, Database, blank_store
from tests.dump import contents
from tests.made import item
from tests.postgres import ADMIN, OWNER, READER

NOW = datetime(2024, 2, 1, tzinfo=UTC)
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store(POSTGRES) as store:
        run_id = store.begin_run("archive", "", NOW)
        store.save(Batch(run_id, "archive", "", NOW, items=[item(number, tags=("Rot",)) for number in (1, 2, 3)]))
        yield store


def url_of(store: Store, role: str = READER) -> str:
    return str(store.engine.url.set(username=role))


def answer(url: str, sql: str, params: object = ()) -> list[tuple[object, ...]]:
    with open_reader(url) as reader:
        return list(reader.rows(sql, params)[1])  # type: ignore[arg-type]


REFUSED = (
    "DELETE FROM posts",
    "WITH old AS (DELETE FROM posts RETURNING id) SELECT * FROM old",
    "EXPLAIN ANALYZE DELETE FROM posts",
    "UPDATE posts SET text = 'x'",
    "INSERT INTO meta VALUES ('a', 'b')",
    "TRUNCATE meta",
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE VIEW mine AS SELECT 1",
    "SELECT 1 AS a INTO mine",
    "DROP TABLE posts",
    "ALTER TABLE posts RENAME TO mine",
    "VACUUM posts",
    "SELECT nextval('runs_id_seq')",
    "DO $$ BEGIN DELETE FROM posts; END $$",
    "SELECT 1; DELETE FROM posts",
    "COMMIT; DELETE FROM posts",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SET TRANSACTION READ WRITE",
    "COMMIT",
    "DO $$ BEGIN COMMIT; DELETE FROM posts; END $$",
    "COPY posts TO PROGRAM 'cat'",
    "COPY posts TO '/tmp/posts'",
    "COPY posts TO STDOUT",
    "COPY meta FROM STDIN",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT pg_reload_conf()",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "GRANT SELECT ON posts TO public",
    "LOCK TABLE posts",
)


@pytest.mark.parametrize("role", [READER, OWNER])
@pytest.mark.parametrize("sql", REFUSED)
def test_whatever_does_more_than_read_is_refused_also_to_the_owner(sql: str, role: str, store: Store) -> None:
    before = contents(store.engine)
    with open_reader(url_of(store, role)) as reader:
        with pytest.raises((NotReadOnly, QueryFailed)):
            list(reader.rows(sql)[1])
        with pytest.raises(NotReadOnly):
            list(reader.rows("INSERT INTO hashtags VALUES (99, 'x') RETURNING id")[1])
        assert list(reader.rows("SELECT count(*) FROM posts")[1]) == [(3,)]
    assert contents(store.engine) == before


def test_what_a_transaction_that_only_reads_lets_through_is_never_committed(store: Store) -> None:
    with open_reader(url_of(store)) as reader:
        assert list(reader.rows("SELECT lo_create(4711)")[1]) == [(4711,)]
        assert list(reader.rows("SELECT count(*) FROM pg_largeobject_metadata")[1]) == [(0,)]


ANSWERED = (
    ("SELECT text, is_reply, created_at FROM posts WHERE id = 1", [("a post", 0, "2024-01-03T00:00:00.000000Z")]),
    ("SELECT hashtags, is_found FROM post_view WHERE post = 'x:2'", [("#Rot", 1)]),
    ("SELECT sum(likes), avg(likes) FROM engagement", [(6, 2.0)]),
    ("VALUES (1, 'x'), (2, NULL)", [(1, "x"), (2, None)]),
    ("SELECT 100 % 7, '50%', 'a:b'", [(2, "50%", "a:b")]),
    (
        "SELECT date '2024-01-03', interval '1 day', ARRAY[1, 2], '{\"a\": 1}'::jsonb",
        [("2024-01-03", "1 day", "{1,2}", '{"a": 1}')],
    ),
    ("SELECT 12345678901234567890123::numeric, true, '\\x00ff'::bytea", [(12345678901234567890123, 1, b"\0\xff")]),
    ("SELECT id FROM posts WHERE false", []),
    ("SHOW transaction_read_only", [("on",)]),
    ("EXPLAIN (COSTS OFF) SELECT 1", [("Result",)]),
    ("TABLE alembic_version", [(HEAD,)]),
    ("SELECT 1 -- ; DELETE FROM posts", [(1,)]),
)


@pytest.mark.parametrize(("sql", "rows"), ANSWERED, ids=[sql for sql, _ in ANSWERED])
def test_whatever_reads_is_answered_with_values_as_sqlite_has_them(
    sql: str, rows: list[tuple[object, ...]], store: Store
) -> None:
    assert answer(url_of(store), sql) == rows


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT * FROM nowhere", "", "-- nothing", "SELECT '\udc80'"])
def test_what_is_not_understood_is_said_in_the_databases_words(sql: str, store: Store) -> None:
    with pytest.raises(QueryFailed):
        answer(url_of(store), sql)


def test_values_are_given_to_names_and_marks_alike_in_both_databases(database: Database) -> None:
    with blank_store(database) as store, open_reader(str(store.engine.url)) as reader:
        columns, rows = reader.rows(
            "SELECT key AS \"a:b?\", ':key ? %' FROM meta WHERE key = :key", {"key": "store_id"}
        )
        assert columns[0] == "a:b?"
        assert list(rows) == [("store_id", ":key ? %")]
        assert list(reader.rows("SELECT key FROM meta WHERE key = ? OR key = ?", ("store_id", "x"))[1]) == [
            ("store_id",)
        ]


def test_an_answer_is_of_one_moment_and_the_next_one_gives_it_up(store: Store) -> None:
    with open_reader(url_of(store)) as reader:
        columns, rows = reader.rows("SELECT id FROM posts ORDER BY id")
        assert columns == ("id",)
        assert next(rows) == (1,)
        with writing(store.engine) as connection:
            connection.execute(text("DELETE FROM posts WHERE id = 3"))
        assert list(rows) == [(2,), (3,)]
        _, rows = reader.rows("SELECT generate_series(1, 5000)")
        assert next(rows) == (1,)
        assert list(reader.rows("SELECT count(*) FROM posts")[1]) == [(2,)]


def test_a_runaway_query_is_stopped_and_the_next_one_answered(store: Store) -> None:
    with open_reader(url_of(store)) as reader:
        timer = threading.Timer(0.2, reader.stop)
        timer.start()
        with pytest.raises(QueryStopped):
            reader.rows(ENDLESS)
        timer.join()
        assert list(reader.rows("SELECT 1")[1]) == [(1,)]


def test_a_superuser_and_whoever_reaches_the_servers_files_are_refused(store: Store) -> None:
    with pytest.raises(RoleRefused, match="superuser"):
        open_reader(url_of(store, ADMIN))
    server = POSTGRES.server()
    for power in ("pg_read_server_files", "pg_execute_server_program"):
        server.run(f"GRANT {power} TO {READER}")
        try:
            with pytest.raises(RoleRefused, match=power):
                open_reader(url_of(store))
        finally:
            server.run(f"REVOKE {power} FROM {READER}")


def test_what_is_no_store_or_a_later_one_is_refused(store: Store) -> None:
    with POSTGRES.empty() as url, pytest.raises(StoreUnreadable, match="not a Groundswell store"):
        open_reader(url)
    with pytest.raises(StoreUnreachable):
        open_reader(f"{url_of(store)}_none")
    with pytest.raises(StorageError, match="PGPASSWORD") as refusal:
        open_reader("postgresql://reader:sesame@localhost/store")
    assert "sesame" not in str(refusal.value)
    with POSTGRES.empty() as url:
        Store.open(url).close()
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9001'")
        with pytest.raises(StoreTooNew, match="9001"):
            open_reader(url)
