"""`groundswell forget`: what was erased is in no file any more and stays away; the receipt does not repeat it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard

from groundswell.cli import run
from storage.batch import Batch
from storage.merge import ON_REQUEST
from storage.post import Deletion
from storage.query import Reader
from storage.store import Store

CONFIG = """\
campaigns:
  rot: {title: Rot, tags: ["#rot"]}
"""
TEXT = "quaggaوردة"
"""Stands in the text of a post, its versions, links, media and place, and in whatever repeats them."""
PROFILE = "okapiزنبق"
"""Stands in the profile of its author, also where the payload of another's post tells it."""
FILLERS = 1_100
"""Posts enough that their bodies are packed with a dictionary, which is made of pieces of them."""

HISTORY = ["10", "11"]
USERS = [
    {"id": "7", "username": "seven", "name": f"{PROFILE} name", "location": f"{PROFILE} town"},
    {"id": "8", "username": "eight", "name": "Eight"},
    {"id": "9", "username": "nine", "name": "Nine"},
]
PLACES = [{"id": "p1", "full_name": f"{TEXT} square", "country": "Iraq"}]


def post(number: int, author: str, text: str, **more: Any) -> dict[str, Any]:
    created_at = f"2021-06-26T12:{number // 60 % 60:02}:{number % 60:02}.000Z"
    return {"id": str(number), "author_id": author, "text": text, "created_at": created_at, **more}


def erasable(text: str, number: int) -> dict[str, Any]:
    """Make a version of the post that is to be forgotten."""
    link = {"start": 0, "end": 23, "url": "https://t.co/a", "expanded_url": f"https://example.org/{TEXT}"}
    entities = {"hashtags": [{"start": 0, "end": 4, "tag": "rot"}], "urls": [link]}
    return post(number, "7", text, edit_history_tweet_ids=HISTORY, entities=entities, geo={"place_id": "p1"})


def page(one: dict[str, Any], *includes: dict[str, Any], seen: str = "2021-07-01T00:00:00Z") -> str:
    told = {"users": USERS, "tweets": list(includes), "places": PLACES}
    return json.dumps({"data": [one], "includes": told, "__twarc": {"retrieved_at": seen}}, ensure_ascii=False)


def rows() -> Iterator[str]:
    """Make an archive: a post of two versions, a repost, a quote, one that names its author, and many others."""
    edited = erasable(f"#rot {TEXT} later", 11)
    yield page(erasable(f"#rot {TEXT} first", 10))
    yield page(edited)
    for number, kind, text in ((20, "retweeted", f"RT @seven: #rot {TEXT} later"), (21, "quoted", "#rot just look")):
        yield page(post(number, "8", text, referenced_tweets=[{"type": kind, "id": "11"}]), edited)
    # Of this one the payload does not have the target.
    lone = post(22, "8", f"RT @seven: #rot {TEXT} la…", referenced_tweets=[{"type": "retweeted", "id": "11"}])
    yield page(lone)
    mention = {"start": 0, "end": 6, "username": "seven", "id": "7"}
    yield page(post(23, "9", "@seven #rot you", entities={"mentions": [mention]}))
    yield page(post(24, "7", "#rot another one"))
    # A line that broke off cannot be read; that it names the post is all that can be known of it.
    yield page(edited)[:-200]
    for number in range(100, 100 + FILLERS):
        yield page(post(number, "9", f"#rot filler {number}"))


@pytest.fixture
def home(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config and a store in which the archive is, as are its lake and its chart."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.jsonl").write_text("\n".join(rows()), encoding="utf-8")
    assert run(["import", "archive"]) == 0
    assert run(["lake", "refresh"]) == 0
    assert run(["chart", "volume"]) == 0
    return tmp_path


def spellings(marker: str) -> list[bytes]:
    """Write both halves of a marker, the Latin and the Arabic one, in all ways in which a file may hold them."""
    latin = "".join(letter for letter in marker if letter.isascii())
    arabic = marker.removeprefix(latin)
    plain = [half.encode(coding) for half in (latin, arabic) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    return [*plain, json.dumps(arabic)[1:-1].encode()]


def holding(home: Path, marker: str) -> set[str]:
    """Name what holds a marker: files as bytes, columns of Parquet, bodies and dictionaries unpacked."""
    found = set()
    for path in home.rglob("*"):
        if path.is_file() and path.parent.name != "archive":
            read = path.read_bytes()
            if path.suffix == ".parquet":
                read += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str).encode()
            if any(one in read for one in spellings(marker)):
                found.add(path.relative_to(home).parts[0])
    if any(one in body for body in unpacked(home / "groundswell.db") for one in spellings(marker)):
        found.add("bodies")
    return found


def unpacked(path: Path) -> list[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        stored = connection.execute("SELECT id, body FROM zstd_dictionaries").fetchall()
        bodies = connection.execute("SELECT body FROM raw_payloads WHERE body IS NOT NULL").fetchall()
    dictionaries = {number: zstandard.ZstdCompressionDict(body) for number, body in stored}
    read = [body for _number, body in stored]
    for (body,) in bodies:
        number = zstandard.get_frame_parameters(body).dict_id
        read.append(zstandard.ZstdDecompressor(dict_data=dictionaries.get(number)).decompress(body))
    return read


def counts(store: str) -> list[tuple[Any, ...]]:
    """Count the rows of all tables that an import fills, and the posts of each campaign."""
    tables = (
        *("posts", "post_ids", "post_hashtags", "post_links", "post_versions", "links", "authors", "author_history"),
        *("raw_payloads", "raw_payload_posts", "raw_payload_authors", "campaign_posts", "engagement", "found"),
    )
    with Reader.open(store) as reader:
        told = [list(reader.rows(f"SELECT '{name}', COUNT(*) FROM {name}")[1]) for name in tables]
        told.append(list(reader.rows("SELECT 'bodies', COUNT(*) FROM raw_payloads WHERE body IS NOT NULL")[1]))
        told.append(list(reader.rows("SELECT 'texts', COUNT(*) FROM posts WHERE text IS NOT NULL")[1]))
    return [row for some in told for row in some]


def ask(store: str, sql: str) -> list[tuple[Any, ...]]:
    with Reader.open(store) as reader:
        return [tuple(row) for row in reader.rows(sql)[1]]


def test_a_forgotten_post_is_found_nowhere_and_no_import_brings_it_back(
    home: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert holding(home, TEXT) >= {"groundswell.db", "lake", "bodies"}
    before = ask(store, "SELECT COUNT(*) FROM campaign_posts")
    reader = sqlite3.connect(home / "groundswell.db")
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM posts").fetchall()
    capsys.readouterr()
    assert run(["forget", "x:11", "--yes", "--receipt", "receipt.json"]) == 0
    said = capsys.readouterr().out
    assert "lake" not in holding(home, TEXT)
    assert run(["db", "scrub"]) == 1
    assert "another program is reading or writing" in capsys.readouterr().err
    reader.close()
    assert run(["db", "scrub"]) == 0
    assert holding(home, TEXT) == set()
    assert "seven" in "".join(str(row) for row in ask(store, "SELECT handle FROM authors"))

    receipt = json.loads((home / "receipt.json").read_text(encoding="utf-8"))
    assert (receipt["forgotten"], receipt["of"], receipt["posts"]) == ("x:10", "post", ["x:10"])
    assert receipt["erased"] == {
        **dict.fromkeys(("media", "profiles", "history"), 0),
        **{"texts": 3, "versions": 2, "links": 1, "mentions": 2, "places": 1, "payloads": 5, "unread": 1},
    }
    assert receipt["reposts"] == 2
    assert receipt["scrub_pending"] is True
    assert "x:10" in said
    assert "3 texts, 2 versions, 1 link, 2 mentions, 1 place, 5 payloads as received, 1 unreadable" in said
    assert "Scrub: pending." in said
    assert TEXT not in said

    # The tombstone: time, hashtags, membership; its reposts are no deleted posts.
    [gone] = ask(store, "SELECT text, deleted_at, url, created_at FROM posts WHERE platform_id = '10'")
    assert gone[0] is None
    assert str(gone[1]).startswith("20")
    assert ask(store, "SELECT COUNT(*) FROM posts WHERE deleted_at IS NOT NULL") == [(1,)]
    assert ask(store, "SELECT COUNT(*) FROM campaign_posts") == before

    once = counts(store)
    assert run(["import", "archive"]) == 0
    # Seen after the deletion, and in a version that nobody knew: a platform's deletion would be lifted by that.
    later = erasable(f"#rot {TEXT} again", 12) | {"edit_history_tweet_ids": [*HISTORY, "12"]}
    (home / "archive" / "later.jsonl").write_text(page(later, seen="2099-01-01T00:00:00Z"), encoding="utf-8")
    assert run(["lake", "refresh"]) == 0
    assert counts(store) == once
    assert run(["import", "archive"]) == 0
    assert run(["db", "scrub"]) == 0
    assert run(["lake", "refresh"]) == 0
    assert run(["chart", "volume"]) == 0
    assert holding(home, TEXT) == set()
    assert ask(store, "SELECT text FROM posts WHERE platform_id IN ('10', '12', '20', '22')") == [(None,)] * 3


def test_a_forgotten_account_is_found_nowhere_and_no_import_brings_it_back(
    home: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert holding(home, PROFILE) >= {"groundswell.db", "lake", "bodies"}
    capsys.readouterr()
    assert run(["forget", "x:@Seven", "--yes", "--receipt", "receipt.json"]) == 0
    said = capsys.readouterr().out
    receipt = json.loads((home / "receipt.json").read_text(encoding="utf-8"))
    assert (receipt["forgotten"], receipt["of"], receipt["posts"]) == ("x:7", "author", ["x:10", "x:24"])
    assert receipt["erased"]["texts"] == 4
    assert receipt["erased"]["profiles"] == 1
    assert receipt["erased"]["payloads"] == 7
    assert "x:10, x:24" in said
    assert PROFILE not in said
    assert "lake" not in holding(home, PROFILE) | holding(home, TEXT)
    assert run(["db", "scrub"]) == 0
    assert holding(home, TEXT) == holding(home, PROFILE) == set()
    once = counts(store)
    assert run(["import", "archive"]) == 0
    assert counts(store) == once
    assert run(["lake", "refresh"]) == 0
    assert run(["db", "scrub"]) == 0
    assert holding(home, TEXT) == holding(home, PROFILE) == set()
    [account] = ask(store, "SELECT handle, display_name, location, deleted_at FROM authors WHERE platform_id = '7'")
    assert account[:3] == (None, None, None)
    assert str(account[3]).startswith("20")
    assert ask(store, "SELECT text FROM posts WHERE platform_id = '23'") == [("@seven #rot you",)]


def test_a_post_that_is_not_here_yet_is_kept_out(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    assert run(["forget", "x:11", "--yes"]) == 1
    assert "--unseen" in capsys.readouterr().err
    assert run(["forget", "x:11", "--yes", "--unseen"]) == 0
    assert "It was not here" in capsys.readouterr().out
    Path("archive").mkdir()
    Path("archive/a.jsonl").write_text("\n".join(list(rows())[:4]), encoding="utf-8")
    assert run(["import", "archive"]) == 0
    assert ask(store, "SELECT COUNT(*), COUNT(text) FROM posts WHERE platform_id IN ('10', '20')") == [(2, 0)]
    assert run(["db", "scrub"]) == 0
    assert holding(tmp_path, TEXT) == set()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x:99"], "nothing here is called x:99. Name a post by its URL"),
        (["x:@nobody"], "nothing here is called x:@nobody"),
        (["nonsense"], "nothing here is called nonsense"),
        (["https://example.org/1"], "nothing here is called https://example.org/1"),
        (["x:1"], "x:1 means 2 things here; name one of them: --of author x:1, --of post x:1"),
        (["x:@twice"], "x:@twice means 2 things here; name one of them: --of author x:2, --of author x:3"),
        (["twitter:99", "--unseen"], "the platform being one of x, bluesky, mastodon"),
        (["x:@nobody", "--unseen", "--of", "author"], "write platform:ID"),
    ],
)
def test_a_name_that_means_nothing_or_several_is_refused(
    words: list[str],
    said: str,
    store: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    handles = {"1": "one", "2": "twice", "3": "twice"}
    users = [{"id": one, "username": handle, "name": handle} for one, handle in handles.items()]
    told = [{"data": [post(int(one), one, "#rot")], "includes": {"users": users}} for one in handles]
    Path("a.jsonl").write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    assert run(["import", "a.jsonl"]) == 0
    capsys.readouterr()
    assert run(["forget", "--yes", *words]) == 1
    assert said in capsys.readouterr().err
    assert ask(store, "SELECT COUNT(*) FROM deletions") == ask(store, "SELECT COUNT(*) FROM author_deletions") == [(0,)]


@pytest.mark.parametrize(
    "name", ["x:10", "x:11", "https://x.com/i/status/10", "https://twitter.com/seven/status/11?s=20"]
)
def test_a_post_is_known_by_its_address_and_by_any_of_its_ids(
    name: str, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    Path("a.jsonl").write_text("\n".join(list(rows())[:2]), encoding="utf-8")
    assert run(["import", "a.jsonl"]) == 0
    assert run(["forget", name, "--yes"]) == 0
    assert ask(store, "SELECT text FROM posts WHERE platform_id = '10'") == [(None,)]


@pytest.mark.parametrize(("answer", "code", "texts"), [("n", 1, 1), ("y", 0, 0)])
def test_it_asks_first(
    answer: str, code: int, texts: int, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")
    Path("a.jsonl").write_text(next(rows()), encoding="utf-8")
    assert run(["import", "a.jsonl"]) == 0
    monkeypatch.setattr("sys.stdin", StringIO(f"{answer}\n"))
    assert run(["forget", "x:10"]) == code
    assert ask(store, "SELECT COUNT(text) FROM posts WHERE platform_id = '10'") == [(texts,)]


def test_a_request_stands_whatever_the_platform_says_later(store: str) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    asked = Deletion(platform="x", platform_id="1", deleted_at="2024-01-01T00:00:00.000000Z", reason=ON_REQUEST)
    later = Deletion(platform="x", platform_id="1", deleted_at="2025-01-01T00:00:00.000000Z", reason="deleted")
    with Store.open(store) as opened:
        run_id = opened.begin_run("archive", "", now)
        for one in (asked, later):
            opened.save(Batch(run_id, "archive", "", now, deletions=[one]))
    assert ask(store, "SELECT reason FROM deletions") == [(ON_REQUEST,)]
