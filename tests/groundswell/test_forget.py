"""`groundswell forget`: what was erased is in no file any more and stays away; the receipt does not repeat it."""

import json
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
import zstandard

from groundswell.cli import run
from groundswell.whereabouts import dump_command, restore_command
from storage.batch import Batch
from storage.merge import ON_REQUEST
from storage.post import Deletion
from storage.query import open_reader
from storage.sqlite_file import find
from storage.store import Store
from tests.blank import POSTGRES, PROVED, SQLITE
from tests.postgres import ADMIN, READER, find_programs

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
WHAT_IS_GONE = (
    "SELECT 'post', platform || ':' || platform_id FROM deletions"
    " UNION ALL SELECT 'author', platform || ':' || platform_id FROM author_deletions"
)
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
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


@pytest.fixture(params=PROVED)
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty store, in either database."""
    with (SQLITE if request.param == SQLITE.name else POSTGRES).blank() as url:
        yield url


@pytest.fixture
def home(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config and a store in which the archive is, as are its lake and its chart."""
    monkeypatch.chdir(tmp_path)
    settle(store, rows())
    return tmp_path


def settle(store: str, lines: Iterable[str]) -> None:
    """Import an archive into a store from the folder we are in, and make all that is made of it."""
    configure(store)
    Path("archive").mkdir()
    Path("archive/a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run(["import", "archive"]) == 0
    if is_on_server(store):
        # A server does this by itself once many rows are new; the tests' own is told not to.
        POSTGRES.server().run("ANALYZE", name_of(store))
    assert run(["lake", "refresh"]) == 0
    assert run(["chart", "all"]) == 0
    assert run(["report"]) == 0


def configure(store: str) -> None:
    Path("config.yaml").write_text(f"{CONFIG}store: {{url: '{store}'}}\n", encoding="utf-8")


def is_on_server(store: str) -> bool:
    return store.startswith("postgresql:")


def name_of(store: str) -> str:
    """Name the database of a store on the server."""
    return store.rpartition("/")[2]


def spellings(marker: str) -> list[bytes]:
    """Write both halves of a marker, the Latin and the Arabic one, in all ways in which a file may hold them."""
    latin = "".join(letter for letter in marker if letter.isascii())
    arabic = marker.removeprefix(latin)
    plain = [half.encode(coding) for half in (latin, arabic) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    return [*plain, json.dumps(arabic)[1:-1].encode()]


def holding(home: Path, store: str, marker: str) -> set[str]:
    """Name what holds a marker: the store's bytes and tables, bodies and dictionaries unpacked, folders of files."""
    held = {"store": [bytes_of(store), *copies_of(store)], "bodies": [*unpacked(store).values()]}
    for path in home.rglob("*"):
        if path.is_file() and path.parent.name != "archive":
            read = path.read_bytes()
            if path.suffix == ".parquet":
                read += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str).encode()
            held.setdefault(path.relative_to(home).parts[0], []).append(read)
    return {name for name, read in held.items() if any(is_in(some, marker) for some in read)}


def is_in(read: bytes, marker: str) -> bool:
    return any(one in read for one in spellings(marker))


def bytes_of(store: str) -> bytes:
    """Read all files of a store, the -wal among them; of one on the server those of its database."""
    if is_on_server(store):
        return POSTGRES.server().bytes_of(name_of(store))
    path = find(store)
    return b"".join(one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name))


def copies_of(store: str) -> list[bytes]:
    """Copy out every table of a store on the server: in its files long values lie packed; and its statistics."""
    if not is_on_server(store):
        return []
    with psycopg.connect(POSTGRES.server().url(name_of(store), ADMIN)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        copies = []
        for name in (*(f'"{table}"' for (table,) in tables), "pg_stats", "pg_stats_ext"):
            with connection.cursor().copy(f"COPY (SELECT * FROM {name}) TO STDOUT".encode()) as copy:
                copies.append(b"".join(copy))
    assert len(copies) > 30
    return copies


def unpacked(store: str) -> dict[bytes, bytes]:
    """Unpack the bodies of a store, by their packed form; a dictionary is as it is."""
    stored = ask(store, "SELECT id, body FROM zstd_dictionaries")
    bodies = ask(store, "SELECT body FROM raw_payloads WHERE body IS NOT NULL")
    dictionaries = {number: zstandard.ZstdCompressionDict(body) for number, body in stored}
    read = {body: body for _number, body in stored}
    for (body,) in bodies:
        number = zstandard.get_frame_parameters(body).dict_id
        read[body] = zstandard.ZstdDecompressor(dict_data=dictionaries.get(number)).decompress(body)
    return read


def packed(store: str, marker: str) -> list[bytes]:
    """Find the bodies that hold a marker as they are in the store's files, where no marker can be seen in them."""
    found = [body for body, read in unpacked(store).items() if body != read and is_in(read, marker)]
    assert len(found) > 3
    assert still_there(store, found) == len(found)
    return found


def still_there(store: str, bodies: list[bytes]) -> int:
    """Count the packed bodies that are in the files of a store."""
    left = bytes_of(store)
    return sum(body in left for body in bodies)


def counts(store: str) -> list[tuple[Any, ...]]:
    """Count the rows of all tables that an import fills, and the posts of each campaign."""
    tables = (
        *("posts", "post_ids", "post_hashtags", "post_links", "post_versions", "links", "authors", "author_history"),
        *("raw_payloads", "raw_payload_posts", "raw_payload_authors", "campaign_posts", "engagement", "found"),
    )
    with open_reader(store) as reader:
        told = [list(reader.rows(f"SELECT '{name}', COUNT(*) FROM {name}")[1]) for name in tables]
        told.append(list(reader.rows("SELECT 'bodies', COUNT(*) FROM raw_payloads WHERE body IS NOT NULL")[1]))
        told.append(list(reader.rows("SELECT 'texts', COUNT(*) FROM posts WHERE text IS NOT NULL")[1]))
    return [row for some in told for row in some]


def ask(store: str, sql: str) -> list[tuple[Any, ...]]:
    with open_reader(store) as reader:
        return [tuple(row) for row in reader.rows(sql)[1]]


@contextmanager
def somebody_reading(store: str) -> Iterator[None]:
    """Have another program in the middle of a reading transaction; on the server under another role.

    It reads no table with words: there is no lock in a scrub's way, and yet what is erased is kept for its sake.
    """
    sql = "SELECT COUNT(*) FROM meta"
    if is_on_server(store):
        with psycopg.connect(POSTGRES.server().url(name_of(store), READER)) as reader:
            reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            reader.execute(sql).fetchall()
            yield
    else:
        with closing(sqlite3.connect(find(store))) as connection:
            connection.execute("BEGIN")
            connection.execute(sql).fetchall()
            yield


def test_a_forgotten_post_is_found_nowhere_and_no_import_brings_it_back(
    home: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert holding(home, store, TEXT) >= {"store", "lake", "bodies"}
    before = ask(store, "SELECT COUNT(*) FROM campaign_posts")
    bodies = packed(store, TEXT)
    capsys.readouterr()
    with somebody_reading(store):
        assert run(["forget", "x:11", "--yes", "--receipt", "receipt.json"]) == 0
        said = capsys.readouterr().out
        # The dictionary that bodies are packed with goes with the scrub.
        assert holding(home, store, TEXT) == {"store", "bodies"}
        assert run(["db", "scrub"]) == 1
        assert "another program is reading or writing" in capsys.readouterr().err
    assert run(["db", "scrub"]) == 0
    assert holding(home, store, TEXT) == set()
    assert still_there(store, bodies) == 0
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
    assert holding(home, store, TEXT) == set()
    assert ask(store, "SELECT text FROM posts WHERE platform_id IN ('10', '12', '20', '22')") == [(None,)] * 3


def test_a_forgotten_account_is_found_nowhere_and_no_import_brings_it_back(
    home: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert holding(home, store, PROFILE) >= {"store", "lake", "bodies"}
    bodies = packed(store, PROFILE)
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
    assert "lake" not in holding(home, store, PROFILE) | holding(home, store, TEXT)
    assert run(["db", "scrub"]) == 0
    assert holding(home, store, TEXT) == holding(home, store, PROFILE) == set()
    assert still_there(store, bodies) == 0
    once = counts(store)
    assert run(["import", "archive"]) == 0
    assert counts(store) == once
    assert run(["lake", "refresh"]) == 0
    assert run(["db", "scrub"]) == 0
    assert holding(home, store, TEXT) == holding(home, store, PROFILE) == set()
    [account] = ask(store, "SELECT handle, display_name, location, deleted_at FROM authors WHERE platform_id = '7'")
    assert account[:3] == (None, None, None)
    assert str(account[3]).startswith("20")
    assert ask(store, "SELECT text FROM posts WHERE platform_id = '23'") == [("@seven #rot you",)]


def test_a_forgotten_post_is_found_nowhere_on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try in short what is proved above, so that it is tried always."""
    monkeypatch.chdir(tmp_path)
    with POSTGRES.blank() as store:
        settle(store, islice(rows(), 8))
        assert holding(tmp_path, store, TEXT) == {"store", "bodies", "lake", "charts"}
        bodies = packed(store, TEXT)
        assert run(["forget", "x:11", "--yes"]) == 0
        assert holding(tmp_path, store, TEXT) == {"store"}
        assert run(["db", "scrub"]) == 0
        assert holding(tmp_path, store, TEXT) == set()
        assert still_there(store, bodies) == 0
        once = counts(store)
        assert run(["import", "archive"]) == 0
        assert counts(store) == once
        assert run(["db", "scrub"]) == 0
        assert holding(tmp_path, store, TEXT) == set()


@pytest.mark.proof
def test_what_pg_restore_brings_back_is_forgotten_again_as_the_operations_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with POSTGRES.empty() as store:
        settle(store, islice(rows(), 8))
        server_tool(dump_command(store, Path("copy.dump")))
        for name in ("x:11", "x:@Seven"):
            assert run(["forget", name, "--yes"]) == 0
        before = counts(store)
        assert run(["query", WHAT_IS_GONE, "--format", "csv", "--output", "gone.csv"]) == 0
        server_tool(restore_command(store, Path("copy.dump")))
        Path("copy.dump").unlink()
        shutil.rmtree("lake")
        assert holding(tmp_path, store, TEXT) == {"store", "bodies"}
        for line in Path("gone.csv").read_text(encoding="utf-8").splitlines()[1:]:
            of, name = line.split(",")
            assert run(["forget", "--yes", "--unseen", "--of", of, name]) == 0
        assert run(["db", "scrub"]) == 0
        assert run(["lake", "refresh"]) == 0
        assert holding(tmp_path, store, TEXT) == holding(tmp_path, store, PROFILE) == set()
        assert counts(store) == before
    assert WHAT_IS_GONE in " ".join(OPERATIONS.read_text(encoding="utf-8").split())


def server_tool(line: str) -> None:
    """Run one of PostgreSQL's own programs, of the server's release."""
    name, *words = shlex.split(line)
    folder = find_programs()
    assert folder is not None
    subprocess.run([folder / name, *words], check=True, capture_output=True)


def test_a_post_that_is_not_here_yet_is_kept_out(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    configure(store)
    assert run(["forget", "x:11", "--yes"]) == 1
    assert "--unseen" in capsys.readouterr().err
    assert run(["forget", "x:11", "--yes", "--unseen"]) == 0
    assert "It was not here" in capsys.readouterr().out
    Path("archive").mkdir()
    Path("archive/a.jsonl").write_text("\n".join(list(rows())[:4]), encoding="utf-8")
    assert run(["import", "archive"]) == 0
    assert ask(store, "SELECT COUNT(*), COUNT(text) FROM posts WHERE platform_id IN ('10', '20')") == [(2, 0)]
    assert run(["db", "scrub"]) == 0
    assert holding(tmp_path, store, TEXT) == set()


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
    configure(store)
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
    configure(store)
    Path("a.jsonl").write_text("\n".join(list(rows())[:2]), encoding="utf-8")
    assert run(["import", "a.jsonl"]) == 0
    assert run(["forget", name, "--yes"]) == 0
    assert ask(store, "SELECT text FROM posts WHERE platform_id = '10'") == [(None,)]


@pytest.mark.parametrize(("answer", "code", "texts"), [("n", 1, 1), ("y", 0, 0)])
def test_it_asks_first(
    answer: str, code: int, texts: int, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    configure(store)
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
