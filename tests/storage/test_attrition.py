"""How many of a campaign's posts are gone and why, and which ids a platform is asked about, on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from msgspec import structs

from storage import living as living_posts
from storage.attrition import Attrition, read_attrition
from storage.batch import Batch
from storage.campaign import Campaign
from storage.engine import reading
from storage.living import last_seen, living
from storage.merge import ON_REQUEST
from storage.post import Deletion, Item, Post
from storage.store import Store
from tests.blank import Database, blank_store
from tests.made import item

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EARLY, LATE = "2026-11-20T00:00:00.000000Z", "2026-11-21T00:00:00.000000Z"


def save(store: Store, *items: Item, deletions: tuple[Deletion, ...] = ()) -> None:
    run_id = store.begin_run("archive", "", NOW)
    store.save(Batch(run_id, "archive", "", NOW, items=items, deletions=deletions))


def gone(name: str, reason: str, at: str = EARLY, platform: str = "x", of: str = "post") -> Deletion:
    return Deletion(platform=platform, platform_id=name, deleted_at=at, reason=reason, of=of)  # type: ignore[arg-type]


def followed(store: Store, slug: str = "rot") -> Mapping[str, Attrition]:
    with reading(store.engine) as connection:
        return {one.platform: one for one in read_attrition(connection, slug)}


def elsewhere(name: str, local_id: str, *tags: str) -> Item:
    post = Post(
        platform="mastodon",
        platform_id=name,
        server="a.example",
        author=None,
        created_at="2024-01-03T00:00:00.000000Z",
        time_resolution=1,
        url=name,
        text="",
        hashtags=tags,
        ids=(("a.example", local_id),),
    )
    return Item(payload=name.encode(), post=post)


def test_what_is_gone_is_told_by_platform_and_reason_each_post_once(database: Database) -> None:
    with blank_store(database) as store:
        store.set_campaigns([Campaign("rot", "Rot", "UTC", ("rot",)), Campaign("b", "B", "UTC", ("b",))], NOW)
        save(store, *(item(number, tags=("rot",), author="a" if number < 6 else "b") for number in range(1, 9)))
        save(
            store,
            item(9, tags=("b",)),
            elsewhere("https://a.example/1", "100", "rot"),
            elsewhere("https://a.example/2", "101", "rot"),
        )
        assert followed(store)["x"] == Attrition("x", 8, 0, {})
        save(
            store,
            deletions=(
                gone("1", "deleted on X"),
                gone("2", "deleted on X"),
                gone("3", "account suspended on X"),
                gone("4", "", LATE),
                gone("9", "deleted on X"),
                gone("local:a.example/100", "gone from a.example", platform="mastodon"),
                gone("b", "account deactivated", LATE, of="author"),
                gone("6", "deleted on X", EARLY),
                gone("7", ON_REQUEST, EARLY),
            ),
        )
        told = followed(store)
        assert (told["x"].posts, told["x"].gone) == (8, 7)
        assert list(told["x"].reasons.items()) == [
            ("account deactivated", 2),
            ("deleted on X", 2),
            ("", 1),
            ("account suspended on X", 1),
            (ON_REQUEST, 1),
        ]
        assert told["mastodon"] == Attrition("mastodon", 2, 1, {"gone from a.example": 1})
        assert followed(store, "b")["x"].reasons == {"deleted on X": 1}
        assert followed(store, "nobody's") == {}


def test_each_post_that_is_not_gone_is_given_once_with_all_of_its_ids(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living_posts, "STEP", 3)
    with blank_store(database) as store:
        save(store, *(item(number) for number in range(1, 11)), elsewhere("https://a.example/1", "100"))
        edited = structs.replace(item(20).post, ids=(("x", "20"), ("x", "21")))  # type: ignore[type-var]
        save(store, Item(payload=b"{}", post=edited))
        save(store, deletions=(gone("2", ""), gone("9", "")))
        told = list(living(store.engine, "x"))
        assert [names for _, names in told] == [*((str(one),) for one in (1, 3, 4, 5, 6, 7, 8, 10)), ("20", "21")]
        numbers = [number for number, _ in told]
        assert numbers == sorted(numbers)
        assert list(living(store.engine, "x", numbers[2], numbers[5])) == told[3:6]
        assert list(living(store.engine, "x", numbers[-1])) == []
        assert list(living(store.engine, "bluesky")) == []


def test_when_a_post_was_last_seen_is_told_by_any_of_its_ids(database: Database) -> None:
    with blank_store(database) as store:
        save(store, item(1, observed_at=EARLY), item(2), item(1, observed_at=LATE))
        assert last_seen(store.engine, "x", ["1", "2", "3"]) == {"1": LATE}
        assert last_seen(store.engine, "bluesky", ["1"]) == {}
