"""Texts of made posts, with the entities that X would find in them."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.platforms.x.words import EMOJI, WORDS

REPOST_LENGTH = 140
POOL = 2_000


@dataclass
class Draft:
    """A text that grows, and notes where its entities stand."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    entities: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Tell the text."""
        return "".join(self.parts)

    def say(self, words: str) -> None:
        """Add words."""
        if words:
            self._add(words)

    def tag(self, tag: str) -> None:
        """Add a hashtag."""
        start, end = self._add(f"#{tag}")
        self.entities.setdefault("hashtags", []).append({"start": start, "end": end, "tag": tag})

    def mention(self, username: str, author_id: int) -> None:
        """Add a mention."""
        start, end = self._add(f"@{username}")
        found = {"start": start, "end": end, "username": username, "id": str(author_id)}
        self.entities.setdefault("mentions", []).append(found)

    def link(self, url: str, expanded: str) -> None:
        """Add a link."""
        start, end = self._add(url)
        found = {"start": start, "end": end, "url": url, "expanded_url": expanded, "display_url": expanded[8:]}
        self.entities.setdefault("urls", []).append(found)

    def _add(self, piece: str) -> tuple[int, int]:
        if self.parts:
            self.parts.append(" ")
            self.length += 1
        start = self.length
        self.parts.append(piece)
        self.length += len(piece)
        return start, self.length


@cache
def phrases(language: str) -> tuple[str, ...]:
    """Make what may be said in a language; nothing where it has no words."""
    words = WORDS.get(language, WORDS["en"])
    if not words:
        return ("",)
    rng = random.Random(language)  # noqa: S311  the same language must say the same
    made = (" ".join(rng.choices(words, k=rng.randint(3, 12))) for _ in range(POOL))
    return tuple(f"{said} {rng.choice(EMOJI)}".rstrip() for said in made)


def chatter(rng: random.Random, language: str) -> str:
    """Say something in a language."""
    said = phrases(language)
    return said[int(rng.random() * len(said))]


def tagged(rng: random.Random, language: str, tags: Iterable[str], mentions: Sequence[tuple[str, int]] = ()) -> Draft:
    """Draft a text: whom it answers, some words with the tags among them, and more words."""
    draft = Draft()
    for username, author_id in mentions:
        draft.mention(username, author_id)
    draft.say(chatter(rng, language))
    for tag in tags:
        draft.tag(tag)
    if rng.random() < 0.3:
        draft.say(chatter(rng, language))
    return draft


def passed_on(username: str, author_id: int, text: str, entities: Mapping[str, Any]) -> Draft:
    """Draft a repost's text as X does: who posted it, and as much of it as 140 signs hold."""
    before = f"RT @{username}: "
    whole = before + text
    kept = whole if len(whole) <= REPOST_LENGTH else f"{whole[: REPOST_LENGTH - 1]}…"
    limit = len(kept) if kept is whole else REPOST_LENGTH - 1
    mention = {"start": 3, "end": 4 + len(username), "username": username, "id": str(author_id)}
    draft = Draft([kept], len(kept), {"mentions": [mention]})
    for kind, found in entities.items():
        moved = [{**one, "start": one["start"] + len(before), "end": one["end"] + len(before)} for one in found]
        if inside := [one for one in moved if one["end"] <= limit]:
            draft.entities.setdefault(kind, []).extend(inside)
    return draft
