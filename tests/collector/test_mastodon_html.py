"""HTML to text as a reader sees it: real markup of several servers, and markup made to break."""

from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.mastodon.html import read

LONG_LINK = (
    '<a href="https://www.bbc.co.uk/news/technology-63912116" rel="nofollow noopener" target="_blank">'
    '<span class="invisible">https://www.</span><span class="ellipsis">bbc.co.uk/news/technology-6391</span>'
    '<span class="invisible">2116</span></a>'
)
SHORT_LINK = (
    '<a href="https://vmst.io/a"><span class="invisible">https://</span><span class="">vmst.io/a</span>'
    '<span class="invisible"></span></a>'
)
MENTION = '<span class="h-card"><a href="https://a.example/@b" class="u-url mention">@<span>b</span></a></span>'
HASHTAG = '<a href="https://a.example/tags/cat" class="mention hashtag" rel="tag">#<span>Cat</span></a>'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br/>three</p>", "one\ntwo\nthree"),
        ("<p>one</p>\n\n\n<p>two</p>\n", "one\n\ntwo"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<p>one  two\nthree </p>", "one  two\nthree"),
        ("<p>\n one\n</p>", " one"),
        ("<p>&lt;b&gt; &amp; &quot;&#39;&nbsp;&hellip;</p>", "<b> & \"'\u00a0…"),
        ("&amp;lt;", "&lt;"),
        ("I <3 you & <- me", "I <3 you & <- me"),
        (f"<p>see {LONG_LINK}!</p>", "see bbc.co.uk/news/technology-6391…!"),
        (f"<p>see {SHORT_LINK}</p>", "see vmst.io/a"),
        (f"<p>{MENTION} {HASHTAG}</p>", "@b #Cat"),
        ("<p>:blobcat: :b:</p>", ":blobcat: :b:"),
        ('<p>a <img class="emoji" src="x" alt=":blobcat:"> b<img src="y"></p>', "a :blobcat: b"),
        ("<ul><li>one</li>\n<li><p>two</p></li><li></li></ul>after", "• one\n• two\n\nafter"),
        ("<ol><li>one<ul><li>inner</ul><li>two</ol>", "1. one\n• inner\n2. two"),
        ("<li>alone", "• alone"),
        ("<p>said:</p><blockquote><p>one</p><p>two</p></blockquote><p>so</p>", "said:\n\none\n\ntwo\n\nso"),
        ("<pre><code>  if x:\n    y()</code></pre>", "  if x:\n    y()"),
        ("<b>bo<i>th</b> it</i>", "both it"),
        ("one<script>alert(1)</script><style>p{}</style><template>x</template> two", "one two"),
        ("one<!-- not seen --> two<?php no ?>", "one two"),
        ("<iframe><p>in</iframe>out", "out"),
        ("</p></div>one</html><p>two", "one\n\ntwo"),
        ("<html><head><title>t</title></head><body>b</body></html>", "b"),
        ("<unknown-tag>x</unknown-tag><o:p>y</o:p>", "xy"),
        ("<p>a\u200bb\u200f\u202ec\u2066</p>", "a\u200bb\u200f\u202ec\u2066"),
        ("<p>خلّيها <br>تخيس</p>", "خلّيها\nتخيس"),
        ("a\0b&#0;", "a\ufffdb\ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("<p>half \ud83d", "half \ufffd"),
        ("one\r\n\r\ntwo\rthree", "one\n\ntwo\nthree"),
        ("<p>one\r\n\r\ntwo", "one\n\ntwo"),
        ("<meta charset=latin1><p>é𝒳", "é𝒳"),
        ('<?xml version="1.0" encoding="ascii"?><p>é', "é"),
        ('<p hidden class=">">x</p>', "x"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "漢(かん)"),
    ],
)
def test_what_a_reader_sees(markup: str, text: str) -> None:
    assert read(markup).text == text


def test_the_link_to_a_quoted_post_is_left_out_where_it_is_shown_itself() -> None:
    markup = f'<p class="quote-inline">RE: {SHORT_LINK}</p><p>look</p>'
    assert read(markup).text == "RE: vmst.io/a\n\nlook"
    shown = read(markup, leave_out="quote-inline")
    assert (shown.text, shown.anchors) == ("look", ())


def test_links_are_whole_and_say_what_they_are() -> None:
    long, mention, tag = read(f"<p>{LONG_LINK} {MENTION} {HASHTAG}</p>").anchors
    assert (long.href, long.text) == (
        "https://www.bbc.co.uk/news/technology-63912116",
        "bbc.co.uk/news/technology-6391…",
    )
    assert (mention.text, mention.marks) == ("@b", frozenset({"u-url", "mention"}))
    assert (tag.text, tag.marks) == ("#Cat", frozenset({"mention", "hashtag", "tag"}))


def test_a_link_left_open_or_within_another_is_one_of_its_own() -> None:
    assert [(one.href, one.text) for one in read("<a href=a>1<a href=' b '>2</a>3").anchors] == [("a", "1"), ("b", "2")]
    assert read("<a name=x>no address</a>").anchors == ()
    assert read('<span class="invisible"><a href="https://a.example">unseen</a></span>').anchors == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 50_000,
        "<a href=x><p>" * 20_000,
        "<li>" * 50_000,
        "&" + " " * 200_000 + "x",
        "<" * 100_000,
        "&#" * 50_000,
    ],
    ids=["deep", "links in links", "lists", "blanks", "beginnings", "entities"],
)
@pytest.mark.timeout(20)
def test_markup_made_to_be_slow_is_read_in_a_time_that_grows_with_it(markup: str) -> None:
    read(markup)


TAGS = st.sampled_from(
    [
        f"<{name}>"
        for name in ("p", "br", "b", "ul", "ol", "li", "pre", "script", "blockquote", "a href='https://a.example'")
    ]
    + [f"</{name}>" for name in ("p", "b", "ul", "pre", "script", "span", "a")]
    + [
        "<span class=invisible>",
        "<span class=ellipsis>",
        "<!--",
        "-->",
        "&amp;",
        "&lt;",
        "&#x41;",
        "<",
        ">",
        "&",
        "<div",
    ]
)
MARKUP = st.lists(TAGS | st.text(max_size=5), max_size=25).map("".join)


@given(MARKUP | st.text())
@example("&#13;x")
def test_any_markup_is_read_and_its_text_written_as_markup_is_that_text(markup: str) -> None:
    text = read(markup).text
    assert read(escape(text)).text == text
    assert "\n\n\n" not in text
    assert text == text.strip("\n")
    assert all(line == line.rstrip(" \t") for line in text.split("\n"))


@given(st.lists(st.sampled_from(["p", "b", "i", "a", "div", "ul", "li", "pre", "span", "blockquote"]), max_size=30))
def test_no_tag_is_left_and_no_word_is_lost(names: list[str]) -> None:
    markup = "".join(f"<{name}>word{number}" for number, name in enumerate(names))
    text = read(markup).text
    assert "<" not in text
    assert [int(word) for word in text.replace("• ", "").replace("\n", "").split("word")[1:]] == list(range(len(names)))
