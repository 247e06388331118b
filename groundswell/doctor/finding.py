"""What a check looks at, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from groundswell.config import Config
from storage.store import Store

State: TypeAlias = Literal["ok", "warning", "failed", "unknown"]
"""`unknown` is said of what could not be looked at: it is neither well nor ill."""


class Finding(msgspec.Struct, frozen=True):
    """What one check found: its name, how it is, the fact, and what to do about it ('' where that is nothing)."""

    check: str
    state: State
    what: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A collection that is looked at, as far as it can be; nothing in it is changed.

    Attributes:
        config: None where config.yaml is refused.
        store: open as it is, not brought up to date; None where it cannot be opened.
        url: the store's address; '' where nothing says it.
        now: aware, by the machine's clock.
        environment: the environment's variables.
    """

    config: Config | None
    store: Store | None
    url: str
    now: datetime
    environment: Mapping[str, str]
