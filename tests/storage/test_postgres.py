"""What only a server of PostgreSQL does: values at its edge, writers taking turns, refusals, and roles."""

import os
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import insert, select, text

from storage import schema
from storage.batch import Batch
from storage.engine import delete_rows, insert_rows, open_engine, reading, update_rows, writing
from storage.errors import (
    StorageError,
    StoreLocked,
    StoreNotFound,
    StoreUnreachable,
    StoreUnreadable,
    StoreUnwritable,
)
from storage.instant import from_micros, from_text, to_micros, to_text
from storage.post import Deletion, Item, Media
from storage.scrub import scrub_if_pending
from storage.store import Store
from tests.blank import POSTGRES, Database, blank_store
from tests.dump import contents, row_counts
from tests.made import item
from tests.postgres import ADMIN, READER

NOW = datetime(2024, 2, 1, tzinfo=UTC)
AWKWARD = ["", " ", "\\", "\\N", "a\tb\nc\r\\.", "'\"%s%(x)s:x", "ت\u200f", "😀", "\x01\x7f", "x" * 9_000]
MOMENTS = [
    "0001-01-01T00:00:00.000000Z",
    "1582-10-10T00:00:00.000001Z",
    "1969-12-31T23:59:59.999999Z",
    "2024-02-29T12:00:00.100000Z",
    "9999-12-31T23:59:59.999999Z",
]


@pytest.fixture
def url() -> Iterator[str]:
    """An empty store on the server."""
    with POSTGRES.blank() as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as store:
        yield store


instants = st.integers(to_micros(from_text(MOMENTS[0])), to_micros(from_text(MOMENTS[-1]))).map(
    lambda micros: to_text(from_micros(micros))
)
texts = (
    st.none() | st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
rows = st.tuples(
    *(st.none() | instants, texts, st.sampled_from([0, 1]), st.none() | st.floats(allow_nan=False)),
    st.none() | st.integers(-(2**63), 2**63 - 1),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, max_size=5))
def test_every_value_comes_out_of_both_databases_as_it_went_in(
    database: Database, told: list[tuple[object, ...]]
) -> None:
    posts = [
        (
            *(n, "x", str(n), number, MOMENTS[n % 5], moment, 1, MOMENTS[0], MOMENTS[4], moment, None, None, words),
            *(flag, None, None, flag, 0, 0, None, None, None, None, None, place, None, words, None),
        )
        for n, (moment, words, flag, place, number) in enumerate(told)
    ]
    with blank_store(database) as store:
        with writing(store.engine) as connection:
            assert insert_rows(connection, schema.posts, posts) == len(posts)
        with reading(store.engine) as connection:
            assert [tuple(row) for row in connection.execute(select(schema.posts).order_by(schema.posts.c.id))] == posts


def test_rows_are_missing_changed_and_gone_alike_in_both_databases(database: Database) -> None:
    seen = [(1, "x", None, 1, None, None, None, None), (1, "x", MOMENTS[0], None, 2, None, None, None)]
    found = [(1, "a", "", 1), (2, "a", "", 1)]
    with blank_store(database) as store, writing(store.engine) as connection:
        insert_rows(connection, schema.engagement, seen)
        delete_rows(connection, schema.engagement, seen[:1])
        assert insert_rows(connection, schema.found, found[:1], new=False) == 1
        assert insert_rows(connection, schema.found, [*found, (1, "b", "", 1)], new=False) == 2
        insert_rows(connection, schema.links, [(1, "https://a", None), (2, "https://b", "b")])
        update_rows(connection, schema.links, schema.links.c.id, [(1, "https://c", "c")])
        assert connection.execute(select(schema.engagement)).all() == seen[1:]
        assert len(connection.execute(select(schema.found)).all()) == 3
        assert sorted(connection.execute(select(schema.links)).all()) == [(1, "https://c", "c"), (2, "https://b", "b")]


def test_two_writers_and_a_reader_at_once_find_no_post_twice_and_no_lock_in_their_way(database: Database) -> None:
    with database.blank() as url, Store.open(url) as one, Store.open(url) as other, Store.open(url) as third:
        done = threading.Event()
        seen: list[int] = []

        def save(store: Store) -> None:
            run_id = store.begin_run("archive", "", NOW)
            for first in range(0, 200, 20):
                some = [item(n, tags=(f"tag{n % 7}",), author=str(n % 5)) for n in range(first, first + 30)]
                store.save(Batch(run_id, "archive", "", NOW, items=some))

        def read() -> None:
            while not done.is_set():
                with reading(third.engine) as connection:
                    counts = [connection.scalar(text("SELECT COUNT(*) FROM posts")) for _ in range(2)]
                assert counts[0] == counts[1]
                seen.append(counts[0] or 0)

        with ThreadPoolExecutor(3) as threads:
            reader = threads.submit(read)
            for writer in [threads.submit(save, store) for store in (one, other)]:
                writer.result()
            done.set()
            reader.result()
        assert seen == sorted(seen)
        assert row_counts(one.engine)["posts"] == 210
        assert len({row[:2] for row in contents(one.engine)["posts"]}) == 210


def test_a_writer_that_waits_too_long_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engine.BUSY_SECONDS", 0.2)
    with Store.open(url) as one, Store.open(url) as other, writing(one.engine):
        with pytest.raises(StoreLocked, match="held by another"):
            other.begin_run("archive", "", NOW)
        assert other.revision() == 0


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    for url in (
        "postgresql://me:sesame@localhost/x",
        "postgresql://localhost/x?password=sesame",
        "postgresql://a:s/sesame[@b",
    ):
        with pytest.raises(StorageError) as refusal:
            open_engine(url)
        assert "PGPASSWORD" in str(refusal.value)
        assert "sesame" not in str(refusal.value)


def test_a_server_that_cannot_be_reached_or_does_not_let_in_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"postgresql://me@127.0.0.1:{free.getsockname()[1]}/x"
        with pytest.raises(StoreUnreachable, match="refused"):
            Store.open(nowhere)
    with pytest.raises(StoreUnreachable, match="does not exist"):
        Store.open(f"{url}_that_is_not_there")
    password = os.environ["PGPASSWORD"]
    monkeypatch.setenv("PGPASSWORD", "a wrong one")
    with pytest.raises(StoreUnreachable, match="authentication failed") as refusal:
        Store.open(url)
    assert password not in str(refusal.value)
    assert "a wrong one" not in str(refusal.value)


def test_a_store_is_made_only_where_it_may_be() -> None:
    with POSTGRES.empty() as url:
        with pytest.raises(StoreNotFound, match="no store at"):
            Store.open(url, create=False)
        Store.open(url).close()
        Store.open(url, create=False).close()


def test_a_role_that_may_only_read_cannot_save_and_is_told_so(url: str) -> None:
    reader = url.replace("collector@", f"{READER}@")
    with Store.open(reader) as store:
        assert store.revision() == 0
        with pytest.raises(StoreUnwritable, match="permission denied"):
            store.begin_run("archive", "", NOW)


def test_a_database_without_all_letters_is_refused() -> None:
    server = POSTGRES.server()
    server.run("CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        with pytest.raises(StoreUnreadable, match="LATIN1"):
            Store.open(server.url("old", ADMIN))
    finally:
        server.run("DROP DATABASE old WITH (FORCE)")


def test_a_connection_that_the_server_ended_is_made_anew(store: Store) -> None:
    assert store.revision() == 0
    POSTGRES.server().run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'collector' AND pid <> pg_backend_pid()"
    )
    assert store.revision() == 0


def erase_one(store: Store) -> None:
    run_id = store.begin_run("archive", "", NOW)
    store.save(Batch(run_id, "archive", "", NOW, items=[item(1, text="taken back")]))
    gone = Deletion(platform="x", platform_id="1", deleted_at="2024-01-09T00:00:00.000000Z")
    store.save(Batch(run_id, "archive", "", NOW, deletions=[gone]))


def test_a_reader_of_another_table_keeps_what_it_sees_so_the_scrub_stays_pending(url: str, store: Store) -> None:
    """VACUUM FULL would go through, and leave the old row in the new file for that reader's sake."""
    with Store.open(url) as other:
        with reading(other.engine) as reader:
            reader.execute(select(schema.meta)).all()
            erase_one(store)
            assert not scrub_if_pending(store)
        assert scrub_if_pending(store)


def test_who_does_not_own_the_tables_is_told_that_they_cannot_be_scrubbed(url: str, store: Store) -> None:
    erase_one(store)
    server, name = POSTGRES.server(), url.rpartition("/")[2]
    for kind in ("TABLES", "SEQUENCES"):
        server.run(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {READER}", name)
    with Store.open(url.replace("collector@", f"{READER}@")) as other, pytest.raises(StoreUnwritable, match="owns"):
        scrub_if_pending(other)
    server.run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {READER}", name)
    server.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}", name)


LONG = "https://example.org/" + "".join(map(str, range(5_000)))


def long_items() -> Sequence[Item]:
    """Make a post with a link, a hashtag and a picture too long for an index of PostgreSQL."""
    one = item(1, tags=(LONG.replace("/", "").replace(":", ""),))
    assert one.post is not None
    return [replace(one, post=replace(one.post, links=(LONG,), media=(Media("photo", LONG),)))]


def test_no_link_picture_or_hashtag_is_too_long(database: Database) -> None:
    with blank_store(database) as store:
        run_id = store.begin_run("archive", "", NOW)
        for _ in range(2):
            store.save(Batch(run_id, "archive", "", NOW, items=long_items()))
        dump = contents(store.engine)
    assert [row[0] for row in dump["links"]] == [LONG]
    assert len(dump["post_hashtags"]) == len(dump["post_media"]) == 1


def test_text_is_sorted_by_its_bytes(store: Store) -> None:
    words = ["b", "B", "a", "ä", "é", "z", "Z", "ت", "_", "😀"]
    with writing(store.engine) as connection:
        connection.execute(insert(schema.hashtags), [{"id": n, "key": word} for n, word in enumerate(words, 1)])
        found = connection.scalars(select(schema.hashtags.c.key).order_by(schema.hashtags.c.key)).all()
    assert found == sorted(words, key=str.encode)


def test_a_table_that_has_doubled_is_looked_at_again_by_the_planner_without_waiting_for_autovacuum(
    store: Store,
) -> None:
    run_id = store.begin_run("archive", "", NOW)

    def posts_known_to_the_planner_after(numbers: range) -> int:
        store.save(Batch(run_id, "archive", "", NOW, items=[item(number) for number in numbers]))
        with reading(store.engine) as connection:
            query = text("SELECT reltuples FROM pg_class WHERE oid = 'posts'::regclass")
            return int(connection.scalar(query) or 0)

    assert posts_known_to_the_planner_after(range(100)) < 100, "so few need no plan"
    assert posts_known_to_the_planner_after(range(100, 9_000)) == 9_000
    assert posts_known_to_the_planner_after(range(9_000, 12_000)) == 9_000
    with store.engine.begin() as other:
        other.execute(text("LOCK TABLE posts IN SHARE UPDATE EXCLUSIVE MODE"))  # as VACUUM does
        assert posts_known_to_the_planner_after(range(12_000, 20_000)) == 9_000
    assert posts_known_to_the_planner_after(range(20_000, 20_010)) == 20_010
