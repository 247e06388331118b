"""`groundswell collect`: one pass now."""

import click

from groundswell.options import Settings, shared_options


@click.command()
@click.option("--source", metavar="S", help="Only this source, as config.yaml names it.")
@shared_options
def collect(settings: Settings, source: str | None) -> None:
    """Make one pass over the sources and the inbox now."""
    import threading
    from datetime import UTC, datetime

    from groundswell.journal import keep_journal
    from groundswell.opening import log_file, open_store
    from groundswell.passes import Passes
    from groundswell.sources import sources_of

    config = settings.config()
    url = settings.store_url(config)
    scheduled = {one.name: one for one in sources_of(config)}
    names = [*scheduled, *(["inbox"] if config.sources.inbox else [])]
    if source is not None and source not in names:
        raise click.BadParameter(f"there are {', '.join(names) or 'none'}.", param_hint="'--source'")
    with open_store(config, url, datetime.now(UTC)) as store:
        keep_journal(log_file(url))
        passes = Passes(store, threading.Event())
        for name in names if source is None else [source]:
            if name in scheduled:
                passes.collect(scheduled[name], config)
            else:
                passes.receive(config)
