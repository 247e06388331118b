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
