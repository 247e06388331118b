"""Time zone data: where it comes from, and that the campaigns' zones are in it."""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from groundswell.doctor.finding import Finding, Subject

_PROBE: Final = "Asia/Baghdad"
_PROBED_AT: Final = datetime(2020, 7, 1)  # noqa: DTZ001 (the zone is put to it)
_PROBE_OFFSET: Final = timedelta(hours=3)
"""Iraq has no summer time since 2008: data that says otherwise is older than that."""
_OLD_YEARS: Final = 2
_CURE: Final = "bring the machine's time zone data up to date, or `pip install --upgrade tzdata`"


def look(subject: Subject) -> Iterator[Finding]:
    """Load the zones that are needed, and one whose rules are known."""
    sections = subject.config.campaigns.values() if subject.config else ()
    names = sorted({_PROBE, *(section.time_zone for section in sections)})
    for name in names:
        if (why := _trouble(name)) is not None:
            yield Finding("time zones", "failed", f"{name}: {why}", _CURE)
            return
    release, origin = _release()
    what = f"{release or 'an unknown release'} of {origin}; {', '.join(names)} load"
    if release is not None and subject.now.year - int(release[:4]) >= _OLD_YEARS:
        yield Finding("time zones", "warning", f"{what}, but zones change every year", _CURE)
    else:
        yield Finding("time zones", "ok", what)


def _trouble(name: str) -> str | None:
    try:
        zone = zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        return f"it cannot be loaded: {error}"
    if name == _PROBE and _PROBED_AT.replace(tzinfo=zone).utcoffset() != _PROBE_OFFSET:
        return "its rules are those of before 2008"
    return None


def _release() -> tuple[str | None, str]:
    """Tell which release is in use: the machine's own goes before that of the package."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / _PROBE).is_file():
            return _stated(folder), f"the machine ({folder})"
    try:
        return version("tzdata"), "the tzdata package"
    except PackageNotFoundError:
        return None, "no known origin"


def _stated(folder: Path) -> str | None:
    """Read the release of a machine's data, where that says it."""
    try:
        with (folder / "tzdata.zi").open(encoding="utf-8") as file:
            first = file.readline()
    except OSError:
        return None
    return first.removeprefix("# version ").strip() if first.startswith("# version 2") else None
