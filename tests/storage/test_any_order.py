"""Archives of every form give one store, in whatever order and batches they come."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import archive
from collector.archive.errors import NotAnArchive, NotPosts
from collector.archive.forms import FORMS, TableForm, Told
from collector.archive.importing import Options, import_file
from storage.batch import Batch
from storage.campaign import Campaign
from storage.instant import EPOCH, from_text
from storage.post import Deletion, Item
from tests.blank import PROVED, Database, blank_store
from tests.collector.test_tables_built_in import FOUR_CAT, FOUR_CAT_BLUESKY, TCAT, a_twarc_row
from tests.conftest import SHARED
from tests.dump import contents

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CAMPAIGN = Campaign("some", "Some", "UTC", ("brexit", "BlackLivesMatter", "caturday", "MayweatherMcGregor"))
SAMPLED = (
    "bluesky/app.bsky.feed.getAuthorFeed_925c2.json",
    "bluesky/app.bsky.feed.getTimeline_6340d.json",
    "bluesky/app.bsky.feed.getTimeline_730cb.json",
    "bluesky/app.bsky.feed.searchPosts_0e3ec.json",
    "bluesky/app.bsky.feed.searchPosts_bb16d.json",
    "bluesky/jetstream_expected_v1.jsonl",
    "csv/mayweather_mcgregor_2017.csv",
    "ira/arabic_all.csv",
    "mastodon/public_timeline_sample.json",
    "recorded_here/bsky_firehose_account_deleted_decoded.json",
    "recorded_here/bsky_firehose_decoded_ops.json",
    "recorded_here/mastodon_mock_timeline_tag_arabic.json",
    "x/twarc2/edited.jsonl",
    "x/twarc2/edited_after.jsonl",
    "x/twarc2/edited_before.jsonl",
    "x/twarc2/flat.jsonl",
    "x/twarc2/media_policy_violation_off.jsonl",
    "x/twarc2/media_policy_violation_on.jsonl",
    "x/twarc2/noflat.jsonl",
    "x/twarc2/streaming_output_with_error.jsonl",
    "x/v1/500-sample.jsonl",
    "x/v1/arabic_2018.jsonl",
)
"""Of every form there is a file of; several tell of the same posts, read at different times."""
EACH = 12


def of_file(path: Path) -> list[Told]:
    return list(islice(archive.read(path, archive.recognise(path)), EACH))


def of_tables(posts: Sequence[Item]) -> Iterator[Item]:
    """Let the tables that there is no file of tell otherwise of posts that the files have."""
    for item in posts:
        assert item.post is not None
        at = from_text(item.post.created_at)
        number, plain, unix = item.post.platform_id, f"{at:%Y-%m-%d %H:%M:%S}", str(int(at.timestamp()))
        for form, row in (
            ("4cat", FOUR_CAT | {"id": number, "timestamp": plain, "unix_timestamp": unix}),
            ("dmi-tcat", TCAT | {"id": number, "created_at": plain, "time": unix}),
            ("twarc-csv", a_twarc_row(id=number, created_at=f"{at:%Y-%m-%dT%H:%M:%S}.000Z")),
        ):
            table = FORMS[form]
            assert isinstance(table, TableForm)
            yield table.item(row)


@cache
def pool(data: Path) -> tuple[Told, ...]:
    """Take some of what every form can say."""
    told = [one for name in SAMPLED for one in of_file(data / name)]
    posts = [one for one in told if isinstance(one, Item) and one.post and one.post.platform_id.isdigit()]
    bluesky = FORMS["4cat-bluesky"]
    assert isinstance(bluesky, TableForm)
    return (*told, *of_tables(posts[::20]), bluesky.item(FOUR_CAT_BLUESKY))


def stored(database: Database, pieces: Sequence[Sequence[Told]]) -> dict[str, list[tuple[object, ...]]]:
    with blank_store(database) as store:
        store.set_campaigns((CAMPAIGN,), NOW)
        run_id = store.begin_run("archive", "", NOW)
        for piece in pieces:
            items = [one for one in piece if isinstance(one, Item)]
            gone = [one for one in piece if isinstance(one, Deletion)]
            store.save(Batch(run_id, "archive", "", NOW, items=items, deletions=gone))
        return contents(store.engine)


@st.composite
def cut(draw: st.DrawFn, told: Sequence[Told]) -> list[Sequence[Told]]:
    """Shuffle, repeat some, and cut into batches of any size."""
    again = draw(st.lists(st.sampled_from(told), max_size=5))
    shuffled = draw(st.permutations([*told, *again]))
    ends = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=6)))
    return [shuffled[start:end] for start, end in zip([0, *ends], [*ends, len(shuffled)], strict=True)]


def test_every_form_is_in_the_sample(shared: Path) -> None:
    forms = [archive.recognise(shared / name) for name in SAMPLED]
    without_a_file = {"4cat", "dmi-tcat", "twarc-csv", "4cat-bluesky"}
    assert {name for name, form in FORMS.items() if form not in forms} == without_a_file
    assert {one.of for one in pool(shared) if isinstance(one, Deletion)} == {"post", "author"}


@pytest.mark.parametrize("database", PROVED, indirect=True)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_what_the_forms_say_gives_one_store_in_any_order(shared: Path, database: Database, data: st.DataObject) -> None:
    told = data.draw(st.lists(st.sampled_from(pool(SHARED / "data")), min_size=1, max_size=40))
    assert stored(database, data.draw(cut(told))) == stored(database, [told])


def archives(data: Path) -> Iterator[Path]:
    for path in sorted(data.rglob("*")):
        if path.is_file():
            try:
                archive.recognise(path)
            except (NotPosts, NotAnArchive):
                continue
            yield path


@pytest.mark.proof
def test_all_real_files_give_one_store_in_three_orders(shared: Path) -> None:
    files = list(archives(shared))
    chance = Random(4)  # noqa: S311  # an order, no secret
    orders = ((files, 5_000), (files[::-1], 977), (chance.sample(files, len(files)), 317))
    first, *others = (whole_run(order, size) for order, size in orders)
    assert len(first["posts"]) > 50_000
    for other in others:
        assert other.keys() == first.keys()
        for table, rows in first.items():
            assert other[table] == rows, f"{table} differs"


def whole_run(files: Sequence[Path], batch: int) -> dict[str, list[tuple[object, ...]]]:
    with blank_store() as store:
        store.set_campaigns((CAMPAIGN,), NOW)
        for path in files:
            import_file(path, store, now=lambda: EPOCH, options=Options(batch=batch))
        return contents(store.engine)
