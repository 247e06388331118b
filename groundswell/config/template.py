"""The commented config.yaml that `groundswell init` writes: the shipped campaign or one's own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from string import Template
from typing import Final

from groundswell.spellings import spellings
from storage.tag import asked

_PLAIN: Final = re.compile(r"[a-z]+(-[a-z]+)+")
"""A short name that YAML cannot take for anything but text, and that needs no quotes."""

LIVE_BEGINS: Final = timedelta(days=7)
"""How long before today a campaign of live sources begins: all that a server ever had may be years of posts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a campaign before it is written.

    Attributes:
        tags: (tag without '#', a note or '').
        suggestions: tags that stand there as notes, to be taken over by hand.
        starts: the line of `from`, with its note.
        servers: of Mastodon, to be asked; without any the section stands there as a note.
        contact: what those servers are told.
    """

    slug: str
    title: str
    tags: tuple[tuple[str, str], ...]
    suggestions: tuple[tuple[str, str], ...]
    time_zone: str
    starts: str
    servers: tuple[str, ...] = ()
    contact: str = ""


LET_IT_GO = Draft(
    slug="let-it-go",
    title="Let it go (#خليها_تخيس)",
    tags=(
        ("خليها_تخيس", "let it rot; machines translate it as let it go"),
        ("خلوها_تخيس", "the same, said to many"),
        ("خليها_تعفن", "the same, in other words"),
    ),
    suggestions=(),
    time_zone="Asia/Baghdad",
    starts="from: 2019-11-01 # the first day that counts",
)


def draft_of(tags: Sequence[str]) -> Draft:
    """Draft a campaign of one's own tags (without '#'), with the other spellings that people may type."""
    own = tuple({asked(tag): tag for tag in reversed(tags)}.values())[::-1]
    return Draft(
        slug=_slug(own[0]),
        title=f"#{own[0]}",
        tags=tuple((tag, "") for tag in own),
        suggestions=tuple((spelling.tag, spelling.why) for spelling in spellings(own)),
        time_zone="UTC",
        starts="# from: 2019-11-01 # the first day that counts; without it all posts do",
    )


def asking(draft: Draft, servers: Sequence[str], contact: str, today: date) -> Draft:
    """Have servers of Mastodon asked; a campaign that does not say since when then begins LIVE_BEGINS before today."""
    starts = draft.starts
    if starts.startswith("#"):
        starts = f"from: {today - LIVE_BEGINS} # the first day that counts; an earlier one has more fetched"
    return replace(draft, servers=tuple(servers), contact=contact, starts=starts)


def write_config(draft: Draft) -> str:
    """Write the whole commented file."""
    template = files("groundswell.config").joinpath("template.yaml").read_text(encoding="utf-8")
    return Template(template).substitute(
        slug=draft.slug if _PLAIN.fullmatch(draft.slug) else _quoted(draft.slug),
        title=_quoted(draft.title),
        tags="\n".join(_tags(draft)),
        time_zone=draft.time_zone,
        starts=draft.starts,
        mastodon="\n".join(_mastodon(draft)),
    )


def _mastodon(draft: Draft) -> Iterator[str]:
    mark = "" if draft.servers else "# "
    contact = draft.contact or "you@example.org"
    servers = draft.servers or ("mastodon.social", "mastodon.online")
    yield f"  {mark}mastodon: # needs no key; each server knows the posts that reached it, so name several"
    yield f"  {mark}  contact: {_quoted(contact)} # told to the servers, so that their people can reach you"
    yield f"  {mark}  servers: [{', '.join(map(_quoted, servers))}]"
    yield f"  {mark}  # every: 15m # how often; without it as the schedule says"


def _tags(draft: Draft) -> Iterator[str]:
    for tag, note in draft.tags:
        yield f"      - {_item(tag, note)}"
    if draft.suggestions:
        yield "      # People may also write (take the # and the space before a line away to watch it):"
    for tag, note in draft.suggestions:
        yield f"      # - {_item(tag, note)}"


def _item(tag: str, note: str) -> str:
    return f"{_quoted('#' + tag)} # {note}" if note else _quoted("#" + tag)


def _quoted(text: str) -> str:
    """Write a text as YAML reads it back, whatever stands in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _slug(tag: str) -> str:
    """Make a short name of a tag: its letters and digits in lower case, all else a hyphen."""
    words = "".join(letter if letter.isalnum() else " " for letter in tag.casefold()).split()
    return "-".join(words)[:60].strip("-") or "campaign"
