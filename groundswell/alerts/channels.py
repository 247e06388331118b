"""Channels: a message on its way to a person, through Apprise (an extra: `pip install 'groundswell[alerts]'`).

An address is written as config.yaml has it, with {NAME} for a value of the environment. Only here, and only in memory,
is it made whole; Apprise's own log, which may tell it, is read for the reason of a failure and goes nowhere else.
"""

import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from groundswell.alerts.errors import AppriseMissing, NoChannel, NotTold, SecretMissing
from groundswell.secrets import Secrets
from groundswell.terminal import one_line

if TYPE_CHECKING:
    from types import ModuleType

NAMED: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
PATIENCE: Final = 60.0
"""Seconds that a channel is given."""
_LONGEST_REASON: Final = 200


def check(channel: str, environment: Mapping[str, str] = os.environ) -> None:
    """See that a message could be sent through a channel, as far as can be told here; raises ChannelError."""
    _target(channel, environment)


def send(channel: str, title: str, words: str, environment: Mapping[str, str] = os.environ) -> None:
    """Send a message through a channel; raises ChannelError where it did not arrive."""
    target, blot = _target(channel, environment), Secrets.of(environment).blot
    try:
        result = target.notify(words, title, notify_type="warning", body_format="text", timeout=PATIENCE)
    except Exception as error:  # noqa: BLE001  # a plugin of Apprise's may raise anything
        # The error itself goes no further: it may hold the whole address.
        raise NotTold(_said(channel, blot(f"{type(error).__name__}: {error}"))) from None
    if not result:
        raise NotTold(_said(channel, blot(_reason(result))))


def _target(channel: str, environment: Mapping[str, str]) -> Any:
    """Have Apprise take an address, made whole."""
    target, address = _apprise().Apprise(), _whole(channel, environment)
    try:
        is_taken = target.add(address)
    except Exception:  # noqa: BLE001  # as above
        is_taken = False
    if not is_taken:
        raise NoChannel(f"{channel} is no address that Apprise takes")
    return target


def _apprise() -> "ModuleType":
    """Import Apprise, and keep what it logs to itself: at DEBUG it tells whole addresses."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    with suppress(ModuleNotFoundError):
        import apprise

        return apprise
    raise AppriseMissing("Apprise is not installed")


def _whole(channel: str, environment: Mapping[str, str]) -> str:
    """Put the environment's values into an address, as an address writes them."""
    for name in NAMED.findall(channel):
        if not environment.get(name, "").strip():
            raise SecretMissing(f"{name}, which {channel} needs, is not set")
    return NAMED.sub(lambda match: quote(environment[match[1]].strip(), safe=""), channel)


def _reason(result: object) -> str:
    """Find the last thing that Apprise warned of."""
    logs = getattr(result, "logs", lambda: ())
    warned = [one.message for one in logs() if one.level in ("WARNING", "ERROR", "CRITICAL")]
    return str(warned[-1]) if warned else "it does not say why"


def _said(channel: str, reason: str) -> str:
    return f"{channel} did not take it: {one_line(reason)[:_LONGEST_REASON]}"
