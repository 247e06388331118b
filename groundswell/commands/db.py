"""`groundswell db`: looking after the store."""

import click

from groundswell.options import Settings, shared_options


@click.group()
def db() -> None:
    """Look after the store."""


@db.command()
@shared_options
def upgrade(settings: Settings) -> None:
    """Make the store, or bring it up to date with this version of the program."""
    from storage.engine import open_engine
    from storage.migrate import upgrade as bring_up_to_date

    url = settings.store_url()
    engine = open_engine(url)
    try:
        before, now = bring_up_to_date(engine)
    finally:
        engine.dispose()
    if before is None:
        done = f"made, at version {now}"
    elif before == now:
        done = f"up to date, at version {now}"
    else:
        done = f"brought from version {before} to {now}"
    click.echo(f"{url}: {done}")


@db.command()
@shared_options
def scrub(settings: Settings) -> None:
    """Take erased words out of the store's files now; a running collector does it when it is idle."""
    from storage.deletion import SCRUB_PENDING
    from storage.scrub import scrub_if_pending
    from storage.store import Store

    url = settings.store_url()
    with Store.open(url, create=False) as store:
        pending = store.get_note(SCRUB_PENDING) is not None
        is_clean = scrub_if_pending(store)
    if not is_clean:
        raise click.ClickException(
            f"{url}: another program is reading or writing, so that copies of erased words may still be in the file."
            " Close it and run this again, or let a running collector do it"
        )
    click.echo(f"{url}: {'scrubbed, nothing erased is left in it' if pending else 'nothing was to be scrubbed'}")
