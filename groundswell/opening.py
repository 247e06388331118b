"""Opening what config.yaml names: the store with the campaigns in force, and the lake beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from groundswell.config import Config, to_campaigns, to_servers
from groundswell.progress import bar
from storage.store import Store


@contextmanager
def open_store(config: Config, url: str, now: datetime, *, create: bool = True) -> Iterator[Store]:
    """Open the store, put the config's campaigns in force and bring membership up to date with them."""
    with Store.open(url, keep_raw=config.store.keep_raw, create=create) as store:
        store.set_campaigns(to_campaigns(config), now)
        store.set_servers(to_servers(config), now)
        with bar("membership") as progress:
            store.rebuild_membership(progress)
        yield store


def lake_folder(config: Config) -> Path:
    """Name the folder of the lake."""
    return Path(config.lake.folder)


def log_file(url: str) -> Path:
    """Name the log that stands beside a store's file; of a store on a server it is in the folder we are in."""
    if not url.startswith("sqlite:"):
        return Path("groundswell.log")
    return Path(url.removeprefix("sqlite:///").split("?")[0]).with_suffix(".log")
