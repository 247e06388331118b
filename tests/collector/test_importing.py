"""Importing: what a survey foretells is what an import brings; coverage comes last; twice is once."""

import gc
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from collector.archive import FORMS, read
from collector.archive.errors import NotAnArchive
from collector.archive.importing import Claim, Options, import_file
from collector.archive.survey import survey
from collector.errors import Stopped
from storage import schema
from storage.campaign import Campaign, Exclusion
from storage.coverage import Key, State, Stretch
from storage.store import Store
from tests.blank import blank_store

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def now() -> datetime:
    return NOW


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as opened:
        yield opened


def a_campaign(slug: str, *tags: str, **more: Any) -> Campaign:
    return Campaign(slug, slug, "UTC", tags, **more)


def a_post(number: int, second: int, text: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "text": text or f"post {number}",
        "created_at": f"2021-06-26T12:00:{second:02}.000Z",
        "author_id": "7",
    } | more


def written(path: Path, *posts: dict[str, Any] | str) -> Path:
    lines = (post if isinstance(post, str) else json.dumps(post) for post in posts)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def moment(second: int) -> datetime:
    return datetime(2021, 6, 26, 12, 0, second, tzinfo=UTC)


def given(kind: str) -> Key:
    return Key("x", "archive", "", "*", kind)  # type: ignore[arg-type]


def rows(store: Store, table: str) -> int:
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(schema.metadata.tables[table])) or 0


def last_run(store: Store) -> Any:
    with store.engine.connect() as connection:
        return connection.execute(select(schema.runs).order_by(schema.runs.c.id.desc())).first()


def members(store: Store) -> dict[str, int]:
    """Count the posts of each campaign."""
    campaigns, posts = schema.campaigns.c, schema.campaign_posts.c
    counted = (
        select(campaigns.slug, func.count(posts.post_id))
        .join_from(schema.campaigns, schema.campaign_posts, isouter=True)
        .group_by(campaigns.slug)
    )
    with store.engine.connect() as connection:
        return dict(connection.execute(counted).all())


RETWEETED = [{"type": "retweeted", "id": "1"}]


def test_an_import_covers_what_it_found_posts_and_reposts_apart(store: Store, tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        a_post(1, 10),
        a_post(2, 50),
        a_post(3, 20, referenced_tweets=RETWEETED),
        a_post(4, 30, referenced_tweets=[{"type": "quoted", "id": "9"}]),
    )
    imported = import_file(path, store, now=now)
    assert (imported.read, imported.new, imported.unparsed) == (4, 4, 0)
    assert store.coverage(given("posts")) == (Stretch(moment(10), moment(51), State.GIVEN),)
    assert store.coverage(given("reposts")) == (Stretch(moment(20), moment(21), State.GIVEN),)
    known = store.keys()
    assert imported.coverage == tuple((key, *store.coverage(key)) for key in known)


def test_a_unit_is_the_form_s_resolution(store: Store, shared: Path) -> None:
    imported = import_file(shared / "ira" / "phosphorusdisaster_2015.csv", store, now=now)
    foretold = survey(shared / "ira" / "phosphorusdisaster_2015.csv")
    assert foretold.last is not None
    assert max(stretch.ends_at for _key, stretch in imported.coverage) == foretold.last + timedelta(minutes=1)


def test_a_claim_is_complete_for_its_tags_only(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", a_post(1, 10))
    claim = Claim(("#Let_It_Go", "let_it_go", "خليها"), moment(0), moment(59))
    import_file(path, store, now=now, options=Options(claim=claim))
    for tag in ("let_it_go", "خليها"):
        key = Key("x", "archive", "", tag, "posts")
        assert store.coverage(key) == (Stretch(moment(0), moment(59), State.COMPLETE, "claimed"),)
    assert len(store.keys()) == 3


def test_a_file_that_holds_nothing_covers_nothing(store: Store, tmp_path: Path) -> None:
    imported = import_file(written(tmp_path / "a.jsonl", '{"meta": {"result_count": 0}}'), store, now=now)
    assert (imported.read, imported.coverage, tuple(store.keys())) == (0, (), ())
    assert last_run(store).state == "done"


def test_two_broken_lines_cost_themselves_are_counted_named_and_kept(store: Store, tmp_path: Path) -> None:
    posts = [a_post(n, n) for n in range(1, 11)]
    path = written(tmp_path / "a.jsonl", *posts[:4], '{"id": "', "{}", *posts[4:])
    imported = import_file(path, store, now=now, options=Options(batch=3))
    assert (imported.read, imported.new, imported.unparsed) == (10, 10, 2)
    assert [error.split(":")[0] for error in imported.errors] == ["line 5", "line 6"]
    assert survey(path).errors == imported.errors
    assert rows(store, "raw_payloads") == 12
    assert (last_run(store).posts_seen, last_run(store).unparsed) == (10, 2)


def test_only_the_first_broken_lines_are_named_and_all_are_counted(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", a_post(1, 1), *[f"broken {n}" for n in range(30)])
    assert (survey(path).unparsed, len(survey(path).errors)) == (30, 20)
    imported = import_file(path, store, now=now, options=Options(batch=8))
    assert (imported.unparsed, len(imported.errors)) == (30, 20)


def test_a_refused_file_leaves_no_run(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive):
        import_file(written(tmp_path / "a.jsonl", "words"), store, now=now)
    assert rows(store, "runs") == 0


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Stopped])
def test_an_import_that_is_stopped_has_claimed_nothing_and_can_be_repeated(
    store: Store, tmp_path: Path, stop: type[BaseException]
) -> None:
    path = written(tmp_path / "a.jsonl", *[a_post(n, n) for n in range(1, 31)])
    seen: list[tuple[int, int]] = []

    def stop_after_two(done: int, whole: int) -> None:
        seen.append((done, whole))
        if len(seen) == 2:
            raise stop

    with pytest.raises(stop):
        import_file(path, store, now=now, options=Options(batch=7), progress=stop_after_two)
    assert rows(store, "posts") == 14
    assert tuple(store.keys()) == ()
    assert last_run(store).state == "stopped"
    imported = import_file(path, store, now=now)
    assert (imported.read, imported.new) == (30, 16)
    assert len(store.keys()) == 1


def test_a_file_that_is_not_there_leaves_no_run(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        import_file(tmp_path / "none.jsonl", store, now=now, options=Options(form=FORMS["x-v2"]))
    assert rows(store, "runs") == 0


def test_progress_goes_from_the_start_to_the_whole(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", *[a_post(n, n % 60) for n in range(1, 101)])
    seen: list[tuple[int, int]] = []
    import_file(
        path,
        store,
        now=now,
        options=Options(batch=30),
        progress=lambda done, whole: seen.append((done, whole)),
    )
    size = path.stat().st_size
    assert [whole for _done, whole in seen] == [size] * 4
    assert [done for done, _whole in seen] == sorted(done for done, _whole in seen)
    assert seen[-1][0] == size


BLM = ("BlackLivesMatter",)
CAMPAIGNS = [
    a_campaign("all", *BLM),
    a_campaign("two", *BLM, "BLM"),
    a_campaign("no-italian", *BLM, exclude=Exclusion(languages=("it",))),
    a_campaign("no-tag", *BLM, exclude=Exclusion(tags=("Euro2020", "ITAAUT"))),
    a_campaign("no-author", *BLM, exclude=Exclusion(authors=("@SkyTG24", "135575282"))),
    a_campaign("some-minutes", *BLM, starts_at=datetime(2021, 6, 26, 19, 30, tzinfo=UTC)),
    a_campaign("until", *BLM, ends_at=datetime(2021, 6, 26, 19, 30, 28, tzinfo=UTC)),
    a_campaign("nothing", "no_such_tag"),
]


def test_a_survey_foretells_what_an_import_brings(store: Store, shared: Path) -> None:
    path = shared / "x" / "twarc2" / "blacklivesmatter_2021.jsonl"
    store.set_campaigns(CAMPAIGNS, NOW)
    foretold = survey(path, CAMPAIGNS)
    imported = import_file(path, store, now=now, options=Options(batch=77))
    assert foretold.members == imported.members
    assert foretold.members["all"] == 494
    assert len(set(foretold.members.values())) > 5
    assert (foretold.found, foretold.authors, foretold.referred) == (500, 401, 176)
    assert (imported.read, imported.new) == (500, 500)
    assert rows(store, "posts") == foretold.found + foretold.referred
    assert foretold.first == min(stretch.starts_at for _key, stretch in imported.coverage)


def by(author: str, number: int, tag: str = "rot", **more: Any) -> dict[str, Any]:
    """Make a post with a tag, on a page that tells its author's name."""
    tagged = {"text": f"post {number} #{tag}", "entities": {"hashtags": [{"start": 7, "end": 11, "tag": tag}]}}
    users = [{"id": "7", "username": author, "name": author}]
    return {"data": a_post(number, number, **tagged, **more), "includes": {"users": users}}


NAMELESS = by("bad", 1)["data"]
HARD_CASES = {
    "the author's name stands with a later post": [NAMELESS, by("bad", 2)],
    "the author's name stands with an earlier post": [by("bad", 2), NAMELESS],
    "the author had another name at the earlier post": [by("good", 1), by("bad", 2)],
    "two readings are equally good": [by("good", 1), by("good", 1, "other")],
    "two readings are equally good, the other way round": [by("good", 1, "other"), by("good", 1)],
    "the target's author is named later": [
        by("good", 3, author_id="8", referenced_tweets=[{"type": "retweeted", "id": "1"}]),
        NAMELESS,
        by("bad", 2),
    ],
}


@pytest.mark.parametrize("posts", HARD_CASES.values(), ids=HARD_CASES)
def test_a_survey_foretells_hard_cases_too(posts: list[dict[str, Any]], store: Store, tmp_path: Path) -> None:
    campaigns = [
        a_campaign("all", "rot"),
        a_campaign("no-author", "rot", exclude=Exclusion(authors=("@bad",))),
        a_campaign("no-tag", "rot", "other", exclude=Exclusion(tags=("other",))),
    ]
    path = written(tmp_path / "a.jsonl", *posts)
    foretold = survey(path, campaigns)
    store.set_campaigns(campaigns, NOW)
    import_file(path, store, now=now, options=Options(batch=1))
    assert foretold.members == members(store)
    assert (foretold.found, foretold.authors) == (rows(store, "found"), rows(store, "authors"))


def test_a_survey_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = written(tmp_path / "a.jsonl", a_post(1, 1))
    seen: list[int] = []
    survey(path, progress=lambda _done, _whole: seen.append(len(list(tmp_path.iterdir()))))
    assert seen == [2]
    assert [*tmp_path.iterdir()] == [path]


def test_importing_again_adds_nothing_but_a_run(store: Store, shared: Path) -> None:
    path = shared / "x" / "twarc2" / "brexit.jsonl"
    tables = [name for name in schema.metadata.tables if name not in {"runs", "meta"}]
    import_file(path, store, now=now)
    before = {name: rows(store, name) for name in tables}
    again = import_file(path, store, now=now)
    assert (again.read, again.new) == (100, 0)
    assert {name: rows(store, name) for name in tables} == before
    assert rows(store, "runs") == 2


def test_both_versions_of_an_edited_post_are_one_post(store: Store, shared: Path) -> None:
    for name in ("edited_before", "edited_after", "edited"):
        import_file(shared / "x" / "twarc2" / f"{name}.jsonl", store, now=now)
    assert (rows(store, "posts"), rows(store, "post_ids"), rows(store, "post_versions")) == (1, 2, 2)
    with store.engine.connect() as connection:
        text, at = connection.execute(select(schema.posts.c.text, schema.posts.c.created_at)).one()
    assert text.startswith("hey :)")
    assert at == "2022-10-03T17:57:01.000000Z"


@pytest.mark.proof
def test_what_the_batches_of_an_import_leave_in_memory_is_swept_up(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl", *[a_post(n, n % 60, "#a https://a.example") for n in range(1, 121)])
    alive: list[int] = []

    def note(_done: int, _whole: int) -> None:
        alive.append(len(gc.get_objects()))

    import_file(path, store, now=now, options=Options(batch=2), progress=note)
    a_batch = alive[28] - alive[21]
    assert a_batch > 0
    assert alive[58] - alive[18] < a_batch


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(lines: int) -> int:
        path = written(tmp_path / f"{lines}.jsonl", *[a_post(n, n % 60, "x" * 2_000) for n in range(1, lines)])
        tracemalloc.start()
        for _item in read(path, FORMS["x-v2"]):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(3_000) < peak(100) + 100_000
