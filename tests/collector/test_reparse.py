"""Reading again what was kept: an upgrade makes posts of what could not be read, and mends coverage by it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.archive.importing import import_file
from collector.reparse import Reparsed, reparse
from storage.batch import Batch
from storage.coverage import UNPARSED, Key, State, Stretch
from storage.engine import reading
from storage.kept import read_kept
from storage.post import Item
from storage.store import Store
from tests.blank import blank_store
from tests.dump import contents

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = Key("x", "x-search", "", "rot", "posts")
POST = {"id": "1", "text": "#rot", "created_at": "2021-06-26T12:00:00.000Z", "author_id": "7"}


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as opened:
        yield opened


def again(store: Store, *, whole: bool = False) -> Reparsed:
    return reparse(store, now=lambda: NOW, progress=lambda _done, _whole: None, whole=whole)


def body(data: Any) -> bytes:
    return json.dumps({"data": data}).encode()


def unread(store: Store) -> list[bytes]:
    with reading(store.engine) as connection:
        return [kept.body for kept in read_kept(connection, 0, 100, unread=True)]


def save_unread(store: Store, *bodies: bytes) -> None:
    """Save a page of which an earlier version could read nothing."""
    items = [Item(payload=one, post=None, error="not understood then") for one in bodies]
    run_id = store.begin_run("x-search", "", NOW)
    soiled = Stretch(NOW - HOUR, NOW, State.PARTIAL, UNPARSED)
    store.save(Batch(run_id, "x-search", "", NOW, items, coverage=[(KEY, soiled)]))


def test_what_could_not_be_read_becomes_posts_found_by_the_same_source(store: Store) -> None:
    save_unread(store, body(POST))
    done = again(store)
    assert (done.read, done.new, done.unread, done.mended) == (1, 1, 0, 1)
    dump = contents(store.engine)
    assert [row[:2] for row in dump["posts"]] == [("x", "1")]
    assert dump["found"] == [("x:1", "x-search", "")]
    assert unread(store) == []
    assert [row.state for row in store.coverage(KEY)] == [State.COMPLETE]


def test_it_is_as_if_it_had_been_read_at_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(POST))
    import_file(tmp_path / "a.jsonl", store, now=lambda: NOW)
    with blank_store() as other:
        run_id = other.begin_run("archive", "", NOW)
        other.save(Batch(run_id, "archive", "", NOW, [Item(payload=body(POST), post=None, error="then")]))
        again(other)
        without = ("coverage", "raw_payload_posts")
        assert contents(other.engine, without=without) == contents(store.engine, without=without)


def test_one_that_still_cannot_be_read_stays_and_its_stretch_is_not_mended(store: Store) -> None:
    save_unread(store, body(POST), body({"id": 5}))
    done = again(store)
    assert (done.read, done.unread, done.mended) == (1, 1, 0)
    assert unread(store) == [body({"id": 5})]
    assert [(row.state, row.reason) for row in store.coverage(KEY)] == [(State.PARTIAL, UNPARSED)]


def test_a_broken_answer_holds_up_no_stretch_as_it_is_no_part_of_one(store: Store) -> None:
    save_unread(store, body(POST), b"<html>502")
    assert again(store).mended == 1
    assert unread(store) == [b"<html>502"]


def test_again_nothing_is_left_to_do(store: Store) -> None:
    save_unread(store, body(POST), b"<html>502")
    again(store)
    before = contents(store.engine)
    assert again(store).read == 0
    assert again(store, whole=True).new == 0
    assert contents(store.engine) == before


def test_a_row_of_a_table_is_read_by_its_columns(store: Store, shared: Path, tmp_path: Path) -> None:
    lines = (shared / "ira" / "kochfarms_2015.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "a.csv").write_text("\n".join([lines[0], lines[1].replace("2015-", "15-"), lines[2]]))
    assert import_file(tmp_path / "a.csv", store, now=lambda: NOW).unparsed == 1
    (kept,) = unread(store)
    assert json.loads(kept)["data"]["author"]
    assert again(store).unread == 1
