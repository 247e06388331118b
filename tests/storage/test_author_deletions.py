"""An account that is gone takes its posts and its profile with it, in whatever order that becomes known."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from storage.batch import Batch
from storage.merge import ON_REQUEST
from storage.post import Author, Deletion, Item, Media, Mention
from storage.store import Store
from tests.blank import PROVED, Database, blank_store
from tests.conftest import SHARED
from tests.dump import contents
from tests.made import item
from tests.storage.test_real_readings import real_items

NOW = datetime(2024, 2, 1, tzinfo=UTC)
BEFORE, AT, AFTER = (f"2024-01-{day}T00:00:00.000000Z" for day in ("08", "09", "10"))
GONE = Deletion(platform="x", platform_id="a", deleted_at=AT, of="author", reason="suspended")
ASKED = replace(GONE, reason=ON_REQUEST)

Piece = Item | Deletion
Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with blank_store(database) as store:
        yield store


def save(store: Store, *pieces: Piece) -> None:
    run_id = store.begin_run("archive", "", NOW)
    for one in pieces:
        items, gone = ([one], []) if isinstance(one, Item) else ([], [one])
        store.save(Batch(run_id, "archive", "", NOW, items=items, deletions=gone))


def stored(database: Database, *pieces: Piece) -> Dump:
    with blank_store(database) as store:
        save(store, *pieces)
        return contents(store.engine)


def in_every_order(database: Database, *pieces: Piece) -> Dump:
    """Save pieces one by one in every order; all must give one store."""
    whole = stored(database, *pieces)
    for order in permutations(pieces):
        assert stored(database, *order) == whole
    return whole


def wordy(number: int, author: str = "a", **more: object) -> Item:
    """Make a post that has everything that a deletion takes."""
    made = item(number, text=f"secret {number}", tags=("Rot",), author=author)
    assert made.post is not None
    post = replace(
        made.post,
        links=("https://secret.org/1",),
        mentions=(Mention("somebody", "s"),),
        media=(Media("photo", "https://secret.org/2"),),
        place="Secret Square",
        **more,
    )
    return replace(made, post=post)


def test_it_takes_all_that_a_deletion_of_each_post_would_and_the_profile(database: Database) -> None:
    dump = in_every_order(database, wordy(1), GONE, wordy(2, "b"))
    posts = {row[1]: row for row in dump["posts"]}
    assert (posts["1"][8], posts["1"][9], posts["2"][8], posts["2"][9]) == (AT, None, None, "secret 2")
    assert "secret 1" not in repr(dump)
    assert {row[0] for name in ("post_links", "post_mentions", "post_media") for row in dump[name]} == {"x:2"}
    assert [row[0] for row in dump["post_hashtags"]] == ["x:1", "x:2"]
    assert [(row[1], row[2], row[-1]) for row in dump["authors"]] == [("a", None, AT), ("b", "handle_b", None)]
    assert [row[0] for row in dump["author_history"]] == ["x:b"]
    assert "handle_a" not in repr(dump)


def test_it_takes_the_profile_out_of_the_payloads_of_others(database: Database) -> None:
    other = item(2, author="b")
    told = Author(platform="x", platform_id="a", server="x", handle="handle_a", observed_at=BEFORE)
    naming = replace(other, authors=(*other.authors, told), payload=b'{"includes": "handle_a"}')
    dump = in_every_order(database, naming, GONE, item(3, author="b"))
    bodies = {row[0]: row[4:] for row in dump["raw_payloads"]}
    assert bodies["x:2"] == (None, "deleted")
    assert bodies["x:3"][1] is None
    assert "handle_a" not in repr(dump)


def test_reposts_lose_their_copy_of_the_words_and_are_not_deleted_themselves(database: Database) -> None:
    target = item(1, text="secret")
    repost = item(2, text="RT @a: secret", author="b", repost_of="1")
    for gone in (GONE, replace(GONE, of="post", platform_id="1")):
        dump = in_every_order(database, target, repost, gone)
        assert [(row[1], row[8], row[9]) for row in dump["posts"]] == [("1", AT, None), ("2", None, None)]
        assert "secret" not in repr(dump)


def test_a_repost_by_the_id_of_a_later_version_loses_its_copy_too(database: Database) -> None:
    first = item(1, text="secret")
    assert first.post is not None
    edited = replace(first, post=replace(first.post, version=1, version_id="7", ids=(("x", "1"), ("x", "7"))))
    repost = item(2, text="RT @a: secret", author="b", repost_of="7")
    dump = in_every_order(database, edited, repost, replace(GONE, of="post", platform_id="1"))
    assert "secret" not in repr(dump)


@pytest.mark.parametrize(("gone", "is_back"), [(GONE, True), (ASKED, False)])
def test_what_is_seen_after_it_is_back_unless_somebody_asked_for_the_erasure(
    database: Database, gone: Deletion, is_back: bool
) -> None:
    back = item(1, text="back again", observed_at=AFTER)
    back = replace(back, authors=tuple(replace(one, observed_at=AFTER) for one in back.authors))
    dump = in_every_order(database, item(1, observed_at=BEFORE), gone, back)
    [post], [author] = dump["posts"], dump["authors"]
    assert (post[8], post[9]) == ((None, "back again") if is_back else (AT, None))
    assert (author[2], author[-1]) == (("handle_a", None) if is_back else (None, AT))
    assert dump["post_hashtags"] == []


def test_the_latest_of_a_posts_own_deletion_and_its_authors_counts(database: Database) -> None:
    of_post = Deletion(platform="x", platform_id="1", deleted_at=AFTER)
    dump = in_every_order(database, item(1), GONE, of_post)
    assert [row[8] for row in dump["posts"]] == [AFTER]
    assert [row[-1] for row in dump["authors"]] == [AT]


def test_no_hash_of_what_was_erased_is_kept(database: Database) -> None:
    """A handle or a short text can be guessed, and the guess be proved by a hash."""
    ranks = {row[-1] for row in stored(database, wordy(1), GONE)["field_ranks"]}
    assert any("erased" in str(rank) for rank in ranks)
    assert (
        max(map(len, map(str, ranks)))
        < len('[-1,"2024-01-09T00:00:00.000000Z","2024-01-09T00:00:00.000000Z","erased"]') + 1
    )


def test_an_account_that_nobody_knows_is_remembered(store: Store) -> None:
    save(store, replace(GONE, platform_id="z"))
    dump = contents(store.engine)
    assert dump["authors"] == []
    assert dump["author_deletions"] == [("x", "z", AT, "suspended")]
    assert store.get_note("scrub_pending") is None


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_real_payloads_and_accounts_that_are_gone_in_any_order(
    shared: Path, database: Database, data: st.DataObject
) -> None:
    pool = real_items(SHARED / "data")
    some = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=15))
    accounts = sorted({one.platform_id for item in some for one in item.authors})
    moments = st.sampled_from(("2021-06-26T19:56:50.000000Z", "2022-10-03T18:00:30.000000Z"))
    gone = data.draw(
        st.lists(
            st.builds(
                Deletion,
                platform=st.just("x"),
                platform_id=st.sampled_from(accounts),
                deleted_at=moments,
                of=st.just("author"),
                reason=st.sampled_from(["", ON_REQUEST]),
            ),
            max_size=2,
        )
        if accounts
        else st.just([])
    )
    whole = _in_batches(database, [(some, gone)])
    pieces: list[tuple[Sequence[Item], Sequence[Deletion]]] = [(some[start::3], []) for start in range(3)]
    pieces += [([], [one]) for one in gone]
    data.draw(st.randoms(use_true_random=False)).shuffle(pieces)
    assert _in_batches(database, pieces) == whole


def _in_batches(database: Database, pieces: Sequence[tuple[Sequence[Item], Sequence[Deletion]]]) -> Dump:
    with blank_store(database) as store:
        run_id = store.begin_run("archive", "", NOW)
        for items, gone in pieces:
            store.save(Batch(run_id, "archive", "", NOW, items=items, deletions=gone))
        return contents(store.engine)
