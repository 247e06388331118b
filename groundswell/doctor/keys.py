"""Keys: the environment's variables that sources need are there and look whole. None is ever shown."""

import re
from collections.abc import Iterator
from typing import Final

from groundswell.config.model import SourcesSection
from groundswell.doctor.finding import Finding, Subject
from groundswell.secrets import token_of
from groundswell.sources import X_TOKEN

_OURS: Final = re.compile(r"X_BEARER_TOKEN|BLUESKY_HANDLE|BLUESKY_APP_PASSWORD|MASTODON_TOKEN_[A-Z0-9_]+")
_SPOILT: Final = re.compile(r"[\s\"'\u2018-\u201f]|^$")


def look(subject: Subject) -> Iterator[Finding]:
    """Tell which of our variables are set; one with spaces or quotes in it was not meant to be so."""
    ours = {name: value for name, value in sorted(subject.environment.items()) if _OURS.fullmatch(name)}
    for name in (name for name, value in ours.items() if _SPOILT.search(value)):
        cure = "set it anew, without quotes and spaces around it"
        yield Finding("keys", "warning", f"{name} is set, but is empty or has a space or a quote in it", cure)
    yield Finding("keys", "ok", f"in the environment: {', '.join(ours) or 'none'}; {'; '.join(_lacking(subject))}")


def _lacking(subject: Subject) -> list[str]:
    """Tell which sources have no key: most servers of Mastodon answer all the same, X does not."""
    sources = subject.config.sources if subject.config else SourcesSection()
    servers = sources.mastodon.servers if sources.mastodon else ()
    without = [server for server in servers if token_of(server, subject.environment) is None]
    said = [f"asked without one: {', '.join(without)}"] if without else []
    if sources.x is not None and not subject.environment.get(X_TOKEN, "").strip():
        said.append("X lacks the one that it needs")
    return said or ["no source lacks one that it needs"]
