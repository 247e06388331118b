"""The charts' letters: every script that is shipped has its glyphs, Arabic is joined and in order."""

from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import text_to_path

from analysis.charts.style import HATCHES, drawing
from analysis.charts.typeface import FONTS, families, isolated, legible, versions, width, wrapped
from analysis.errors import MissingGlyph

SCRIPTS = {
    "Latin": "Volume of posts – “quoted”, naïve façade, Łódź, İstanbul, Việt Nam, ½ €",
    "Cyrillic": "Посты и авторы, Україна, Ћирилица",
    "Greek": "Δημοσιεύσεις ανά ώρα",
    "Arabic": "#خليها_تخيس: المنشورات في كلّ ساعة، ١٢٣",
    "Persian": "نوشته‌ها در هر ساعت، ۱۲۳ پچگژ",
    "Urdu": "پوسٹیں ہر گھنٹے میں ٹڈڑ",
    "Kurdish": "بابەتەکان لە هەر کاتژمێرێکدا ڕۆژ",
    "Hebrew": "פוסטים בכל שעה",
    "Armenian": "Գրառումներ",
    "Georgian": "პოსტები საათში",
    "Devanagari": "प्रति घंटे पोस्ट",
    "Bengali": "প্রতি ঘণ্টায় পোস্ট",
    "Tamil": "ஒரு மணிநேர பதிவுகள்",
    "Thai": "โพสต์ต่อชั่วโมง",
    "Ethiopic": "ልጥፎች በሰዓት",
    "Chinese": "每小時的貼文 光复香港",
    "Japanese": "1時間ごとの投稿 オリンピック",
    "Korean": "시간당 게시물",
    "Emoji": "😀 ❤ ✓ →",
}


@pytest.mark.parametrize("weight", [400, 700])
@pytest.mark.parametrize("script", SCRIPTS)
def test_no_glyph_of_a_shipped_script_is_missing(script: str, weight: int) -> None:
    assert width(SCRIPTS[script], 10, weight) > 0
    assert legible(SCRIPTS[script]) == SCRIPTS[script]


def test_arabic_letters_are_joined() -> None:
    assert width("خليها", 10) < 0.8 * width("\u200c".join("خليها"), 10)


def test_arabic_runs_from_right_to_left() -> None:
    font = FT2Font(str(FONTS / "NotoSansArabic-Regular.ttf"))

    def drawn(text: str) -> list[str]:
        """Name the glyphs of a text from left to right."""
        glyphs, _, _ = text_to_path.get_glyphs_with_font(font, text)
        return [name for name, *_ in glyphs]

    assert drawn("اد") == [*drawn("د"), *drawn("ا")]


def test_fonts_are_found_by_their_own_paths_never_the_machines() -> None:
    places = {FONTS, Path(mpl.get_data_path()) / "fonts" / "ttf"}
    for family in families():
        for weight in (400, 700):
            found = fontManager.findfont(FontProperties(family=family, weight=weight), fallback_to_default=False)
            assert Path(str(found)).parent in places
    assert set(versions()) == {path.name for path in FONTS.glob("*.ttf")}
    assert all(versions().values())
    assert (FONTS / "OFL-Noto.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") == 1


def test_a_missing_glyph_is_an_error_that_names_it() -> None:
    figure = Figure()
    with drawing():
        figure.text(0, 0, "melting 🫠")
    with pytest.raises(MissingGlyph) as missing, drawing():
        figure.savefig(BytesIO(), format="png")
    assert missing.value.character == "🫠"
    assert "U+1FAE0" in str(missing.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Melting 🫠 rot", "Melting [U+1FAE0] rot"),
        ("hand ✌️", "hand ✌"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("\u202egpj.exe\u202c", "gpj.exe"),
        ("scientist 👩‍🔬", "scientist [U+1F469][U+1F52C]"),
        ("نوشته‌ها", "نوشته‌ها"),
        ("क्‍ष", "क्‍ष"),
        ("$x_2$ \\alpha {", "$x_2$ \\alpha {"),
        ("", ""),
    ],
)
def test_user_text_is_made_fit_to_be_drawn(text: str, told: str) -> None:
    assert legible(text) == told


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12))
def test_any_text_can_be_drawn_once_it_is_legible(text: str) -> None:
    plain = legible(text)
    width(plain, 10, 400)
    width(isolated(plain), 15, 700)
    assert "\n" not in plain
    assert legible(plain) == plain


def test_hashtags_are_set_apart_from_their_sentence() -> None:
    assert isolated("with #خليها_تخيس, #b.") == "with \u2068#خليها_تخيس\u2069, \u2068#b\u2069."
    assert isolated("no tag # here") == "no tag # here"


@given(st.lists(st.sampled_from(["let", "it", "rot", "#خليها_تخيس", "unreasonably-long-word-of-somebody"]), min_size=1))
@settings(max_examples=30, deadline=None)
def test_wrapped_lines_fit_and_keep_every_word(words: list[str]) -> None:
    lines = wrapped(" ".join(words), 10, 200)
    assert all(width(line, 10) <= 200 for line in lines)
    assert " ".join(line[1:] for line in lines).split() == words
    assert len(wrapped(" ".join(words), 10, 200, most=2)) <= 2


def test_lines_of_one_text_have_one_direction() -> None:
    arabic = wrapped("حملة " + "Twitter and more words in English " * 3, 10, 150)
    assert len(arabic) > 1
    assert {line[0] for line in arabic} == {"\u200f"}
    assert wrapped("\u2068#خليها\u2069 was not collected", 10, 500)[0][0] == "\u200e"


def test_hatches_are_told_apart_without_colour() -> None:
    assert len({hatch.pattern[0] for hatch in HATCHES.values()}) == len(HATCHES) == 5


def test_drawing_leaves_the_settings_of_matplotlib_as_they_were() -> None:
    before = dict(mpl.rcParams)
    with drawing():
        assert mpl.rcParams["svg.fonttype"] == "path"
        assert mpl.rcParams["text.parse_math"] is False
    assert dict(mpl.rcParams) == before
