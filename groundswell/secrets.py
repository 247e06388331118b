"""Secrets come from the environment, and none of them goes out: into no log, no message and no store."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, cast

from collector.source import CountsPosts, LooksUp, Page, Paid, Query, Source, TellsUse, Traits, Window
from storage.known_posts import KnownPost
from storage.spending import Cost

BLOT: Final = "[secret]"
_NAME: Final = re.compile(r"TOKEN|PASSW|SECRET|BEARER|CREDENTIAL|_KEY$", re.IGNORECASE)
_SHORTEST: Final = 6
"""What is shorter is no secret worth the name, and may stand in any word."""


def is_secret_name(name: str) -> bool:
    """Tell whether a variable's name says that its value is secret."""
    return _NAME.search(name) is not None


@dataclass(frozen=True, slots=True)
class Secrets:
    """The values of variables whose names say that they are secret."""

    values: tuple[str, ...]

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Secrets":
        """Find the secrets of an environment."""
        named = {
            value.strip()
            for name, value in environment.items()
            if is_secret_name(name) and len(value.strip()) >= _SHORTEST
        }
        return cls(tuple(sorted(named, key=len, reverse=True)))

    def blot(self, text: str) -> str:
        """Blot every secret out of a text, as it is written and as any address may write it."""
        return _any_of(self.values).sub(BLOT, text) if self.values else text

    @contextmanager
    def blotted(self) -> Iterator[None]:
        """Blot every secret out of the error that the block ends with."""
        try:
            yield
        except Exception as error:
            # Any error may hold what it was given; it is raised on.
            error.args = tuple(self.blot(one) if isinstance(one, str) else one for one in error.args)
            raise


@lru_cache(maxsize=8)
def _any_of(values: tuple[str, ...]) -> re.Pattern[str]:
    """Match the values, the longest first. Which signs an address writes as %2F and which not, each library decides."""
    return re.compile("|".join("".join(map(_sign, value)) for value in values))


def _sign(letter: str) -> str:
    if letter.isalnum() and letter.isascii():
        return letter
    quoted = "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
    return f"(?:{re.escape(letter)}|(?i:{quoted}){'|[+]' if letter == ' ' else ''})"


def token_of(server: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Find the token for a server of Mastodon: MASTODON_TOKEN_ and its name in capitals, _ for what else is in it."""
    name = server.rpartition("//")[2]
    return environment.get("MASTODON_TOKEN_" + re.sub(r"[^A-Z0-9]", "_", name.upper())) or None


@dataclass(frozen=True, slots=True)
class Discreet:
    """A source whose errors tell no secret: what they say is kept in the store, as the reason of a hole."""

    source: Source
    secrets: Secrets

    @property
    def traits(self) -> Traits:
        """Tell what is true of the source whatever it is asked."""
        return self.source.traits

    def pages(self, query: Query, window: Window, cursor: str | None) -> Iterator[Page]:
        """Answer as the source does."""
        with self.secrets.blotted():
            yield from self.source.pages(query, window, cursor)

    def look_up(self, posts: Iterable[KnownPost]) -> Iterator[Page]:
        """Answer as the source does, if it is one that looks up."""
        with self.secrets.blotted():
            yield from cast("LooksUp", self.source).look_up(posts)

    def offers(self) -> Sequence[Sequence[Cost]]:
        """Reckon as the source does, if it is one that costs."""
        return cast("Paid", self.source).offers()

    def take(self, offer: int) -> None:
        """Take an offer of the source's, if it is one that costs."""
        cast("Paid", self.source).take(offer)

    def used(self) -> int | None:
        """Ask as the source does, if it is one that tells what it charged for."""
        with self.secrets.blotted():
            return cast("TellsUse", self.source).used()

    @property
    def step(self) -> timedelta:
        """Tell what the source does, if it is one that counts."""
        return cast("CountsPosts", self.source).step

    def earliest(self) -> datetime:
        """Tell what the source does, if it is one that counts."""
        return cast("CountsPosts", self.source).earliest()
