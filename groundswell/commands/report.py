"""`groundswell report`: a campaign's charts, tables and sentences as one page."""

import click

from groundswell.commands.chart import windowed
from groundswell.options import Settings


@click.command()
@click.option("--language", metavar="CODE", default="en", show_default=True, help="en, or ar with a territory: ar-IQ.")
@windowed
def report(
    settings: Settings, campaign: str | None, since: str | None, until: str | None, every: str | None, language: str
) -> None:
    """Write a campaign's report, one page of HTML that needs nothing else; prints where it is.

    Beside it stands how everything was measured: versions, settings and the exact queries.
    """
    from dataclasses import replace
    from datetime import UTC, datetime

    from groundswell.charts.draw import report as write
    from groundswell.commands.chart import wanted_of
    from groundswell.opening import lake_folder, open_store
    from groundswell.progress import bar

    config, now = settings.config(), datetime.now(UTC)
    wanted = replace(wanted_of(config, campaign, since, until, every), language=language)
    with open_store(config, settings.store_url(config), now, create=False) as store, bar("lake") as progress:
        written = write(store, lake_folder(config), wanted, now, progress=progress)
    if written is None:
        raise click.ClickException(
            f"nothing is known of {wanted.campaign.slug} yet: import an archive or run the collector first"
        )
    click.echo(written.page)
    click.echo(written.methods)
