"""What every talk over HTTP has to read: headers, and why no whole answer came. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from requests.exceptions import ConnectTimeout, RequestException, SSLError, Timeout
from urllib3.exceptions import NameResolutionError, NewConnectionError

from collector.errors import Unavailable

_DIGITS: Final = 15


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Read the server's clock; None where the answer does not tell it."""
    return moment_of(headers.get("Date"))


def moment_of(text: str | None) -> datetime | None:
    """Read a date as HTTP writes it; None for what is none."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def number_of(text: str | None) -> float | None:
    """Read a number of at most 15 digits: more are no time."""
    stripped = (text or "").strip()
    return float(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) <= _DIGITS else None


def failure(cause: BaseException | None, host: str) -> Unavailable:
    """Say why no whole answer came, without the address that was asked: it holds what the user looks for."""
    match cause:
        case ConnectTimeout():
            return Unavailable(f"{host} did not take the connection in time")
        case Timeout():
            return Unavailable(f"{host} did not answer in time", may_have_cost=True)
        case SSLError():
            return Unavailable(f"{host}: the encryption of the connection failed")
        case RequestException() if isinstance(_reason(cause), NameResolutionError):
            return Unavailable(f"{host}: no server of this name was found; it is misspelt, or this machine is offline")
        case _:
            was_made = not isinstance(_reason(cause), NewConnectionError)
            return Unavailable(f"{host}: the connection failed or broke off", may_have_cost=was_made)


def _reason(cause: BaseException | None) -> object:
    """Find the reason within the reasons."""
    inner = cause.args[0] if cause is not None and cause.args else None
    return getattr(inner, "reason", inner)
