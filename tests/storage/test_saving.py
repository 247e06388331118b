"""Saving is a function of the set of readings and deletions: order, repetition and batching do not matter."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from storage.batch import Batch
from storage.campaign import Campaign, Exclusion
from storage.post import Deletion, Item
from storage.store import Store
from tests.blank import POSTGRES, PROVED, SQLITE, Database, blank_store
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
def store(database: Database) -> Iterator[Store]:
    with blank_store(database) as store:
        store.set_campaigns(CAMPAIGNS, NOW)
        yield store


def save(store: Store, batches: Sequence[tuple[Sequence[Item], Sequence[Deletion]]]) -> None:
    run_id = store.begin_run("archive", "", NOW)
    for some_items, some_deletions in batches:
        store.save(Batch(run_id, "archive", "", NOW, items=some_items, deletions=some_deletions))


def fresh(
    database: Database,
    batches: Sequence[tuple[Sequence[Item], Sequence[Deletion]]],
) -> dict[str, list[tuple[object, ...]]]:
    with blank_store(database) as store:
        store.set_campaigns(CAMPAIGNS, NOW)
        save(store, batches)
        return contents(store.engine)


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=25, deadline=None)
@given(st.lists(items(), max_size=7), st.lists(deletions, max_size=2), st.randoms(use_true_random=False))
def test_order_repetition_and_batching_do_not_matter(
    database: Database, some: list[Item], gone: list[Deletion], chance: random.Random
) -> None:
    whole = fresh(database, [(some, gone)])
    pieces: list[tuple[list[Item], list[Deletion]]] = [([item], []) for item in some]
    pieces += [([], [one]) for one in gone]
    shuffled = [*pieces, *chance.sample(pieces, len(pieces) // 2)]
    chance.shuffle(shuffled)
    assert fresh(database, shuffled) == whole
    halves = [(some[len(some) // 2 :], gone), (list(reversed(some)), [])]
    assert fresh(database, halves) == whole


@settings(max_examples=10, deadline=None)
@given(st.lists(items(), max_size=7), st.lists(deletions, max_size=2), st.randoms(use_true_random=False))
def test_both_databases_hold_the_same(some: list[Item], gone: list[Deletion], chance: random.Random) -> None:
    pieces: list[tuple[list[Item], list[Deletion]]] = [(some[: len(some) // 2], gone), (some, [])]
    there = fresh(POSTGRES, chance.sample(pieces, len(pieces)))
    assert there == fresh(SQLITE, [(some, gone)])


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.lists(items(), max_size=4), st.lists(deletions, max_size=1)), max_size=3),
    st.data(),
)
def test_membership_equals_the_rule(
    database: Database, batches: list[tuple[list[Item], list[Deletion]]], data: st.DataObject
) -> None:
    with blank_store(database) as store:
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


def test_a_save_tells_how_many_posts_each_campaign_gained(store: Store, sample: list[Item]) -> None:
    run_id = store.begin_run("archive", "", NOW)
    told = [store.save(Batch(run_id, "archive", "", NOW, items=some)) for some in (sample[:9], sample[:10])]
    assert [(one.posts_new, one.members) for one in told] == [
        (9, {"rot": 9, "window": 9}),
        (1, {"rot": 1, "window": 1}),
    ]


def test_saving_again_adds_no_row_to_any_table_but_runs(store: Store, sample: list[Item]) -> None:
    save(store, [(sample, [])])
    before = row_counts(store.engine)
    save(store, [(sample, [])])
    after = row_counts(store.engine)
    assert {name for name in after if after[name] != before[name]} == {"runs"}


@pytest.fixture
def sample() -> list[Item]:
    return [item(number, tags=("Rot",)) for number in range(1, 30)]


def test_an_erased_text_leaves_its_tombstone_and_no_words(store: Store) -> None:
    secret = "a sentence that its author took back"
    save(store, [([item(1, text=secret, tags=("Rot",))], [])])
    gone = Deletion(platform="x", platform_id="1", deleted_at="2024-01-09T00:00:00.000000Z")
    save(store, [([], [gone])])
    kept = contents(store.engine)
    assert kept["campaign_posts"] == [("rot", "x:1"), ("window", "x:1")]
    assert secret not in repr(kept)
    assert kept["post_hashtags"] == [("x:1", "rot", "Rot")]
    assert store.get_note("scrub_pending") is not None


def test_a_campaign_that_was_away_has_all_its_posts_when_it_comes_back(store: Store) -> None:
    store.set_campaigns(CAMPAIGNS[:1], NOW)
    save(store, [([item(1, tags=("Rot",))], [])])
    assert store.set_campaigns(CAMPAIGNS, NOW) == ("window",)
    store.rebuild_membership()
    assert contents(store.engine)["campaign_posts"] == members(store.engine, CAMPAIGNS)


def test_a_rule_that_another_process_changed_is_not_applied_and_its_posts_are_left_to_a_rebuild(
    database: Database,
) -> None:
    wider = (Campaign("rot", "Rot", "UTC", ("rot", "other")), CAMPAIGNS[1])
    with database.blank() as url, Store.open(url) as running, Store.open(url) as other:
        running.set_campaigns(CAMPAIGNS, NOW)
        running.rebuild_membership()
        other.set_campaigns(wider, NOW)
        other.rebuild_membership()
        save(running, [([item(1, tags=("other",))], [])])
        assert running.rebuilding() == {"rot": 1}
        other.rebuild_membership()
        assert contents(other.engine)["campaign_posts"] == members(other.engine, wider)


def test_a_dictionary_of_a_save_that_failed_is_not_used(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.blank() as url, Store.open(url) as store:
        save(store, [([item(number) for number in range(900)], [])])
        run_id = store.begin_run("archive", "", NOW)
        with monkeypatch.context() as broken:
            broken.setattr("storage.saving._count_run", _fail)
            with pytest.raises(OSError, match="disk"):
                store.save(Batch(run_id, "archive", "", NOW, items=[item(number) for number in range(2_000, 2_200)]))
        assert row_counts(store.engine)["zstd_dictionaries"] == 0
        save(store, [([item(number) for number in range(2_000, 2_100)], [])])
        whole = contents(store.engine)
        with Store.open(url) as again:
            save(again, [([item(3_000)], [])])
            assert len(contents(again.engine)["raw_payloads"]) == len(whole["raw_payloads"]) + 1


def _fail(*_: object) -> None:
    raise OSError("disk full")


def test_a_later_version_read_without_its_history_is_the_same_post(database: Database) -> None:
    first = item(1, text="one").post
    assert first is not None
    edited = replace(first, version=2, version_id="7", ids=(("x", "1"), ("x", "7")), text="two")
    bare = replace(first, platform_id="7", ids=(("x", "7"),), url="https://x.com/i/status/7", text="two")
    orders = [[edited, bare], [bare, edited], [bare, first, edited]]
    dumps = [
        fresh(database, [([Item(payload=str(post.version).encode(), post=post)], []) for post in order])
        for order in orders
    ]
    assert dumps[0]["posts"] == dumps[1]["posts"]
    assert all(len(dump["posts"]) == 1 and len(dump["found"]) == 1 for dump in dumps)


def test_a_deletion_of_an_edited_post_does_not_make_two_of_it(database: Database, store: Store) -> None:
    """The deletion takes the versions' texts out: that they were versions must still be known."""
    first = item(1, text="one").post
    assert first is not None
    edited = replace(first, version=2, version_id="7", ids=(("x", "1"), ("x", "7")), text="two")
    bare = replace(first, platform_id="7", ids=(("x", "7"),), url="https://x.com/i/status/7", text="two")
    gone = Deletion(platform="x", platform_id="1", deleted_at="2024-01-09T00:00:00.000000Z")
    save(store, [([Item(payload=b"2", post=edited)], [gone]), ([Item(payload=b"1", post=bare)], [])])
    dump = contents(store.engine)
    assert len(dump["posts"]) == 1
    assert dump == fresh(database, [([Item(payload=b"2", post=edited), Item(payload=b"1", post=bare)], [gone])])


@pytest.mark.parametrize("at_once", [True, False])
def test_of_the_finest_times_told_the_earliest_is_kept_whoever_told_it_last(store: Store, at_once: bool) -> None:
    def told(second: int, resolution: int, day: int, version: int | None = None) -> Item:
        made = item(
            1, created_at=f"2024-01-03T00:00:{second:02}.000000Z", observed_at=f"2024-01-0{day}T00:00:00.000000Z"
        )
        assert made.post is not None
        return replace(made, post=replace(made.post, time_resolution=resolution, version=version))

    readings = [told(7, 1, 5), told(5, 1, 4), told(6, 1, 6, version=3), told(0, 60, 7)]
    save(store, [(readings, [])] if at_once else [([one], []) for one in readings])
    ((*_, created_at, _claimed, resolution), *more) = [row[:6] for row in contents(store.engine)["posts"]]
    assert (created_at, resolution, more) == ("2024-01-03T00:00:05.000000Z", 1, [])
