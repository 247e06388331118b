"""Authors batch by batch: what the usual case writes anew is what merging all readings gives."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.author_rows import load, rows_of_merged
from storage.engine import writing
from storage.merge import MergedAuthor, merge_authors, of_author
from storage.post import Author
from storage.save_authors import save_authors
from storage.store import Store
from tests.blank import SQLITE, blank_store

KEY = ("x", "7")
SEEN = "2026-11-29T12:00:00.000000Z"
MOMENTS = [None, *(f"2026-11-0{day}T00:00:00.000000Z" for day in (1, 2))]
readings = st.builds(
    Author,
    platform=st.just(KEY[0]),
    platform_id=st.just(KEY[1]),
    server=st.just("x"),
    handle=st.sampled_from(["a", "b", None]),
    followers=st.sampled_from([1, 2, None]),
    observed_at=st.sampled_from(MOMENTS),
    carried_at=st.sampled_from(MOMENTS),
)


class Undone(Exception):
    """Takes a transaction back."""


def check(store: Store, batches: Sequence[Sequence[Author]]) -> None:
    merged = MergedAuthor({}, None, {})
    with writing(store.engine) as connection:
        for batch in batches:
            saved = save_authors(connection, batch, [KEY], [], SEEN)
            for one in batch:
                merged = merge_authors(merged, of_author(one))
            number = saved.numbers[KEY]
            rows = load(connection, [number])[number]
            assert rows == rows_of_merged(merged, KEY, number, SEEN)
        raise Undone


@pytest.mark.proof
def test_batches_of_readings_end_in_the_rows_of_all_of_them_merged() -> None:
    with blank_store(SQLITE) as store:

        @settings(max_examples=500, deadline=None)
        @given(st.lists(st.lists(readings, max_size=2), min_size=2, max_size=5))
        def end_alike(batches: Sequence[Sequence[Author]]) -> None:
            with suppress(Undone):
                check(store, batches)

        end_alike()
