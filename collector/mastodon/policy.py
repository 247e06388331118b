"""What a server says of itself: whose software it runs, and who may read its hashtag timelines. Pure."""

import re
from dataclasses import dataclass
from typing import Any, Final

OPEN: Final = "public"
FOR_USERS: Final = "authenticated"
_PARTS: Final = ("local", "remote")
_MASTODON: Final = re.compile(r"[4-9]\.\d+\.\d+[-+.\w]*|\d{2,}\.\d+\.\d+[-+.\w]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a server says of itself.

    Attributes:
        local, remote: who may read the hashtag timelines' posts of its own people, and of others:
            'public', 'authenticated' or 'disabled'; older servers do not tell, and are then taken as open.
        is_mastodon: it runs Mastodon itself, 4.0 or later; only of that it is known that several tags can be asked
            for at once, and that a timeline can be read forward. Others may pass over either without a word.
    """

    local: str = OPEN
    remote: str = OPEN
    is_mastodon: bool = False

    def refusal(self, *, has_token: bool) -> str | None:
        """Say why the hashtag timelines cannot be read whole; None: they can.

        One of which only a part is shown is refused as well: what it leaves out would look like silence.
        """
        said = {self.local, self.remote}
        if said <= {OPEN} or (has_token and said <= {OPEN, FOR_USERS}):
            return None
        if said <= {OPEN, FOR_USERS}:
            return "its hashtag timelines are for users with a token only"
        return f"its hashtag timelines are closed: local posts {self.local}, posts of other servers {self.remote}"


def policy_of(instance: Any) -> Policy:
    """Read the answer of /api/v2/instance; what it does not tell is left open."""
    answer = instance if isinstance(instance, dict) else {}
    feeds = _at(answer, "configuration", "timelines_access", "hashtag_feeds")
    local, remote = (_word(feeds, part) for part in _PARTS)
    version = answer.get("version")
    return Policy(local, remote, isinstance(version, str) and _MASTODON.fullmatch(version) is not None)


def _word(feeds: Any, part: str) -> str:
    """Read one part's rule; one word may stand for both parts."""
    word = feeds.get(part, OPEN) if isinstance(feeds, dict) else feeds
    return word if isinstance(word, str) and word else OPEN


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
