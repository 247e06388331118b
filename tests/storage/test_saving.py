"""Saving is a function of the set of readings and deletions: order, repetition and batching do not matter."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.batch import Batch
from storage.campaign import Campaign, Exclusion
from storage.post import Deletion, Item
from storage.store import Store
from tests.blank import blank_store
from tests.dump import contents, row_counts
from tests.made import item
from tests.naive_membership import members
from tests.readings import deletions, items

NOW = datetime(2024, 2, 1, tzinfo=UTC)
CAMPAIGNS = (
    Campaign("rot", "Rot", "UTC", ("rot", "خليها_تخيس"), exclude=Exclusion(languages=("ar",))),
    Campaign(
        "window",
        "Window",
        "UTC",
        ("rot",),
        datetime(2024, 1, 2, tzinfo=UTC),
        datetime(2024, 1, 5, tzinfo=UTC),
        Exclusion(tags=("other",), authors=("@Ann",)),
    ),
)


@pytest.fixture
def store() -> Iterator[Store]:
    with blank_store() as store:
        store.set_campaigns(CAMPAIGNS, NOW)
        yield store


def save(store: Store, batches: Sequence[tuple[Sequence[Item], Sequence[Deletion]]]) -> None:
    run_id = store.begin_run("archive", "", NOW)
    for some_items, some_deletions in batches:
        store.save(Batch(run_id, "archive", "", NOW, items=some_items, deletions=some_deletions))


def fresh(
    batches: Sequence[tuple[Sequence[Item], Sequence[Deletion]]],
) -> dict[str, list[tuple[object, ...]]]:
    with blank_store() as store:
        store.set_campaigns(CAMPAIGNS, NOW)
        save(store, batches)
        return contents(store.engine)


@settings(max_examples=25, deadline=None)
@given(st.lists(items(), max_size=7), st.lists(deletions, max_size=2), st.randoms(use_true_random=False))
def test_order_repetition_and_batching_do_not_matter(
    some: list[Item], gone: list[Deletion], chance: random.Random
) -> None:
    whole = fresh([(some, gone)])
    pieces: list[tuple[list[Item], list[Deletion]]] = [([item], []) for item in some]
    pieces += [([], [one]) for one in gone]
    shuffled = [*pieces, *chance.sample(pieces, len(pieces) // 2)]
    chance.shuffle(shuffled)
    assert fresh(shuffled) == whole
    halves = [(some[len(some) // 2 :], gone), (list(reversed(some)), [])]
    assert fresh(halves) == whole


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.lists(items(), max_size=4), st.lists(deletions, max_size=1)), max_size=3),
    st.data(),
)
def test_membership_equals_the_rule(batches: list[tuple[list[Item], list[Deletion]]], data: st.DataObject) -> None:
    with blank_store() as store:
        store.set_campaigns(CAMPAIGNS, NOW)
        for batch in batches:
            save(store, [batch])
            if data.draw(st.booleans()):
                tags = tuple(data.draw(st.lists(st.sampled_from(["rot", "other", "خليها_تخيس"]), min_size=1)))
                changed = Campaign("rot", "Rot", "UTC", tuple(dict.fromkeys(tags)))
                store.set_campaigns((changed, CAMPAIGNS[1]), NOW)
                store.rebuild_membership()
                rules = (changed, CAMPAIGNS[1])
            else:
                store.set_campaigns(CAMPAIGNS, NOW)
                store.rebuild_membership()
                rules = CAMPAIGNS
            assert contents(store.engine)["campaign_posts"] == members(store.engine, rules)


def test_saving_again_adds_no_row_to_any_table_but_runs(store: Store, sample: list[Item]) -> None:
    save(store, [(sample, [])])
    before = row_counts(store.engine)
    save(store, [(sample, [])])
    after = row_counts(store.engine)
    assert {name for name in after if after[name] != before[name]} == {"runs"}


@pytest.fixture
def sample() -> list[Item]:
    return [item(number, tags=("Rot",)) for number in range(1, 30)]


def test_an_erased_text_leaves_its_tombstone_and_no_words(tmp_path: Path) -> None:
    secret = "a sentence that its author took back"
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.set_campaigns(CAMPAIGNS, NOW)
        save(store, [([item(1, text=secret, tags=("Rot",))], [])])
        gone = Deletion(platform="x", platform_id="1", deleted_at="2024-01-09T00:00:00.000000Z")
        save(store, [([], [gone])])
        kept = contents(store.engine)
        assert kept["campaign_posts"] == [("rot", "x:1"), ("window", "x:1")]
        assert secret not in repr(kept)
        assert kept["post_hashtags"] == [("x:1", "rot", "Rot")]
        assert store.get_note("scrub_pending") == gone.deleted_at
