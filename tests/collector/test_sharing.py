"""Tags as few queries."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sharing import shared_out, written
from tests.naive import fewest_queries

TAGS = st.lists(st.text("abخي", min_size=1, max_size=6), min_size=1, max_size=6, unique=True)


@given(TAGS, st.integers(1, 4), st.integers(7, 40))
def test_each_tag_stands_in_just_one_query_that_it_fits(tags: list[str], most: int, longest: int) -> None:
    queries = shared_out(tags, most, longest)
    assert sorted(tag for query in queries for tag in query) == sorted(tags)
    assert all(len(query) <= most and len(written(query)) <= longest for query in queries)
    assert all(list(query) == sorted(query) for query in queries)


@given(TAGS, st.integers(7, 40))
def test_there_are_hardly_more_queries_than_there_must_be(tags: list[str], longest: int) -> None:
    assert len(shared_out(tags, len(tags), longest)) <= 11 / 9 * fewest_queries(tags, longest) + 1


@given(st.lists(st.text("abخي", min_size=1, max_size=6), min_size=1, max_size=4, unique=True))
def test_the_order_of_the_tags_does_not_matter(tags: list[str]) -> None:
    assert len({shared_out(order, 3, 12) for order in permutations(tags)}) == 1


def test_without_a_length_tags_are_shared_out_by_their_number() -> None:
    assert shared_out(["c", "a", "b"], 2, None) == (("a", "b"), ("c",))


@pytest.mark.parametrize(("longest", "queries"), [(5, 1), (8, 1), (7, 2)])
def test_length_is_that_of_what_is_written(longest: int, queries: int) -> None:
    assert written(("a", "b")) == "#a OR #b"
    assert len(shared_out(["a", "b"] if longest > 5 else ["abcd"], 9, longest)) == queries


def test_a_tag_that_is_too_long_for_any_query_stands_alone() -> None:
    assert shared_out(["a", "b" * 99], 9, 20) == (("a",), ("b" * 99,))
