"""What explains an episode: a planted cause is found, chance seldom passes for one, and nothing is without a before."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.explanation import COLUMNS, SORTS, Explanation, Settings, Times, explain, log_odds
from tests.made_lake import SLUG, START, asking, post
from tests.naive_measures import slow_log_odds

TIMES = Times(START, START + timedelta(hours=100), START + timedelta(hours=150))
VOCABULARY = [f"w{first}{second}{third}" for first in "abcdefghij" for second in "abcdefghij" for third in "abcdefghij"]


def crowd(seed: int, before: int = 400, now: int = 400) -> list[dict[str, Any]]:
    """Make posts of one distribution, before an episode and in it: words, tags, links, accounts."""
    chance = np.random.default_rng(seed)
    zipf = 1 / np.arange(1, len(VOCABULARY) + 1)

    def drawn(number: int, of: int = len(VOCABULARY)) -> list[int]:
        places: list[int] = chance.choice(of, number, p=zipf[:of] / zipf[:of].sum()).tolist()
        return places

    times = [*chance.uniform(0, 100, before).tolist(), *chance.uniform(100, 150, now).tolist()]
    return [
        post(
            hours,
            drawn(1, 200)[0],
            text=" ".join(VOCABULARY[word] for word in drawn(12)),
            tags=tuple(f"tag{tag}" for tag in drawn(2, 50)),
            links=tuple(f"https://{link}.example" for link in drawn(1, 50)),
        )
        for hours in times
    ]


def planted(posts: list[dict[str, Any]], share: float, **told: Any) -> list[dict[str, Any]]:
    """Give a share of the posts of the episode something of their own."""
    chance = np.random.default_rng(7)
    at = TIMES.onset.timestamp() * 1_000_000
    return [{**one, **told} if one["created_at"] >= at and chance.random() < share else one for one in posts]


def found(told: Explanation, sort: str) -> list[str]:
    return told.items.loc[told.items["sort"] == sort, "item"].tolist()


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.floats(0.01, 100), st.data())
def test_log_odds_equal_the_formula_written_out(posts: int, before: int, prior: float, data: st.DataObject) -> None:
    items = data.draw(st.lists(st.tuples(st.integers(0, posts), st.integers(0, before)), min_size=1, max_size=5))
    having, having_before = (np.array(side, float) for side in zip(*items, strict=True))
    scores = log_odds(having, posts, having_before, before, prior)
    slow = [slow_log_odds(now, posts, then, before, prior) for now, then in items]
    assert scores.tolist() == pytest.approx(slow)
    assert np.isfinite(scores).all()
    # Seen from the other side it is as much under-represented.
    assert log_odds(having_before, before, having, posts, prior).tolist() == pytest.approx([-z for z in slow])


def test_scores_grow_with_the_posts_that_have_an_item() -> None:
    having = np.arange(0, 51, dtype=float)
    scores = log_odds(having, 100, np.full(51, 5.0), 100, 10)
    assert (np.diff(scores) > 0).all()
    assert log_odds(np.array([5.0]), 100, np.array([5.0]), 100, 10).tolist() == pytest.approx([0])


@pytest.mark.parametrize(
    ("sort", "item", "told"),
    [
        ("word", "earthquake", {"text": "Earthquake! earthquake, EARTHQUAKE"}),
        ("tag", "quake", {"tags": ("Quake", "quake")}),
        ("link", "https://news.example/quake", {"links": ("https://news.example/quake",)}),
        ("account", "handle_9999", {"author_id": 9999}),
    ],
)
def test_what_is_planted_in_a_tenth_of_the_posts_leads_its_sort(sort: str, item: str, told: dict[str, Any]) -> None:
    posts = planted(crowd(1), 0.1, **told)
    explained = explain(asking(posts), SLUG, TIMES)
    assert found(explained, sort)[0] == item
    row = explained.items[explained.items["item"] == item].iloc[0]
    having = sum(all(one[name] == value for name, value in told.items()) for one in posts)
    assert (row["posts"], row["before"]) == (having, 0)
    assert row["score"] == pytest.approx(slow_log_odds(having, 400, 0, 400, 40))


def test_items_are_counted_as_posts_that_have_them() -> None:
    posts = planted(crowd(2, 300, 200), 0.3, text="loud loud loud", tags=("Loud", "loud"))
    explained = explain(asking(posts), SLUG, TIMES, settings=Settings(score=-100, least=1, most=10_000, level=np.inf))
    at = TIMES.onset.timestamp() * 1_000_000
    for is_now, name in ((True, "posts"), (False, "before")):
        side = [one for one in posts if (one["created_at"] >= at) == is_now]
        slow = {
            "word": Counter(word for one in side for word in set(one["text"].split())),
            "tag": Counter(tag for one in side for tag in {written.lower() for written in one["tags"]}),
            "link": Counter(link for one in side for link in set(one["links"])),
            "account": Counter(f"handle_{one['author_id']}" for one in side),
        }
        rows: Iterable[Any] = explained.items.itertuples()
        for row in rows:
            assert getattr(row, name) == slow[row.sort][row.item]
    assert (explained.posts, explained.before) == (200, 300)
    assert set(explained.items["sort"]) == set(SORTS)
    for _, of_sort in explained.items.groupby("sort"):
        assert of_sort["score"].is_monotonic_decreasing


def test_the_campaigns_own_tags_explain_nothing() -> None:
    posts = planted(crowd(3), 0.5, tags=("rot", "other"))
    assert found(explain(asking(posts), SLUG, TIMES), "tag")[:2] == ["other", "rot"]
    assert found(explain(asking(posts), SLUG, TIMES, without=("rot",)), "tag") == ["other"]


def test_what_all_posts_have_on_both_sides_explains_nothing() -> None:
    everywhere = [{**one, "text": "same words", "tags": ("same",), "author_id": 1} for one in crowd(4, 50, 50)]
    told = explain(asking(everywhere), SLUG, TIMES)
    assert not len(found(told, "word") + found(told, "tag") + found(told, "account"))
    only_now = planted([{**one, "text": "before"} for one in crowd(4, 50, 50)], 1, text="same words")
    assert found(explain(asking(only_now), SLUG, TIMES), "word") == ["same", "words"]


@pytest.mark.parametrize(("before", "now"), [(0, 100), (19, 100), (100, 4), (0, 0)])
def test_without_enough_to_compare_nothing_is_explained(before: int, now: int) -> None:
    told = explain(asking(planted(crowd(5, before, now), 1, text="loud words")), SLUG, TIMES)
    assert told.items.empty
    assert tuple(told.items.columns) == COLUMNS
    assert (told.posts, told.before) == (now, before)
    assert len(told.examples) == min(now, 3)


def test_reposts_other_campaigns_and_other_times_are_no_part_of_it() -> None:
    plain = crowd(6, 100, 100)
    loud: dict[str, Any] = {"text": "loud words", "tags": ("loud",), "links": ("https://loud.example",)}
    beside = [
        *(post(120, repost_of="0", **loud) for _ in range(50)),
        *(post(120, is_member=False, **loud) for _ in range(50)),
        *(post(150, **loud) for _ in range(50)),
        *(post(-0.01, **loud) for _ in range(50)),
    ]
    told = explain(asking([*plain, *beside]), SLUG, TIMES)
    assert not set(told.items["item"]) & {"loud", "words", "https://loud.example"}
    assert (told.posts, told.before) == (100, 100)


def test_the_bounds_of_the_times_are_half_open() -> None:
    told = explain(asking([post(0), post(100), post(150), post(99.999)]), SLUG, TIMES)
    assert (told.posts, told.before) == (1, 2)


def test_posts_without_text_handle_or_url_do_no_harm() -> None:
    bare = [{**one, "text": None, "links": (None,), "author_id": None} for one in crowd(8, 60, 60)]
    told = explain(asking(bare), SLUG, TIMES)
    assert set(told.items["sort"]) <= {"tag"}
    assert told.examples.empty
    erased = planted(crowd(8, 60, 60), 0.5, links=(None, "https://a.example"))
    assert found(explain(asking(erased), SLUG, TIMES), "link") == ["https://a.example"]
    gone = [{"id": 1, "handle": None, "deleted": True}]
    nameless = planted(crowd(8, 60, 60), 0.5, author_id=1)
    assert not [item for item in found(explain(asking(nameless, gone), SLUG, TIMES), "account") if not item]


@pytest.mark.parametrize("step", [1, 2, 7])
def test_of_many_texts_every_so_manieth_is_read_whatever_their_numbers(step: int) -> None:
    posts = planted(crowd(9), 0.3, text="loud words")
    numbered = [{**one, "id": 1 + step * number} for number, one in enumerate(posts)]
    told = explain(asking(numbered), SLUG, TIMES, settings=Settings(texts=100))
    assert found(told, "word")[:2] == ["loud", "words"]
    read = told.items.loc[told.items["item"] == "loud", "posts"].iloc[0]
    assert 15 <= read <= 45


def test_examples_are_the_posts_that_were_reposted_most_then_the_first() -> None:
    posts = [
        post(101, 1, text="first"),
        post(102, 2, text="second"),
        post(103, 3, text="third"),
        post(104, 4, text=None),
        post(105, 5, text="not ours", is_member=False),
        *(post(140, 6, repost_of="2") for _ in range(3)),
        *(post(200, 6, repost_of="1") for _ in range(2)),
        *(post(140, 6, repost_of=number) for number in "3334444"),
        *(post(140, 6, repost_of="0", platform="mastodon") for _ in range(9)),
        post(106, None, text="last"),
    ]
    examples = explain(asking(posts), SLUG, TIMES).examples
    assert examples["text"].tolist() == ["third", "second", "first"]
    assert examples["reposts"].tolist() == [3, 2, 0]
    assert examples["author"].tolist() == ["handle_3", "handle_2", "handle_1"]
    assert examples["url"].tolist() == ["https://x.com/2", "https://x.com/1", "https://x.com/0"]
    assert examples["at"].tolist() == [START + timedelta(hours=hours) for hours in (103, 102, 101)]
    assert str(examples["reposts"].dtype) == "Int64"


def false_items(seed: int, before: int = 400, now: int = 400) -> Counter[str]:
    """Explain an episode that is no different from the time before it."""
    return Counter(explain(asking(crowd(seed, before, now)), SLUG, TIMES).items["sort"])


def test_two_samples_of_one_distribution_seldom_differ() -> None:
    # By the score alone half of such episodes, short after a long time, would be explained.
    assert sum(bool(false_items(seed, 600, 40)) for seed in range(5)) <= 1


@pytest.mark.proof
@pytest.mark.parametrize(("before", "now", "seeds"), [(400, 400, 200), (1500, 60, 100), (60, 1500, 100)])
def test_chance_explains_at_most_one_of_twenty_episodes(before: int, now: int, seeds: int) -> None:
    counts = [false_items(seed, before, now) for seed in range(seeds)]
    rate = sum(bool(count) for count in counts) / seeds
    print(f"{before} before, {now} in it: {rate:.3f} of {seeds} explained by chance, {sum(counts, Counter())}")
    assert rate <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / seeds)


@pytest.mark.proof
@pytest.mark.parametrize(("before", "now", "share"), [(400, 400, 0.08), (1500, 60, 0.2), (100, 100, 0.25)])
def test_a_planted_word_is_found_and_leads(before: int, now: int, share: float) -> None:
    first = 0
    for seed in range(50):
        posts = planted(crowd(seed, before, now), share, text="earthquake")
        first += found(explain(asking(posts), SLUG, TIMES), "word")[:1] == ["earthquake"]
    print(f"a word in {share:.0%} of {now} posts after {before} leads in {first} of 50")
    assert first >= 48
