"""The words of ugly texts, in any script."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.words_of import words_of

ZWNJ, ZWJ, RLM, TATWEEL = "\u200c", "\u200d", "\u200f", "\u0640"
CASES = [
    ("Arabic without its marks", "أَسْعَارُ الطَّمَاطِمِ ارتَفَعَتْ", "أسعار الطماطم ارتفعت"),
    ("Arabic marks of recitation", "قُلۡ هُوَ ٱللَّهُ", "قل هو ٱلله"),
    ("Arabic without its lengthening", f"مر{TATWEEL * 5}تفعة {TATWEEL * 3}", "مرتفعة"),
    ("Arabic prefixes stay: no stems", "والسوق السوق سوق بالسوق", "والسوق السوق سوق بالسوق"),
    ("Arabic punctuation", "غالي، جدا؛ صح؟«نعم»", "غالي جدا صح نعم"),
    ("Arabic presentation forms", "ﻻ ﻣﺮﺣﺒﺎ", "لا مرحبا"),
    ("Arabic beside marks of direction", f"{RLM}سوق{RLM} {RLM}#وسم{RLM}", "سوق"),
    ("Arabic numbers are no words", "٢٠٢٤ ۱۲ سعر", "سعر"),
    ("keyboards stay apart", "كتاب کتاب", "كتاب کتاب"),
    ("Persian is one word across its joint", f"می{ZWNJ}خواهم کتاب{ZWNJ}ها", "میخواهم کتابها"),
    ("Persian with and without its joint is the same", f"می{ZWNJ}خواهم میخواهم", "میخواهم"),
    ("Urdu", "یہ مہنگا ہے", "یہ مہنگا ہے"),
    ("German", "Straße STRASSE Müller's Preis-Schock, Ärger", "strasse müller's preis-schock ärger"),
    ("marks that are letters' own or not", "Mu\u0308ller Müller", "müller"),
    ("English contractions, straight and curly", "don't DON’T can&#39;t we’ll 'quoted'", "don't can't we'll quoted"),
    ("hyphens", "re-open -- e-mail -x- soft\u00adware", "re-open e-mail software"),
    ("letters alone are no words", "a I x y", ""),
    ("digits", "covid19 19 x2 4ever 2024", "covid19 x2 ever"),
    ("Chinese is not cut into words", "我们反对涨价，真的！涨价", "我们反对涨价 真的 涨价"),
    ("Japanese", "値上げ反対。ラーメン ﾗｰﾒﾝ", "値上げ反対 ラーメン"),
    ("Korean", "물가 반대!", "물가 반대"),
    ("Thai is not cut into words", "ราคาแพงมาก จริงๆ", "ราคาแพงมาก จริงๆ"),
    ("Hindi with its vowels", "महँगाई बढ़ी", unicodedata.normalize("NFKC", "महँगाई बढ़ी")),
    ("emoji", f"🍅🍅 ok👍🏽 👨{ZWJ}👩{ZWJ}👧 ❤️ 🇮🇶 1️⃣", "ok"),
    ("emoji that are letters", "ℹ️ Ⓜ️ ㊙️ Brand™ ©", "brand"),
    ("letters of mathematics", "𝐁𝐎𝐘𝐂𝐎𝐓𝐓 ｆｕｌｌ", "boycott full"),
    ("tags and mentions", "#tag @user one", "one"),
    ("glued to punctuation", "(#tag), “#tag2”: .@user: [@user]! one", "one"),
    ("what follows a tag's end is a word", "#خليها_تخيس،والسلام #tag/word @user:hello", "والسلام word hello"),
    ("a tag of two words", f"#می{ZWNJ}خواهم one", "one"),
    ("a possessive mention", "@user's book", "book"),
    ("mentions of servers", "@user@mastodon.social @a.bsky.social one", "one"),
    ("full-width signs", "＃タグ ＠名前 本文", "本文"),
    ("inside a word a sign begins nothing", "one#two three@four", "one two three four"),
    ("links", "see https://t.co/aB1 HTTP://X.com www.example.com/a?b=c&amp;d one", "see one"),
    ("links with letters about them", "看https://t.co/aB1真的 (https://t.co/x)", "真的"),
    ("a link's end in awww.", "awww.nice", "awww nice"),
    ("entities", "Q&amp;A &lt;b&gt;bold&lt;/b&gt; big&nbsp;one &quot;two&quot; AT&T", "bold big one two at"),
    ("a marked repost", "RT @user: hello", "hello"),
    ("RT that is none", "RT this, SMRT @user", "rt this smrt"),
    ("nothing", "", ""),
    ("no letters", " ... !? 12 __ ’’ \n\t", ""),
]


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_words(text: str, words: str) -> None:
    assert words_of(text) == set(words.split())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.text("aب#@＃&;:/.-'’ \u200c\u0640\u064e️ℹ한x1", max_size=30))
def test_any_text_has_words_that_are_folded_and_found_again(text: str) -> None:
    for word in words_of(text):
        assert len(word) >= 2
        assert word == word.casefold()
        assert not set(word) & set(" #@:/&;")
        assert not any(character.isspace() for character in word)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("abcdeäßابتحیگ", min_size=2, max_size=6), max_size=6))
def test_plain_words_are_what_stands_between_spaces(words: list[str]) -> None:
    assert words_of("  ".join(words)) == {word.casefold() for word in words}
