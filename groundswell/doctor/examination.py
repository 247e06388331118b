"""All checks, one after the other: one that goes wrong, or cannot be made, does not keep the others from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from groundswell.config import Config, ConfigError, store_of
from groundswell.doctor import clock, disk, integrity, keys, lake, letters, payloads, schedule, x, zones
from groundswell.doctor.finding import Finding, Subject
from groundswell.options import Settings
from groundswell.secrets import Secrets
from groundswell.terminal import one_line
from groundswell.words import lines_of
from storage.engine import open_engine, reading
from storage.errors import StorageError, StoreNotFound, StoreTooNew, StoreUnreadable
from storage.migrate import revision_of
from storage.store import Store
from storage.version import HEAD


class _Check(NamedTuple):
    """A check: its name, how it looks, and what it cannot do without."""

    name: str
    look: Callable[[Subject], Iterable[Finding]]
    needs_config: bool = False
    needs_store: bool = False


CHECKS: Final = (
    _Check("keys", keys.look, needs_config=True),
    _Check("X key", x.look, needs_config=True),
    _Check("time zones", zones.look),
    _Check("fonts", letters.look, needs_config=True),
    _Check("clock", clock.look, needs_store=True),
    _Check("disk", disk.look),
    _Check("integrity", integrity.look, needs_store=True),
    _Check("collector", schedule.look, needs_config=True, needs_store=True),
    _Check("lake", lake.look, needs_config=True, needs_store=True),
    _Check("payloads", payloads.look, needs_store=True),
)


def examine(settings: Settings, now: datetime, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at a collection, check by check; nothing is written, made or brought up to date."""
    config, about_config = _config(settings)
    yield about_config
    url = _url(settings, config)
    store, about_store = _store(url)
    yield about_store
    subject = Subject(config, store, url, now, environment)
    try:
        for check in CHECKS:
            yield from _made(check, subject)
    finally:
        if store is not None:
            store.close()


def _made(check: _Check, subject: Subject) -> Iterator[Finding]:
    if check.needs_config and subject.config is None:
        yield Finding(check.name, "unknown", "config.yaml is not in force: see above")
    elif check.needs_store and subject.store is None:
        yield Finding(check.name, "unknown", "there is no store to look at: see above")
    else:
        try:
            for finding in check.look(subject):
                yield _discreet(finding)
        except (StorageError, OSError) as error:
            yield _failed(check.name, error)


def _discreet(finding: Finding) -> Finding:
    """Make a finding that tells no secret and stays on its line."""
    blot = Secrets.of().blot
    return Finding(finding.check, finding.state, one_line(blot(finding.what)), one_line(blot(finding.cure)))


def _config(settings: Settings) -> tuple[Config | None, Finding]:
    try:
        config = settings.config()
    except ConfigError as error:
        return None, _failed("config", error)
    campaigns = ", ".join(config.campaigns)
    return config, Finding("config", "ok", f"{settings.file} is valid; it watches {campaigns}")


def _url(settings: Settings, config: Config | None) -> str:
    """Name the store, if anything says it."""
    try:
        return settings.store_url(config) if config or settings.store else store_of(settings.file)
    except ConfigError:
        return ""


def _store(url: str) -> tuple[Store | None, Finding]:
    """Open the store as it is."""
    if not url:
        return None, Finding("store", "unknown", "nothing says where it is", "name it with --store")
    engine = None
    try:
        engine = open_engine(url, create=False)
        with reading(engine) as connection:
            revision = revision_of(connection)
        if revision is None:
            raise StoreUnreadable(f"{engine.url.database} is empty")
        if revision > HEAD:
            raise StoreTooNew(f"{engine.url.database} is at revision {revision}, this program knows {HEAD}")
    except StoreNotFound as error:
        return None, Finding("store", "unknown", str(error), "`groundswell run` and `import` make it")
    except StorageError as error:
        if engine is not None:
            engine.dispose()
        return None, _failed("store", error)
    where = engine.url.render_as_string(hide_password=True)
    if revision < HEAD:
        # The checks know the newest tables only.
        engine.dispose()
        cure = "`groundswell db upgrade` brings it up to date, and so does the next command; make a backup before"
        return None, Finding("store", "warning", f"{where} is at version {revision}, this program's is {HEAD}", cure)
    return Store(engine), Finding("store", "ok", f"{where} is at version {revision}")


def _failed(name: str, error: Exception) -> Finding:
    return _discreet(Finding(name, "failed", " ".join(lines_of(error)) or str(error)))
