"""Archives: told apart by content, read as a stream, a broken line costing only itself."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.archive import FORMS, read, recognise
from collector.archive.csv_rows import read_rows
from collector.archive.errors import NotAnArchive, NotPosts
from storage.post import Item, Post
from storage.tag import fold

HEADER = (
    "author_id,author,external_author_id,account_type,account_category,content,region,language,publish_date,"
    "harvested_date,following,followers,updates,post_type,retweet"
)


def a_row(content: str, **changed: str) -> str:
    row = {"publish_date": "2015-11-26 20:11:00", "post_type": ""} | changed
    return (
        f'a,a,1,left,LeftTroll,"{content}",Unknown,English,{row["publish_date"]},2015-11-26 20:12:00,1,2,3,'
        f"{row['post_type']},0"
    )


def a_post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": f"post {number}", "created_at": "2021-06-26T12:00:00.000Z"} | more


def a_page(*posts: Any) -> str:
    return json.dumps({"data": list(posts), "meta": {"result_count": len(posts)}})


def written(folder: Path, *lines: str | bytes, name: str = "archive") -> Path:
    path = folder / name
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return path


def read_all(path: Path) -> list[Item]:
    return list(read(path, recognise(path)))


def texts(items: list[Item]) -> list[str | None]:
    return [item.post.text for item in items if item.post is not None]


def errors(items: list[Item]) -> list[str]:
    return [item.error or "" for item in items if item.post is None]


# --- recognising --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        ([a_page(a_post(1))], "x v2 JSON"),
        ([json.dumps({"data": a_post(1)})], "x v2 JSON"),
        ([json.dumps(a_post(1))], "x v2 JSON"),
        (["", "  ", a_page(a_post(1))], "x v2 JSON"),
        (['{"data": [{"id": "1', a_page(a_post(1))], "x v2 JSON"),
        ([a_page(), a_page(a_post(1))], "x v2 JSON"),
        (['{"meta": {"result_count": 0}}'], "x v2 JSON"),
        ([b"\xef\xbb\xbf" + a_page(a_post(1)).encode()], "x v2 JSON"),
        ([HEADER], "IRA CSV"),
        ([b"\xef\xbb\xbf" + HEADER.encode() + b"\r", a_row("x")], "IRA CSV"),
        ([",".join(reversed(HEADER.split(","))) + ",more"], "IRA CSV"),
    ],
)
def test_a_form_is_known_by_its_content(tmp_path: Path, lines: list[str | bytes], form: str) -> None:
    recognised = recognise(written(tmp_path, *lines, name="misleading.xlsx"))
    assert recognised.name == form
    assert recognised in FORMS.values()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"data": [{"end": "…", "start": "…", "tweet_count": 5}], "meta": {}}', "counts"),
        ('{"data": [{"end": "…", "start": "…", "post_count": 5}], "meta": {}}', "counts"),
        ('{"start": "…", "end": "…", "tweet_count": 5}', "counts"),
        ('{"id": "1", "action": "delete", "created_at": "…", "reason": "deleted"}', "compliance"),
        ('{"data": [{"id": "1", "name": "A", "username": "a"}]}', "users"),
        ('{"text": "a", "label": "b"}', "labelled texts"),
        ('{"domain": "a", "source_url": "b", "configuration": {}}', "says of itself"),
        ("Date: Mon, 23 Nov 2026 08:51:54 GMT\nContent-Type: text/html", "headers"),
    ],
)
def test_what_holds_no_posts_is_refused_by_name(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(NotPosts, match=says):
        recognise(written(tmp_path, line))


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b" " * 5_000, "blanks"),
        (b"\x1f\x8b\x08", "breaks off"),
        (b"PK\x03\x04", "zip"),
        ('{"data": []}'.encode("utf-16"), "UTF-16"),
        (b"\x93\x00\x10", "binary"),
        (b"a\x00b", "binary"),
        (b"some words", "some words"),
        (b"id,text,date\n1,a,b\n", "id, text, date"),
        (b"[1,\n2]", "not JSON"),
        (b"[1, 2]", "no objects|not JSON"),
        (b'{\n  "data": [\n    1\n  ]\n}', "the keys data"),
        (b"{ no json", "not JSON"),
        (b'{"text": "a", "colour": "b"}', "text, colour"),
        (b'{"id": 1, "id_str": "1", "text": "a", "user": {}}', "id, id_str"),
        (b'{"data": [], "includes": {}}', "data, includes"),
    ],
)
def test_other_content_is_refused_with_what_was_seen(tmp_path: Path, content: bytes, seen: str) -> None:
    with pytest.raises(NotAnArchive, match=seen):
        recognise(written(tmp_path, content))


@pytest.mark.parametrize(
    ("form", "lines", "said"),
    [
        ("ira", [json.dumps(a_post(n)) for n in (1, 2)], ["line 2: no column author, author_id, content"]),
        ("ira", ["a,b", "1,2"], ["line 2: no column author, author_id, content"]),
        ("ira", ['"a" b,c', "1,2", '"3', "4"], ["line 2: ", "line 3: not CSV", "line 4: "]),
        ("ira", ['"never closed', "1,2"], ["line 2: 2 fields, not 0"]),
        ("x-v2", [HEADER, a_row("one")], ["line 1: ", "line 2: "]),
    ],
    ids=["JSON as CSV", "other columns", "a header that is no CSV", "a header without an end", "CSV as JSON"],
)
def test_a_file_in_another_form_than_was_said_is_lines_that_cannot_be_read(
    form: str, lines: list[str], said: list[str], tmp_path: Path
) -> None:
    items = list(read(written(tmp_path, *lines), FORMS[form]))
    assert texts(items) == []
    assert [error[: len(start)] for error, start in zip(errors(items), said, strict=True)] == said


def test_the_real_files_are_told_apart(shared: Path) -> None:
    refused = {}
    for path in sorted((shared / "x" / "twarc2").glob("*.jsonl")):
        try:
            assert recognise(path).name == "x v2 JSON"
        except NotPosts as error:
            refused[path.name] = error.what
    assert refused == {
        "counts.jsonl": "counts of posts (X API v2)",
        "tweets_compliance.jsonl": "a compliance file (X API v2)",
        "users_compliance.jsonl": "a compliance file (X API v2)",
    }
    for path in (shared / "ira").glob("*.csv"):
        assert recognise(path).name == "IRA CSV"
    assert recognise(shared / "csv" / "mayweather_mcgregor_2017.csv").name == "Mayweather table"
    assert recognise(shared / "x" / "v1" / "500-sample.jsonl").name == "x v1.1 JSON"


# --- reading lines ------------------------------------------------------------------------------------------


def test_broken_lines_cost_themselves_and_are_kept(tmp_path: Path) -> None:
    broken = [b'{"data": [{"id": "5", ', b'{"data": "\xff\xfe"}', b"\x00\x00\x00", b'{"data": [{"id": "9"']
    path = written(
        tmp_path, a_page(a_post(1)), broken[0], "", broken[1] + b"\r", a_page(a_post(2)), broken[2], broken[3]
    )
    found = read_all(path)
    assert texts(found) == ["post 1", "post 2"]
    assert [item.payload for item in found if item.post is None] == broken
    assert [error.split(":")[0] for error in errors(found)] == ["line 2", "line 4", "line 6", "line 7"]


def test_a_broken_post_is_named_by_its_line_and_place(tmp_path: Path) -> None:
    path = written(tmp_path, a_page(a_post(1)), "", a_page(a_post(2), {"id": "3"}, a_post(4)))
    found = read_all(path)
    assert texts(found) == ["post 1", "post 2", "post 4"]
    assert errors(found) == ["line 3, post 2: no created_at"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.booleans(), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_however_many_lines_are_broken_the_others_are_read(tmp_path: Path, whole: list[bool], between: bytes) -> None:
    lines = [a_page(a_post(n + 1)) if fine else f"broken {n}" for n, fine in enumerate(whole)]
    path = tmp_path / "archive"
    path.write_bytes(between.join(line.encode() for line in lines))
    found = list(read(path, FORMS["x-v2"]))
    assert [item.post is not None for item in found] == whole


TWEET = {
    "id_str": "1",
    "full_text": "a",
    "created_at": "Sat Jun 26 12:00:00 +0000 2021",
    "user": {"id_str": "3", "screen_name": "a"},
}


@pytest.mark.parametrize("deep", [260, 500])
@pytest.mark.parametrize(
    ("post", "before", "after"),
    [
        (a_post(1), '"context_annotations": [', "]"),
        (a_post(1), '"referenced_tweets": [{"id": "1"}, ', "]"),
        (TWEET, '"quoted_status": ', ""),
    ],
)
def test_a_post_too_deep_in_itself_costs_its_own_line(
    tmp_path: Path, post: dict[str, Any], before: str, after: str, deep: int
) -> None:
    line = whole = json.dumps(post)
    for _ in range(deep):
        line = f"{whole[:-1]}, {before}{line}{after}}}"
    first, broken, last = read_all(written(tmp_path, whole, line, whole))
    assert (broken.post, broken.payload) == (None, line.encode())
    assert (broken.error or "").startswith("line 2: ")
    assert first.post is not None
    assert first == last


def test_a_number_too_large_to_be_written_again_costs_its_own_line(tmp_path: Path) -> None:
    line = json.dumps(a_post(1, text="\ud83d", view_count=2**70))
    path = written(tmp_path, json.dumps(a_post(1)), line)
    first, broken = read_all(path)
    assert first.post is not None
    assert (broken.post, broken.payload) == (None, line.encode())
    assert broken.error == "line 2: too deep, or with too large a number, to be written again"


# --- reading rows -------------------------------------------------------------------------------------------


def test_rows_with_quotes_commas_and_line_breaks(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + HEADER.encode(), a_row('a ""quoted"", b'), a_row("two\nlines"), "")
    assert texts(read_all(path)) == ['a "quoted", b', "two\nlines"]


def test_broken_rows_cost_themselves_and_are_kept(tmp_path: Path) -> None:
    broken: list[bytes] = [
        b"too,few,fields",
        a_row("never closed").replace('closed"', "closed").encode(),
        a_row("odd date", publish_date="yesterday").encode(),
        a_row("not UTF-8").encode().replace(b"UTF", b"\xff"),
        a_row("nul \0 byte").encode(),
        a_row("one more").encode() + b",field",
        b'a,a,1,left,LeftTroll,"cut off at the en',
    ]
    lines: list[str | bytes] = [HEADER]
    for number, line in enumerate(broken):
        lines += [line, a_row(f"whole {number}")] if line is not broken[-1] else [line]
    found = read_all(written(tmp_path, *lines))
    assert texts(found) == [f"whole {number}" for number in range(6)]
    kept = [item.payload for item in found if item.post is None]
    assert kept[:2] + kept[3:] == broken[:2] + broken[3:]
    # A row that was told apart is kept by its columns: it can be read again without its header.
    assert json.loads(kept[2])["data"]["publish_date"] == "yesterday"
    assert [error.split(":")[0] for error in errors(found)] == [f"line {n}" for n in (2, 4, 6, 8, 10, 12, 14)]


def test_an_unclosed_quote_swallows_nothing_however_many_rows_follow(tmp_path: Path) -> None:
    rows = [a_row(f"row {number}") for number in range(1_000)]
    rows[3] = 'a,a,1,left,"LeftTroll' + rows[3]
    found = read_all(written(tmp_path, HEADER, *rows))
    assert len(texts(found)) == 999
    assert errors(found) == [error for error in errors(found) if error.startswith("line 5:")]


def test_a_row_of_several_lines_with_an_odd_date_is_one_broken_row(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, a_row("a\nb\nc", publish_date="odd"), a_row("next"))
    found = read_all(path)
    assert texts(found) == ["next"]
    assert [error.split(":")[0] for error in errors(found)] == ["line 2"]


cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_rows_written_by_any_csv_writer_are_read_back(rows: list[list[str]], ending: str) -> None:
    written_to = io.StringIO(newline="")
    csv.writer(written_to, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    found = list(read_rows(io.BytesIO(written_to.getvalue().encode())))
    assert [list(row.values.values()) for row in found] == rows
    assert b"".join(row.raw for row in found) == written_to.getvalue().encode().split(ending.encode(), 1)[1]


# --- the numbers of real archives ---------------------------------------------------------------------------


def posts_of(path: Path) -> tuple[list[Post], dict[str, Post]]:
    """Read (found posts, referred posts by id) of a file without a broken line."""
    found, referred = [], {}
    for item in read_all(path):
        assert item.post is not None, item.error
        found.append(item.post)
        referred |= {post.platform_id: post for post in item.referred}
    return found, referred


def test_black_lives_matter_2021(shared: Path) -> None:
    found, referred = posts_of(shared / "x" / "twarc2" / "blacklivesmatter_2021.jsonl")
    key = fold("BlackLivesMatter")
    by_id = referred | {post.platform_id: post for post in found}

    def carries(post: Post) -> bool:
        return key in map(fold, post.hashtags)

    targets = [by_id.get(post.repost_of or "") for post in found]
    members = [carries(target or post) for post, target in zip(found, targets, strict=True)]
    own = [carries(post) for post in found]
    assert len({post.platform_id for post in found}) == len(found) == 500
    assert len({post.author for post in found}) == 401
    assert sum(members) == 494
    assert sum(one and member for one, member in zip(own, members, strict=True)) == 308
    assert sum(member and not one for one, member in zip(own, members, strict=True)) == 186
    assert len(referred.keys() - {post.platform_id for post in found}) == 176


@pytest.mark.parametrize(
    ("name", "rows", "distinct"),
    [
        ("kochfarms_2015", 4_652, 4_652),
        ("merkelmussbleiben_2016", 5_886, 5_867),
        ("phosphorusdisaster_2015", 600, 600),
        ("blacklivesmatter_2014_2018", 16_692, 16_657),
        ("ru_su24_2015", 1_571, 1_571),
        ("arabic_all", 6_399, 6_392),
    ],
)
def test_ira_files(shared: Path, name: str, rows: int, distinct: int) -> None:
    found, referred = posts_of(shared / "ira" / f"{name}.csv")
    assert (len(found), len({post.platform_id for post in found}), referred) == (rows, distinct, {})


def test_koch_farms(shared: Path) -> None:
    found, _referred = posts_of(shared / "ira" / "kochfarms_2015.csv")
    assert len({post.author for post in found}) == 184
    assert sum(fold("KochFarms") in map(fold, post.hashtags) for post in found) == 4_112


def test_every_real_file_of_posts_is_read_but_for_one_broken_line(shared: Path) -> None:
    broken = []
    for path in sorted((shared / "x" / "twarc2").glob("*.jsonl")):
        try:
            broken += [(path.name, error) for error in errors(read_all(path))]
        except NotPosts:
            continue
    assert [(name, error.split(":")[0]) for name, error in broken] == [("streaming_output_with_error.jsonl", "line 8")]
