"""What goes wrong in daily use: one clear line with the cure, exit code 1, and nothing lost."""

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from groundswell.cli import run
from storage.store import Store
from tests.dump import contents, row_counts
from tests.groundswell.processes import Place
from tests.groundswell.test_config import UGLY

CONFIG = "campaigns:\n  c:\n    title: C\n    tags: ['#KochFarms', '#BlackLivesMatter', '#Brexit']\n"
BREXIT = "x/twarc2/brexit.jsonl"
NOT_POSTS = {
    "counts.jsonl": "counts of posts (X API v2)",
    "tweets_compliance.jsonl": "a compliance file (X API v2)",
    "users_compliance.jsonl": "a compliance file (X API v2)",
}

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder with a config.yaml and an empty store, where commands are run."""
    monkeypatch.chdir(tmp_path)
    assert store == f"sqlite:///{tmp_path / 'groundswell.db'}"
    made = Place(tmp_path)
    made.write(CONFIG)
    return made


def said_by(capture: Capture, *words: str) -> str:
    """Run a command that must fail; returns its one line."""
    capture.readouterr()
    code = run(words)
    out, err = capture.readouterr()
    assert (code, out, err.count("\n")) == (1, "", 1), err
    return err


def everything(place: Place) -> dict[str, Any]:
    """Read all that the store holds, runs included."""
    with Store.open(f"sqlite:///{place.store}") as store:
        return {**contents(store.engine), "counts": row_counts(store.engine)}


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold a store's lock as another program does."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@pytest.mark.parametrize(
    "words", [("import", "{brexit}"), ("collect",), ("chart", "volume"), ("run",)], ids=lambda words: words[0]
)
def test_a_store_that_another_program_holds(
    place: Place, shared: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr("storage.engine.BUSY_SECONDS", 0.2)
    assert run(["import", str(shared / "x/twarc2/kpop.jsonl")]) == 0
    before = everything(place)
    with held(place.store):
        said = said_by(capsys, *(word.format(brexit=shared / BREXIT) for word in words))
    assert said.startswith(f"groundswell: {place.store} is held by another program for more than ")
    assert said.endswith("Stop the program that holds it, or wait and try again; nothing was lost.\n")
    assert everything(place) == before


@pytest.mark.parametrize("words", [("status",), ("query", "SELECT COUNT(*) FROM posts")], ids=lambda words: words[0])
def test_a_store_that_another_program_holds_is_read_all_the_same(
    place: Place, capsys: Capture, words: tuple[str, ...]
) -> None:
    with held(place.store):
        assert run(words) == 0
    assert capsys.readouterr().err == ""


def test_an_output_folder_that_is_a_file(place: Place, shared: Path, capsys: Capture) -> None:
    assert run(["import", str(shared / BREXIT)]) == 0
    (place.folder / "charts").write_text("mine", encoding="utf-8")
    said = said_by(capsys, "chart", "volume")
    assert str(place.folder / "charts") in said
    assert "Allow writing there, make room, or name another folder under `output` in config.yaml." in said
    assert (place.folder / "charts").read_text(encoding="utf-8") == "mine"


def test_a_lake_folder_that_is_a_file(place: Place, shared: Path, capsys: Capture) -> None:
    assert run(["import", str(shared / BREXIT)]) == 0
    (place.folder / "lake").write_text("mine", encoding="utf-8")
    for words in (("chart", "volume"), ("lake", "refresh")):
        assert f"{place.folder / 'lake'}" in said_by(capsys, *words)


def test_a_store_in_a_folder_that_is_none(place: Place, shared: Path, capsys: Capture) -> None:
    (place.folder / "file").write_text("mine", encoding="utf-8")
    for folder in ("nowhere", "file"):
        said = said_by(capsys, "import", str(shared / BREXIT), "--store", f"{folder}/x.db")
        assert f"{place.folder / folder / 'x.db'}: unable to open database file. " in said


def test_a_log_that_cannot_be_written(place: Place, capsys: Capture) -> None:
    (place.folder / "groundswell.log").mkdir()
    for words in (("run",), ("collect",)):
        assert "groundswell.log: Is a directory. Name a file." in said_by(capsys, *words)


@pytest.mark.parametrize("command", ["import", "status", "chart", "run", "collect", "upgrade", "refresh"])
def test_a_store_from_a_future_version(place: Place, shared: Path, capsys: Capture, command: str) -> None:
    with closing(sqlite3.connect(place.store)) as future:
        future.execute("UPDATE alembic_version SET version_num = '9999'")
        future.commit()
    before = place.store.read_bytes()
    words = {"import": ["import", str(shared / BREXIT)], "chart": ["chart", "volume"], "upgrade": ["db", "upgrade"]}
    said = said_by(capsys, *words.get(command, ["lake", "refresh"] if command == "refresh" else [command]))
    assert said.startswith(f"groundswell: {place.store} is at revision 9999, this program knows ")
    assert said.endswith("Install the version of Groundswell that wrote it, or a later one.\n")
    assert place.store.read_bytes() == before


@pytest.mark.parametrize(("text", "fault"), UGLY.values(), ids=UGLY)
def test_each_trap_of_yaml(
    tmp_path: Path, capsys: Capture, text: str, fault: tuple[int, str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Place(tmp_path).write(text)
    line, key, what, _ = fault
    said = said_by(capsys, "collect")
    assert said.startswith(f"groundswell: config.yaml, line {line}")
    assert key in said
    assert what in said
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_an_unknown_time_zone(place: Place, capsys: Capture) -> None:
    place.write(CONFIG + "    time_zone: Asia/Bagdad\n")
    said = said_by(capsys, "run")
    fault = "line 5, campaigns.c.time_zone: there is no time zone `Asia/Bagdad`. Do you mean Asia/Baghdad?\n"
    assert said == f"groundswell: config.yaml, {fault}"


@pytest.mark.parametrize(
    "content", [b"", b"some words\n", b"PK\x03\x04rest", b'{"a": 1}\n', b"\xff\xfeh\0i\0", b"\0" * 5_000]
)
def test_an_archive_that_is_none(place: Place, capsys: Capture, content: bytes) -> None:
    path = place.folder / "archive.jsonl"
    path.write_bytes(content)
    before = everything(place)
    for words in (["import", str(path)], ["import", "--dry-run", str(path)]):
        said = said_by(capsys, *words)
        assert said.startswith(f"groundswell: {path}: not an archive of posts: ")
        assert "Name an archive of posts: " in said
    after = everything(place)
    del before["counts"], before["campaigns"], after["counts"], after["campaigns"]
    assert after == before


@pytest.mark.parametrize(("name", "what"), NOT_POSTS.items())
def test_what_is_known_to_hold_no_posts_is_refused_by_name(
    place: Place, shared: Path, capsys: Capture, name: str, what: str
) -> None:
    path = shared / "x/twarc2" / name
    assert said_by(capsys, "import", str(path)).startswith(f"groundswell: {path}: {what}: not an archive of posts. ")
    assert place.number("SELECT COUNT(*) FROM runs") == 0


def test_a_file_that_is_refused_does_not_keep_the_others_out(place: Place, shared: Path, capsys: Capture) -> None:
    assert run(["import", str(shared / "x/twarc2/counts.jsonl"), str(shared / BREXIT)]) == 1
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "100 found" in out
    assert place.number("SELECT COUNT(*) FROM campaign_posts") == 100


@pytest.mark.parametrize("archive", ["x/twarc2/flat.jsonl", "ira/kochfarms_2015.csv"])
def test_two_broken_lines_in_the_middle_cost_those_two_lines_only(
    place: Place, shared: Path, capsys: Capture, archive: str
) -> None:
    lines = (shared / archive).read_bytes().splitlines(keepends=True)
    spoilt = [len(lines) // 2, len(lines) // 2 + 7]
    for number in spoilt:
        lines[number] = lines[number][: len(lines[number]) // 2].rstrip(b"\n") + b"\n"
    path = place.folder / Path(archive).name
    path.write_bytes(b"".join(lines))
    assert run(["import", str(path)]) == 0
    out, err = capsys.readouterr()
    found = place.found()
    assert "2 not readable (kept)" in out
    assert [line.split(":")[0].strip() for line in err.splitlines()] == [f"line {number + 1}" for number in spoilt]
    kept = place.ask("SELECT COUNT(*) FROM raw_payloads WHERE post_id IS NULL")
    assert kept == [(2,)]
    assert run(["import", str(shared / archive)]) == 0
    whole = place.found()
    assert found < whole
    assert len(whole - found) == 2


def archives(shared: Path, *folders: str) -> list[str]:
    """Name all archives of posts in some folders."""
    return [
        str(path)
        for folder in folders
        for path in sorted((shared / folder).iterdir())
        if path.suffix in (".jsonl", ".csv") and path.name not in NOT_POSTS
    ]


def import_all(place: Place, paths: Sequence[str]) -> None:
    """Import archives."""
    assert run(["import", *paths]) == 0


def test_importing_all_again_adds_no_row_to_any_table_but_runs(place: Place, shared: Path) -> None:
    paths = [*archives(shared, "x/twarc2"), str(shared / "ira/phosphorusdisaster_2015.csv")]
    import_all(place, paths)
    first = everything(place)
    import_all(place, paths)
    second = everything(place)
    assert second["counts"].pop("runs") == first["counts"].pop("runs") + len(paths)
    assert second == first


@pytest.mark.proof
def test_importing_all_of_ira_again_adds_no_row_to_any_table_but_runs(place: Place, shared: Path) -> None:
    paths = archives(shared, "ira")
    import_all(place, paths)
    first = everything(place)
    import_all(place, paths)
    second = everything(place)
    assert second["counts"].pop("runs") == first["counts"].pop("runs") + len(paths)
    assert second == first


@pytest.mark.proof
def test_three_orders_of_all_archives_give_equal_stores(place: Place, shared: Path, empty_store: Path) -> None:
    paths = archives(shared, "x/twarc2", "ira")
    stores = []
    for seed in range(3):
        shutil.copy(empty_store, place.store)
        random.Random(seed).shuffle(paths)  # noqa: S311  # no secret
        import_all(place, paths)
        stores.append(everything(place))
        stores[-1].pop("counts")
        for file in place.folder.glob("groundswell.db*"):
            file.unlink()
    assert len(stores[0]["posts"]) > 35_739
    for table in stores[0]:
        assert stores[1][table] == stores[0][table], table
        assert stores[2][table] == stores[0][table], table


def test_no_config_at_all(tmp_path: Path) -> None:
    done = Place(tmp_path).do("run")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "there is no such file. Write one with `groundswell init`" in done.stderr
