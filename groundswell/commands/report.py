"""`groundswell report`: a campaign's charts, tables and sentences as one page."""

import click

from groundswell.commands.chart import windowed
from groundswell.options import Settings


@click.command()
@click.option("--language", metavar="CODE", help="en, or ar with a territory: ar-IQ; else as config.yaml has it.")
@windowed
def report(
    settings: Settings,
    campaign: str | None,
    since: str | None,
    until: str | None,
    every: str | None,
    language: str | None,
) -> None:
    """Write a campaign's report, one page of HTML that needs nothing else; prints where it is.

    Beside it stands how everything was measured: versions, settings and the exact queries; and index.html lists the
    charts and reports of all campaigns.
    """
    from dataclasses import replace
    from datetime import UTC, datetime

    from groundswell.charts.draw import report as write
    from groundswell.charts.index import write_index
    from groundswell.commands.chart import wanted_of
    from groundswell.opening import lake_folder, open_store
    from groundswell.progress import bar

    config, now = settings.config(), datetime.now(UTC)
    wanted = wanted_of(config, campaign, since, until, every)
    with open_store(config, settings.store_url(config), now, create=False) as store, bar("charts") as progress:
        for code in (language,) if language else config.output.languages:
            written = write(store, lake_folder(config), replace(wanted, language=code), now, progress=progress)
            if written is None:
                raise click.ClickException(
                    f"nothing is known of {wanted.campaign.slug} yet: import an archive or run the collector first"
                )
            click.echo(written.page)
            click.echo(written.methods)
        click.echo(write_index(store, config, now))
