"""Bluesky's hashtags: its own test suite's cases, facets over any bytes, and texts made to mislead."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.bluesky.facets import marks
from collector.bluesky.objects import ByteSlice, Facet, Feature
from collector.extract.bluesky import LONGEST, Tag, hashtags, tags


def facet(start: int, end: int, tag: str = "t") -> Facet:
    return Facet(index=ByteSlice(start, end), features=[Feature(tag=tag)])


def test_all_of_bluesky_s_own_cases_pass(shared: Path) -> None:
    lines = (shared / "text" / "hashtag_cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case["rule"] == "bluesky"]
    assert len(cases) == 39
    for case in cases:
        text = case["text"]
        found = list(tags(text))
        assert [tag.written for tag in found] == case["expected"], text
        in_bytes = [[len(text[: tag.start].encode()), len(text[: tag.end].encode())] for tag in found]
        assert in_bytes == case["indices"], text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("#خليها_تخيس و #خلوها_تخيس!", ("خليها_تخيس", "خلوها_تخيس")),
        ("＃خليها_تخيس،#العراق", ("خليها_تخيس،#العراق",)),
        ("#٢٠٢٤ #2024", ("٢٠٢٤",)),
        ("#می\u200cخواهم", ("می",)),
        ("#twice #once #twice", ("twice", "once")),
        ("#Case #case", ("Case", "case")),
        ("##double", ("double",)),
        ("https://example.org/#tag a#b (#c)", ()),
        ("a\ufeff#b\u00a0#c", ("b", "c")),
        ("#" + "x" * LONGEST, ("x" * LONGEST,)),
        ("#" + "x" * (LONGEST + 1), ()),
        ("#" + "🦋" * (LONGEST // 2), ("🦋" * (LONGEST // 2),)),
        ("#" + "🦋" * (LONGEST // 2 + 1), ()),
        ("#half\ud83d", ("half\ud83d",)),
    ],
)
def test_hashtags_of_ugly_texts(text: str, expected: tuple[str, ...]) -> None:
    assert hashtags(text) == expected


@pytest.mark.parametrize(
    ("text", "marked", "further", "expected"),
    [
        ("#a and #b", [Tag("b", 7, 9)], ["c"], ("b", "c", "a")),
        ("#a#b", [Tag("a", 0, 2), Tag("b", 2, 4)], [], ("a", "b")),
        ("no mark", [Tag("#cats", 0, 2)], ["#dogs", " ", "#", "＃fish"], ("cats", "dogs", "fish")),
        ("#word", [Tag("other", 0, 5)], [], ("other",)),
        ("x", [Tag("#️⃣tag", 0, 1)], [], ("#️⃣tag",)),
    ],
)
def test_marked_tags_those_beside_the_text_and_those_in_it(
    text: str, marked: list[Tag], further: list[str], expected: tuple[str, ...]
) -> None:
    assert hashtags(text, marked, further) == expected


@pytest.mark.parametrize(
    ("text", "ranges", "expected"),
    [
        ("مرحبا #الرياض_الآن", [(11, 33)], ["#الرياض_الآن"]),
        ("a🦋b", [(1, 5)], ["🦋"]),
        ("a🦋b", [(1, 4)], []),
        ("a🦋b", [(2, 5)], []),
        ("abc", [(0, 4)], []),
        ("abc", [(-1, 2)], []),
        ("abc", [(2, 1), (1, 1)], []),
        ("abcdef", [(2, 4), (0, 3), (3, 6)], ["abc", "def"]),
        ("a  b", [(1, 3)], []),
        ("abc", [(0, 10**30)], []),
    ],
)
def test_facets_that_are_invalid_mark_nothing(text: str, ranges: list[tuple[int, int]], expected: list[str]) -> None:
    found = marks(text, [facet(*one) for one in ranges])
    assert [text[mark.start : mark.end] for mark in found] == expected


def test_a_facet_without_its_place_or_its_meaning_marks_nothing() -> None:
    assert list(marks("abc", [Facet(), Facet(index=ByteSlice(0, 1)), Facet(features=[Feature(tag="a")])])) == []


texts = st.text(alphabet="#＃ a1é_ي٣🦋\u200c\ufe0f\u20e3.\n", max_size=30)


@given(texts, st.lists(st.tuples(st.integers(-2, 130), st.integers(-2, 130)), max_size=6))
def test_facets_over_any_bytes_mark_whole_characters_in_order(text: str, ranges: list[tuple[int, int]]) -> None:
    found = list(marks(text, [facet(*one) for one in ranges]))
    before = 0
    for mark in found:
        assert before <= mark.start < mark.end <= len(text)
        before = mark.end
        assert (len(text[: mark.start].encode()), len(text[: mark.end].encode())) in ranges
        assert text[mark.start : mark.end].strip()


@given(texts)
def test_a_tag_is_where_it_says_and_is_a_tag_by_itself(text: str) -> None:
    for tag in tags(text):
        assert text[tag.start] in "#＃"
        assert text[tag.start + 1 : tag.end] == tag.written
        assert [one.written for one in tags("#" + tag.written)] == [tag.written]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(tag in text for tag in hashtags(text))
