"""The stream's rules in step with the tags: what is changed, what is left alone, and what X does not take."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import QuestionRefused, SourceError
from collector.x.client import Client
from collector.x.settings import Names, Settings
from collector.x.stream.rules import LONGEST, PATH, TAG, Changes, Rule, changes, keep_in_step, values_of
from tests.collector.streamed import NOW
from tests.platforms.x.client import Client as Other
from tests.platforms.x.faults import Fault
from tests.platforms.x.server import serving
from tests.platforms.x.settings import TOKEN
from tests.platforms.x.standin import StandIn
from tests.platforms.x.world import World

RULES = PATH.removeprefix("/2")


@pytest.fixture(params=["tweet", "post"])
def standin(request: pytest.FixtureRequest) -> Iterator[tuple[StandIn, Client]]:
    names: Names = request.param
    version = "2.166" if names == "tweet" else "2.167"
    with (
        serving(World(), now=lambda: NOW, names=version) as x,
        closing(Client(Settings(TOKEN, x.url, names=names), lambda: NOW)) as client,
    ):
        yield x, client


def there(x: StandIn) -> list[tuple[str, str | None]]:
    return sorted((one.value, one.tag) for one in x.rules.by_id.values())


def test_rules_follow_the_tags_and_those_of_others_are_left_alone(standin: tuple[StandIn, Client]) -> None:
    x, client = standin
    Other(x).post(RULES, {"add": [{"value": "#a"}, {"value": "#mine", "tag": "somebody"}]})
    others = [("#a", None), ("#mine", "somebody")]
    assert keep_in_step(client, ["a", "خليها_تخيس"]).add == ("#a OR #خليها_تخيس",)
    assert there(x) == sorted([*others, ("#a OR #خليها_تخيس", TAG)])
    asked = len(x.requests)
    assert keep_in_step(client, ["خليها_تخيس", "a"]) == Changes()
    assert len(x.requests) == asked + 1
    keep_in_step(client, ["b"])
    assert there(x) == sorted([*others, ("#b", TAG)])
    keep_in_step(client, [])
    assert there(x) == others


def test_many_tags_make_few_rules_that_are_found_again_page_by_page(standin: tuple[StandIn, Client]) -> None:
    x, client = standin
    tags = [f"a_rather_long_tag_{number}" for number in range(400)]
    made = keep_in_step(client, tags).add
    assert len(made) == len(x.rules.by_id) <= 12
    Other(x).post(RULES, {"add": [{"value": f"#o{number}"} for number in range(900)]})
    assert keep_in_step(client, tags) == Changes()


def test_a_rule_that_was_made_meanwhile_is_no_error(standin: tuple[StandIn, Client]) -> None:
    x, client = standin
    before = client.post

    def post(kind: object, path: str, body: object) -> object:
        Other(x).post(RULES, {"add": [{"value": "#a", "tag": TAG}]})
        return before("rules", path, body)  # type: ignore[arg-type]

    client.post = post  # type: ignore[method-assign, assignment]
    keep_in_step(client, ["a"])
    assert there(x) == [("#a", TAG)]


@pytest.mark.parametrize("tag", ["a" * 1_100, "two words) OR ("])
def test_a_rule_that_x_does_not_take_is_named(standin: tuple[StandIn, Client], tag: str) -> None:
    with pytest.raises(QuestionRefused, match="X does not take the rule"):
        keep_in_step(standin[1], [tag])


def test_a_key_with_a_thousand_rules_has_no_room(standin: tuple[StandIn, Client]) -> None:
    x, client = standin
    Other(x).post(RULES, {"add": [{"value": f"#o{number}"} for number in range(1_000)]})
    with pytest.raises(QuestionRefused, match="RulesCapExceeded"):
        keep_in_step(client, ["a"])


@pytest.mark.parametrize("status", [401, 402, 403, 429, 503])
def test_what_x_refuses_is_an_error_as_any(standin: tuple[StandIn, Client], status: int) -> None:
    x, client = standin
    x.faults.add(Fault("status", PATH, status=status))
    with pytest.raises(SourceError):
        keep_in_step(client, ["a"])


tags = st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=30), max_size=60)


@given(tags)
def test_each_tag_stands_in_one_rule_and_no_rule_is_too_long(tags: list[str]) -> None:
    values = values_of(tags)
    assert sorted(one for value in values for one in value.split(" OR ")) == sorted({f"#{tag}" for tag in tags})
    assert all(len(value) <= LONGEST for value in values)


rules = st.lists(st.builds(Rule, st.uuids().map(str), st.sampled_from("abcd"), st.sampled_from(["", TAG, TAG + " 1"])))


@given(rules, st.lists(st.sampled_from("abcd")))
def test_after_the_changes_just_the_wanted_are_ours_each_once_and_others_are_untouched(
    before: list[Rule], values: list[str]
) -> None:
    said = changes(before, values)
    gone = set(said.delete)
    after = [one for one in before if one.id not in gone] + [Rule(f"new {one}", one, TAG) for one in said.add]
    assert sorted(one.value for one in after if one.is_ours) == sorted(set(values))
    assert [one for one in after if not one.is_ours] == [one for one in before if not one.is_ours]
    assert changes(after, values) == Changes()
