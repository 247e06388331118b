"""What charts and reports say in other languages: all of it, with the values in their places."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import UnknownLanguage
from analysis.language import NOUNS, SPOKEN, Noun, speech_of
from tests.analysis.messages import messages

PLACE = re.compile(r"\{(\w+)\}")
AT = datetime(2019, 11, 3, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize("code", SPOKEN[1:])
def test_every_message_is_said_in_every_language_and_none_that_nobody_says(code: str) -> None:
    told = speech_of(code).messages
    assert set(told) == messages()


@pytest.mark.parametrize("code", SPOKEN[1:])
def test_a_translation_has_the_places_of_the_message(code: str) -> None:
    for message, said in speech_of(code).messages.items():
        forms = said if isinstance(said, tuple) else (said,)
        for form in forms:
            there, needed = set(PLACE.findall(form)), set(PLACE.findall(message))
            assert there == needed or (isinstance(said, tuple) and there <= needed), message


def test_english_is_the_message_itself() -> None:
    english = speech_of("en")
    assert english.say("{some} of {all}", some=1_000, all="2 bins") == "1,000 of 2 bins"
    assert [english.count(number, "post") for number in (0, 1, 2, 2_000)] == [
        "0 posts",
        "1 post",
        "2 posts",
        "2,000 posts",
    ]
    assert english.moment(AT, "Asia/Baghdad") == "3 Nov 2019 21:05"
    assert (english.date(AT, "UTC"), english.time(AT, "UTC")) == ("3 Nov 2019", "18:05")
    assert not english.is_right_to_left


def test_arabic_has_the_months_and_digits_of_the_place() -> None:
    assert speech_of("ar-IQ").moment(AT, "Asia/Baghdad") == "٣ تشرين الثاني ٢٠١٩ ٢١:٠٥"
    assert speech_of("ar-EG").date(AT, "UTC") == "٣ نوفمبر ٢٠١٩"
    assert speech_of("ar-MA").date(AT, "UTC") == "3 نونبر 2019"
    assert speech_of("ar-IQ").number(1_234_567) == "١٬٢٣٤٬٥٦٧"
    assert speech_of("ar-IQ").is_right_to_left


def test_arabic_counts_as_arabic_does() -> None:
    said = [speech_of("ar-MA").count(number, "post") for number in (0, 1, 2, 3, 11, 100, 103, 111)]
    assert said == [
        "لا منشورات", "منشور واحد", "منشوران", "3 منشورات", "11 منشورًا", "100 منشور", "103 منشورات", "111 منشورًا",
    ]  # fmt: skip


@given(st.sampled_from(SPOKEN), st.sampled_from(sorted(NOUNS)), st.integers(3, 10**9))
def test_a_count_tells_its_number(code: str, noun: Noun, number: int) -> None:
    speech = speech_of(code)
    assert speech.number(number) in speech.count(number, noun)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.0004, "under 0.1 %"), (0.125, "12.5 %"), (0.9996, "over 99.9 %"), (1, "100 %"), (0.5, "50 %")],
)
def test_little_is_not_nothing_and_almost_all_is_not_all(share: float, said: str) -> None:
    assert speech_of("en").percent(share) == said


@pytest.mark.parametrize("code", ["", "xx", "de", "arabic!", "en_US_POSIX_x"])
def test_a_language_that_charts_do_not_speak_is_refused(code: str) -> None:
    with pytest.raises(UnknownLanguage) as refused:
        speech_of(code)
    assert refused.value.known == SPOKEN


def test_languages_are_named_and_what_is_no_language_stays() -> None:
    assert speech_of("en").language("ar") == "Arabic"
    assert speech_of("ar").language("en") == "الإنجليزية"
    assert speech_of("en").language("qme") == "qme"
