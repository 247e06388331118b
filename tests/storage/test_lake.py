"""The lake against the truth of the tables: after any changes, after any crash, with nothing erased in it."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import lake, lake_manifest
from storage.errors import LakeChanged, LakeError
from storage.lake import Refreshed, refresh
from storage.lake_engine import Lake
from storage.lake_manifest import Part
from storage.lake_plan import Mark, Rewrite, plan
from storage.lake_tables import DATED, TABLES
from tests.blank import POSTGRES, SQLITE, Database
from tests.storage.made_store import MadeStore, listed, micros, truth

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=11)
URL = "https://www.example.org/leaked"
HISTORY = {
    ("b.example", "2019-11-03T00:00:00.000000Z"): 7,
    ("a.example", "2019-11-04T00:00:00.000000Z"): 2**40,
    ("a.example", "2019-11-03T00:00:00.000000Z"): None,
    ("a.example", None): 5,
    ("a.example", "2019-11-02T00:00:00.000000Z"): 0,
}
"""Followers that two servers told; one of them not when, and once not how many."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MadeStore]:
    with closing(MadeStore(tmp_path / "store.db")) as made:
        yield made


@pytest.fixture
def anywhere(database: Database) -> Iterator[MadeStore]:
    """A store in either database."""
    with database.empty() as url, closing(MadeStore(url)) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Ask a lake for all of its relations, sorted."""
    with Lake.open(folder) as opened:
        return {table: listed(opened.ask(f"SELECT * FROM {table}")) for table in TABLES}


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}


def named(folder: Path) -> set[str]:
    return {part.file for part in lake_manifest.read(folder).parts}


def parts(folder: Path, table: str) -> set[tuple[str, str]]:
    return {(part.platform, part.part) for part in lake_manifest.read(folder).parts if part.table == table}


ERASED = (
    ("posts", "id", "text"),
    ("links", "url", "url"),
    ("authors", "id", "handle"),
    ("authors", "id", "display_name"),
    ("authors", "id", "followers"),
    ("author_history", "author_id", "followers"),
)
"""What an erasure takes: of a table the column that tells whose it is, and the one that it empties."""


def erased_but_there(folder: Path, store: MadeStore) -> set[tuple[str, Any]]:
    """Find whose text, name or count is still in some file of the folder, but not in the store."""
    tables = truth(store.engine)
    left = set()
    for table, key, column in ERASED:
        whose, what = (TABLES[table].names.index(name) for name in (key, column))
        kept = {row[whose] for row in tables[table] if row[what] is not None}
        for path in (folder / table).glob("*.parquet"):
            found = pq.ParquetFile(path).read(list({key, column})).to_pylist()
            left |= {(table, row[key]) for row in found if row[column] is not None and row[key] not in kept}
    return left


def test_every_relation_is_what_the_tables_say(anywhere: MadeStore, folder: Path) -> None:
    anywhere.put_author(1, handle="one", display_name="عاجل", followers=2**40, history=HISTORY)
    anywhere.put_author(100_000, handle=None, created_at="2006-03-21T20:50:14.000000Z")
    anywhere.put_author(100_001, deleted_at="2020-01-01T00:00:00.000000Z")
    anywhere.add(1, tags=["Rot", "rot", "خليها"], campaigns=[1, 2], lang=None, quote_of="elsewhere", is_quote=1)
    anywhere.add(2, platform="bluesky", author_id=None, text=None, tags=["rot"], links=[URL], campaigns=[])
    anywhere.add(3, text="RT let it…", repost_of="p1", is_repost=1, tags=["cut"], links=["https://t.co/cut"])
    anywhere.add(4, text="RT by its other id", repost_of="alias1", is_repost=1)
    anywhere.add(5, text="RT of the unknown", repost_of="p99", is_repost=1, tags=["Rot"], links=[URL, "عاجل"])
    anywhere.add(6, text="RT on another platform", repost_of="p2", is_repost=1)
    anywhere.add(7, reply_to="p1", is_reply=1, conversation="p1", created_at="2019-12-01T00:00:00.000001Z")
    anywhere.erase(1)
    refreshed = refresh(anywhere.engine, folder, now=NOW)
    assert contents(folder) == truth(anywhere.engine)
    rows = sum(len(rows) for rows in truth(anywhere.engine).values())
    assert refreshed == Refreshed(revision=12, parts=14, rows=rows, removed=0)


def test_the_files_have_the_same_bytes_from_either_database(tmp_path: Path) -> None:
    written = []
    for database in (SQLITE, POSTGRES):
        with database.empty() as url, closing(MadeStore(url)) as store:
            store.put_author(1, handle="one", display_name="عاجل", followers=2**40, history=HISTORY)
            for number, text in enumerate(["let it rot", None, "خليها تخيس"], 1):
                words = {"text": text, "tags": ["Rot", "خليها", "ROT"], "links": [URL, "عاجل", f"{URL}/{number}"]}
                store.add(number, **words, campaigns=[1, 2], is_reply=number % 2)
            refresh(store.engine, tmp_path / database.name, now=NOW)
        written.append(
            {name: (tmp_path / database.name / name).read_bytes() for name in files(tmp_path / database.name)}
        )
    assert written[0] == written[1]


@pytest.mark.parametrize(
    "instant",
    [
        "0001-01-01T00:00:00.000000Z",
        "0999-12-31T23:59:59.999999Z",
        "1582-10-10T00:00:00.000001Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00.000000Z",
        "2000-02-29T23:59:59.500000Z",
        "2262-04-11T23:47:16.854776Z",
        "9999-12-31T23:59:59.999999Z",
    ],
)
def test_times_are_exact_in_every_year(instant: str, anywhere: MadeStore, folder: Path) -> None:
    anywhere.add(1, created_at=instant)
    refresh(anywhere.engine, folder, now=NOW)
    with Lake.open(folder) as opened:
        assert opened.ask("SELECT created_at FROM posts")["created_at"].tolist() == [micros(instant)]


def test_rows_are_in_order_of_time_within_a_file(anywhere: MadeStore, folder: Path) -> None:
    for number in (3, 1, 2):
        anywhere.add(number, created_at=f"2019-11-0{4 - number}T10:00:00.000000Z", tags=["rot"], links=[URL])
    refresh(anywhere.engine, folder, now=NOW)
    for path in chain.from_iterable((folder / table).iterdir() for table in DATED):
        times = pq.ParquetFile(path).read(["created_at"])["created_at"].to_pylist()
        assert times == sorted(times)
        assert len(times) == 3


TEXTS = st.sampled_from([None, "let it rot", "خليها تخيس"])
DAYS = st.sampled_from(["2019-11-30", "2019-12-01", "2019-12-02", "2019-12-31"])
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXTS,
        "tags": st.lists(st.sampled_from(["rot", "Rot", "خليها"]), max_size=2),
        "links": st.lists(st.sampled_from([URL, "https://example.org/", "عاجل"]), max_size=2),
        "campaigns": st.lists(st.sampled_from([1, 2])),
        "author_id": st.sampled_from([None, 1, 2]),
        "created_at": DAYS.map(lambda day: f"{day}T10:00:00.000001Z"),
        "deleted_at": st.sampled_from([None, "2020-01-01T00:00:00.000000Z"]),
    },
)
NEW = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(["x", "x", "bluesky"]),
        "repost_of": st.none() | st.integers(1, 6).map("p{}".format) | st.integers(1, 6).map("alias{}".format),
    }
)
AUTHOR = st.fixed_dictionaries(
    {"handle": st.sampled_from([None, "one"]), "followers": st.sampled_from([None, 7])},
    optional={"history": st.sampled_from([{}, HISTORY, {("c.example", None): 1}])},
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NEW, TOLD),
        st.tuples(st.just("add"), NEW, TOLD),
        st.tuples(st.just("change"), st.integers(1, 6), TOLD),
        st.tuples(st.just("erase"), st.integers(1, 6), st.none()),
        st.tuples(st.just("author"), st.integers(1, 2), AUTHOR),
        st.tuples(st.just("refresh"), st.integers(0, 15), st.none()),
    ),
    max_size=12,
)


def check_steps(steps: list[tuple[str, Any, Any]]) -> None:
    """Take the steps; at each refresh the lake has to equal the tables, and at the end one built anew."""
    with (
        TemporaryDirectory() as place,
        closing(MadeStore(Path(place) / "store.db")) as store,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(os, "fsync", no_fsync)
        folder, now, added = Path(place) / "lake", NOW, 0
        for step, what, told in [*steps, ("refresh", 0, None)]:
            if step == "add":
                added += 1
                store.add(added, **{"is_repost": int(what["repost_of"] is not None), **what, **told})
            elif step == "change" and what <= added and told:
                store.change(what, **told)
            elif step == "erase" and what <= added:
                store.erase(what)
            elif step == "author":
                store.put_author(what, **told)
            elif step == "refresh":
                now += timedelta(minutes=what)
                refresh(store.engine, folder, now=now, month_posts=2)
                assert contents(folder) == truth(store.engine)
                assert not erased_but_there(folder, store)
        refresh(store.engine, Path(place) / "anew", now=now)
        assert contents(Path(place) / "anew") == contents(folder)


@settings(max_examples=12, deadline=None)
@given(steps=STEPS)
def test_refreshing_after_any_changes_is_building_anew(steps: list[tuple[str, Any, Any]]) -> None:
    check_steps(steps)


@pytest.mark.proof
@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_refreshing_after_very_many_changes_is_building_anew(steps: list[tuple[str, Any, Any]]) -> None:
    check_steps(steps)


def test_only_what_changed_is_written_again(store: MadeStore, folder: Path) -> None:
    for number, day in enumerate(("2019-11-30", "2019-12-01", "2020-01-01"), 1):
        store.add(number, created_at=f"{day}T10:00:00.000000Z")
    refresh(store.engine, folder, now=NOW)
    before = named(folder)
    store.change(2, text="edited")
    assert refresh(store.engine, folder, now=NOW) == Refreshed(revision=5, parts=2, rows=2, removed=0)
    assert len(named(folder) & before) == len(before) - 2
    assert refresh(store.engine, folder, now=NOW) == Refreshed(revision=5, parts=0, rows=0, removed=0)


def test_a_month_is_cut_into_days_when_it_grows_and_stays_cut(anywhere: MadeStore, folder: Path) -> None:
    for number, day in enumerate((1, 1, 5, 30), 1):
        anywhere.add(number, created_at=f"2019-11-{day:02}T23:59:59.999999Z")
    anywhere.add(9, created_at="2019-12-01T00:00:00.000000Z")
    refresh(anywhere.engine, folder, now=NOW, month_posts=4)
    assert parts(folder, "posts") == {("x", "2019-11"), ("x", "2019-12")}
    anywhere.add(5, created_at="2019-11-05T00:00:00.000000Z")
    refresh(anywhere.engine, folder, now=NOW, month_posts=4)
    days = {("x", f"2019-11-{day}") for day in ("01", "05", "30")}
    assert parts(folder, "posts") == parts(folder, "campaign_posts") == {*days, ("x", "2019-12")}
    anywhere.change(5, created_at="2019-12-05T00:00:00.000000Z")
    anywhere.change(4, created_at="2019-12-05T00:00:00.000000Z")
    refresh(anywhere.engine, folder, now=NOW, month_posts=4)
    assert parts(folder, "posts") == {("x", "2019-11-01"), ("x", "2019-11-05"), ("x", "2019-12")}
    assert contents(folder) == truth(anywhere.engine)


def test_the_plan_counts_only_months_that_are_not_cut() -> None:
    lake = [Part("posts", "x", "2019-11-05", "a", 1, 1), Part("posts", "x", "2019-12", "b", 1, 1)]
    marks = {
        Mark("posts", "x", "2019-11-05"): 1,
        Mark("posts", "x", "2019-11-06"): 7,
        Mark("posts", "x", "2019-12-01"): 2,
        Mark("posts", "x", "2019-12-02"): 8,
        Mark("posts", "bluesky", "2019-12-02"): 9,
        Mark("authors", "", "0"): 5,
        Mark("authors", "", "12"): 6,
        Mark("hashtags", "", "0"): 1,
        Mark("links", "", "3"): 6,
    }
    asked: list[tuple[str, str]] = []

    def count(platform: str, month: str) -> int:
        asked.append((platform, month))
        return 50_001 if platform == "x" else 50_000

    assert plan(marks, 5, lake, count) == (
        Rewrite(("authors", "author_history"), "", ("12",), ("12",)),
        Rewrite(("links",), "", ("3",), ("3",)),
        Rewrite(DATED, "bluesky", ("2019-12",), ("2019-12",)),
        Rewrite(DATED, "x", ("2019-11-06",), ("2019-11-06",)),
        Rewrite(DATED, "x", ("2019-12-01", "2019-12-02"), ("2019-12",)),
    )
    assert asked == [("bluesky", "2019-12"), ("x", "2019-12")]


def test_what_is_saved_during_a_refresh_is_for_the_next(anywhere: MadeStore, folder: Path) -> None:
    anywhere.add(1)
    before = truth(anywhere.engine)
    told: list[tuple[int, int]] = []

    def meanwhile(done: int, of: int) -> None:
        told.append((done, of))
        if done == 1:
            anywhere.add(2, tags=["rot"], links=[URL], created_at="2018-01-01T00:00:00.000000Z")
            anywhere.change(1, text="edited")

    refresh(anywhere.engine, folder, now=NOW, progress=meanwhile)
    assert contents(folder) == before
    assert told == [(done, 5) for done in range(1, 6)]
    refresh(anywhere.engine, folder, now=NOW)
    assert contents(folder) == truth(anywhere.engine)


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("erasing", [True, pytest.param(False, marks=pytest.mark.proof)])
def test_a_crash_at_any_step_leaves_the_old_lake_or_the_new(
    erasing: bool, store: MadeStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        links = [f"{URL}/{number}"]
        store.add(number, created_at=f"2019-1{number - 1}-05T10:00:00.000000Z", tags=["rot"], links=links)
    store.put_author(1, handle="one")
    refresh(store.engine, folder, now=NOW)
    old = contents(folder)
    store.erase(1) if erasing else store.change(1, text="edited")
    store.add(4, created_at="2019-11-05T12:00:00.000000Z")
    new = truth(store.engine)
    backup = folder.with_name("backup")
    shutil.copytree(folder, backup)
    seen = set()
    for steps in range(100):
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
        if survives(store, folder, steps, monkeypatch):
            break
        after = contents(folder)
        assert after in (old, new)
        seen.add(after == new)
        refresh(store.engine, folder, now=LATER)
        assert contents(folder) == new
        assert not erased_but_there(folder, store)
        waiting = {one.part.file for one in lake_manifest.read(folder).retired}
        assert files(folder) <= named(folder) | waiting
    assert seen == ({False, True} if erasing else {False})
    assert steps >= 8


def no_fsync(_file: int) -> None:
    """Do without: a test's files need not outlast the machine."""


def survives(store: MadeStore, folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Refresh and be killed at the given step, where a step is whatever reaches the disk; False if killed."""
    left = iter(range(steps))

    def until_killed(action: Any) -> Any:
        def step(*given: Any, **named: Any) -> Any:
            if next(left, None) is None:
                raise Killed
            return action(*given, **named)

        return step

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", until_killed(no_fsync))
        patched.setattr(os, "replace", until_killed(os.replace))
        patched.setattr(Path, "unlink", until_killed(Path.unlink))
        try:
            refresh(store.engine, folder, now=NOW)
        except Killed:
            return False
    return True


def test_a_rename_that_windows_refuses_for_a_moment_is_tried_again(
    store: MadeStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(1)
    refresh(store.engine, folder, now=NOW)
    old = contents(folder)
    store.add(2)
    slept: list[float] = []
    busy_for = 0.0

    def replace(*names: Any) -> None:
        if sum(slept) < busy_for:
            raise PermissionError(13, "in use")
        rename(*names)

    rename = os.replace
    monkeypatch.setattr(os, "replace", replace)
    busy_for = 60.0
    with pytest.raises(LakeError):
        refresh(store.engine, folder, now=NOW, sleep=slept.append)
    assert sum(slept) == pytest.approx(1.0)
    assert contents(folder) == old
    slept.clear()
    busy_for = 0.7
    refresh(store.engine, folder, now=NOW, sleep=slept.append)
    assert contents(folder) == truth(store.engine)


def test_a_reader_keeps_its_files_for_ten_minutes(store: MadeStore, folder: Path) -> None:
    store.add(1, text="first")
    refresh(store.engine, folder, now=NOW)
    with Lake.open(folder) as reader:
        store.change(1, text="edited")
        refresh(store.engine, folder, now=NOW)
        store.change(1, text="again")
        refresh(store.engine, folder, now=NOW + timedelta(minutes=9))
        assert listed(reader.ask("SELECT text FROM posts")) == [("first",)]
        assert reader.revision == 2
        removed = refresh(store.engine, folder, now=NOW + timedelta(minutes=10)).removed
        assert removed == 2
        with pytest.raises(LakeChanged):
            reader.ask("SELECT text FROM posts")
    assert refresh(store.engine, folder, now=NOW + timedelta(minutes=20)).removed == 2
    assert files(folder) == named(folder)


def test_erased_text_leaves_every_file_at_once(store: MadeStore, folder: Path) -> None:
    store.put_author(1, handle="one", display_name="One", followers=7, history=HISTORY)
    store.add(1, text="taken back", created_at="2019-11-02T10:00:00.000000Z", links=[URL])
    store.add(2, repost_of="p1", is_repost=1, created_at="2020-01-02T10:00:00.000000Z")
    store.add(3, created_at="2019-11-05T10:00:00.000000Z")
    refresh(store.engine, folder, now=NOW)
    store.change(3, text="edited")
    refresh(store.engine, folder, now=NOW)  # the file before waits: it has the text that goes now
    store.erase(1)
    store.put_author(1, handle=None)
    refresh(store.engine, folder, now=NOW)
    texts = {
        text
        for path in (folder / "posts").glob("*.parquet")
        for text in pq.ParquetFile(path).read(["text"])["text"].to_pylist()
    }
    assert texts == {None, "edited"}
    assert not erased_but_there(folder, store)


def test_an_erased_link_leaves_every_file_at_once_also_where_its_number_is_given_again(
    anywhere: MadeStore, folder: Path
) -> None:
    anywhere.add(1, links=["https://example.org/kept"])
    anywhere.add(2, links=[URL])
    refresh(anywhere.engine, folder, now=NOW)
    anywhere.add(3, links=["https://example.org/kept", "https://example.org/third"])
    refresh(anywhere.engine, folder, now=NOW)  # the file before waits: it has the link that goes now
    anywhere.erase(2)
    anywhere.erase(3)
    anywhere.add(4, links=["https://example.org/other"])
    refresh(anywhere.engine, folder, now=NOW)
    assert contents(folder)["links"] == [
        (1, "https://example.org/kept", "example.org"),
        (2, "https://example.org/other", "example.org"),
    ]
    assert not erased_but_there(folder, anywhere)


def test_a_new_link_takes_no_file_of_links_from_its_readers(store: MadeStore, folder: Path) -> None:
    store.add(1, links=[URL])
    refresh(store.engine, folder, now=NOW)
    before = named(folder)
    store.add(2, links=[URL, "https://example.org/other"])
    refresh(store.engine, folder, now=NOW)
    assert before <= files(folder)


def test_neither_an_edit_nor_another_day_takes_a_file_from_its_readers(store: MadeStore, folder: Path) -> None:
    for number, day in enumerate(("02", "02", "05"), 1):
        store.add(number, created_at=f"2019-11-{day}T10:00:00.000000Z")
    store.erase(1)
    refresh(store.engine, folder, now=NOW, month_posts=1)
    before = named(folder)
    store.change(3, text="edited")
    refresh(store.engine, folder, now=NOW, month_posts=1)
    assert before <= files(folder)
    store.erase(2)
    refresh(store.engine, folder, now=NOW, month_posts=1)
    gone = before - files(folder)
    assert [name.rpartition(".0")[0] for name in gone] == ["posts/x.2019-11-02"]


def test_two_refreshes_at_once_are_one_after_the_other(anywhere: MadeStore, folder: Path) -> None:
    for number in range(1, 20):
        anywhere.add(number, created_at=f"2019-11-{number:02}T10:00:00.000000Z")
    threads = [
        threading.Thread(target=refresh, args=(anywhere.engine, folder), kwargs={"now": NOW, "month_posts": 5})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents(folder) == truth(anywhere.engine)
    assert files(folder) == named(folder)


def test_a_refresh_that_does_not_end_is_not_waited_for_forever(
    store: MadeStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "WAIT_SECONDS", 0.05)
    refusals: list[str] = []

    def meanwhile(_done: int, _of: int) -> None:
        if not refusals:
            with pytest.raises(LakeError, match="locked") as refusal:
                refresh(store.engine, folder, now=NOW)
            refusals.append(str(refusal.value))

    refresh(store.engine, folder, now=NOW, progress=meanwhile)
    assert refusals
    assert contents(folder) == truth(store.engine)


def test_another_store_and_an_older_one_make_the_lake_anew(tmp_path: Path, folder: Path) -> None:
    for name, posts in (("first", 3), ("second", 3), ("second", 1)):
        path = tmp_path / f"{name}{posts}.db"
        with closing(MadeStore(path, store_id=name)) as store:
            for number in range(1, posts + 1):
                store.add(number, text=path.name, created_at=f"20{10 + number}-01-01T00:00:00.000000Z")
            refresh(store.engine, folder, now=NOW)
            assert contents(folder) == truth(store.engine)
            assert files(folder) == named(folder)


def test_what_is_not_ours_in_the_folder_stays(store: MadeStore, folder: Path) -> None:
    (folder / "posts").mkdir(parents=True)
    for name in ("notes.txt", "posts/mine.parquet"):
        (folder / name).touch()
    store.add(1)
    refresh(store.engine, folder, now=NOW)
    assert (folder / "notes.txt").exists()
    assert (folder / "posts/mine.parquet").exists()
    assert contents(folder) == truth(store.engine)


def test_a_folder_that_cannot_be_made_is_named(store: MadeStore, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LakeError, match="file"):
        refresh(store.engine, tmp_path / "file" / "lake", now=NOW)
