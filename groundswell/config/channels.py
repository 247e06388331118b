"""Where alerts go: addresses of Apprise, none of which may hold a secret.

`{NAME}` stands for a value of the environment. Its name has to say that it is secret, as by such names every secret is
kept out of logs, errors and the store (see `groundswell.secrets`). Apprise is an extra, so what a secret looks like is
told here by rules of our own: they refuse rather once too often, for a {NAME} always helps.
"""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

from groundswell.config.section import Section
from groundswell.config.values import refuse
from groundswell.secrets import is_secret_name
from storage.address import has_password

NAMED: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=://.)")
_OPEN: Final = re.compile(
    r"(form|json|mailto|mqtt|ntfy|xml)s?|r?syslog|dbus|glib|gnome|kde|macosx|qt|windows", re.IGNORECASE
)
"""Services that may be told without a key; the address of any other has one in it."""
_SECRET_OPTION: Final = re.compile("auth|cookie|key|pass|pwd|secret|token", re.IGNORECASE)
_LOOKS_DRAWN: Final = re.compile(r"(?=[A-Za-z_-]*[0-9])(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_-]{16,}|[0-9a-fA-F]{20,}")
"""Letters and digits without an end: nobody names a topic or a host so."""
_WORD: Final = re.compile(r"[A-Za-z]{2,}(?:[-_](?:[A-Za-z]{2,}|[0-9]{1,4}))*")
"""Words and numbers with hyphens, such as groundswell-alerts-2026."""
_CURE: Final = (
    "take it out: a secret never stands in a file. Write {NAME} in its place, such as {ALERT_TOKEN}, and set NAME in "
    "the environment"
)


def _channel(value: str) -> str:
    """Refuse an address with a secret in it, without repeating it."""
    value = value.strip()
    scheme = _SCHEME.match(value)
    if scheme is None or any(letter.isspace() for letter in value):
        raise refuse("it is no address of Apprise", "write such as ntfy://my-topic or tgram://{TELEGRAM_TOKEN}/CHAT")
    names = NAMED.findall(value)
    for name in names:
        _check_name(name)
    plain = NAMED.sub("{}", value)
    if has_password(re.sub(r":\{\}@", "@", plain)) or _has_secret_option(plain):
        raise refuse("a password or a token stands in it", _CURE)
    rest = plain[scheme.end() :]
    if any(_is_drawn(part) for part in re.split(r"[/:@?&=+#,{}]+", rest)):
        raise refuse("a part of it looks like a token", _CURE)
    if not names and not _OPEN.fullmatch(scheme[0]):
        raise refuse(f"an address of `{scheme[0]}` has a token in it", _CURE)
    return value


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise refuse("`{` and `}` do not stand around a name of the environment", "write {ALERT_TOKEN}, or such")
    if not is_secret_name(name):
        cure = "call it so that one sees that it is secret, such as {ALERT_TOKEN}, {MAIL_PASSWORD} or {CHAT_SECRET}"
        raise refuse(f"`{name}` is no name of a secret, so it would not be kept out of the log", cure)


def _has_secret_option(plain: str) -> bool:
    """Tell whether an option whose name says that it is secret has a value."""
    options = re.findall(r"[?&]([^=&]*)=([^&#]*)", plain)
    return any(_SECRET_OPTION.search(name) and value.strip("{}") for name, value in options)


def _is_drawn(part: str) -> bool:
    return bool(_LOOKS_DRAWN.search(part)) and not _WORD.fullmatch(part)


Channel: TypeAlias = Annotated[str, AfterValidator(_channel)]


class AlertsSection(Section):
    """Where alerts are told besides the log and `groundswell status`."""

    to: tuple[Channel, ...] = ()
