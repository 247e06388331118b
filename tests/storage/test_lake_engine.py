"""SQL over the lake: types, names, damage, and what the engine may touch."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from storage import lake_manifest
from storage.errors import LakeError
from storage.lake import refresh
from storage.lake_engine import Lake
from storage.lake_manifest import FORMAT
from storage.lake_tables import TABLES
from tests.storage.made_store import MadeStore, truth

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AWKWARD_NAMES = (
    *("two words", "it's", "a=b", "100%25", "#1;--", "خليها_تخيس", "null"),
    *(
        pytest.param(name, marks=pytest.mark.skipif(os.name == "nt", reason="no name there"))
        for name in ('say "x"', "[x]*?")
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MadeStore]:
    with closing(MadeStore(tmp_path / "store.db")) as made:
        made.put_author(1, handle="one", followers=3)
        made.put_author(2, handle="two")
        made.add(1, author_id=2**62, tags=["rot"])
        made.add(2, author_id=None, text=None, created_at="2019-12-01T00:00:00.000000Z")
        yield made


@pytest.fixture
def folder(store: MadeStore, tmp_path: Path) -> Path:
    refresh(store.engine, tmp_path / "lake", now=NOW)
    return tmp_path / "lake"


def ask(folder: Path, sql: str, **values: object) -> pd.DataFrame:
    with Lake.open(folder) as lake:
        return lake.ask(sql, **values)


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_any_folder_name_will_do(name: str, store: MadeStore, tmp_path: Path) -> None:
    folder = tmp_path / name / name
    (tmp_path / "x").mkdir()
    refresh(store.engine, folder, now=NOW)
    assert ask(folder, "SELECT count(*) AS n FROM posts")["n"].tolist() == [2]


def test_a_relative_folder_is_of_the_moment_of_opening(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    with Lake.open(Path("lake")) as lake:
        monkeypatch.chdir("/")
        assert lake.ask("SELECT count(*) AS n FROM posts")["n"].tolist() == [2]


def test_a_folder_read_as_hive_partitions_gets_no_columns(store: MadeStore, tmp_path: Path) -> None:
    folder = tmp_path / "platform=mastodon"
    refresh(store.engine, folder, now=NOW)
    assert ask(folder, "SELECT DISTINCT platform FROM posts")["platform"].tolist() == ["x"]


def test_whole_numbers_stay_whole(folder: Path) -> None:
    sql = "SELECT id, author_id, author_id AS same, id % 2 AS odd, CAST(1 AS INT) AS one FROM posts ORDER BY id"
    frame = ask(folder, sql)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "id": "int64",
        "author_id": "Int64",
        "same": "Int64",
        "odd": "int64",
        "one": "int64",
    }
    assert frame["author_id"].tolist() == [2**62, pd.NA]
    sums = ask(folder, "SELECT sum(id) AS s, count(*) AS n, avg(id) AS a, sum(author_id) AS big FROM posts")
    assert [str(kind) for kind in sums.dtypes] == ["int64", "int64", "float64", "int64"]
    assert sums["big"].tolist() == [2**62]
    assert str(ask(folder, "SELECT sum(id) AS s FROM posts WHERE id < 0")["s"].dtype) == "Int64"


def test_texts_and_flags_keep_their_types(folder: Path) -> None:
    frame = ask(folder, "SELECT text, lang, deleted, CASE WHEN id = 1 THEN deleted END AS gap FROM posts ORDER BY id")
    assert [str(kind) for kind in frame.dtypes] == ["str", "str", "bool", "boolean"]
    assert frame["text"].isna().tolist() == [False, True]


def test_columns_of_one_name_are_both_given(folder: Path) -> None:
    assert ask(folder, "SELECT 1 AS a, 2 AS a").to_numpy().tolist() == [[1, 2]]


def test_values_stand_for_names_and_are_never_sql(folder: Path) -> None:
    evil = "x' OR '1'='1"
    assert ask(folder, "SELECT $word AS word", word=evil)["word"].tolist() == [evil]
    assert ask(folder, "SELECT id FROM posts WHERE platform = $p AND id < $n", p="x", n=2)["id"].tolist() == [1]
    assert ask(folder, "SELECT id FROM posts WHERE platform = $p", p=evil).empty


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT * FROM nowhere", "SELECT nothing FROM posts", "SELECT $a"])
def test_wrong_sql_is_not_called_damage(sql: str, folder: Path) -> None:
    with pytest.raises(duckdb.Error):
        ask(folder, sql)


def test_an_empty_store_gives_empty_relations_of_the_right_types(tmp_path: Path) -> None:
    with closing(MadeStore(tmp_path / "empty.db")) as store:
        refresh(store.engine, tmp_path / "lake", now=NOW)
    with Lake.open(tmp_path / "lake") as lake:
        for table, schema in TABLES.items():
            frame = lake.ask(f"SELECT * FROM {table}")
            assert list(frame.columns) == schema.names
            kinds = {"int64": "int64", "string": "str", "bool": "bool"}
            assert [str(kind) for kind in frame.dtypes] == [kinds[str(kind)] for kind in schema.types]
        counted = lake.ask("SELECT created_at // 3600000000 AS bin, count(*) AS n FROM campaign_posts GROUP BY bin")
        assert [str(kind) for kind in counted.dtypes] == ["int64", "int64"]


def test_a_lake_that_is_not_there_or_damaged_says_so_and_is_mended(store: MadeStore, folder: Path) -> None:
    manifest = folder / "manifest.json"
    post_file = folder / next(part.file for part in lake_manifest.read(folder).parts if part.table == "posts")
    whole = manifest.read_bytes()

    def later_format() -> None:
        later = whole.replace(f'"format": {FORMAT}'.encode(), f'"format": {FORMAT + 1}'.encode())
        manifest.write_bytes(later.replace(b'"parts"', b'"pieces"'))

    for damage in (
        manifest.unlink,
        lambda: manifest.write_bytes(whole[: len(whole) // 2]),
        lambda: manifest.write_bytes(b""),
        lambda: manifest.write_bytes(f'{{"format": {FORMAT}}}'.encode()),
        later_format,
        lambda: next(folder.glob("posts/*.parquet")).unlink(),
        lambda: next(folder.glob("hashtags/*.parquet")).write_bytes(b"PAR1"),
    ):
        damage()
        with pytest.raises(LakeError):
            Lake.open(folder)
        refresh(store.engine, folder, now=NOW)
        with Lake.open(folder) as lake:
            assert lake.ask("SELECT id FROM posts ORDER BY id")["id"].tolist() == [1, 2]
    assert not post_file.exists()


@pytest.mark.parametrize("where", [slice(4, 60), slice(-60, -4)], ids=["data", "footer"])
def test_a_file_of_the_right_size_and_wrong_content_is_damage(where: slice, folder: Path) -> None:
    for path in folder.glob("posts/*.parquet"):
        content = bytearray(path.read_bytes())
        content[where] = b"\xff" * 56
        path.write_bytes(content)
    with pytest.raises(LakeError):
        ask(folder, "SELECT * FROM posts")


def test_the_engine_reads_the_lake_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    parquet = tmp_path / "outside.parquet"
    pq.write_table(TABLES["posts"].empty_table(), parquet)
    frame = pd.DataFrame({"a": [1]})
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "store" not in path.name}
    file = next(folder.glob("posts/*.parquet"))
    with Lake.open(folder) as lake:
        for sql in (
            f"FROM read_csv('{outside}')",
            f"FROM '{parquet}'",
            f"COPY (SELECT 1) TO '{tmp_path / 'new.csv'}'",
            f"COPY (SELECT 1 AS id) TO '{file}' (FORMAT parquet)",
            f"ATTACH '{tmp_path / 'new.db'}'",
            f"EXPORT DATABASE '{tmp_path / 'new'}'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SELECT * FROM read_csv('https://example.org/a.csv')",
            "SET enable_external_access = true",
            "SELECT * FROM frame",
        ):
            with pytest.raises(duckdb.Error):
                lake.ask(sql)
    assert len(frame) == 1
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "store" not in path.name}
    assert after == before


def test_an_open_lake_does_not_see_a_later_refresh(store: MadeStore, folder: Path) -> None:
    with Lake.open(folder) as lake:
        store.add(3)
        refresh(store.engine, folder, now=NOW)
        assert lake.ask("SELECT count(*) AS n FROM posts")["n"].tolist() == [2]
        revision = lake.revision
    with Lake.open(folder) as lake:
        assert lake.ask("SELECT count(*) AS n FROM posts")["n"].tolist() == [3]
        assert lake.revision == revision + 1
    assert len(truth(store.engine)["posts"]) == 3


def test_an_engine_is_quiet_and_leaves_nothing_where_it_works(folder: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    program = (
        "import sys; from pathlib import Path; from storage.lake_engine import Lake\n"
        "with Lake.open(Path(sys.argv[1])) as lake:\n"
        "    lake.ask('SELECT count(*) FROM range(100000000) AS a(i) WHERE hash(i) = 0')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder],
        capture_output=True,
        check=True,
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout == done.stderr == b""
    assert os.listdir(work) == []
