"""`groundswell collect`: one pass now."""

from typing import TYPE_CHECKING

import click

from groundswell.options import Settings, shared_options

if TYPE_CHECKING:
    from groundswell.config import Config
    from groundswell.passes import Passes


@click.command()
@click.option("--source", metavar="S", help="Only this source, as config.yaml names it.")
@shared_options
def collect(settings: Settings, source: str | None) -> None:
    """Make one pass over the sources and the inbox now."""
    import threading
    from datetime import UTC, datetime

    from groundswell.journal import keep_journal
    from groundswell.opening import log_file, open_store
    from groundswell.passes import INBOX, Passes
    from groundswell.sources import paces_of

    config = settings.config()
    url = settings.store_url(config)
    names = [*paces_of(config), *([INBOX] if config.sources.inbox else [])]
    if source is not None and source not in names:
        raise click.BadParameter(f"there are {', '.join(names) or 'none'}.", param_hint="'--source'")
    with open_store(config, url, datetime.now(UTC)) as store:
        keep_journal(log_file(url))
        store.abandon_runs(datetime.now(UTC))
        passes = Passes(store, threading.Event())
        failed = [name for name in names if source in (None, name) and not _collected(passes, config, name)]
    if failed:
        raise click.exceptions.Exit(1)


def _collected(passes: "Passes", config: "Config", name: str) -> bool:
    """Make a pass over one source; tells whether all of it went well. One failing never stops another."""
    from collector.errors import CollectorError
    from groundswell.passes import INBOX
    from groundswell.sources import make
    from groundswell.words import report

    try:
        if name == INBOX:
            passes.receive(config)
        else:
            return not passes.collect(make(config, name), config).failed
    except (CollectorError, OSError) as error:
        report(error, where=name)
        return False
    return True
