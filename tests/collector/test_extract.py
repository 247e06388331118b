"""Extraction by X's rule: its own conformance cases, the campaign's languages, and texts made to mislead."""

import json
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.extract.x import hashtags, is_hashtag, links, mentions, tags


def conformance(shared: Path, rule: str) -> list[dict[str, Any]]:
    lines = (shared / "text" / "hashtag_cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["rule"] == rule]


def test_all_of_x_s_own_extraction_cases_pass(shared: Path) -> None:
    cases = conformance(shared, "x")
    assert len(cases) == 76
    for case in cases:
        found = list(tags(case["text"]))
        assert [tag.written for tag in found] == case["expected"], case["description"]
        if case["indices"]:
            assert [[tag.start, tag.end] for tag in found] == case["indices"], case["description"]


def test_all_of_x_s_own_validation_cases_pass(shared: Path) -> None:
    cases = conformance(shared, "x_validate")
    assert len(cases) == 7
    for case in cases:
        assert is_hashtag(case["text"]) is case["expected"], case["description"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("no tag at all", ()),
        ("#خليها_تخيس و #خلوها_تخيس!", ("خليها_تخيس", "خلوها_تخيس")),
        ("#خَلّيها_تخيس", ("خَلّيها_تخيس",)),
        ("الوسم ＃خليها_تخيس،#العراق", ("خليها_تخيس", "العراق")),
        ("#2024", ()),
        ("#٢٠٢٤ #عام٢٠٢٤", ("عام٢٠٢٤",)),
        ("#Su24 and #su24", ("Su24", "su24")),
        ("#twice #once #twice", ("twice", "once")),
        ("&#39;quoted&#39;", ()),
        ("you&#tag", ()),
        ("##double", ("double",)),
        ("#one#two", ("one",)),
        ("#ends://here", ()),
        ("#️⃣ keycap #⃣a", ()),
        ("https://t.co/abc#tag", ()),
        ("https://t.co/abc #tag", ("tag",)),
        ("https://t.co/abc،#تاگ", ("تاگ",)),
        ("https://example.org/a/#tag", ()),
        ("https://example.org/a?b=c&d=#tag", ()),
        ("https://example.org/(#tag)", ()),
        ("(https://example.org/a) (#tag)", ("tag",)),
        ("example.com/#tag", ()),
        ("and/#or", ("or",)),
        ("Mr.Jones/#tag", ("tag",)),
        ("3.14/#pi", ("pi",)),
        ("a\u200d#b", ()),
        ("\u202b#b\u202c", ("b",)),
    ],
)
def test_hashtags_of_ugly_texts(text: str, expected: tuple[str, ...]) -> None:
    assert hashtags(text) == expected


@pytest.mark.parametrize("text", ["", "#", "tag", " #tag", "#tag ", "#a #b", "#a.", "a#b", "##a"])
def test_what_is_not_one_hashtag(text: str) -> None:
    assert not is_hashtag(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see http://t.co/9vmroiyyHu", ("http://t.co/9vmroiyyHu",)),
        ("https://t.co/a1 https://t.co/b2 https://t.co/a1", ("https://t.co/a1", "https://t.co/b2")),
        ("(https://example.org/a_(b)).", ("https://example.org/a_(b)",)),
        ("https://example.org/a, then", ("https://example.org/a",)),
        ("https://example.org/?q=خبز", ("https://example.org/?q=",)),
        ("http://президент.рф/a", ("http://президент.рф/a",)),
        ("https://t.co/abcقال", ("https://t.co/abc",)),
        ("http:// http://x", ()),
        ("example.org/a", ()),
    ],
)
def test_links_of_ugly_texts(text: str, expected: tuple[str, ...]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RT @one: hello @two_2, ＠three", ("one", "two_2", "three")),
        ("RT@one", ("one",)),
        ("'@twanMosca said", ("twanMosca",)),
        ("me@example.org", ()),
        ("@one@two", ()),
        ("@one @one", ("one",)),
        ("https://medium.com/@someone/x", ()),
        ("قال@someone", ("someone",)),
        ("@élan", ()),
    ],
)
def test_mentions_of_ugly_texts(text: str, expected: tuple[str, ...]) -> None:
    assert mentions(text) == expected


@given(st.text(alphabet="#＃ a1_é&/.:?()ي٣\u200c\ufe0f\u20e3@t", max_size=40))
def test_a_tag_is_where_it_says_and_is_a_tag_by_itself(text: str) -> None:
    for tag in tags(text):
        assert text[tag.start] in "#＃"
        assert text[tag.start + 1 : tag.end] == tag.written
        assert is_hashtag("#" + tag.written)
        assert any(category(letter)[0] in "LM" for letter in tag.written)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(tag in text for tag in hashtags(text))
    assert all(link.lower().startswith("http") and link in text for link in links(text))
    assert all(handle.isascii() and handle in text for handle in mentions(text))
