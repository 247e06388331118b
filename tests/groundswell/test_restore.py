"""`groundswell restore` as a user has it: never under a running collector, and never a word back that was erased."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundswell.cli import run
from storage.batch import Batch
from storage.post import Deletion
from storage.store import Store
from tests.groundswell.processes import Place, stopped, until

CONFIG = "campaigns:\n  c:\n    title: C\n    tags: ['#Brexit']\nsources: {inbox: {every: 1s}}\n"
BREXIT, MORE = "x/twarc2/brexit.jsonl", "x/twarc2/kpop.jsonl"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="session")
def backed_up(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """A folder with a store of 100 posts, a chart, and a backup of the store."""
    folder = tmp_path_factory.mktemp("backed_up")
    Place(folder).write(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in (("import", str(shared / BREXIT)), ("chart", "volume"), ("backup", "b.db")):
            assert run(words) == 0
    return folder


@pytest.fixture
def place(tmp_path: Path, backed_up: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of it, where commands are run."""
    shutil.copytree(backed_up, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path)


def test_a_running_collector_is_not_robbed_of_its_store(place: Place) -> None:
    with place.started("run") as process:
        until(lambda: "watching" in place.log(), process)
        done = place.do("restore", "b.db")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"groundswell: {place.store} is held by another program."
            " Stop the program that holds it, or wait and try again; nothing was lost.\n"
        )
        assert stopped(process)[0] == 0
    assert not list(place.folder.glob("*until*"))
    assert place.do("restore", "b.db").returncode == 0


def test_what_was_collected_since_is_set_aside_and_the_charts_are_of_the_backup(
    place: Place, shared: Path, capsys: Capture
) -> None:
    before = (place.folder / "charts/c-volume.csv").read_bytes()
    place.write(CONFIG.replace("#Brexit'", "#Brexit', '#BlackLivesMatter'"))
    assert run(["import", str(shared / MORE)]) == 0
    assert run(["chart", "volume"]) == 0
    assert (place.folder / "charts/c-volume.csv").read_bytes() != before
    place.write(CONFIG)
    capsys.readouterr()
    assert run(["restore", "b.db"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{place.store}: restored from b.db.\n"
    (aside,) = re.findall(r"The store before is (.+)\. No later deletion reaches it", err)
    assert re.fullmatch(r"groundswell\.until-[0-9]{8}T[0-9]{6}Z\.db", Path(aside).name)
    assert Place(Path(aside)).folder.exists()
    assert place.number("SELECT COUNT(*) FROM found") == 100
    assert run(["chart", "volume"]) == 0
    assert (place.folder / "charts/c-volume.csv").read_bytes() == before
    assert run(["doctor"]) == 0


@pytest.mark.parametrize("of", ["post", "author"])
def test_what_was_deleted_since_is_deleted_in_what_is_restored(place: Place, capsys: Capture, of: str) -> None:
    secret, author, post = place.ask(
        "SELECT text, a.platform_id, p.platform_id FROM posts p JOIN authors a ON a.id = author_id"
        " WHERE NOT is_repost ORDER BY p.id LIMIT 1"
    )[0]
    assert secret.encode() in place.store.read_bytes()
    now = datetime.now(UTC)
    with Store.open(f"sqlite:///{place.store}") as store:
        gone = Deletion(
            platform="x",
            platform_id=post if of == "post" else author,
            deleted_at="2026-01-01T00:00:00.000000Z",
            of="post" if of == "post" else "author",
        )
        store.save(Batch(store.begin_run("x", "", now), "x", "", now, deletions=[gone]))
    assert run(["restore", "b.db"]) == 0
    err = capsys.readouterr().err
    assert "Deletions that became known since were laid over it: 1. " in err
    assert "b.db still holds what they took out: make a new backup and delete that one." in err
    assert place.ask("SELECT text FROM posts WHERE platform_id = ?", post) == [(None,)]
    assert secret.encode() not in place.store.read_bytes()
    assert place.number("SELECT COUNT(*) FROM found") == 100


def test_where_no_store_is_left_it_says_what_cannot_be_known(place: Place, capsys: Capture) -> None:
    place.store.unlink()
    assert run(["restore", "b.db"]) == 0
    assert "what was deleted or forgotten since the backup cannot be known" in capsys.readouterr().err
    assert place.number("SELECT COUNT(*) FROM found") == 100


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.db", None, "none.db is not there"),
        ("text.db", b"Dear diary, " * 500, "text.db: file is not a database"),
        ("groundswell.db", None, "groundswell.db is the store itself, not a backup of it"),
    ],
)
def test_what_is_no_backup(place: Place, capsys: Capture, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (place.folder / name).write_bytes(content)
    before = place.store.read_bytes()
    capsys.readouterr()
    assert run(["restore", name]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert "Name a backup that `groundswell backup` made." in err
    assert place.store.read_bytes() == before
