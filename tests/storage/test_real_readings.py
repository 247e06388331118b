"""Real payloads, with deletions among them, give one store whatever the order, the repetition and the batches."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import archive
from storage.batch import Batch
from storage.campaign import Campaign, Exclusion
from storage.post import Deletion, Item
from tests.blank import PROVED, Database, blank_store
from tests.conftest import SHARED
from tests.dump import contents

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FILES = ("edited_before", "edited", "edited_after", "quoted_edit", "two_tweets", "geo_tweets", "media_tweet")
CAMPAIGN = Campaign("blm", "BLM", "UTC", ("BlackLivesMatter",), exclude=Exclusion(languages=("it",)))


@cache
def real_items(data: Path) -> tuple[Item, ...]:
    """Read the edited posts whole, and of a campaign some reposts with their targets, seen at different times."""
    some = []
    for name in (*FILES, "blacklivesmatter_2021"):
        path = data / "x" / "twarc2" / f"{name}.jsonl"
        items = list(archive.read(path, archive.recognise(path)))
        some += items[::9] if len(items) > len(FILES) else items
    return tuple(some)


def stored(
    database: Database, pieces: Sequence[tuple[Sequence[Item], Sequence[Deletion]]]
) -> dict[str, list[tuple[object, ...]]]:
    with blank_store(database) as store:
        store.set_campaigns((CAMPAIGN,), NOW)
        run_id = store.begin_run("archive", "", NOW)
        for items, gone in pieces:
            store.save(Batch(run_id, "archive", "", NOW, items=items, deletions=gone))
        return contents(store.engine)


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_real_readings_and_deletions_in_any_order(shared: Path, database: Database, data: st.DataObject) -> None:
    pool = real_items(SHARED / "data")
    some = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=25))
    ids = sorted({one for item in some if item.post for _server, one in item.post.ids})
    moments = ("2021-06-26T19:56:50.000000Z", "2022-10-03T18:00:30.000000Z", "2023-01-01T00:00:00.000000Z")
    gone = data.draw(
        st.lists(
            st.builds(
                Deletion, platform=st.just("x"), platform_id=st.sampled_from(ids), deleted_at=st.sampled_from(moments)
            ),
            max_size=3,
        )
    )
    chance = data.draw(st.randoms(use_true_random=False))
    whole = stored(database, [(some, gone)])
    pieces: list[tuple[list[Item], list[Deletion]]] = [(some[start::3], []) for start in range(3)]
    pieces += [(some[: len(some) // 2], gone)]
    pieces += [([], [one]) for one in gone]
    chance.shuffle(pieces)
    assert stored(database, [(chance.sample(items, len(items)), deletions) for items, deletions in pieces]) == whole


def test_edited_before_and_after_are_one_post_in_two_versions(shared: Path, database: Database) -> None:
    dump = stored(database, [([item for item in real_items(shared) if item.post is not None], [])])
    edited = [row for row in dump["post_versions"] if row[0] == "x:1576994746135764992"]
    assert [(row[1], str(row[3])[:6]) for row in edited] == [
        ("1576994746135764992", "i miss"),
        ("1576994789110992896", "hey :)"),
    ]
    assert sum(row[1] == "1576994746135764992" for row in dump["posts"]) == 1
    assert not any(row[1] == "1576994789110992896" for row in dump["posts"])
