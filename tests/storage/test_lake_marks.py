"""What a save marks for the lake, by the real way in: all that changed there, and little else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select, text

from storage import lake_manifest, schema
from storage.batch import Batch
from storage.engine import reading, writing
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.lake_tables import TABLES
from storage.post import Author, Deletion, Item
from storage.store import Store
from tests.blank import Database, blank_store
from tests.made import item
from tests.storage.made_store import listed, truth

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEPT, SECRET = "https://example.org/kept", "https://example.org/secret"
BEFORE_LINKS = "0004"


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with blank_store(database) as made:
        yield made


def linked(number: int, *links: str, **told: Any) -> Item:
    """Make a post that links somewhere."""
    plain = item(number, **told)
    assert plain.post is not None
    return replace(plain, post=replace(plain.post, links=links))


def counted(server: str, observed_at: str | None, followers: int | None, handle: str = "one") -> Item:
    """Make a post that tells how many follow its author."""
    plain = item(1)
    at = {"server": server, "observed_at": observed_at, "carried_at": None}
    said = Author(platform="x", platform_id="a", handle=handle, followers=followers, **at)
    return replace(plain, authors=(said,))


def save(store: Store, *items: Item, gone: tuple[str, ...] = ()) -> None:
    deletions = [Deletion(platform="x", platform_id=one, deleted_at="2024-02-01T00:00:00.000000Z") for one in gone]
    store.save(Batch(store.begin_run("made", "", NOW), "made", "", NOW, items, deletions))


def marked(store: Store) -> set[tuple[str, str]]:
    """Name what the latest save marked."""
    parts = schema.lake_parts.c
    with reading(store.engine) as connection:
        latest = select(parts.name, parts.part).where(parts.revision == store.revision())
        return {(name, part) for name, part in connection.execute(latest)}


def refreshed(store: Store, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Refresh the lake, which must be what the tables say then."""
    refresh(store.engine, folder, now=NOW)
    with Lake.open(folder) as lake:
        found = {table: listed(lake.ask(f"SELECT * FROM {table}")) for table in TABLES}
    assert found == truth(store.engine)
    return found


def words_in(folder: Path) -> str:
    """Read all that stands in any file of the folder, whether it is part of the lake or waits to go."""
    return "".join(str(pq.ParquetFile(path).read().to_pylist()) for path in folder.rglob("*.parquet"))


def test_a_save_marks_the_links_that_came_or_went_and_no_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.lake_marks.IDS_A_PART", 2)
    post = ("posts", "2024-01-03")
    save(store, linked(1, "https://a", "https://b", "https://c"))
    assert marked(store) == {post, ("authors", "0"), ("links", "0"), ("links", "1")}
    save(store, linked(2, "https://b", "https://c", "https://d"))
    assert marked(store) == {post, ("links", "2")}
    save(store, linked(2, "https://b", "https://c", "https://d"))
    assert marked(store) == set()
    save(store, linked(3, "https://c"))
    assert marked(store) == {post}
    save(store, gone=("1",))
    assert marked(store) == {post, ("links", "0")}
    save(store, linked(1, "https://e"))
    assert marked(store) == set()


def test_a_deletion_takes_its_links_out_of_the_lake_at_once(store: Store, tmp_path: Path) -> None:
    save(store, linked(1, KEPT, SECRET), linked(2, KEPT), linked(3, repost_of="1"))
    before = refreshed(store, tmp_path)
    assert [(post, link) for post, _at, _platform, link in before["post_links"]] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (3, 1),
        (3, 2),
    ]
    save(store, gone=("1",))
    after = refreshed(store, tmp_path)
    assert [(post, link) for post, _at, _platform, link in after["post_links"]] == [(2, 1)]
    assert KEPT in words_in(tmp_path)
    assert SECRET not in words_in(tmp_path)


def test_a_repost_gets_the_links_of_a_target_that_comes_after_it(store: Store, tmp_path: Path) -> None:
    save(store, linked(2, "https://t.co/cut", repost_of="1", created_at="2024-03-01T00:00:00.000000Z"))
    assert [row[3] for row in refreshed(store, tmp_path)["post_links"]] == [1]
    save(store, linked(1, KEPT))
    found = refreshed(store, tmp_path)
    links = {number: url for number, url, _domain in found["links"]}
    assert [(post, links[link]) for post, _at, _platform, link in found["post_links"]] == [(1, KEPT), (2, KEPT)]


def test_followers_are_kept_by_server_and_moment_whichever_came_last(store: Store, tmp_path: Path) -> None:
    late, early = "2024-01-05T00:00:00.000000Z", "2024-01-04T00:00:00.000000Z"
    save(store, counted("a.example", late, 10))
    refreshed(store, tmp_path)
    save(store, counted("b.example", early, 3))  # the newest that is known of the author is as before
    assert marked(store) == {("authors", "0")}
    save(store, counted("a.example", None, 2), counted("b.example", late, None))
    history = refreshed(store, tmp_path)["author_history"]
    assert [(server, followers) for _author, server, _at, followers in history] == [
        ("a.example", 10),
        ("a.example", 2),
        ("b.example", 3),
    ]
    save(store, counted("b.example", early, 3))
    assert marked(store) == set()


def test_an_account_that_is_gone_takes_its_followers_out_of_the_lake_at_once(store: Store, tmp_path: Path) -> None:
    save(store, counted("x", "2024-01-05T00:00:00.000000Z", 314159))
    assert refreshed(store, tmp_path)["authors"][0][-1] is False
    assert "314159" in words_in(tmp_path)
    gone = Deletion(platform="x", platform_id="a", deleted_at="2024-02-01T00:00:00.000000Z", of="author")
    store.save(Batch(store.begin_run("made", "", NOW), "made", "", NOW, deletions=[gone]))
    found = refreshed(store, tmp_path)
    assert found["author_history"] == []
    assert found["authors"][0][-1] is True
    assert "314159" not in words_in(tmp_path)


def test_a_post_that_turns_out_to_be_a_version_of_another_leaves_its_day(store: Store, tmp_path: Path) -> None:
    bare = linked(7, SECRET, created_at="2024-02-01T00:10:00.000000Z")
    first = linked(1, KEPT, created_at="2024-01-31T23:50:00.000000Z")
    assert first.post is not None
    save(store, bare, first)
    assert len(refreshed(store, tmp_path)["posts"]) == 2
    told = replace(first.post, version=2, version_id="7", ids=(("x", "1"), ("x", "7")))
    save(store, Item(payload=b"edited", post=told))
    assert [row[2] for row in refreshed(store, tmp_path)["posts"]] == ["1"]


def test_a_store_and_a_lake_from_before_links_are_completed_by_themselves(database: Database, tmp_path: Path) -> None:
    with database.empty() as url:
        with Store.open(url) as store:
            save(store, *(linked(number, f"{KEPT}/{number}") for number in range(1, 4)))
            whole = refreshed(store, tmp_path)
            with writing(store.engine) as connection:
                connection.execute(delete(schema.lake_parts).where(schema.lake_parts.c.name == "links"))
                for later in (schema.alert_channels, schema.alerts):
                    later.drop(connection)
                connection.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": BEFORE_LINKS})
        as_before_links(tmp_path)
        with Store.open(url) as store:
            assert refreshed(store, tmp_path) == whole
            assert len(whole["links"]) == 3


def as_before_links(folder: Path) -> None:
    """Make of a lake one of format 1, which knew neither links nor the history of authors."""
    manifest = lake_manifest.read(folder)
    parts = tuple(part for part in manifest.parts if part.table not in ("links", "post_links", "author_history"))
    (folder / lake_manifest.NAME).write_bytes(msgspec.json.encode(replace(manifest, format=1, parts=parts)))
