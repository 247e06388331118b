"""Tags that a campaign may be missing: other spellings of its own, and what stands beside them in the store. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from groundswell.spellings import spellings
from storage.tag import asked, fold
from storage.tag_use import TagUse

ALIKE: Final = 0.8
"""From this likeness on (difflib's ratio of the keys) two tags may be forms of one word."""
OFTEN: Final = 0.5
"""A tag at least this part of whose posts carry a tag of the campaign goes with it."""
FEWEST: Final = 5
"""Posts on which that is said; fewer are chance."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag that is not watched yet.

    Attributes:
        tag: without '#'.
        why: what speaks for it.
        together: posts that carry it beside a tag of the campaign; None where the store has it in none, which says
            nothing of how often it is used: nobody asked for it.
        posts: posts in the store that carry it at all.
    """

    tag: str
    why: str
    together: int | None = None
    posts: int | None = None


def suggest(tags: Sequence[str], uses: Iterable[TagUse]) -> tuple[Suggestion, ...]:
    """Suggest tags beside those of a campaign, those with most posts first, then spellings that nobody asked for.

    Platforms answer for spellings, so a spelling that they tell from all that are watched counts as another tag.
    """
    watched = {asked(tag) for tag in tags}
    keys = {fold(tag) for tag in tags}
    found: dict[str, Suggestion] = {}
    for use in sorted(uses, key=lambda one: (-one.together, one.written)):
        why = _why(use, keys)
        if why and asked(use.written) not in watched:
            found.setdefault(asked(use.written), Suggestion(use.written, why, use.together, use.posts))
    unseen = (one for one in spellings(tuple(tags)) if asked(one.tag) not in found)
    return (*found.values(), *(Suggestion(one.tag, one.why) for one in unseen))


def _why(use: TagUse, keys: set[str]) -> str:
    if use.key in keys:
        return "another spelling of a tag that is watched"
    near = max(keys, key=lambda key: SequenceMatcher(None, use.key, key).ratio())
    if SequenceMatcher(None, use.key, near).ratio() >= ALIKE:
        return f"nearly the same as #{near}"
    if use.together >= FEWEST and use.together >= OFTEN * use.posts:
        return "mostly used with the campaign's tags"
    return ""
