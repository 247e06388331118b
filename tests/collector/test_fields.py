"""Unknown fields: the quick look at many objects together names what a slow walk through each of them names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.fields import Known
from collector.x import payload as x_v2
from collector.x.objects import Page
from collector.x.passed_over import PASSED_OVER


class Leaf(msgspec.Struct):
    tag: str | None = None


class Twig(msgspec.Struct, rename="camel"):
    some_leaves: list[Leaf] | None = None
    leaf: Leaf | None = None


class Tree(msgspec.Struct):
    twig: Twig | None = None
    either: Any = None
    branches: "list[Tree] | Tree | None" = None
    odd: str | None = msgspec.field(name="__odd", default=None)


class Wood(msgspec.Struct):
    trees: list[Tree] | None = None
    mixed: list[Leaf | Twig] | None = None


LEFT_OUT = {"Tree": {"either": "not read", "colour": "nobody asks"}, "Leaf": {"start": "not read"}}

FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Leaf": {"tag": (), "start": ()},
    "Twig": {"someLeaves": ("Leaf",), "leaf": ("Leaf",)},
    "Tree": {"twig": ("Twig",), "either": (), "branches": ("Tree",), "__odd": (), "colour": ()},
    "Wood": {"trees": ("Tree",), "mixed": ("Leaf", "Twig")},
}
"""What is known of each kind of object, and the kinds of those objects that stand in a field."""

WOODS = Known(Wood, LEFT_OUT)
"""One for all tests: what it remembers of one value must not tell on another."""


def slowly(kind: str, value: Any) -> Iterator[str]:
    """Walk through every object of a value, and through every field of each."""
    for one in value if isinstance(value, list) else ():
        yield from slowly(kind, one)
    for field, inside in value.items() if isinstance(value, dict) else ():
        if field not in FIELDS[kind]:
            yield f"{kind}.{field}"
        for inner in FIELDS[kind].get(field, ()):
            yield from slowly(inner, inside)


names = st.sampled_from(
    sorted({*FIELDS["Leaf"], *FIELDS["Twig"], *FIELDS["Tree"], *FIELDS["Wood"], "new", "some_leaves"})
)
anything = st.recursive(
    st.none() | st.integers(0, 1) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=30,
)


def objects(kind: str, depth: int) -> st.SearchStrategy[Any]:
    """Make objects of a kind as they should be, but for a stray field or a value of another form here and there."""
    fields = {
        field: st.one_of([objects(one, depth - 1) | st.lists(objects(one, depth - 1), max_size=4) for one in inner])
        if inner and depth
        else st.integers(0, 1)
        for field, inner in FIELDS[kind].items()
    }
    whole = st.fixed_dictionaries({}, optional=fields | {"new": anything})
    return st.one_of(whole, whole, whole, anything)


@given(anything | objects("Wood", 3) | st.lists(objects("Wood", 3), max_size=4))
@settings(max_examples=300)
def test_the_quick_look_names_what_the_slow_walk_names(value: Any) -> None:
    assert WOODS.unknown(value) == tuple(sorted(set(slowly("Wood", value))))


def test_unknown_fields_are_named_by_the_kind_of_object_that_they_stand_in() -> None:
    wood = {
        "trees": [{"twig": {"leaf": {"tag": 1, "new": 1}}}, {"colour": 1, "new": 1}],
        "mixed": [{"tag": 1}],
        "new": 1,
    }
    assert WOODS.unknown(wood) == ("Leaf.new", "Tree.new", "Twig.tag", "Wood.new")
    assert WOODS.unknown([[wood], []]) == WOODS.unknown(wood)
    assert WOODS.unknown({"trees": [{"twig": {"someLeaves": [{"start": 1}], "leaf": None}}]}) == ()


def test_more_rows_of_keys_than_are_remembered_are_still_told_apart() -> None:
    known = Known(Leaf, {})
    for number in range(10_050):
        assert known.unknown({"tag": "a", f"new{number}": 1}) == (f"Leaf.new{number}",)
    assert known.unknown({"tag": "a"}) == ()


# --- a page of X, whose items are each told their own unknown fields -----------------------------------------


PAGES = Known(Page, PASSED_OVER)
TIME = "2021-06-26T12:00:00.000Z"


def a_page() -> dict[str, Any]:
    """Make a page of three posts that refer to two users, a post, a medium and a place between them."""
    plain = {"created_at": TIME, "text": "a"}
    return {
        "data": [
            plain | {"id": "1", "author_id": "7", "entities": {"hashtags": [{"start": 0, "end": 1, "tag": "a"}]}},
            plain | {"id": "2", "author_id": "8", "referenced_tweets": [{"type": "quoted", "id": "4"}]},
            plain | {"id": "3", "author_id": "7", "attachments": {"media_keys": ["m"]}, "geo": {"place_id": "p"}},
        ],
        "includes": {
            "users": [{"id": "7", "name": "a", "username": "a"}, {"id": "8", "name": "b", "username": "b"}],
            "tweets": [plain | {"id": "4", "author_id": "8", "public_metrics": {"like_count": 1}}],
            "media": [{"media_key": "m", "type": "photo", "url": "https://a.example/1"}],
            "places": [{"id": "p", "full_name": "a"}],
        },
        "meta": {"result_count": 3},
    }


def all_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Walk through all objects of a value, itself the first."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from all_objects(one)


def assert_each_item_is_told_its_own(page: dict[str, Any]) -> None:
    """Compare with what the payload of each item has in it, and with what stands on the page for all of them."""
    outside = {*PAGES.unknown(dict.fromkeys(page)), *PAGES.unknown({"includes": dict.fromkeys(page["includes"])})}
    for item in x_v2.items(orjson.loads(orjson.dumps(page))):
        if item.post is not None:
            assert item.unknown == tuple(sorted(outside.union(PAGES.unknown(orjson.loads(item.payload)))))


@given(st.sets(st.integers(0, len(list(all_objects(a_page()))) - 1), max_size=3))
def test_an_item_of_a_page_is_told_the_unknown_fields_of_its_own_payload(where: set[int]) -> None:
    page = a_page()
    for number, one in enumerate(all_objects(page)):
        if number in where:
            one["new"] = 1
    assert_each_item_is_told_its_own(page)


def test_a_new_field_of_one_post_is_not_counted_for_its_neighbours() -> None:
    page = a_page()
    page["includes"]["tweets"][0]["public_metrics"]["new"] = 1
    assert [item.unknown for item in x_v2.items(page)] == [(), ("Metrics.new",), ()]


def test_a_post_beside_its_includes_is_looked_at_though_they_have_nothing_new() -> None:
    page = a_page()
    read = x_v2.items_beside(page["includes"])
    assert [item.unknown for post in page["data"] for item in read(post | {"new": 1}, None)] == [("Post.new",)] * 3


def test_a_value_that_stands_a_thousand_lists_deep_is_looked_at() -> None:
    deep: Any = {"new": 1}
    for _ in range(1_000):
        deep = [deep]
    assert WOODS.unknown({"trees": deep}) == ("Tree.new",)
    assert WOODS.unknown({"trees": [deep, 1]}) == ("Tree.new",)


@given(data=st.data())
@settings(max_examples=20)
def test_items_of_real_pages_are_told_their_own_unknown_fields(data: st.DataObject, shared: Path) -> None:
    lines = (shared / "x" / "twarc2" / "blacklivesmatter_2021.jsonl").read_bytes().splitlines()
    page = orjson.loads(data.draw(st.sampled_from(lines)))
    found = list(all_objects({key: page[key] for key in ("data", "includes")}))
    for one in data.draw(st.lists(st.sampled_from(range(len(found))), max_size=4)):
        found[one]["new"] = 1
    del page["__twarc"]
    assert_each_item_is_told_its_own(page)
