"""Hashtags by Mastodon's rule: the cases of its own tests, the campaign's languages, and texts made to mislead."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.extract.mastodon import hashtags, normalised, tags


def conformance(shared: Path, rule: str) -> list[dict[str, Any]]:
    lines = (shared / "text" / "hashtag_cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["rule"] == rule]


def test_all_of_mastodon_s_own_cases_pass(shared: Path) -> None:
    cases = conformance(shared, "mastodon")
    assert len(cases) == 27
    for case in cases:
        assert list(hashtags(case["text"])) == case["expected"], case


def test_all_of_mastodon_s_own_cases_of_what_is_one_tag_pass(shared: Path) -> None:
    cases = conformance(shared, "mastodon_normalize")
    assert len(cases) == 5
    for case in cases:
        assert normalised(case["text"]) == case["expected"], case


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("#خليها_تخيس و #خلوها_تخيس!", ("خليها_تخيس", "خلوها_تخيس")),
        ("#خَلّيها_تخيس", ("خَلّيها_تخيس",)),
        ("＃خليها_تخيس،#العراق", ("خليها_تخيس", "العراق")),
        ("#2026 #٢٠٢٦ #عام٢٠٢٦ #1_2", ("عام٢٠٢٦",)),
        ("#Su24 and #su24 and #Su24", ("Su24", "su24")),
        ("##double #one#two", ("double", "one")),
        ("#️⃣ keycap #⃣a", ()),
        ("HTTPS://a.example/-#tag (#tag)", ("tag",)),
        ("a#b a/#c (d)#e x=#f", ()),
        ("#one·", ("one",)),
        ("#किताब", ("किताब",)),
    ],
)
def test_hashtags_of_ugly_texts(text: str, expected: tuple[str, ...]) -> None:
    assert hashtags(text) == expected


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("Łódź", "lodz"),
        ("ЁЛКА", "ёлка"),
        ("ぼっち・ざ・ろっく", "ぼっち・ざ・ろっく"),
        ("がぎ", "がぎ"),
        ("خَلّيها", "خَلّيها"),
    ],
)
def test_only_latin_letters_lose_their_accents(tag: str, key: str) -> None:
    assert normalised(tag) == key


@given(st.text(alphabet="#＃ a1_é&/.:?()ي٣·・\u200c\ufe0f\u20e3htps", max_size=40))
def test_a_tag_is_where_it_says_and_is_a_tag_by_itself(text: str) -> None:
    for tag in tags(text):
        assert text[tag.start] in "#＃"
        assert text[tag.start + 1 : tag.end] == tag.written
        assert hashtags("#" + tag.written) == (tag.written,)


@given(st.text(max_size=40))
def test_what_is_compared_is_its_own_key(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
