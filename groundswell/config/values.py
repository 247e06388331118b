"""The kinds of values in a config.yaml: how each is read, and how it is refused.

Paths come out absolute, read from the folder of the file (the validation context's `folder`); moments come
out aware, read in the zone that the section's `time_zone` names before them, else in UTC.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from groundswell.config.document import Plain
from groundswell.times import read_length, read_moment
from storage.address import has_password
from storage.tag import fold

SQLITE: Final = "sqlite:///"
POSTGRESQL: Final = "postgresql://"
SECRETS: Final = (
    "secrets come from the environment, never from a file (X_BEARER_TOKEN; BLUESKY_HANDLE and "
    "BLUESKY_APP_PASSWORD; MASTODON_TOKEN_ and the server's name)"
)
BINS: Final = ("1min", "5min", "10min", "15min", "30min", "1h", "6h", "1day", "1week", "1month", "1year")
"""The names of analysis.bins.STEPS; here too, so that reading a config needs no pandas (held by a test)."""

LANGUAGES: Final = ("en", "ar")
"""Those of analysis.language.SPOKEN, which needs more than a config does (held by a test)."""
_LANGUAGE: Final = re.compile(rf"({'|'.join(LANGUAGES)})(-[A-Z]{{2}})?")

_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?|localhost(:\d+)?|\[::1\](:\d+)?")
_SLUG: Final = re.compile(r"[^\W_][\w-]{0,59}")


def refuse(what: str, cure: str, items: Iterable[tuple[int, str, str]] = ()) -> PydanticCustomError:
    """Make the refusal of a value; `items` blames single items of a list instead: (place, what, cure)."""
    return PydanticCustomError("refused", "refused", {"what": what, "cure": cure, "items": tuple(items)})


def _length(value: object) -> timedelta:
    try:
        return read_length(value if isinstance(value, str) else "")
    except ValueError:
        raise refuse("it is not a length of time", "write a number and a unit: 90s, 15m, 2h, 1d or 1w") from None


def _moment(value: object, info: ValidationInfo) -> datetime:
    text = value.text if isinstance(value, Plain) else value
    try:
        return read_moment(text if isinstance(text, str) else "", ZoneInfo(info.data.get("time_zone", "UTC")))
    except ValueError:
        cure = "write a date, or a date and time: 2019-11-01, 2019-11-01T18:30 or 2019-11-01T18:30+03:00"
        raise refuse("it is not a date or time", cure) from None


def _path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value.strip():
        raise refuse("it is not the name of a file or folder", 'write it in quotes: "inbox"')
    try:
        named = Path(value).expanduser()
    except RuntimeError:
        raise refuse("`~` names no user's folder here", "write the whole path") from None
    return Path((info.context or {}).get("folder", "")) / named


def _tag(value: object) -> str:
    if not isinstance(value, str):
        raise refuse("it is not a tag", 'write it in quotes, with its #: "#tag"')
    tag = value.strip().lstrip("#＃")
    if not fold(tag):
        raise refuse("there is no tag in it", 'write it in quotes, with its #: "#tag"')
    if any(letter.isspace() or letter in "#＃" for letter in tag):
        raise refuse("a tag has no spaces, and one # before it", "write each tag as an item of its own")
    return tag


def _author(value: str) -> str:
    return _text(value).removeprefix("@")


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise refuse(f"`{value}` is no short name", "take letters, digits, - and _ only, 60 at most, such as let-it-go")
    return value


def _bin(value: str) -> str:
    if value not in BINS:
        near = get_close_matches(value.replace(" ", ""), BINS, 1, 0.5)
        hint = f"do you mean {near[0]}? " if near else ""
        raise refuse(f"there are no bins of `{value}`", f"{hint}there are {', '.join(BINS)}")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        cure = f"there are {', '.join(LANGUAGES)}; a territory may follow: ar-IQ has months and digits of its own"
        raise refuse(f"reports are not written in `{value}`", cure)
    return value


def _store(value: str, info: ValidationInfo) -> str:
    """Make a store's address absolute; a password in it is refused without being repeated."""
    if has_password(value):
        cure = "take it out: a secret never stands in a file. PostgreSQL's comes from PGPASSWORD or ~/.pgpass"
        raise refuse("a password stands in it", cure)
    if value.startswith(POSTGRESQL) and _names_database(value):
        return value
    name, mark, options = value.removeprefix(SQLITE).partition("?")
    if not value.startswith(SQLITE) or not name:
        cure = "write sqlite:/// and a file's name: sqlite:///groundswell.db, or postgresql://ROLE@HOST/DATABASE"
        raise refuse("it is not the address of a store", cure)
    return f"{SQLITE}{_path(name, info).as_posix()}{mark}{options}"


def _server(value: str) -> str:
    from collector.mastodon.settings import Settings  # a config without Mastodon needs none of it

    server = _text(value).lower().rstrip("/")
    try:
        is_host = _HOST.fullmatch(Settings(server, contact="unknown").host) is not None
    except ValueError:
        is_host = False
    if not is_host:
        raise refuse(
            f"`{value}` is no server of Mastodon", "write its name alone, such as mastodon.social; it is asked by https"
        )
    return server


def _contact(value: str) -> str:
    if not (value.isascii() and value.isprintable() and ("@" in value or "://" in value)):
        raise refuse(
            "it is no address of mail or of a page",
            "write where the servers' people reach you: you@example.org or https://example.org/about",
        )
    return _text(value)


def _names_database(url: str) -> bool:
    """Tell whether a server's address has a database, and a port that is one."""
    try:
        parts = urlsplit(url)
        return parts.path.count("/") == 1 and len(parts.path) > 1 and parts.port != 0
    except ValueError:
        return False


def _text(value: str) -> str:
    if not value.strip():
        raise refuse("it is empty", "write a value, or take the line out")
    return value.strip()


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise refuse(f"there is no time zone `{value}`", _nearest_zone(value)) from None
    return value


def _nearest_zone(name: str) -> str:
    """Say which zone may be meant: one with nearly this name, or of nearly this city."""
    zones = {zone.lower(): zone for zone in sorted(available_timezones())}
    cities = {zone.rpartition("/")[2]: zone for zone in zones}
    asked = name.strip().lower().replace(" ", "_")
    near = get_close_matches(asked, zones, 1, 0.8)
    near = near or [cities[city] for city in get_close_matches(asked.rpartition("/")[2], cities, 1)]
    return f"do you mean {zones[near[0]]}?" if near else "write an IANA name such as Asia/Baghdad or UTC"


Length: TypeAlias = Annotated[timedelta, BeforeValidator(_length)]
Moment: TypeAlias = Annotated[datetime, BeforeValidator(_moment)]
Place: TypeAlias = Annotated[Path, BeforeValidator(_path)]
Tag: TypeAlias = Annotated[str, BeforeValidator(_tag)]
Author: TypeAlias = Annotated[str, AfterValidator(_author)]
Bin: TypeAlias = Annotated[str, AfterValidator(_bin)]
Language: TypeAlias = Annotated[str, AfterValidator(_language)]
Contact: TypeAlias = Annotated[str, AfterValidator(_contact)]
Server: TypeAlias = Annotated[str, AfterValidator(_server)]
Slug: TypeAlias = Annotated[str, AfterValidator(_slug)]
StoreUrl: TypeAlias = Annotated[str, AfterValidator(_store)]
Text: TypeAlias = Annotated[str, AfterValidator(_text)]
Zone: TypeAlias = Annotated[str, AfterValidator(_zone)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
