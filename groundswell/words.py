"""From errors to words: what happened, where, and the cure, in one line of text each.

The rooms' errors carry facts; what to do about them is said here and nowhere else.
"""

import errno
import traceback
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import click

from analysis import errors as analysis
from collector import errors as collector
from collector.archive import errors as archive
from groundswell.alerts import errors as alerts
from groundswell.config.errors import ConfigError
from groundswell.secrets import Secrets
from groundswell.terminal import one_line
from storage import errors as storage

BUG_LOG: Final = "groundswell-bug.log"

CURES: Final[dict[type[Exception], str]] = {
    storage.StorageError: "Try again; if it stays so, `groundswell query` can still read what is there.",
    storage.StoreNotFound: "Name the store with --store; `groundswell run` and `groundswell import` make one.",
    storage.StoreUnreachable: "See that its server runs and lets you in; the password is PGPASSWORD's or ~/.pgpass's.",
    storage.StoreLocked: "Stop the program that holds it, or wait and try again; nothing was lost.",
    storage.StoreTooNew: "Install the version of Groundswell that wrote it, or a later one.",
    storage.StoreUnreadable: "Name a Groundswell store with --store, or put a backup back with `groundswell restore`.",
    storage.StoreUnwritable: "Allow writing there, make room on the disk, or name another with --store.",
    storage.LeaseLost: "Let the other process go on, or stop it; it has what this one had saved.",
    storage.OverBudget: "Raise the budget in config.yaml, or wait for the next month.",
    storage.NotReadOnly: "A query only reads: begin it with SELECT or WITH, one statement at a time.",
    storage.RoleRefused: (
        "Name another in --store. The owner of the tables makes one: CREATE ROLE reader LOGIN PASSWORD '...'; "
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; "
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;"
    ),
    storage.QueryFailed: (
        "Mind the names: SELECT name, sql FROM sqlite_master lists the tables and columns; on PostgreSQL "
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'."
    ),
    storage.LakeUnwritable: "Make room on the disk, allow writing there, or name another folder under `lake`.",
    storage.LakeError: "Delete the lake's folder: it is built again from the store.",
    collector.CollectorError: "Try again; what was stored stays stored.",
    collector.RateLimited: "Wait until then; the next pass goes on where this one stopped.",
    collector.Unavailable: "Wait: it is tried again, and what is missing is asked for later.",
    collector.CursorRefused: "Wait: the stretch is read again from its beginning.",
    collector.PayloadError: "What came is kept: `groundswell status` counts it.",
    collector.Unreadable: "It is kept: `groundswell reparse` reads it again after an upgrade.",
    collector.Stopped: "Start it again: it goes on where it stopped.",
    archive.ArchiveError: "Name an archive of posts: JSON as a platform's API gave it, or a table (CSV, TSV, xlsx).",
    archive.UnknownTable: (
        "Say which column holds what under `tables` in config.yaml: `groundswell import --dry-run` writes the lines."
    ),
    archive.NoIds: "Name a file of post ids with --hydrate; an archive of posts is imported without it.",
    archive.RoundedIds: (
        "The digits cannot be had back: take the list from where it came from, and open it in a spreadsheet only with "
        "the column imported as text."
    ),
    collector.NeedsPerson: "See to it with the source; the other sources go on.",
    collector.BudgetSpent: "Raise the budget or wait for the next period; the other sources go on.",
    collector.LimitReached: "Raise the budget in config.yaml, or wait for the next month; the other sources go on.",
    collector.CapReached: "Wait for the platform's next month, or take a larger plan there; the other sources go on.",
    collector.CreditsSpent: "Buy credits in the developer portal; what is missed meanwhile is asked for later.",
    collector.TokenRefused: (
        "Put the app's bearer token, new from the platform's developer portal, into the environment; the other sources "
        "go on."
    ),
    collector.NotPermitted: (
        "See in the platform's developer portal that the app is in a project whose plan includes this; the other "
        "sources go on."
    ),
    collector.Uncounted: (
        "`groundswell run` asks that first, and goes on at its next pass; by hand it is `groundswell collect --source "
        "x-counts`. With `sample: false` under sources.x posts are bought without it."
    ),
    collector.BillDisagrees: (
        "If another program reads with this key, write `key_is_shared: true` under sources.x; if X charges for more "
        "than config.yaml says, correct `charges` there. Until then nothing is bought; the other sources go on."
    ),
    collector.QuestionRefused: "Check the tags, and that this machine's clock is right; the other sources go on.",
    collector.AccessRefused: "Check the key in the environment and what it permits; the other sources go on.",
    alerts.ChannelError: "It is tried again; `groundswell status` shows the alert meanwhile.",
    alerts.AppriseMissing: (
        "Install it: pip install 'groundswell[alerts]'; until then alerts stand in the log and in `groundswell status`."
    ),
    alerts.SecretMissing: (
        "Set it where `groundswell run` has its environment from (~/.config/groundswell.env), and start that again."
    ),
    alerts.NoChannel: "Correct it under `alerts` in config.yaml: Apprise's documentation lists the addresses.",
    analysis.AnalysisError: "Try another window or other bins.",
    analysis.UnknownZone: "Write an IANA name such as Asia/Baghdad or UTC as the campaign's time_zone.",
    analysis.UnknownStep: "Take one of those with --every.",
    analysis.EmptyWindow: "Choose a later --until or an earlier --since.",
    analysis.TooFine: "Take longer bins with --every.",
    analysis.WindowTooWide: "Take longer bins with --every, or a shorter window with --since and --until.",
    analysis.UnknownLanguage: "Choose one of these with --language; a territory may follow, as in ar-IQ.",
    analysis.NoEpisode: "Compare by date: --by date.",
    analysis.MissingGlyph: "Change the title to letters that the charts' fonts have.",
    analysis.FolderUnwritable: "Allow writing there, make room, or name another folder under `output` in config.yaml.",
    analysis.ManifestUnreadable: "Draw the chart anew with `groundswell chart`.",
    analysis.NumbersChanged: "Draw the chart anew with `groundswell chart`, or put its CSV back.",
}
"""What to do about an error: that of its class, or of the nearest class above it."""

_SYSTEM_CURES: Final = {
    errno.EACCES: "Allow it for your user, or name another place.",
    errno.EPERM: "Allow it for your user, or name another place.",
    errno.EROFS: "Name a place on a disk that can be written.",
    errno.ENOSPC: "Make room on the disk, then run the command again.",
    errno.ENOENT: "Check the name.",
    errno.EEXIST: "Name another place, or move what is there.",
    errno.EISDIR: "Name a file.",
    errno.ENOTDIR: "Name a folder.",
    errno.ENAMETOOLONG: "Take a shorter name.",
}


def lines_of(error: Exception) -> tuple[str, ...]:
    """Say what an error means, a line a fact; empty for an error that nobody foresaw."""
    if isinstance(error, ConfigError):
        return _config_lines(error)
    if isinstance(error, OSError) and (error.filename or error.errno in _SYSTEM_CURES):
        where = f"{error.filename}: " if error.filename else ""
        remedy = _SYSTEM_CURES.get(error.errno or 0, "See to that place, then run the command again.")
        return (f"{where}{error.strerror}. {remedy}",)
    cure = next((CURES[kind] for kind in type(error).__mro__ if kind in CURES), None)
    return () if cure is None else (f"{_fact(error)}. {cure}",)


def report(error: Exception, where: str = "") -> int:
    """Write what went wrong, and where, to stderr; returns the exit code.

    A query stopped by Ctrl-C is a Ctrl-C again.
    """
    if isinstance(error, storage.QueryStopped):
        raise KeyboardInterrupt from error
    if isinstance(error, click.ClickException):
        lines: tuple[str, ...] = (error.format_message(),)
    else:
        lines = lines_of(error) or (_bug(error),)
    for line in lines:
        said = f"groundswell: {where}: {line}" if where else f"groundswell: {line}"
        click.echo(Secrets.of().blot(one_line(said)), err=True)
    return 1


def _config_lines(error: ConfigError) -> tuple[str, ...]:
    lines = []
    for fault in error.faults:
        where = [str(error.file), f"line {fault.line}" if fault.line else "", fault.key]
        cure = fault.cure[:1].upper() + fault.cure[1:]
        lines.append(f"{', '.join(filter(None, where))}: {fault.what}. {cure}")
    return tuple(lines)


def _fact(error: Exception) -> str:
    fact = str(error) or type(error).__name__
    if isinstance(error, collector.RateLimited):
        fact += f" until {error.until.isoformat(timespec='seconds')}"
    return fact.rstrip(".")


def _bug(error: Exception) -> str:
    """Keep the traceback of an error that nobody foresaw, and say where."""
    what = f"this is a bug in Groundswell, {type(error).__name__}: {error}"
    for folder in (Path.cwd(), Path(gettempdir())):
        log = folder / BUG_LOG
        try:
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')}\n")
                file.write(Secrets.of().blot("".join(traceback.format_exception(error))))
        except OSError:
            continue
        return f"{what}. The traceback is in {log}: please send it with your report"
    return f"{what}. There is no place to write its traceback"
