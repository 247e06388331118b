"""After a scrub no byte of what was erased is in the store's files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path
from time import sleep

import psycopg
import pytest
from sqlalchemy import Connection, select

from storage import schema
from storage.batch import Batch
from storage.engine import open_engine, reading
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.post import Deletion
from storage.scrub import scrub_if_pending
from storage.store import Store
from tests.blank import POSTGRES, Database
from tests.dump import contents
from tests.made import item
from tests.postgres import Server

NOW = datetime(2024, 2, 1, tzinfo=UTC)


def words(number: int) -> str:
    return f"the {number}th confession that was taken back again"


def erased_store(url: str) -> Store:
    """Make a store of 300 posts, two thirds of which are erased, those of one author whole."""
    store = Store.open(url)
    run_id = store.begin_run("archive", "", NOW)
    items = [
        item(number, text=words(number), tags=("Rot",), author="gone" if number % 3 else "stays")
        for number in range(300)
    ]
    store.save(Batch(run_id, "archive", "", NOW, items=items))
    gone = [
        Deletion(platform="x", platform_id=str(number), deleted_at="2024-01-09T00:00:00.000000Z")
        for number in range(300)
        if number % 3
    ]
    store.save(Batch(run_id, "archive", "", NOW, deletions=gone))
    return store


def bytes_of(store: Store) -> bytes:
    """Read all files of a store; of a server those of its database, when all is written there."""
    if store.engine.dialect.name == "postgresql":
        return POSTGRES.server().bytes_of(str(store.engine.url.database))
    path = Path(str(store.engine.url.database))
    return b"".join(one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name))


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    with database.empty() as url:
        yield url


def test_nothing_erased_is_left_in_the_files(url: str) -> None:
    with erased_store(url) as store:
        assert store.get_note("scrub_pending") is not None
        assert scrub_if_pending(store)
        assert store.get_note("scrub_pending") is None
        left = bytes_of(store)
        assert not [number for number in range(300) if number % 3 and words(number).encode() in left]
        assert words(0).encode() in left
        assert b"handle_gone" not in left
        kept = contents(store.engine)
    assert len(kept["posts"]) == len(kept["post_hashtags"]) == 300


def test_a_reader_keeps_the_scrub_pending_and_it_is_tried_again(url: str) -> None:
    with erased_store(url) as store:
        engine = open_engine(url)
        with reading(engine) as reader:
            reader.exec_driver_sql("SELECT COUNT(*) FROM posts").all()
            assert not scrub_if_pending(store)
            assert store.get_note("scrub_pending") is not None
        engine.dispose()
        assert scrub_if_pending(store)


def test_a_store_from_which_nothing_was_erased_is_left_alone(url: str) -> None:
    with Store.open(url) as store:
        revision = store.revision()
        assert scrub_if_pending(store)
        assert store.revision() == revision


def test_a_profile_that_an_archive_brings_again_is_forgotten_again(url: str) -> None:
    gone = Deletion(platform="x", platform_id="1", deleted_at="2024-01-09T00:00:00.000000Z")
    with Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        store.save(Batch(run_id, "archive", "", NOW, deletions=[gone]))
        for _ in range(2):  # the deletion came before its post; then the post comes once more
            store.save(Batch(run_id, "archive", "", NOW, items=[item(1, author="gone")]))
            assert store.get_note("scrub_pending") is not None
            assert scrub_if_pending(store)
            assert b"handle_gone" not in bytes_of(store)
            assert contents(store.engine)["author_history"] == []
        scrubbed = contents(store.engine)
        assert scrub_if_pending(store)
        assert contents(store.engine) == scrubbed


def test_nothing_of_an_account_that_is_gone_is_left_also_when_an_archive_brings_it_again(url: str) -> None:
    gone = Deletion(platform="x", platform_id="gone", deleted_at="2024-01-09T00:00:00.000000Z", of="author")
    items = [item(number, text=words(number), author="gone" if number else "stays") for number in range(5)]
    with Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        store.save(Batch(run_id, "archive", "", NOW, items=items))
        store.save(Batch(run_id, "archive", "", NOW, deletions=[gone]))
        for _ in range(2):
            assert scrub_if_pending(store)
            left = bytes_of(store)
            assert words(0).encode() in left
            assert not [number for number in range(1, 5) if words(number).encode() in left]
            assert b"handle_gone" not in left
            store.save(Batch(run_id, "archive", "", NOW, items=items))


def test_a_server_keeps_no_sample_of_what_an_erasure_takes() -> None:
    """Its statistics are made of values, and what was erased would stand there until they are made again."""
    with POSTGRES.empty() as url, Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        items = [item(number, text=words(number), tags=("Rot",), author=str(number)) for number in range(300)]
        store.save(Batch(run_id, "archive", "", NOW, items=items))
        POSTGRES.server().run("ANALYZE", str(store.engine.url.database))
        with reading(store.engine) as connection:
            sampled = repr(connection.exec_driver_sql("SELECT * FROM pg_stats WHERE schemaname = 'public'").all())
    assert "platform_id" in sampled
    assert "Rot" in sampled
    assert "confession" not in sampled
    assert "handle_" not in sampled


@pytest.mark.proof
def test_a_servers_log_of_changes_lets_go_of_what_was_erased_as_the_operations_page_says() -> None:
    server, told = POSTGRES.server(), "what a log of changes remembers"
    gone = Deletion(platform="x", platform_id="1", deleted_at="2024-01-09T00:00:00.000000Z")

    def remembers() -> bool:
        files = [file for file in (server.folder / "data" / "pg_wal").iterdir() if file.is_file()]
        return any(told.encode() in file.read_bytes() for file in files)

    with without_reuse(server), POSTGRES.empty() as url, Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        # The server may let go by itself at any moment from here on, as its checkpoints come by the clock too.
        store.save(Batch(run_id, "archive", "", NOW, items=[item(1, text=told)]))
        wait_until(remembers)  # tests' servers write their log in their own time
        store.save(Batch(run_id, "archive", "", NOW, deletions=[gone]))
        assert scrub_if_pending(store)
        assert told.encode() not in bytes_of(store)
        server.run("SELECT pg_switch_wal()")
        server.run("CHECKPOINT")
        assert not remembers()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait some seconds until something is so."""
    for _ in range(100):
        if condition():
            return
        sleep(0.05)
    raise AssertionError("it did not come about")


@contextmanager
def without_reuse(server: Server) -> Iterator[None]:
    """Have a server delete the files of its log that it does not need any more, rather than write over them."""
    server.run("ALTER SYSTEM SET wal_recycle = off")
    server.run("SELECT pg_reload_conf()")
    is_off = "SELECT 1 / (current_setting('wal_recycle') = 'off')::int"
    for _ in range(100):
        with suppress(psycopg.errors.DivisionByZero):
            server.run(is_off)
            break
        sleep(0.05)
    server.run(is_off)
    try:
        yield
    finally:
        server.run("ALTER SYSTEM RESET wal_recycle")
        server.run("SELECT pg_reload_conf()")


def test_what_is_erased_while_a_scrub_runs_is_left_to_the_next(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with erased_store(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        more = Deletion(platform="x", platform_id="0", deleted_at="2024-01-10T00:00:00.000000Z")

        def meanwhile(connection: Connection) -> bool:
            monkeypatch.undo()
            store.save(Batch(run_id, "archive", "", NOW, deletions=[more]))
            return True

        monkeypatch.setattr("storage.scrub.vacuum", meanwhile)
        assert not scrub_if_pending(store)
        assert store.get_note("scrub_pending") is not None
        assert scrub_if_pending(store)
        assert words(0).encode() not in bytes_of(store)


def test_the_lake_forgets_a_forgotten_profile(url: str, tmp_path: Path) -> None:
    with erased_store(url) as store:
        refresh(store.engine, tmp_path / "lake", now=NOW)
        assert scrub_if_pending(store)
        refresh(store.engine, tmp_path / "lake", now=NOW)
        with Lake.open(tmp_path / "lake") as lake:
            handles = lake.ask("SELECT handle FROM authors ORDER BY handle")["handle"]
    assert list(handles.dropna()) == ["handle_stays"]


def test_nothing_erased_is_left_in_the_dictionary_that_bodies_are_packed_with(url: str) -> None:
    """A dictionary is made of pieces of bodies, whole sentences among them."""
    with Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        items = [item(number, text=secret(number)) for number in range(1500)]
        store.save(Batch(run_id, "archive", "", NOW, items=items))
        gone = [number for number in range(1500) if secret(number).encode() in dictionaries(store)]
        assert len(gone) > 20
        at = "2024-01-09T00:00:00.000000Z"
        deletions = [Deletion(platform="x", platform_id=str(number), deleted_at=at) for number in gone]
        store.save(Batch(run_id, "archive", "", NOW, deletions=deletions))
        assert scrub_if_pending(store)
        left = bytes_of(store)
        assert not [number for number in gone if secret(number)[:20].encode() in left]
        kept = contents(store.engine)["raw_payloads"]
        assert sum(row[4] is None for row in kept) == len(gone)
        # The store goes on with the new dictionary, whose pieces may be erased in turn.
        store.save(Batch(run_id, "archive", "", NOW, items=[item(9000, text=secret(9000))]))
        others = [number for number in range(1500) if secret(number).encode() in dictionaries(store)]
        assert others
        assert not set(others) & set(gone)
        assert contents(store.engine)["raw_payloads"]


def test_a_scrub_that_died_while_it_packed_anew_is_finished_by_the_next(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        items = [item(number, text=secret(number)) for number in range(1500)]
        store.save(Batch(run_id, "archive", "", NOW, items=items))
        gone = [number for number in range(1500) if secret(number).encode() in dictionaries(store)]
        at = "2024-01-09T00:00:00.000000Z"
        deletions = [Deletion(platform="x", platform_id=str(number), deleted_at=at) for number in gone]
        store.save(Batch(run_id, "archive", "", NOW, deletions=deletions))
        with monkeypatch.context() as broken:
            broken.setattr("storage.packing._repack_some", _die)
            with pytest.raises(OSError, match="power"):
                scrub_if_pending(store)
    with Store.open(url) as again:
        again.save(Batch(again.begin_run("archive", "", NOW), "archive", "", NOW, items=[item(9000)]))
        assert scrub_if_pending(again)
        left = bytes_of(again)
        assert not [number for number in gone if secret(number)[:20].encode() in left]
        assert len(contents(again.engine)["raw_payloads"]) == 1501


def _die(*_: object) -> int:
    raise OSError("power")


def secret(number: int) -> str:
    return sha512(str(number).encode()).hexdigest()


def dictionaries(store: Store) -> bytes:
    with reading(store.engine) as connection:
        return b"".join(connection.scalars(select(schema.zstd_dictionaries.c.body)))
