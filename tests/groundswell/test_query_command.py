"""`groundswell query`: the rows in each format, exact to the digit, and nothing but reading."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from rich.cells import cell_len

from groundswell.cli import run
from groundswell.results import Row, told_apart, xlsx
from groundswell.results import write as write_rows
from groundswell.results.lines import write_csv, write_json
from groundswell.results.table import laid_out

UGLY = """
    SELECT 1234567890123456789 AS id, '0042' AS code, NULL AS missing, '' AS empty,
        '=cmd()' AS formula, 'a "quoted", word' || char(10) || 'and a line' AS text,
        0.1 AS share, '#خليها_تخيس' AS tag, x'00ff' AS body
"""


def asked(store: str, sql: str, form: str, capfdbinary: pytest.CaptureFixture[bytes]) -> bytes:
    """Run a query in a format; returns what it wrote to stdout."""
    code = run(["query", sql, "--store", store, "--format", form])
    out, err = capfdbinary.readouterr()
    assert (code, err) == (0, b"")
    return out


def test_csv_is_exact(store: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out = asked(store, UGLY, "csv", capfdbinary).decode()
    assert out == (
        "id,code,missing,empty,formula,text,share,tag,body\n"
        '1234567890123456789,0042,,"",=cmd(),"a ""quoted"", word\nand a line",0.1,#خليها_تخيس,00ff\n'
    )


def test_json_is_a_list_of_objects(store: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out = asked(store, f"{UGLY} UNION ALL {UGLY}", "json", capfdbinary)
    first, second = json.loads(out)
    assert first == second
    assert (first["id"], first["missing"], first["empty"]) == (1234567890123456789, None, "")
    assert (first["tag"], first["body"]) == ("#خليها_تخيس", "00ff")
    assert len(out.splitlines()) == 4  # an object a line: it can be read as it comes
    assert json.loads(asked(store, "SELECT 1 WHERE 0", "json", capfdbinary)) == []


def test_parquet_keeps_types(store: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    assert run(["query", UGLY, "--store", store, "--output", str(file)]) == 0
    table = parquet.read_table(file)
    assert table.schema.types == [
        *(pa.int64(), pa.string(), pa.string(), pa.string(), pa.string(), pa.string()),
        *(pa.float64(), pa.string(), pa.binary()),
    ]
    row = table.to_pylist()[0]
    assert (row["id"], row["missing"], row["empty"], row["body"]) == (
        1234567890123456789,
        None,
        "",
        b"\x00\xff",
    )


@pytest.mark.parametrize(
    ("values", "kind", "kept"),
    [
        ("(NULL), (1)", pa.int64(), [None, 1]),
        ("(1), (0.5)", pa.float64(), [1.0, 0.5]),
        ("(1234567890123456789), (0.5)", pa.string(), ["1234567890123456789", "0.5"]),
        ("(1), ('one'), (x'01')", pa.string(), ["1", "one", "01"]),
        ("(NULL)", pa.string(), [None]),
    ],
)
def test_a_parquet_column_of_several_kinds_loses_nothing(
    store: str, tmp_path: Path, values: str, kind: pa.DataType, kept: list[object]
) -> None:
    file = tmp_path / "rows.parquet"
    sql = f"SELECT column1 AS it FROM (VALUES {values})"
    assert run(["query", sql, "--store", store, "--output", str(file)]) == 0
    column = parquet.read_table(file).column("it")
    assert (column.type, column.to_pylist()) == (kind, kept)


def test_parquet_of_many_rows_and_of_none(store: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 25000) SELECT i, i AS i FROM n"
    assert run(["query", many, "--store", store, "--output", str(file)]) == 0
    table = parquet.read_table(file)
    assert table.column_names == ["i", "i_2"]
    assert table.column("i").to_pylist() == list(range(1, 25_001))
    assert run(["query", "SELECT 1 AS i WHERE 0", "--store", store, "--output", str(file)]) == 0
    assert parquet.read_table(file).num_rows == 0


def test_a_sheet_has_no_formulas_and_whole_ids(store: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.xlsx"
    assert run(["query", UGLY, "--store", store, "--output", str(file)]) == 0
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    cells = dict(zip(*sheet.iter_rows(), strict=True))
    by_name = {title.value: cell for title, cell in cells.items()}
    assert (by_name["id"].value, by_name["id"].data_type) == ("1234567890123456789", "s")
    assert (by_name["code"].value, by_name["share"].value) == ("0042", 0.1)
    assert (by_name["formula"].value, by_name["formula"].data_type) == ("=cmd()", "s")
    assert by_name["missing"].value is None
    assert by_name["tag"].value == "#خليها_تخيس"


def test_a_text_too_long_for_a_cell_is_cut_and_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows("xlsx", ["text"], iter([("x" * 40_000,), ("y",)]), tmp_path / "rows.xlsx")
    assert capsys.readouterr().err == "1 texts were longer than a cell holds and are cut; --format csv has all.\n"


def test_more_rows_than_a_sheet_holds_are_refused_and_leave_no_file(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    file = tmp_path / "rows.xlsx"
    assert run(["query", "VALUES (1), (2), (3)", "--store", store, "--output", str(file)]) == 1
    assert "take --format csv or parquet" in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("rows*")] == []


def test_a_table_keeps_tags_and_ids_whole(store: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    sql = """SELECT '#خليها_تخيس' AS tag, 1234567890123456789 AS id, NULL AS x, '[bold]y' AS y,
        char(27) || 'z' AS z"""
    lines = asked(store, sql, "table", capfdbinary).decode().splitlines()
    assert lines[0].split() == ["tag", "id", "x", "y", "z"]
    assert lines[2].split() == ["#خليها_تخيس", "1234567890123456789", "NULL", "[bold]y", "z"]


def test_a_table_without_a_terminal_is_as_wide_as_its_words(
    store: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    out = asked(store, f"SELECT '{'word ' * 100}' AS text", "table", capfdbinary).decode()
    assert len(out.splitlines()) == 3


def test_a_table_on_a_narrow_terminal_breaks_texts_only() -> None:
    tag, moment, said = (
        "#a_tag_of_more_than_twenty_seven_letters",
        "2019-11-03T21:00:00.000000Z",
        "خليها تخيس " * 20,
    )
    page = laid_out(["tag", "created_at", "text"], [[tag, moment, said]], 100)
    assert max(map(cell_len, page.splitlines())) <= 100
    assert tag in page
    assert moment in page
    assert page.count("خليها") == 20


def test_a_table_wider_than_the_terminal_is_not_cut() -> None:
    moment = "2019-11-03T21:00:00.000000Z"
    page = laid_out(["a", "b", "c", "d"], [[moment] * 4], 80)
    assert page.count(moment) == 4


def test_a_long_table_says_that_there_is_more(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1001) SELECT i FROM n"
    assert run(["query", sql, "--store", store]) == 0
    assert capsys.readouterr().err.startswith("The first 1,000 rows; --format csv")


def test_the_ending_of_the_file_names_the_format(store: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.CSV"
    assert run(["query", "SELECT 1 AS one", "--store", store, "--output", str(file)]) == 0
    assert file.read_bytes() == b"one\n1\n"


def test_a_query_that_fails_leaves_the_file_of_before(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("kept")
    sql = "SELECT json(column1) FROM (VALUES ('1'), ('broken'))"
    assert run(["query", sql, "--store", store, "--output", str(file)]) == 1
    assert "malformed JSON" in capsys.readouterr().err
    assert file.read_text() == "kept"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM posts",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA journal_mode=DELETE",
        "WITH gone AS (SELECT 1) DELETE FROM posts",
        "SELECT 1; SELECT 2",
    ],
)
def test_what_does_more_than_read_is_refused_in_one_line(
    store: str, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert run(["query", sql, "--store", store]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "A query only reads" in err
    assert sorted(tmp_path.iterdir()) == before


def test_names_are_told_apart() -> None:
    assert told_apart(["id", "id", "id_2", "id"]) == ("id", "id_3", "id_2", "id_4")


values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[values] * width), max_size=5))


@given(tables)
def test_csv_reads_back_as_it_was(rows: list[Row]) -> None:
    width = len(rows[0]) if rows else 1
    out = io.BytesIO()
    write_csv([f"c{place}" for place in range(width)], iter(rows), out)
    _, *back = csv.reader(io.StringIO(out.getvalue().decode(), newline=""))
    assert back == [["" if value is None else str(value) for value in row] for row in rows]


@given(tables)
def test_json_reads_back_as_it_was(rows: list[Row]) -> None:
    names = [f"c{place}" for place in range(len(rows[0]) if rows else 1)]
    out = io.BytesIO()
    write_json(names, iter(rows), out)
    assert json.loads(out.getvalue()) == [dict(zip(names, row, strict=True)) for row in rows]
