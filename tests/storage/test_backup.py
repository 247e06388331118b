"""Backups are of one moment, hold nothing erased, and a restore brings back nothing that was deleted since."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

import storage
from storage.backup import back_up
from storage.batch import Batch
from storage.engine import open_engine, writing
from storage.errors import StoreLocked, StoreNotFound, StoreTooNew, StoreUnreadable
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.lease import Lease
from storage.post import Deletion
from storage.restore import restore
from storage.store import Store
from storage.version import HEAD
from tests.dump import contents
from tests.made import item

NOW = datetime(2024, 2, 1, tzinfo=UTC)
LATER = "2024-01-09T00:00:00.000000Z"


def words(number: int) -> str:
    return f"the {number}th confession that was taken back again"


def save(path: Path, numbers: range) -> None:
    """Save posts, by number."""
    with opened(path) as store:
        run_id = store.begin_run("archive", "", NOW)
        items = [item(number, text=words(number), tags=("Rot",), author=f"a{number}") for number in numbers]
        store.save(Batch(run_id, "archive", "", NOW, items=items))
        store.finish_run(run_id, NOW)


def erase(path: Path, *numbers: int) -> None:
    """Have posts be deleted."""
    gone = [Deletion(platform="x", platform_id=str(number), deleted_at=LATER) for number in numbers]
    with opened(path) as store:
        store.save(Batch(store.begin_run("archive", "", NOW), "archive", "", NOW, deletions=gone))


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{path}") as store:
        yield store


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with opened(path) as store:
        return contents(store.engine)


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Ask a file, and leave nothing beside it."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of 300 posts."""
    made = tmp_path / "groundswell.db"
    save(made, range(300))
    return made


def test_a_backup_is_one_plain_file_with_all_that_the_store_holds(path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    told: list[tuple[int, int]] = []
    done = back_up(path, tmp_path / "out" / "b.db", progress=lambda *at: told.append(at))
    assert (done.posts, done.bytes) == (300, done.path.stat().st_size)
    assert told[-1][0] == told[-1][1] > 0
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["b.db"]
    assert ask(done.path, "PRAGMA journal_mode") == [("delete",)]
    assert ask(done.path, "PRAGMA integrity_check") == [("ok",)]
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["b.db"]
    assert dump(done.path) == dump(path)


def test_a_backup_while_others_write_is_of_one_moment_and_holds_up_nobody(path: Path, tmp_path: Path) -> None:
    """Each batch is saved in a transaction of its own: of none may a part be missing."""
    saved, enough = [300], threading.Event()

    def go_on_saving() -> None:
        with opened(path) as store:
            run_id = store.begin_run("archive", "", NOW)
            while not enough.is_set():
                items = [item(number, text=words(number)) for number in range(saved[-1], saved[-1] + 7)]
                store.save(Batch(run_id, "archive", "", NOW, items=items))
                saved.append(saved[-1] + 7)

    writer = threading.Thread(target=go_on_saving)
    writer.start()
    try:
        made = [
            back_up(path, tmp_path / f"{number}.db", progress=lambda *_: enough.wait(0.2)).posts for number in range(3)
        ]
        during = len(saved)
    finally:
        enough.set()
        writer.join()
    assert during > 10, "the writer was held up"
    assert made == sorted(made)
    for number, posts in enumerate(made):
        assert posts in saved
        assert ask(tmp_path / f"{number}.db", "SELECT COUNT(*), MAX(CAST(platform_id AS INTEGER)) FROM posts") == [
            (posts, posts - 1)
        ]


def test_a_file_that_is_there_is_overwritten_only_on_demand_and_the_store_never(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.db"
    target.write_text("mine", encoding="utf-8")
    (tmp_path / "b.db-wal").write_text("left by another", encoding="utf-8")
    with pytest.raises(FileExistsError):
        back_up(path, target)
    assert target.read_text(encoding="utf-8") == "mine"
    assert back_up(path, target, overwrite=True).posts == 300
    assert not (tmp_path / "b.db-wal").exists()
    with pytest.raises(FileExistsError):
        back_up(path, path, overwrite=True)


def test_a_backup_that_is_broken_off_leaves_nothing(path: Path, tmp_path: Path) -> None:
    def interrupt(_done: int, _whole: int) -> None:
        raise KeyboardInterrupt

    before = sorted(one.name for one in tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        back_up(path, tmp_path / "b.db", progress=interrupt)
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_a_damaged_store_gives_no_backup(path: Path, tmp_path: Path) -> None:
    with path.open("rb+") as file:
        file.seek(8 * 4096)
        file.write(b"\xab" * 4096 * 8)
    before = path.read_bytes()
    with pytest.raises(StoreUnreadable, match=r"groundswell\.db"):
        back_up(path, tmp_path / "b.db")
    assert path.read_bytes() == before
    assert not (tmp_path / "b.db").exists()


def test_what_was_erased_but_not_scrubbed_yet_is_not_in_a_backup(path: Path, tmp_path: Path) -> None:
    erase(path, *range(1, 300))
    assert ask(path, "SELECT 1 FROM meta WHERE key = 'scrub_pending'") == [(1,)]
    back_up(path, tmp_path / "b.db")
    kept = (tmp_path / "b.db").read_bytes()
    assert not [number for number in range(1, 300) if words(number).encode() in kept]
    assert words(0).encode() in kept
    assert b"handle_a7" not in kept


def test_a_restored_store_is_as_it_was_and_the_one_before_is_set_aside(path: Path, tmp_path: Path) -> None:
    before = dump(path)
    back_up(path, tmp_path / "b.db")
    save(path, range(300, 400))
    now = dump(path)
    done = restore(tmp_path / "b.db", path, now=NOW)
    assert done.aside == tmp_path / "groundswell.until-20240201T000000Z.db"
    assert (done.carried, done.unread) == (0, "")
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]
    assert dump(path) == before
    assert dump(done.aside) == now
    assert restore(tmp_path / "b.db", path, now=NOW).aside == tmp_path / "groundswell.until-20240201T000000Z-2.db"


def test_a_restore_where_no_store_is(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "b.db")
    (tmp_path / "new.db-wal").write_bytes(b"left by a store that is gone")
    done = restore(tmp_path / "b.db", tmp_path / "new.db", now=NOW)
    assert (done.aside, done.carried, done.unread) == (None, 0, "")
    assert dump(tmp_path / "new.db") == dump(path)


def test_what_was_deleted_since_the_backup_does_not_come_back(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "b.db")
    erase(path, *range(1, 300))
    now = dump(path)
    assert words(7).encode() in (tmp_path / "b.db").read_bytes()
    done = restore(tmp_path / "b.db", path, now=NOW)
    assert done.carried == 299
    restored = dump(path)
    assert restored["posts"] == now["posts"]
    assert restored["deletions"] == now["deletions"]
    for name in (path.name, f"{path.name}-wal"):
        held = path.with_name(name).read_bytes() if path.with_name(name).exists() else b""
        assert not [number for number in range(1, 300) if words(number).encode() in held]
    assert ask(path, "SELECT value FROM meta WHERE key = 'scrub_pending'") == []


def test_the_lake_of_the_store_before_does_not_pass_for_one_of_the_restored(path: Path, tmp_path: Path) -> None:
    """Its revision is higher at first; once more is saved it would be lower, and look like an earlier state."""
    back_up(path, tmp_path / "b.db")
    for number in range(300, 310):
        save(path, range(number, number + 1))
    with opened(path) as store:
        revision = refresh(store.engine, tmp_path / "lake", now=NOW).revision
    restore(tmp_path / "b.db", path, now=NOW)
    for number in range(1000, 1020):
        save(path, range(number, number + 1))
    with opened(path) as store:
        assert refresh(store.engine, tmp_path / "lake", now=NOW).revision > revision
    with Lake.open(tmp_path / "lake") as lake:
        ids = lake.ask("SELECT platform_id FROM posts")["platform_id"].astype(int)
    assert sorted(ids) == [*range(300), *range(1000, 1020)]


@pytest.mark.parametrize("reader", [True, False])
def test_a_store_that_anybody_has_open_is_not_replaced(path: Path, tmp_path: Path, *, reader: bool) -> None:
    back_up(path, tmp_path / "b.db")
    save(path, range(300, 301))
    with opened(path) as store:
        if reader:
            store.revision()
        else:
            store.take_lease(Lease.of_this_process("x-search", ""))
        with pytest.raises(StoreLocked, match=r"groundswell\.db"):
            restore(tmp_path / "b.db", path, now=NOW)
    assert ask(path, "SELECT COUNT(*) FROM posts") == [(301,)]
    assert not list(tmp_path.glob("*until*"))
    assert not list(tmp_path.glob("*.part*"))


def test_a_store_that_another_machine_collects_into_is_not_replaced(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "b.db")
    with Store.open(f"sqlite:///{path}", clock=lambda: NOW) as store:
        store.take_lease(Lease("x-search", "", "elsewhere", 12, "1.0"))
    with pytest.raises(StoreLocked, match="process 12 on elsewhere"):
        restore(tmp_path / "b.db", path, now=NOW)
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]
    assert restore(tmp_path / "b.db", path, now=NOW + timedelta(minutes=3)).aside
    assert ask(path, "SELECT * FROM leases") == []


@pytest.mark.parametrize("damage", [b"Dear diary, " * 500, b""])
def test_a_damaged_store_is_replaced_and_that_its_deletions_are_lost_is_told(
    path: Path, tmp_path: Path, damage: bytes
) -> None:
    back_up(path, tmp_path / "b.db")
    path.write_bytes(damage)
    done = restore(tmp_path / "b.db", path, now=NOW)
    assert done.aside is not None
    assert done.aside.read_bytes() == damage
    assert bool(done.unread) == bool(damage)
    assert ask(path, "SELECT COUNT(*) FROM posts") == [(300,)]


def test_what_is_no_backup_changes_nothing(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "b.db")
    (tmp_path / "text.db").write_bytes(b"Dear diary, " * 500)
    (tmp_path / "half.db").write_bytes((tmp_path / "b.db").read_bytes()[:50_000])
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE recipes (title TEXT)")
    back_up(path, tmp_path / "future.db")
    with closing(sqlite3.connect(tmp_path / "future.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    files = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    wrong = {"text.db": StoreUnreadable, "half.db": StoreUnreadable, "other.db": StoreUnreadable}
    for name, kind in {**wrong, "future.db": StoreTooNew, "none.db": StoreNotFound, path.name: StoreUnreadable}.items():
        with pytest.raises(kind):
            restore(tmp_path / name, path, now=NOW)
        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == files, name
    with pytest.raises(StoreUnreadable, match="another program"):
        restore(tmp_path / "b.db", tmp_path / "other.db", now=NOW)
    assert ask(tmp_path / "other.db", "SELECT name FROM sqlite_master") == [("recipes",)]


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    erase(path, 7)
    engine = open_engine(f"sqlite:///{tmp_path / 'first.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__path__[0]) / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO meta VALUES ('store_id', 'first'), ('scrub_pending', 'since long')")
    engine.dispose()
    assert back_up(tmp_path / "first.db", tmp_path / "b.db").posts == 0
    assert restore(tmp_path / "b.db", path, now=NOW).carried == 1
    assert ask(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert ask(path, "SELECT platform_id FROM deletions") == [("7",)]
