"""A full disk, a damaged or read-only store, a spoilt lake: a clear line, nothing lost, and the way back works.

The ways back are those of docs/operations.md.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from groundswell.cli import run
from storage import lake_manifest
from tests.groundswell.disks import fill, make_read_only, small_disk
from tests.groundswell.processes import Place, stopped, until

CONFIG: Final = (
    "campaigns:\n  c:\n    title: C\n    tags: ['#Brexit', '#BlackLivesMatter']\n"
    "sources: {inbox: {every: 1s}}\noutput: {folder: charts}\n"
)
BREXIT, MORE = "x/twarc2/brexit.jsonl", "x/twarc2/kpop.jsonl"
FULL: Final = "ake room"
PAGE: Final = 4096

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """A folder with a store of 200 posts, its lake and a chart."""
    folder = tmp_path_factory.mktemp("collected")
    Place(folder).write(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(["import", str(shared / BREXIT), str(shared / MORE)]) == 0
        assert run(["chart", "volume"]) == 0
    return folder


@pytest.fixture
def place(tmp_path: Path, collected: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of it, where commands are run."""
    shutil.copytree(collected, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path)


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: Path) -> Iterator[Place]:
    """A store of 100 posts on a disk of 6 MB."""
    with small_disk(tmp_path / "disk", "6m") as disk:
        place = Place(disk)
        place.write(CONFIG)
        with monkeypatch.context() as patch:
            patch.chdir(disk)
            assert run(["import", str(shared / BREXIT)]) == 0
            yield place


def said_by(capture: Capture, *words: str) -> str:
    """Run a command that must fail; returns its one line."""
    capture.readouterr()
    code = run(words)
    out, err = capture.readouterr()
    assert (code, out, err.count("\n")) == (1, "", 1), (words, out, err)
    assert "bug in Groundswell" not in err
    return err


@pytest.mark.parametrize("leaving", [0, 20_000, 150_000])
def test_an_import_onto_a_full_disk(full: Place, shared: Path, capsys: Capture, leaving: int) -> None:
    """With no room at all SQLite cannot even make the file by which readers and writers agree."""
    ballast = fill(full.folder, leaving=leaving)
    said = said_by(capsys, "import", str(shared / MORE))
    assert str(full.store) in said
    assert FULL in said
    ballast.unlink()
    assert full.is_whole()
    assert full.number("SELECT COUNT(*) FROM found") == 100
    assert run(["import", str(shared / MORE)]) == 0
    assert full.number("SELECT COUNT(*) FROM found") == 200
    assert full.is_whole()


def test_a_chart_a_lake_and_a_backup_on_a_full_disk(full: Place, capsys: Capture) -> None:
    commands = {"lake": ("lake", "refresh"), "charts": ("chart", "volume"), "b.db": ("backup", "b.db")}
    with full.started("status") as process:  # what a reader leaves is there before the disk is full
        process.communicate()
    for what, words in commands.items():
        ballast = fill(full.folder, leaving=60_000)
        said = said_by(capsys, *words)
        assert f"{full.folder / what}" in said
        assert FULL in said
        ballast.unlink()
        assert run(words) == 0, "after room was made"
    assert full.is_whole()
    assert sorted(one.name for one in full.folder.glob("b.db*")) == ["b.db"]


def test_a_run_on_a_disk_that_fills_up_goes_on_when_there_is_room(full: Place, shared: Path) -> None:
    with full.started("run") as process:
        until(lambda: "watching" in full.log() and full.number("SELECT 1 FROM meta WHERE key = 'config'"), process)
        full.drop("more.jsonl", (shared / MORE).read_bytes())
        ballast = fill(full.folder)
        until(lambda: FULL in full.log() or _is_silent(full), process)
        ballast.unlink(missing_ok=True)
        until(lambda: full.number("SELECT COUNT(*) FROM found") == 200, process)
        code, seconds, err = stopped(process)
    assert (code, seconds < 5) == (0, True)
    assert FULL in err
    assert "Traceback" not in err
    assert full.is_whole()
    assert full.number("SELECT COUNT(*) FROM runs WHERE state = 'running'") == 0


def _is_silent(place: Place) -> bool:
    """Tell whether the log can no longer be written: then stderr has what it would say."""
    return "inbox: /" in place.log()


def middle(content: bytes) -> bytes:
    """Overwrite the first pages after the header: tables that every command reads."""
    return content[:PAGE] + b"\xab" * PAGE * 20 + content[PAGE * 21 :]


DAMAGES: Final = {
    "overwritten": middle,
    "truncated": lambda content: content[: len(content) // 3],
    "a text": lambda _content: b"Dear diary, " * 1_000,
    "empty": lambda _content: b"",
}
READERS: Final = (
    ("status",),
    ("query", "SELECT COUNT(*) FROM posts"),
    ("chart", "volume"),
    ("lake", "refresh"),
    ("backup", "b.db"),
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_named_and_left_as_it_is(place: Place, capsys: Capture, damage: str) -> None:
    damaged = DAMAGES[damage](place.store.read_bytes())
    place.store.write_bytes(damaged)
    commands = READERS if damage != "empty" else READERS[:2]
    for words in (*commands, *([("run",)] if damage != "empty" else [])):
        said = said_by(capsys, *words)
        assert str(place.store) in said
        assert "`groundswell restore`" in said
        assert place.store.read_bytes() == damaged, words
    assert run(["doctor"]) == 1
    assert f"failed   store: {place.store}" in capsys.readouterr().out


def test_damage_that_no_command_meets_is_found_by_the_doctor_and_kept_out_of_backups(
    place: Place, capsys: Capture
) -> None:
    content = place.store.read_bytes()
    (root,) = place.ask("SELECT rootpage FROM sqlite_master WHERE name = 'post_media'")[0]
    place.store.write_bytes(content[: (root - 1) * PAGE] + b"\xab" * PAGE + content[root * PAGE :])
    damaged = place.store.read_bytes()
    assert run(["status"]) == 0
    capsys.readouterr()
    assert run(["doctor"]) == 1
    assert f"failed   integrity: {place.store} is damaged: " in capsys.readouterr().out
    assert f"{place.store} is damaged: " in said_by(capsys, "backup", "b.db")
    assert place.store.read_bytes() == damaged
    assert not (place.folder / "b.db").exists()


def test_a_damaged_store_is_replaced_by_a_backup(place: Place, capsys: Capture) -> None:
    assert run(["backup", "b.db"]) == 0
    place.store.write_bytes(middle(place.store.read_bytes()))
    assert run(["restore", "b.db"]) == 0
    assert "may have come back" in capsys.readouterr().err
    assert place.is_whole()
    assert run(["chart", "volume"]) == 0
    assert place.number("SELECT COUNT(*) FROM found") == 200


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 shell is not on this machine")
def test_what_is_left_of_a_damaged_store_is_recovered(place: Place, shared: Path) -> None:
    """As docs/operations.md says for a store without a backup: what is lost is imported again."""
    content = place.store.read_bytes()
    (root,) = place.ask("SELECT rootpage FROM sqlite_master WHERE name = 'post_media'")[0]
    place.store.write_bytes(content[: (root - 1) * PAGE] + b"\xab" * PAGE + content[root * PAGE :])
    shell = str(shutil.which("sqlite3"))
    told = subprocess.run([shell, str(place.store), ".dump"], capture_output=True, check=False).stdout
    assert told.endswith(b"ROLLBACK; -- due to errors\n"), "the damage was met"
    kept = told.removesuffix(b"ROLLBACK; -- due to errors\n") + b"COMMIT;\n"
    subprocess.run([shell, "recovered.db"], input=kept, check=True, capture_output=True)
    assert run(["restore", "recovered.db"]) == 0
    assert place.is_whole()
    assert run(["import", str(shared / BREXIT), str(shared / MORE)]) == 0
    assert place.number("SELECT COUNT(*) FROM found") == 200
    assert run(["chart", "volume"]) == 0


@pytest.fixture
def frozen(tmp_path: Path, collected: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The store, lake and charts on a disk that refuses every write; commands are run beside it."""
    with small_disk(tmp_path / "disk", "20m") as disk:
        shutil.copytree(collected, disk, dirs_exist_ok=True)
        make_read_only(disk)
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            yield Place(disk)


def test_a_store_that_cannot_be_written(frozen: Place, shared: Path, capsys: Capture) -> None:
    config = ("--config", str(frozen.folder / "config.yaml"))
    for words in (("import", str(shared / MORE)), ("chart", "volume"), ("lake", "refresh"), ("run",), ("collect",)):
        said = said_by(capsys, *words, *config)
        assert str(frozen.folder) in said
        assert "llow writing" in said or "Name a place on a disk that can be written" in said
    assert run(["query", "SELECT COUNT(*) AS posts FROM found", "--format", "csv", *config]) == 0
    assert capsys.readouterr().out == "posts\n200\n"
    assert run(["backup", "b.db", *config]) == 0, "what can be read can be saved elsewhere"
    with closing(sqlite3.connect("b.db")) as copy:
        assert copy.execute("SELECT COUNT(*) FROM found").fetchone() == (200,)


def lake_files(place: Place) -> list[Path]:
    """Name the lake's Parquet files, the posts' first: the chart reads those."""
    lake = place.folder / "lake"
    parts = lake_manifest.read(lake).parts
    return [lake / part.file for part in sorted(parts, key=lambda part: part.table != "campaign_posts")]


@pytest.mark.parametrize("damage", ["truncated", "missing", "manifest missing", "manifest spoilt"])
def test_a_lake_that_lost_something_is_built_again_by_the_next_chart(place: Place, damage: str) -> None:
    file = lake_files(place)[0]
    manifest = place.folder / "lake" / lake_manifest.NAME
    before = (place.folder / "charts/c-volume.csv").read_bytes()
    if damage == "truncated":
        file.write_bytes(file.read_bytes()[:-40])
    elif damage == "missing":
        file.unlink()
    elif damage == "manifest missing":
        manifest.unlink()
    else:
        manifest.write_bytes(manifest.read_bytes()[:100])
    shutil.rmtree(place.folder / "charts")
    assert run(["chart", "volume"]) == 0
    assert (place.folder / "charts/c-volume.csv").read_bytes() == before
    assert all(one.exists() for one in lake_files(place))


def test_a_lake_file_with_other_bytes_of_the_same_length_is_named_with_the_cure(place: Place, capsys: Capture) -> None:
    file = lake_files(place)[0]
    file.write_bytes(b"\xab" * file.stat().st_size)
    assert run(["doctor"]) == 0
    assert f"warning  lake: {file} is damaged: " in capsys.readouterr().out
    said = said_by(capsys, "chart", "volume")
    assert "the lake in" in said
    assert "Delete the lake's folder: it is built again from the store." in said
    shutil.rmtree(place.folder / "lake")
    assert run(["chart", "volume"]) == 0
