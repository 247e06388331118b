"""The inbox: what is dropped in is imported once, and what cannot be is set aside with its reason."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from collector.inbox import Received, receive
from storage import schema
from storage.store import Store
from tests.blank import blank_store

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def now() -> datetime:
    return NOW


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def drop(folder: Path, name: str, content: str | int, age: timedelta = timedelta(minutes=1)) -> Path:
    """Write a file of given text, or of one post with that id, that last changed `age` ago."""
    path = folder / name
    post = {"id": str(content), "text": "a", "created_at": "2021-06-26T12:00:00.000Z"}
    path.write_text(json.dumps(post) if isinstance(content, int) else content, encoding="utf-8")
    changed = (NOW - age).timestamp()
    os.utime(path, (changed, changed))
    return path


def receive_all(folder: Path, store: Store) -> list[Received]:
    return list(receive(folder, store, now=now))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def posts(store: Store) -> int:
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(schema.posts)) or 0


def test_new_files_are_imported_by_name_and_moved(store: Store, folder: Path) -> None:
    drop(folder, "b.jsonl", 2)
    drop(folder, "a.jsonl", 1)
    received = receive_all(folder, store)
    assert [one.state for one in received] == ["imported", "imported"]
    assert [one.path for one in received] == [folder / "done" / "a.jsonl", folder / "done" / "b.jsonl"]
    assert [done.new for one in received for done in one.imported] == [1, 1]
    assert names(folder / "done") == ["a.jsonl", "b.jsonl"]
    assert receive_all(folder, store) == []
    assert posts(store) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("some words", "not an archive of posts"),
        ("", "empty"),
        ('{"data": [{"start": "…", "end": "…", "tweet_count": 1}]}', "counts of posts"),
    ],
)
def test_what_is_no_archive_is_set_aside_with_its_reason(store: Store, folder: Path, content: str, why: str) -> None:
    drop(folder, "odd.txt", content)
    (received,) = receive_all(folder, store)
    assert (received.state, received.path) == ("set aside", folder / "set-aside" / "odd.txt")
    assert why in received.why
    assert names(folder / "set-aside") == ["odd.txt", "odd.txt.why.txt"]
    assert why in (folder / "set-aside" / "odd.txt.why.txt").read_text(encoding="utf-8")
    assert receive_all(folder, store) == []


def test_the_reason_is_put_in_the_caller_s_words(store: Store, folder: Path) -> None:
    drop(folder, "odd.txt", "words")
    list(receive(folder, store, now=now, explain=lambda error: f"Sorry: {type(error).__name__}"))
    why = folder / "set-aside" / "odd.txt.why.txt"
    assert why.read_text(encoding="utf-8") == "Sorry: NotAnArchive\n"


def test_a_file_that_is_not_read_does_not_hold_up_the_next(store: Store, folder: Path) -> None:
    drop(folder, "a.txt", "words")
    drop(folder, "b.jsonl", 1)
    assert [one.state for one in receive_all(folder, store)] == ["set aside", "imported"]


def test_broken_lines_do_not_set_a_file_aside(store: Store, folder: Path) -> None:
    whole = {"id": "1", "text": "a", "created_at": "2021-06-26T12:00:00.000Z"}
    drop(folder, "a.jsonl", json.dumps(whole) + '\n{"id": "2')
    (received,) = receive_all(folder, store)
    assert received.state == "imported"
    (imported,) = received.imported
    assert (imported.read, imported.unparsed) == (1, 1)


@pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(0), timedelta(seconds=-2)])
def test_a_file_that_just_changed_waits(store: Store, folder: Path, age: timedelta) -> None:
    path = drop(folder, "a.jsonl", 1, age)
    (received,) = receive_all(folder, store)
    assert (received.state, received.path) == ("waiting", path)
    assert posts(store) == 0
    (later,) = receive(folder, store, now=lambda: NOW + timedelta(seconds=10))
    assert later.state == "imported"


def test_a_file_from_another_day_of_the_clock_does_not_wait_for_ever(store: Store, folder: Path) -> None:
    drop(folder, "a.jsonl", 1, timedelta(days=-300))
    assert [one.state for one in receive_all(folder, store)] == ["imported"]


def test_hidden_and_unfinished_files_and_folders_are_passed_over(store: Store, folder: Path) -> None:
    skipped = [".gitkeep", "~lock", "a.jsonl.part", "b.TMP", "c.crdownload"]
    for name in skipped:
        drop(folder, name, 1)
    (folder / "more").mkdir()
    drop(folder / "more", "d.jsonl", 1)
    assert receive_all(folder, store) == []
    assert names(folder) == sorted([*skipped, "more"])


def test_files_of_one_name_are_all_kept(store: Store, folder: Path) -> None:
    for number in (1, 2, 3):
        drop(folder, "a.jsonl", number)
        receive_all(folder, store)
        drop(folder, "odd.txt", "words")
        receive_all(folder, store)
    assert names(folder / "done") == ["a-2.jsonl", "a-3.jsonl", "a.jsonl"]
    assert names(folder / "set-aside") == [
        f"odd{number}.txt{why}" for number in ("-2", "-3", "") for why in ("", ".why.txt")
    ]
    assert posts(store) == 3


def test_dying_between_import_and_move_costs_only_an_import(store: Store, folder: Path) -> None:
    drop(folder, "a.jsonl", 1)

    def die_when_all_is_saved(done: int, whole: int) -> None:
        if done == whole:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(receive(folder, store, now=now, progress=die_when_all_is_saved))
    assert (names(folder), posts(store)) == (["a.jsonl"], 1)
    (received,) = receive_all(folder, store)
    assert received.state == "imported"
    (imported,) = received.imported
    assert (imported.read, imported.new) == (1, 0)
    assert posts(store) == 1


def test_a_file_that_grows_while_it_is_read_is_read_again(store: Store, folder: Path) -> None:
    path = drop(folder, "a.jsonl", 1)

    def grow(_done: int, _whole: int) -> None:
        drop(folder, "a.jsonl", path.read_text(encoding="utf-8") + "\n" + json.dumps({"id": "2"}))

    (received,) = receive(folder, store, now=now, progress=grow)
    assert (received.state, received.path) == ("waiting", path)
    (again,) = receive_all(folder, store)
    assert again.state == "imported"


def test_a_file_that_another_process_took_is_passed_over(store: Store, folder: Path) -> None:
    drop(folder, "a.jsonl", 1)
    path = drop(folder, "b.jsonl", 2)
    received = []
    for one in receive(folder, store, now=now):
        received.append(one)
        path.unlink(missing_ok=True)
    assert [one.path.name for one in received] == ["a.jsonl"]


def test_no_folder_is_an_empty_one(store: Store, tmp_path: Path) -> None:
    assert receive_all(tmp_path / "nowhere", store) == []
