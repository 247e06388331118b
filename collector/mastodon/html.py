"""The text of a post as a reader sees it: HTML in, text and links out. Pure.

It is read as Mastodon's web pages show it. They keep line breaks and spaces as they are written; of a long address
they hide the parts marked *invisible* and put "…" after one marked *ellipsis*. Paragraphs are parted by a blank
line. Links of the text are given whole besides.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final, NamedTuple, cast

from lxml import etree

_UNSEEN: Final = frozenset({"script", "style", "template", "title", "iframe", "noembed", "noframes", "noscript"})
_PARAGRAPHS: Final = frozenset(
    {"p", "blockquote", "pre", "ul", "ol", "dl", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_LINES: Final = frozenset(
    {"div", "li", "dt", "dd", "tr", "td", "th", "hr", "section", "article", "header", "footer", "figure"}
)
_LISTS: Final = frozenset({"ul", "ol"})
_BULLET: Final = "• "

_BLANKS: Final = " \t\f\v"
_BLANK_LINES: Final = re.compile(r"\n{3,}")


class Anchor(NamedTuple):
    """A link: where it leads, the text that is seen of it, and what it says it is (its classes and `rel`)."""

    href: str
    text: str
    marks: frozenset[str]


class Shown(NamedTuple):
    """What is seen of a post."""

    text: str
    anchors: tuple[Anchor, ...]


def read(markup: str, *, leave_out: str | None = None) -> Shown:
    """Read HTML, however broken, as text and links.

    Args:
        markup: a fragment; it need not be well-formed.
        leave_out: a class whose elements are not shown.
    """
    whole = markup.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if "<" not in whole and "&" not in whole:
        return Shown(_tidied(whole), ())
    target = cast("etree.ParserTarget[Shown]", _Reader(leave_out))
    parser = etree.HTMLParser(target=target, no_network=True)
    parser.feed("<div>" + whole)  # inside of an element, so that the blanks it begins with are part of the text
    return parser.close()


class _Open(NamedTuple):
    """An element that has begun."""

    tag: str
    is_hidden: bool
    end: str
    href: str | None
    marks: frozenset[str]


class _Reader:
    """Takes the events of a parser. Text is gathered in pieces; a number among them is a break of so many lines."""

    def __init__(self, leave_out: str | None) -> None:
        self._leave_out = leave_out
        self._pieces: list[str | int] = []
        self._anchors: list[Anchor] = []
        self._of_anchor: list[str] = []
        self._open: list[_Open] = []
        self._counts: list[int | None] = []
        self._bullet = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        classes = frozenset(attributes.get("class", "").split())
        hidden = self._is_hidden or tag in _UNSEEN or "invisible" in classes or self._leave_out in classes
        marks = classes | frozenset(attributes.get("rel", "").lower().split())
        href = attributes.get("href") if tag == "a" and not hidden else None
        end = "…" if "ellipsis" in classes and not hidden else ""
        if not hidden:
            self._begin(tag, attributes)
        if href is not None:
            self._of_anchor.clear()
        self._open.append(_Open(tag, hidden, end, href, marks))

    def data(self, text: str) -> None:
        """Take a stretch of text."""
        if not self._is_hidden and not (self._bullet and text.isspace()):
            self._write(text)

    def end(self, tag: str) -> None:
        """End an element, and those in it that were left open."""
        while self._open:
            one = self._open.pop()
            self._finish(one)
            if one.tag == tag:
                break

    def close(self) -> Shown:
        """Give what was read."""
        while self._open:
            self._finish(self._open.pop())
        return Shown(_joined(self._pieces), tuple(self._anchors))

    @property
    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1].is_hidden

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self._bullet:
            self._break(tag)
        if tag == "br":
            self._write("\n")
        elif tag == "img":
            self._write(attributes.get("alt", ""))  # a custom emoji, on servers that put them in the text
        elif tag in _LISTS:
            self._counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._bullet = self._next_bullet()

    def _finish(self, one: _Open) -> None:
        if one.is_hidden:
            return
        if one.end:
            self._write(one.end)
        if one.href is not None:
            self._anchors.append(Anchor(one.href.strip(), "".join(self._of_anchor), one.marks))
            self._of_anchor.clear()
        if one.tag in _LISTS and self._counts:
            self._counts.pop()
        self._bullet = ""
        self._break(one.tag)

    def _write(self, text: str) -> None:
        self._pieces.append(self._bullet + text)
        self._of_anchor.append(text)
        self._bullet = ""

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS and not (tag in _LISTS and self._counts):
            self._pieces.append(2)
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._pieces.append(1)

    def _next_bullet(self) -> str:
        count = self._counts[-1] if self._counts else None
        if count is None:
            return _BULLET
        self._counts[-1] = count + 1
        return f"{count + 1}. "


def _joined(pieces: Iterable[str | int]) -> str:
    """Write pieces as one text: where breaks meet the widest counts, and blanks between two of them are none."""
    written: list[str] = []
    pending = 0
    for is_break, group in groupby(pieces, key=lambda piece: isinstance(piece, int)):
        if is_break:
            pending = max(pending, *cast("Iterator[int]", group))
        elif not (text := "".join(cast("Iterator[str]", group))).isspace():
            written.append("\n" * pending if written else "")
            blank = len(text) - len(text.lstrip(_BLANKS + "\r\n"))
            written.append(text[text.rfind("\n", 0, blank) + 1 :].rstrip(_BLANKS + "\r\n"))
            pending = 0
    return _tidied("".join(written))


def _tidied(text: str) -> str:
    """Take away blanks at the ends of lines, and all blank lines but one between others."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join([line.rstrip(_BLANKS) for line in lines])).strip("\n")
