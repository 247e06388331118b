"""X's query language, as far as a hashtag campaign needs it: read it, and match posts with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.platforms.x.world import Post, tag_key

ERRORS = "There were errors processing your request"
TOKEN = re.compile(
    r"""\s*(?:(?P<open>-?\()|(?P<close>\))|(?P<or>OR(?=[\s()]|$))|(?P<term>-?(?:[^\s()"]*"[^"]*"|[^\s()"]+)))"""
)
WORD = re.compile(r"[^\W_]+", re.UNICODE)
HASHTAGS = re.compile(r"[#＃]([^#＃]+)")


class QueryError(ValueError):
    """A query that X cannot read; the text is X's."""


class Looked(Protocol):
    """What a match must know of a post beyond the post."""

    def tags(self, post: Post) -> frozenset[str]:
        """Tell its folded hashtags."""

    def words(self, post: Post) -> Sequence[str]:
        """Tell its folded words, in order."""

    def username(self, post: Post) -> str:
        """Tell its author's folded name."""


Match = Callable[[Post, Looked], bool]


@dataclass(frozen=True)
class Clause:
    """A part of a query.

    Attributes:
        tags: a post that it matches carries one of these; None: not known.
        stands_alone: whether it may be a whole query.
    """

    match: Match
    tags: frozenset[str] | None = None
    stands_alone: bool = False


def parse(query: str) -> Clause:
    """Read a query or raise QueryError."""
    reader = _Reader(query)
    clause = reader.either()
    if reader.at < len(reader.tokens):
        raise QueryError(f"{ERRORS}: no viable alternative at input '{reader.text()}' (at position {reader.place()})")
    if not clause.stands_alone:
        raise QueryError(f"{ERRORS}: Rules must contain at least one positive, non-stopword clause (at position 1)")
    return clause


class _Reader:
    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = _tokens(query)
        self.at = 0

    def either(self) -> Clause:
        """Read parts that OR stands between."""
        parts = [self.both()]
        while self._kind() == "or":
            self.at += 1
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else _any(parts)

    def both(self) -> Clause:
        """Read parts that nothing but a blank stands between."""
        parts: list[Clause] = []
        while self._kind() in {"open", "term"}:
            parts += self.one()
        if not parts:
            raise QueryError(f"{ERRORS}: no viable alternative at input '{self.text()}' (at position {self.place()})")
        return parts[0] if len(parts) == 1 else _all(parts)

    def one(self) -> list[Clause]:
        """Read a group or an operator; `#a#b` is two."""
        kind, text = self._kind(), self.text()
        self.at += 1
        if kind == "term":
            return _terms(text)
        if text.startswith("-"):
            raise QueryError(f"{ERRORS}: a group must not be negated (at position {self.place()})")
        inner = self.either()
        if self._kind() != "close":
            raise QueryError(f"{ERRORS}: missing ')' at '<EOF>' (at position {len(self.query) + 1})")
        self.at += 1
        return [inner]

    def text(self) -> str:
        """Tell what stands here."""
        return self.tokens[self.at][1] if self.at < len(self.tokens) else "<EOF>"

    def place(self) -> int:
        """Tell where in the query that is, from 1."""
        return self.tokens[self.at][2] + 1 if self.at < len(self.tokens) else len(self.query) + 1

    def _kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""


def _tokens(query: str) -> list[tuple[str, str, int]]:
    found, at, end = [], 0, len(query.rstrip())
    while at < end:
        token = TOKEN.match(query, at)
        if token is None or token.lastgroup is None:
            raise QueryError(f"{ERRORS}: missing '\"' at '{query[at:].strip()}' (at position {at + 1})")
        found.append((token.lastgroup, token[token.lastgroup], token.start(token.lastgroup)))
        at = token.end()
    return found


def _terms(text: str) -> list[Clause]:
    is_negated = text.startswith("-")
    bare = text[1:] if is_negated else text
    tags = HASHTAGS.findall(bare) if bare[:1] in {"#", "＃"} and '"' not in bare else []
    clauses = [_tag(tag) for tag in tags] or [_operator(bare)]
    return [_not(_all(clauses))] if is_negated else clauses


def _operator(text: str) -> Clause:
    name, colon, value = text.partition(":")
    if not colon or text.startswith('"'):
        return _phrase(text)
    known = OPERATORS.get(name.lower())
    if known is None or not value:
        raise QueryError(
            f"{ERRORS}: Reference to invalid operator '{name}'. Operator is not available in current product or"
            " product packaging. Please refer to complete available operator list at https://t.co/operators."
        )
    return known(value.strip('"'))


def _tag(tag: str) -> Clause:
    key = tag_key(tag)
    return Clause(lambda post, looked: key in looked.tags(post), frozenset({key}), True)


def _phrase(text: str) -> Clause:
    wanted = words_of(text.strip('"'))
    if not wanted:
        raise QueryError(f"{ERRORS}: no viable alternative at input '{text}'")
    if len(wanted) == 1:
        return Clause(lambda post, looked: wanted[0] in looked.words(post), None, True)
    return Clause(lambda post, looked: _stands_in(wanted, looked.words(post)), None, True)


def _from(value: str) -> Clause:
    wanted = value.lstrip("@").casefold()
    return Clause(lambda post, looked: wanted in {looked.username(post), str(post.author_id)}, None, True)


def _lang(value: str) -> Clause:
    return Clause(lambda post, _: post.lang == value.lower())


def _conversation(value: str) -> Clause:
    return Clause(lambda post, _: str(post.conversation_id) == value, None, True)


def _is(value: str) -> Clause:
    relations = {"retweet": "retweeted", "reply": "replied_to", "quote": "quoted"}
    if value not in relations:
        raise QueryError(f"{ERRORS}: invalid value '{value}' for operator 'is:'")
    wanted = relations[value]
    return Clause(lambda post, _: any(one.type == wanted for one in post.references))


def _has(value: str) -> Clause:
    kinds = {"hashtags": "hashtags", "links": "urls", "mentions": "mentions"}
    if value == "media":
        return Clause(lambda post, _: bool(post.media))
    if value not in kinds:
        raise QueryError(f"{ERRORS}: invalid value '{value}' for operator 'has:'")
    return Clause(lambda post, _: bool(post.entities.get(kinds[value])))


OPERATORS: dict[str, Callable[[str], Clause]] = {
    "from": _from,
    "lang": _lang,
    "conversation_id": _conversation,
    "is": _is,
    "has": _has,
}


def _not(clause: Clause) -> Clause:
    return Clause(lambda post, looked: not clause.match(post, looked))


def _all(parts: list[Clause]) -> Clause:
    matches = [part.match for part in parts]
    hints = [part.tags for part in parts if part.tags is not None]
    alone = any(part.stands_alone for part in parts)
    return Clause(
        lambda post, looked: all(match(post, looked) for match in matches), min(hints, key=len, default=None), alone
    )


def _any(parts: list[Clause]) -> Clause:
    matches = [part.match for part in parts]
    hints = [part.tags for part in parts if part.tags is not None]
    tags = frozenset[str]().union(*hints) if len(hints) == len(parts) else None
    alone = all(part.stands_alone for part in parts)
    return Clause(lambda post, looked: any(match(post, looked) for match in matches), tags, alone)


def words_of(text: str) -> tuple[str, ...]:
    """Cut a text into folded words."""
    return tuple(WORD.findall(text.casefold()))


def _stands_in(wanted: Sequence[str], words: Sequence[str]) -> bool:
    size = len(wanted)
    return any(tuple(words[at : at + size]) == tuple(wanted) for at in range(len(words) - size + 1))
