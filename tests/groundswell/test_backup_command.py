"""`groundswell backup` as a user has it: while the collector runs, and never over what is there."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from groundswell.cli import run
from groundswell.sizes import write_size
from groundswell.whereabouts import dump_command, file_of, restore_command
from tests.groundswell.processes import Place, stopped, until

CONFIG = "campaigns:\n  c:\n    title: C\n    tags: ['#Brexit']\nsources: {inbox: {every: 1s}}\n"
BREXIT = "x/twarc2/brexit.jsonl"

Capture = pytest.CaptureFixture[str]


def test_a_backup_is_made_while_the_collector_runs_and_is_a_store(tmp_path: Path, shared: Path) -> None:
    place = Place(tmp_path)
    place.write(CONFIG)
    with place.started("run") as process:
        place.drop("brexit.jsonl", (shared / BREXIT).read_bytes())
        until(lambda: len(place.found()) == 100, process)
        done = place.do("backup", "copies of mine.db")
        assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
        assert re.fullmatch(r"copies of mine\.db: 155 posts, [0-9.]+ [kM]B\.\n", done.stdout)
        assert "stays in this copy until you delete it" in done.stderr
        assert stopped(process)[0] == 0
    counted = place.do("query", "SELECT COUNT(*) AS n FROM found", "--store", "copies of mine.db", "--format", "csv")
    assert counted.stdout == "n\n100\n"
    assert sorted(one.name for one in tmp_path.glob("copies*")) == ["copies of mine.db"]


def test_a_file_that_is_there_is_kept_unless_forced(store: str, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "b.db"
    target.write_text("mine", encoding="utf-8")
    assert run(["backup", str(target), "--store", store]) == 1
    assert f"{target} is there already and stays as it is. Name another, or say --force." in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"
    assert run(["backup", str(target), "--force", "--store", store]) == 0
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM posts").fetchone() == (0,)


def test_a_store_is_not_backed_up_onto_itself(store: str, tmp_path: Path, capsys: Capture) -> None:
    assert run(["backup", str(tmp_path / "groundswell.db"), "--force", "--store", store]) == 1
    assert "It is the store itself: name another." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none/b.db",), "none/b.db.part: No such file or directory. Check the name."),
        (("b.db", "--store", "none.db"), "none.db is not there. Name the store with --store"),
    ],
)
def test_what_cannot_be(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["backup", "--store", store, *words]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_a_store_on_postgresql_is_left_to_its_own_tools_without_its_password(capsys: Capture) -> None:
    url = "postgresql+psycopg://ann:s3cr3t-word@db.example:5433/waves"
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        assert run([command, "a copy.dump", "--store", url]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert f"{tool} " in err
        assert "--host=db.example --port=5433 --username=ann --dbname=waves" in err
        assert "a copy.dump'" in err
        assert "s3cr3t" not in err
    assert dump_command("postgresql:///waves", Path("w.dump")) == "pg_dump --format=custom --file=w.dump --dbname=waves"
    assert restore_command("postgresql:///waves", Path("w.dump")).endswith("--dbname=waves w.dump")


def test_where_a_store_lies(tmp_path: Path) -> None:
    assert file_of(f"sqlite:///{tmp_path}/a.db") == tmp_path / "a.db"
    assert file_of("sqlite:///a.db") == Path.cwd() / "a.db"
    assert file_of("postgresql:///waves") is None


def test_sizes() -> None:
    written = [write_size(count) for count in (0, 999, 1_000, 12_345_678, 999_999, 4_000_000_000, 5 * 10**15)]
    assert written == ["0 bytes", "999 bytes", "1.0 kB", "12.3 MB", "1,000.0 kB", "4.0 GB", "5,000.0 TB"]
