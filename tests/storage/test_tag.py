"""The key of a tag: one for all spellings that a reader takes for one, and stable."""

from itertools import product
from unicodedata import combining

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.tag import asked, fold

TRICKY = (
    # Marks that casefolding turns into letters, letters that it splits, and compositions that it undoes.
    "\u0345\u0390\u03b1\u0301\u0300\u0308\u1fb3\u1fbc\u1f80\u0130\u0131\u017f\u1e9e\u00df\ufb03\u0149\u01f0\u1e96"
    # Width and compatibility forms, ligatures of the Arabic script, Hangul in pieces.
    "\uff03\ufe5f#\uff21\uff76\uff9e\ufefb\ufdf2\ufe8d\u1100\u1161\u11a8\u3164\u1160\u2460\u00bd"
    # Letters and marks that the key drops or makes one, and what they compose with.
    "\u0627\u0653\u0654\u0655\u0649\u064a\u06cc\u06d2\u06a9\u0629\u06c0\u06d5\u0648\u0626\u0660\u06f9\u0640\u064b\u0670"
    "\u200b\u200c\u200d\u200e\u202e\u2066\u00ad\ufeff\u034f\u061c\u180e\u13a0\uab70\u0327\u05bc\u0f39"
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("#BlackLivesMatter", "blacklivesmatter", "＃ＢＬＡＣＫＬＩＶＥＳＭＡＴＴＥＲ", "##BLACKLIVESMATTER"),
        ("خليها_تخيس", "#خَلّيها_تخيس", "خليـــها_تخيس", "خلیها_تخیس", "\u202bخليها_تخيس\u202c"),
        ("إيران", "ايران", "أيران", "آیران", "ٱيران"),
        ("مسئول", "مسيول"),
        ("مؤتمر", "موتمر"),
        ("غزة", "غزه", "غزۀ"),
        ("کتاب", "كتاب"),
        ("عام٢٠٢٤", "عام2024", "عام۲۰۲۴"),
        ("Straße", "STRASSE", "strasse"),
        ("café", "cafe\u0301", "CAFÉ"),
        ("ﷲ", "الله"),
        ("می\u200cخواهم", "میخواهم"),
        ("co\u00adop", "coop"),
        ("ΤΈΛΟΣ", "τέλος"),
    ],
)
def test_spellings_of_one_tag_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("خليها_تخيس", "خلوها_تخيس"),
        ("cafe", "café"),
        ("let_it_go", "letitgo"),
        ("su24", "su25"),
        ("I", "ı"),
    ],
)
def test_different_tags_have_different_keys(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_platform_is_asked_for_the_spelling_not_for_the_key() -> None:
    assert asked("#خَلّيها") == "خَلّيها"
    assert asked("＃ＢＬＭ") == "blm"
    assert asked("Café") == asked("cafe\u0301") == "café"


@given(st.one_of(st.text(), st.text(alphabet=TRICKY, max_size=8)))
def test_folding_twice_is_folding_once(tag: str) -> None:
    assert fold(fold(tag)) == fold(tag)
    assert asked(asked(tag)) == asked(tag)


@given(st.text(alphabet=TRICKY, max_size=6))
@example("\u0345\u00ad\u0300")
def test_the_spelling_asked_for_has_the_same_key(tag: str) -> None:
    assert fold(asked(tag)) == fold(tag)


@pytest.mark.proof
def test_every_character_and_every_tricky_pair_folds_once() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [one for one in characters if fold(fold(one)) != fold(one)] == []
    marks = [one for one in characters if combining(one)]
    pairs = [a + b for a, b in product(TRICKY, [*marks, *TRICKY])]
    assert [pair for pair in pairs if fold(fold(pair)) != fold(pair)] == []
