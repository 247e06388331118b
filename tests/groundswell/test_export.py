"""`groundswell export ids`: which ids, in which order, and nothing else on stdout."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from groundswell.cli import run
from storage.batch import Batch
from storage.campaign import Campaign
from storage.engine import reading
from storage.post import Deletion, Item
from storage.shared_ids import Choice, count_without_ids, stream_ids
from storage.store import Store
from tests.blank import Database
from tests.groundswell.test_cli import started
from tests.made import item

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CONFIG = """\
campaigns:
  rot: {{title: Rot, tags: ["#rot"], time_zone: Asia/Baghdad}}
store: {{url: '{url}'}}
"""
BIG = 9_007_199_254_740_993
"""No float has it."""


def at(hour: int) -> str:
    return f"2026-06-01T{hour:02}:00:00.000000Z"


def made(number: int, hour: int, tag: str = "rot", repost_of: int | None = None) -> Item:
    of = None if repost_of is None else str(repost_of)
    return item(number, tags=(tag,), created_at=at(hour), repost_of=of)


def edited(number: int, newest: int, hour: int) -> Item:
    """Make an edited post whose newest id is a longer number than its first."""
    plain = made(number, hour)
    assert plain.post is not None
    ids = (("x", str(number)), ("x", str(newest)))
    return replace(plain, post=replace(plain.post, version=2, version_id=str(newest), ids=ids))


def nameless(hour: int) -> Item:
    plain = made(1, hour)
    assert plain.post is not None
    return replace(plain, post=replace(plain.post, platform_id="made:0a", ids=()), payload=b'{"made":1}')


def on(platform: str, name: str, hour: int) -> Item:
    plain = made(1, hour)
    assert plain.post is not None
    ids = ((f"{platform}.example", "7"),)
    post = replace(plain.post, platform=platform, platform_id=name, server=f"{platform}.example", ids=ids)
    return replace(plain, post=post, authors=(), payload=f'{{"{platform}":1}}'.encode())


ITEMS = (
    made(BIG, 3),
    made(20, 2),
    made(21, 4, "other"),
    made(30, 5, repost_of=20),
    made(40, 1),
    edited(99, 100, 6),
    nameless(7),
    on("mastodon", "https://social.example/7", 8),
    on("bluesky", "at://did:plc:a/app.bsky.feed.post/3k", 9),
)
DELETED = Deletion(platform="x", platform_id="40", deleted_at="2026-07-01T00:00:00.000000Z")


def filled(url: str) -> None:
    with Store.open(url) as store:
        store.set_campaigns([Campaign("rot", "Rot", "Asia/Baghdad", ("rot",))], NOW)
        run_id = store.begin_run("archive", "", NOW)
        store.save(Batch(run_id, "archive", "", NOW, ITEMS, (DELETED,)))


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with some of everything, which the config.yaml of the folder names."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'groundswell.db'}"
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=url), encoding="utf-8")
    filled(url)
    return url


def test_ids_go_out_one_a_line_by_time_and_what_has_none_is_counted(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", "ids", "--store", url]) == 0
    out, err = capsys.readouterr()
    assert out == f"20\n{BIG}\n21\n30\n100\n"
    assert err == "5 ids.\n1 more come from archives that give no ids, and are left out.\n"


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["--campaign", "rot"], ["20", str(BIG), "30", "100"]),
        (["--kind", "posts"], ["20", str(BIG), "21", "100"]),
        (["--kind", "reposts"], ["30"]),
        (["--since", "2026-06-01T03:00", "--until", "2026-06-01T05:00"], [str(BIG), "21"]),
        (["--campaign", "rot", "--since", "2026-06-01T08:00"], ["30", "100"]),  # Baghdad is three hours ahead
        (["--platform", "mastodon"], ["https://social.example/7"]),
        (["--platform", "bluesky"], ["at://did:plc:a/app.bsky.feed.post/3k"]),
        (["--until", "2020-01-01"], []),
    ],
)
def test_the_words_choose_which(url: str, words: list[str], ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "ids", *words]) == 0
    assert capsys.readouterr().out.splitlines() == ids


def test_a_file_appears_when_it_is_whole_and_stdout_stays_empty(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "ids", "--output", "ids.txt"]) == 0
    assert capsys.readouterr().out == ""
    assert Path("ids.txt").read_bytes() == f"20\n{BIG}\n21\n30\n100\n".encode()
    assert not Path("ids.txt.part").exists()
    assert run(["export", "ids", "--output", "none/ids.txt"]) == 1
    assert "none/ids.txt.part: No such file or directory. Check the name." in capsys.readouterr().err


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "ids", "--store", str(tmp_path / "none.db")]) == 1
    assert "there is no store at" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("words", [["--campaign", "rott"], ["--since", "yesterday"], ["--platform", "myspace"]])
def test_wrong_words_are_answered_in_one_line(url: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "ids", *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'many.db'}"
    with Store.open(url) as store:
        run_id = store.begin_run("archive", "", NOW)
        many = [item(10**18 + one, created_at=at(1)) for one in range(20_000)]
        store.save(Batch(run_id, "archive", "", NOW, many))
    process = started("export", "ids", "--store", url)
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline().strip() == str(10**18).encode()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_it_is_the_same_on_either_database(database: Database) -> None:
    with database.blank() as url:
        filled(url)
        with Store.open(url) as store, reading(store.engine) as connection:
            for choice, ids in (
                (Choice("x"), ["20", str(BIG), "21", "30", "100"]),
                (Choice("x", "rot", NOW), []),
                (Choice("x", "rot", kinds="reposts"), ["30"]),
            ):
                assert [key for keys in stream_ids(connection, choice) for key in keys] == ids
            assert count_without_ids(connection, Choice("x")) == 1
            assert count_without_ids(connection, Choice("x", kinds="reposts")) == 0
