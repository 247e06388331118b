"""`groundswell lake`: the Parquet copy that analysis reads."""

import click

from groundswell.options import Settings, shared_options


@click.group()
def lake() -> None:
    """Look after the lake, the Parquet copy for analysis."""


@lake.command()
@shared_options
def refresh(settings: Settings) -> None:
    """Bring the lake up to date with the store; a missing one is built."""
    from datetime import UTC, datetime

    from groundswell.opening import lake_folder
    from groundswell.progress import bar
    from storage.lake import refresh as refresh_lake
    from storage.store import Store

    config = settings.config()
    with Store.open(settings.store_url(config), create=False) as store, bar("lake") as progress:
        done = refresh_lake(store.engine, lake_folder(config), now=datetime.now(UTC), progress=progress)
    click.echo(f"{lake_folder(config)}: revision {done.revision}, {done.parts:,} parts written, {done.rows:,} rows.")
