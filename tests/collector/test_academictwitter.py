"""Folders of academictwitteR: its files in the form that its documentation gives, whole and with parts missing."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.archive import FORMS, Document, documents, read, recognise
from collector.archive.errors import NotPosts
from collector.archive.importing import import_file
from storage.post import Deletion, Item
from tests.blank import blank_store


def a_post(number: int, **more: Any) -> dict[str, Any]:
    """Make a post as R writes it back: {} for whatever the API has left out or left empty."""
    return {
        "public_metrics": {"retweet_count": 48, "reply_count": 0, "like_count": 0, "quote_count": 0},
        "conversation_id": str(number),
        "author_id": "7",
        "entities": {"mentions": {}, "hashtags": [{"start": 6, "end": 9, "tag": "tag"}], "urls": {}, "annotations": {}},
        "text": "hello #tag",
        "lang": "en",
        "created_at": "2021-06-18T21:54:22.000Z",
        "id": str(number),
        "possibly_sensitive": False,
        "referenced_tweets": {},
        "attachments": {"media_keys": {}, "poll_ids": {}},
        "source": "Twitter for Android",
        "geo": {"place_id": {}, "coordinates": {"type": {}, "coordinates": {}}},
        "context_annotations": {},
        "edit_history_tweet_ids": [str(number)],
    } | more


def a_user(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "username": f"user{number}",
        "name": f"User {number}",
        "created_at": "2009-07-21T09:50:59.000Z",
        "public_metrics": {"followers_count": 3, "following_count": 4, "tweet_count": 5, "listed_count": 6},
        "entities": {"url": {"urls": {}}, "description": {"hashtags": {}, "mentions": {}, "urls": {}}},
        "pinned_tweet_id": {},
    }


POSTS = [
    a_post(100),
    a_post(101, referenced_tweets=[{"type": "retweeted", "id": "50"}], author_id="8", text="RT @user9: hell…"),
    a_post(102, attachments={"media_keys": ["3_1"]}, text="see https://t.co/a"),
]
INCLUDES = {
    "users": [a_user(7), a_user(8), a_user(9)],
    "tweets": [a_post(50, author_id="9")],
    "media": [{"media_key": "3_1", "type": "photo", "url": "https://pbs/1.jpg", "variants": {}, "alt_text": {}}],
}
QUERY = "(#a OR #b) place:Berlin\n2021-06-01T00:00:00Z\n2021-06-20T00:00:00Z\n"


def put(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two answers, the query beside them."""
    put(tmp_path / "tweets" / "data_100.json", POSTS)
    put(tmp_path / "tweets" / "users_100.json", INCLUDES)
    put(tmp_path / "tweets" / "data_99.json", [a_post(99)])
    put(tmp_path / "tweets" / "users_99.json", {"users": [a_user(7)]})
    put(tmp_path / "tweets" / "query", QUERY)
    return tmp_path / "tweets"


def items(document: Document) -> Iterator[Item]:
    form = recognise(document)
    assert form is FORMS["x-v2"]
    for told in read(document, form):
        assert not isinstance(told, Deletion)
        yield told


def test_an_answer_s_two_files_are_one_document(folder: Path) -> None:
    found = documents(folder)
    assert [document.name for document in found] == ["data_100.json", "data_99.json"]
    assert [document.beside and document.beside.name for document in found] == ["users_100.json", "users_99.json"]


def test_posts_are_read_with_what_they_refer_to(folder: Path) -> None:
    plain, repost, shown = items(documents(folder)[0])
    assert plain.post is not None
    assert (plain.post.hashtags, plain.post.is_repost, plain.post.media) == (("tag",), False, ())
    assert (plain.post.latitude, plain.post.place) == (None, None)
    assert [(author.handle, author.followers) for author in plain.authors] == [("user7", 3)]
    assert repost.post is not None
    assert (repost.post.is_repost, repost.post.repost_of, repost.post.text_cut) == (True, "50", True)
    assert [(post.platform_id, post.author, post.text) for post in repost.referred] == [("50", "9", "hello #tag")]
    assert [author.handle for author in repost.authors] == ["user8", "user9"]
    assert shown.post is not None
    assert [medium.url for medium in shown.post.media or ()] == ["https://pbs/1.jpg"]
    assert {name for item in (plain, repost, shown) for name in item.unknown} == set()


def test_a_payload_has_the_includes_and_reads_as_the_files_did(folder: Path) -> None:
    form = FORMS["x-v2"]
    for item in items(documents(folder)[0]):
        payload = json.loads(item.payload)
        assert [author["id"] for author in payload["includes"]["users"]] == [one.platform_id for one in item.authors]
        assert list(form.items(payload, None)) == [item]  # type: ignore[attr-defined]  # it is a JsonForm


def test_a_file_named_alone_finds_what_lies_beside_it(folder: Path) -> None:
    (document,) = documents(folder / "data_99.json")
    (item,) = items(document)
    assert [author.handle for author in item.authors] == ["user7"]


def test_without_the_other_file_the_posts_are_read_bare(folder: Path) -> None:
    (folder / "users_100.json").unlink()
    found = list(items(documents(folder)[0]))
    assert [item.post is not None for item in found] == [True, True, True]
    assert [item.authors for item in found] == [(), (), ()]


@pytest.mark.parametrize("indent", [None, 2])
def test_the_other_file_alone_is_refused_by_name(folder: Path, indent: int | None) -> None:
    (folder / "data_100.json").unlink()
    put(folder / "users_100.json", json.dumps(INCLUDES, indent=indent))
    (document,) = [document for document in documents(folder) if document.name == "users_100.json"]
    with pytest.raises(NotPosts, match=r"data_….json"):
        recognise(document)


def test_the_query_goes_with_its_folder_and_alone_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotPosts, match="query"):
        recognise(*documents(folder / "query"))
    alone = put(tmp_path / "alone" / "query", QUERY)
    assert documents(alone.parent) == [Document(alone)]


@pytest.mark.parametrize("content", ['{"users": [', "[]", "7", '"a"', ""])
def test_an_odd_file_beside_costs_the_authors_and_is_kept(folder: Path, content: str) -> None:
    put(folder / "users_100.json", content)
    broken, *others = items(documents(folder)[0])
    assert (broken.post, broken.payload) == (None, content.encode())
    assert (broken.error or "").startswith("users_100.json: ")
    assert [item.post is not None for item in others] == [True, True, True]


def test_an_odd_user_does_not_cost_a_post(folder: Path) -> None:
    put(folder / "users_100.json", {"users": [{"id": "7", "name": 5}, None, a_user(8)], "tweets": {}})
    plain, repost, _shown = items(documents(folder)[0])
    assert plain.authors == ()
    assert [author.handle for author in repost.authors] == ["user8"]


def test_files_of_these_names_in_another_form_lose_nothing(tmp_path: Path) -> None:
    tweet = {"id_str": "1", "text": "a", "created_at": "Fri Dec 07 10:42:13 +0000 2018", "user": {"id_str": "7"}}
    put(tmp_path / "data_1.json", [tweet])
    put(tmp_path / "users_1.json", {"users": []})
    (document,) = documents(tmp_path)
    beside, item = read(document, recognise(document))
    assert isinstance(beside, Item)
    assert isinstance(item, Item)
    assert (beside.post, beside.payload) == (None, b'{"users": []}')
    assert item.post is not None


def test_in_a_zip_and_packed(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in folder.iterdir():
            made.write(file, f"project/tweets/{file.name}")
        made.writestr("users_99.json", "{}")
    packed = tmp_path / "packed"
    packed.mkdir()
    for file in folder.glob("*.json"):
        (packed / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    wanted = [item for document in documents(folder)[:2] for item in items(document)]
    assert [item for document in documents(packed) for item in items(document)] == wanted
    of_zip = documents(path)
    assert [document.member for document in of_zip] == [
        *(f"project/tweets/{name}" for name in ("data_100.json", "data_99.json")),
        "users_99.json",
    ]
    assert [item for document in of_zip[:2] for item in items(document)] == wanted


def test_it_is_imported_with_its_authors(folder: Path) -> None:
    with blank_store() as store:
        done = import_file(documents(folder)[0], store, now=lambda: datetime(2026, 11, 23, 9, tzinfo=UTC))
        with store.engine.connect() as connection:
            handles = connection.exec_driver_sql("SELECT handle FROM authors ORDER BY handle").scalars().all()
    assert (done.read, done.unparsed, handles) == (3, 0, ["user7", "user8", "user9"])
