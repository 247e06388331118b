"""X: whether it takes the key, and what it counts of the month's posts. It is asked once, free of charge."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from collector import errors
from collector.x.settings import Settings
from collector.x.usage import ASKED, PATH, Usage, read_usage
from groundswell.budgets import month_began
from groundswell.doctor.finding import Finding, State, Subject
from groundswell.sources import x_settings
from groundswell.words import CURES

_TROUBLES: Final[Mapping[type[errors.SourceError], tuple[State, str]]] = {
    errors.TokenRefused: ("failed", "X does not take the key, which is wrong, withdrawn or has run out"),
    errors.NotPermitted: ("failed", "X takes the key, but lets its app ask for nothing"),
    errors.CreditsSpent: ("failed", "nothing is left of what was paid to X in advance"),
    errors.CapReached: ("failed", "the posts that X gives in a month are used up"),
    errors.RateLimited: ("unknown", "the key is not checked, as X wants a pause"),
    errors.Unavailable: ("warning", "the key is not checked, as X was not reached"),
}
_NO_WORD: Final[tuple[State, str]] = ("unknown", "X did not say whether it takes the key")
_NO_WORD_CURE: Final = "see that `url` under sources.x is X's address, or try again later"
_ARCHIVE: Final = Finding(
    "X archive",
    "unknown",
    "whether the key may search the full archive is not checked, as asking that may cost",
    "the first pass tells: `groundswell status` then shows HTTP 403, or posts",
)
_MONTH_CURE: Final = "look the day up in X's developer portal, and write it as `month_begins_on` under sources.x"
_MOST_DAYS: Final = 31


def look(subject: Subject) -> Iterator[Finding]:
    """Tell what X says of the key, if config.yaml names X."""
    section = subject.config.sources.x if subject.config else None
    if section is None:
        return
    try:
        settings = x_settings(section, subject.environment)
    except errors.TokenRefused as error:
        yield Finding("X key", "failed", str(error), _cure(errors.TokenRefused))
        return
    try:
        usage = _ask(settings, subject.now)
    except errors.SourceError as error:
        yield _trouble(error)
        return
    yield Finding("X key", "ok", "X takes the key; how much is left of what was paid in advance it does not tell")
    yield _posts(usage)
    yield _month(usage, section.month_begins_on, subject.now)
    if section.archive == "all":
        yield _ARCHIVE


def _ask(settings: Settings, now: datetime) -> Usage:
    """Ask X what was used; raises SourceError."""
    from collector.x.client import Client  # tweepy takes as long to import as the rest of the program

    with closing(Client(settings, lambda: now)) as client:
        return read_usage(client.get("usage", PATH, ASKED).body)


def _trouble(error: errors.SourceError) -> Finding:
    kind = type(error)
    state, said = _TROUBLES.get(kind, _NO_WORD)
    until = f" until {error.until:%Y-%m-%d %H:%M} UTC" if isinstance(error, errors.RateLimited) else ""
    return Finding("X key", state, f"{said}{until}: {error}", _cure(kind) if kind in _TROUBLES else _NO_WORD_CURE)


def _cure(kind: type[errors.SourceError]) -> str:
    return CURES[kind].rstrip(".")


def _posts(usage: Usage) -> Finding:
    """Tell how far the month's posts are used up."""
    if usage.read is None or usage.cap is None:
        return Finding("X posts", "unknown", "X does not tell how many posts of the month are read, and of how many")
    what = f"{usage.read:,} of the {usage.cap:,} posts that X gives in a month are read"
    if usage.read >= usage.cap:
        return Finding("X posts", "failed", what, _cure(errors.CapReached))
    return Finding("X posts", "ok", what)


def _month(usage: Usage, begins_on: int, now: datetime) -> Finding:
    """Tell whether X's month begins when the budget's does."""
    day = usage.reset_day
    if day is None:
        return Finding("X month", "unknown", "X does not tell when its month begins anew", _MONTH_CURE)
    if day == begins_on:
        return Finding("X month", "ok", f"it begins anew on day {day}, as month_begins_on has it")
    if _begins_in(day, begins_on, now):
        return Finding("X month", "ok", f"X says {day}: in so many days it begins anew, as month_begins_on has it")
    what = f"X says {day} for when it begins anew, and month_begins_on is {begins_on}: bill and budget differ"
    return Finding("X month", "warning", what, _MONTH_CURE)


def _begins_in(days: int, begins_on: int, now: datetime) -> bool:
    """Tell whether the budget's month begins in so many days: X's papers can be read so, too."""
    if days > _MOST_DAYS:
        return False
    then = now + timedelta(days=days)
    return month_began(then, begins_on).date() == then.date()
